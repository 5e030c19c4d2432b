-- SPDX-License-Identifier: EUPL-1.2
-- Persons, as linking makes them of the register's records: under a covenant, run by run. The run
-- with state 1 counts; turning to another is one row, so that nobody sees half of one.

CREATE TABLE covenant (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  name TEXT NOT NULL,
  purpose TEXT NOT NULL,
  ground TEXT NOT NULL, -- the article of law
  steward_id INT8 NOT NULL REFERENCES party (id), -- who may review pairs
  from_day INT8 NOT NULL,
  to_day INT8 NOT NULL,
  made_at INT8 NOT NULL,
  made_by INT8, -- party; NULL: the command line
  PRIMARY KEY (municipality_id, id),
  CHECK (from_day < to_day)
) STRICT;
CREATE INDEX covenant_steward ON covenant (steward_id);

CREATE TABLE link_run (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  covenant_id INT8 NOT NULL,
  state INT8 NOT NULL CHECK (state IN (0, 1, 2)), -- being written, counts, gone by
  made_at INT8 NOT NULL,
  made_by INT8,
  figures TEXT NOT NULL, -- JSON
  model TEXT NOT NULL,   -- JSON of engine/linkage
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, covenant_id) REFERENCES covenant (municipality_id, id)
) STRICT;
CREATE UNIQUE INDEX link_run_counts ON link_run (municipality_id) WHERE state = 1;

CREATE TABLE person (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  made_at INT8 NOT NULL,
  PRIMARY KEY (municipality_id, id)
) STRICT;

CREATE TABLE person_link (
  municipality_id INT8 NOT NULL,
  run_id INT8 NOT NULL,
  record_id INT8 NOT NULL,
  person_id INT8 NOT NULL,
  PRIMARY KEY (municipality_id, run_id, record_id),
  FOREIGN KEY (municipality_id, run_id) REFERENCES link_run (municipality_id, id),
  FOREIGN KEY (municipality_id, record_id) REFERENCES person_record (municipality_id, id),
  FOREIGN KEY (municipality_id, person_id) REFERENCES person (municipality_id, id)
) STRICT;
CREATE INDEX person_link_person ON person_link (municipality_id, run_id, person_id);
CREATE INDEX person_link_record ON person_link (municipality_id, record_id);

-- Pairs on which somebody may have to decide; those that are certain are in person_link alone.
CREATE TABLE link_pair (
  municipality_id INT8 NOT NULL,
  run_id INT8 NOT NULL,
  record_a INT8 NOT NULL,
  record_b INT8 NOT NULL,
  status INT8 NOT NULL, -- enum linkage_status
  probability FLOAT8 NOT NULL,
  harm FLOAT8 NOT NULL, -- expected, of leaving it as it is: what is reviewed first
  told TEXT NOT NULL,   -- JSON: fields with their masked values and what each says
  PRIMARY KEY (municipality_id, run_id, record_a, record_b),
  FOREIGN KEY (municipality_id, run_id) REFERENCES link_run (municipality_id, id),
  FOREIGN KEY (municipality_id, record_a) REFERENCES person_record (municipality_id, id),
  FOREIGN KEY (municipality_id, record_b) REFERENCES person_record (municipality_id, id),
  CHECK (record_a < record_b)
) STRICT;
CREATE INDEX link_pair_queue ON link_pair (municipality_id, run_id, harm);
CREATE INDEX link_pair_a ON link_pair (municipality_id, record_a);
CREATE INDEX link_pair_b ON link_pair (municipality_id, record_b);

-- What stewards said. It outlives runs: the next one holds to it.
CREATE TABLE link_label (
  municipality_id INT8 NOT NULL,
  record_a INT8 NOT NULL,
  record_b INT8 NOT NULL,
  by_id INT8 NOT NULL REFERENCES party (id),
  answer INT8 NOT NULL CHECK (answer IN (0, 1, 2)), -- different, the same, cannot tell
  made_at INT8 NOT NULL,
  PRIMARY KEY (municipality_id, record_a, record_b, by_id),
  FOREIGN KEY (municipality_id, record_a) REFERENCES person_record (municipality_id, id),
  FOREIGN KEY (municipality_id, record_b) REFERENCES person_record (municipality_id, id),
  CHECK (record_a < record_b)
) STRICT;
CREATE INDEX link_label_by ON link_label (by_id);
CREATE INDEX link_label_b ON link_label (municipality_id, record_b);

-- The journal of persons: which became one, which fell apart.
CREATE TABLE person_event (
  municipality_id INT8 NOT NULL,
  id INT8 NOT NULL,
  run_id INT8 NOT NULL,
  kind INT8 NOT NULL CHECK (kind IN (0, 1)), -- merged, split
  from_person INT8 NOT NULL,
  into_person INT8 NOT NULL,
  PRIMARY KEY (municipality_id, id),
  FOREIGN KEY (municipality_id, run_id) REFERENCES link_run (municipality_id, id)
) STRICT;
CREATE INDEX person_event_from ON person_event (municipality_id, from_person);
