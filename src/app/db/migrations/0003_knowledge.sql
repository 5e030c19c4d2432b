-- SPDX-License-Identifier: EUPL-1.2
-- Spaces, publications and what hangs on them. Commons: keys are ids, later shardable by space.
-- Levels: 0 owner, 1 space, 2 signed in, 3 public. Times are UTC milliseconds. A day that was not set
-- is the last one there is (9223372036854775807), so that no rule meets NULL.

CREATE TABLE space (
  id INT8 PRIMARY KEY,
  parent_id INT8 REFERENCES space (id),
  slug TEXT NOT NULL UNIQUE,
  name_nl TEXT NOT NULL,
  name_en TEXT NOT NULL,
  about_nl TEXT NOT NULL,
  about_en TEXT NOT NULL,
  join_policy INT8 NOT NULL CHECK (join_policy IN (0, 1, 2)), -- open, on request, by invitation
  ceiling INT8 NOT NULL CHECK (ceiling IN (1, 2, 3)),
  eff_ceiling INT8 NOT NULL CHECK (eff_ceiling IN (1, 2, 3)), -- narrowest of this and all above
  listed INT8 NOT NULL CHECK (listed IN (0, 1)),
  version INT8 NOT NULL,
  created_at INT8 NOT NULL,
  created_by INT8 NOT NULL REFERENCES party (id),
  CHECK (eff_ceiling <= ceiling)
) STRICT;
CREATE INDEX space_parent ON space (parent_id);

CREATE TABLE membership (
  space_id INT8 NOT NULL REFERENCES space (id),
  party_id INT8 NOT NULL REFERENCES party (id),
  role INT8 NOT NULL CHECK (role IN (0, 1, 2, 3)), -- member, editor, manager, jury
  state INT8 NOT NULL CHECK (state IN (0, 1, 2, 3)), -- invited, pending, active, left
  changed_at INT8 NOT NULL,
  PRIMARY KEY (space_id, party_id)
) STRICT;
CREATE INDEX membership_party ON membership (party_id, state);

CREATE TABLE publication (
  id INT8 PRIMARY KEY,
  kind INT8 NOT NULL, -- enum publication_kind
  space_id INT8 REFERENCES space (id),
  parent_id INT8 REFERENCES publication (id),
  owner_id INT8 NOT NULL REFERENCES party (id),
  lang INT8 NOT NULL CHECK (lang IN (0, 1)), -- Dutch, English
  twin_id INT8 REFERENCES publication (id), -- the same in the other language
  level INT8 NOT NULL CHECK (level IN (0, 1, 2, 3)), -- what the owner asked; no other deed rewrites it
  eff INT8 NOT NULL CHECK (eff IN (0, 1, 2, 3)),     -- after ceilings and parent
  aud INT8 NOT NULL, -- audience key, see queries.sql: 0 not live, 1 public, 2 signed in, else an id
  state INT8 NOT NULL CHECK (state IN (0, 1, 2, 3)), -- draft, published, archived, removed
  publish_at INT8 NOT NULL,
  delete_at INT8 NOT NULL, -- exclusive
  removed_at INT8 NOT NULL,
  comment_policy INT8 NOT NULL CHECK (comment_policy IN (0, 1, 2)), -- closed, members, signed in
  revision INT8 NOT NULL, -- number of the one shown
  title TEXT NOT NULL,    -- of that revision, so that lists read one table
  summary TEXT NOT NULL,
  n_comments INT8 NOT NULL,
  n_views INT8 NOT NULL,
  version INT8 NOT NULL, -- rises with each change: the entity tag
  created_at INT8 NOT NULL,
  changed_at INT8 NOT NULL,
  CHECK (eff <= level),
  CHECK (level <> 1 OR space_id IS NOT NULL)
) STRICT;
CREATE INDEX publication_newest ON publication (aud, publish_at, id);
CREATE INDEX publication_space ON publication (space_id, aud, publish_at, id);
CREATE INDEX publication_by ON publication (owner_id, aud, publish_at, id);
CREATE INDEX publication_mine ON publication (owner_id, changed_at, id);
CREATE INDEX publication_twin ON publication (twin_id);
CREATE INDEX publication_expiry ON publication (delete_at) WHERE aud <> 0;
CREATE INDEX publication_parent ON publication (parent_id);

-- All that a publication hangs under; not itself. Rows are made with it and never change.
CREATE TABLE publication_above (
  publication_id INT8 NOT NULL REFERENCES publication (id),
  above_id INT8 NOT NULL REFERENCES publication (id),
  PRIMARY KEY (publication_id, above_id)
) STRICT;
CREATE INDEX publication_below ON publication_above (above_id);

CREATE TABLE revision (
  publication_id INT8 NOT NULL REFERENCES publication (id),
  number INT8 NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  body TEXT NOT NULL,
  author_id INT8 NOT NULL REFERENCES party (id),
  at INT8 NOT NULL,
  PRIMARY KEY (publication_id, number)
) STRICT;

-- What somebody is typing and nobody else sees; saved by itself, gone when it is published.
CREATE TABLE draft (
  publication_id INT8 NOT NULL REFERENCES publication (id),
  party_id INT8 NOT NULL REFERENCES party (id),
  base_version INT8 NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  body TEXT NOT NULL,
  saved_at INT8 NOT NULL,
  PRIMARY KEY (publication_id, party_id)
) STRICT;

CREATE TABLE publication_grant (
  publication_id INT8 NOT NULL REFERENCES publication (id),
  subject_kind INT8 NOT NULL CHECK (subject_kind IN (0, 1)), -- party, space
  subject_id INT8 NOT NULL,
  access INT8 NOT NULL CHECK (access IN (0, 1)), -- read, edit
  granted_by INT8 NOT NULL REFERENCES party (id),
  granted_at INT8 NOT NULL,
  PRIMARY KEY (publication_id, subject_kind, subject_id)
) STRICT;
CREATE INDEX publication_grant_subject ON publication_grant (subject_kind, subject_id);

CREATE TABLE comment (
  id INT8 PRIMARY KEY,
  publication_id INT8 NOT NULL REFERENCES publication (id),
  reply_to INT8 REFERENCES comment (id),
  author_id INT8 NOT NULL REFERENCES party (id),
  body TEXT NOT NULL,
  state INT8 NOT NULL CHECK (state IN (0, 1)), -- shown, removed
  created_at INT8 NOT NULL,
  changed_at INT8 NOT NULL
) STRICT;
CREATE INDEX comment_publication ON comment (publication_id, created_at, id);
CREATE INDEX comment_author ON comment (author_id);

-- How often, not by whom.
CREATE TABLE view_day (
  publication_id INT8 NOT NULL REFERENCES publication (id),
  day INT8 NOT NULL, -- days since 1970 in the Netherlands
  n_signed_in INT8 NOT NULL,
  n_visitors INT8 NOT NULL,
  PRIMARY KEY (publication_id, day)
) STRICT;
