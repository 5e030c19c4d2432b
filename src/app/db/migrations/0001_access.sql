-- SPDX-License-Identifier: EUPL-1.2
-- People, organisations and how people sign in. Times are UTC milliseconds; a moment that was not set
-- is 9223372036854775807, so that no rule meets NULL. Secrets are kept as keyed hashes.

CREATE TABLE party (
  id INT8 PRIMARY KEY,
  kind INT8 NOT NULL CHECK (kind IN (0, 1)), -- person, organisation
  name TEXT NOT NULL,
  sort_key TEXT NOT NULL, -- folded name, so that both databases sort alike
  job_title TEXT NOT NULL,
  org_id INT8 REFERENCES party (id), -- where a person works
  lang INT8 NOT NULL CHECK (lang IN (0, 1)),
  account_state INT8 NOT NULL CHECK (account_state IN (0, 1, 2, 3, 4)), -- none, waiting, active, blocked, erased
  roles INT8 NOT NULL,
  created_at INT8 NOT NULL,
  last_seen_day INT8 NOT NULL,
  version INT8 NOT NULL
) STRICT;
CREATE INDEX party_sort ON party (account_state, sort_key, id);
CREATE INDEX party_org ON party (org_id);

CREATE TABLE organisation (
  party_id INT8 PRIMARY KEY REFERENCES party (id),
  type INT8 NOT NULL CHECK (type IN (0, 1, 2, 3, 4)), -- municipality, joint body, province, provider, network
  region TEXT NOT NULL,
  code TEXT NOT NULL,
  size_class INT8 NOT NULL CHECK (size_class BETWEEN 0 AND 5)
) STRICT;

-- Apart from party: erasure drops the row, and no list reads an address by accident.
CREATE TABLE email (
  party_id INT8 PRIMARY KEY REFERENCES party (id),
  address TEXT NOT NULL,
  address_key TEXT NOT NULL UNIQUE, -- in lower case; an address is ASCII
  is_confirmed INT8 NOT NULL CHECK (is_confirmed IN (0, 1))
) STRICT;

-- Why somebody asked for an account; gone when an administrator has decided.
CREATE TABLE registration (
  party_id INT8 PRIMARY KEY REFERENCES party (id),
  reason TEXT NOT NULL
) STRICT;

CREATE TABLE identity (
  id INT8 PRIMARY KEY,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  party_id INT8 NOT NULL REFERENCES party (id),
  created_at INT8 NOT NULL,
  UNIQUE (issuer, subject)
) STRICT;
CREATE INDEX identity_party ON identity (party_id);

CREATE TABLE password (
  party_id INT8 PRIMARY KEY REFERENCES party (id),
  hash TEXT NOT NULL,
  changed_at INT8 NOT NULL
) STRICT;

CREATE TABLE second_factor (
  party_id INT8 PRIMARY KEY REFERENCES party (id),
  sealed BYTES NOT NULL, -- the secret, encrypted with the installation's key
  is_confirmed INT8 NOT NULL CHECK (is_confirmed IN (0, 1)),
  last_step INT8 NOT NULL, -- of the last code that was taken: each works once
  changed_at INT8 NOT NULL
) STRICT;

CREATE TABLE recovery_code (
  party_id INT8 NOT NULL REFERENCES party (id),
  hash BYTES NOT NULL,
  PRIMARY KEY (party_id, hash)
) STRICT;

CREATE TABLE session (
  id INT8 PRIMARY KEY,
  hash BYTES NOT NULL UNIQUE,
  party_id INT8 NOT NULL REFERENCES party (id),
  is_complete INT8 NOT NULL CHECK (is_complete IN (0, 1)), -- 0: the second factor is still asked
  has_second INT8 NOT NULL CHECK (has_second IN (0, 1)),
  n_wrong INT8 NOT NULL, -- codes tried in vain
  label TEXT NOT NULL,
  created_at INT8 NOT NULL,
  seen_at INT8 NOT NULL
) STRICT;
CREATE INDEX session_party ON session (party_id);
CREATE INDEX session_seen ON session (seen_at);

CREATE TABLE token (
  id INT8 PRIMARY KEY,
  hash BYTES NOT NULL UNIQUE,
  party_id INT8 NOT NULL REFERENCES party (id),
  name TEXT NOT NULL,
  scopes INT8 NOT NULL,
  created_at INT8 NOT NULL,
  expires_at INT8 NOT NULL,
  last_used_day INT8 NOT NULL
) STRICT;
CREATE INDEX token_party ON token (party_id);

-- A link in a mail: works once, for a while.
CREATE TABLE link (
  hash BYTES PRIMARY KEY,
  kind INT8 NOT NULL CHECK (kind IN (0, 1, 2)), -- confirm, invite, password
  party_id INT8 NOT NULL REFERENCES party (id),
  expires_at INT8 NOT NULL
) STRICT;
CREATE INDEX link_party ON link (party_id);
CREATE INDEX link_expiry ON link (expires_at);

-- How often something secret was guessed at, by keyed hash of who and where; n = 0: here the secret
-- was known before.
CREATE TABLE throttle (
  hash TEXT PRIMARY KEY,
  n INT8 NOT NULL,
  wait_until INT8 NOT NULL, -- nothing is tried before
  changed_at INT8 NOT NULL
) STRICT;
CREATE INDEX throttle_changed ON throttle (changed_at);
