-- SPDX-License-Identifier: EUPL-1.2
-- Who did what. Rows are written with their deed; the sealer numbers and chains them. See audit.h.

CREATE TABLE audit (
  id INT8 PRIMARY KEY,
  at INT8 NOT NULL,
  actor INT8 NOT NULL, -- a party, 0 for a visitor or the program itself; no reference: it outlives them
  about INT8 NOT NULL, -- whose data, 0: nobody's
  verb TEXT NOT NULL,
  object TEXT NOT NULL,
  object_id INT8 NOT NULL,
  purpose TEXT NOT NULL,
  n_fields INT8 NOT NULL
) STRICT;
CREATE INDEX audit_actor ON audit (actor, id);
CREATE INDEX audit_about ON audit (about, id);

CREATE TABLE audit_field (
  entry_id INT8 NOT NULL REFERENCES audit (id),
  place INT8 NOT NULL,
  name TEXT NOT NULL,
  value TEXT, -- NULL: forgotten
  salt BYTES, -- of a personal value; NULL with it
  commitment BYTES, -- NULL: not personal
  PRIMARY KEY (entry_id, place)
) STRICT;

CREATE TABLE audit_unsealed (
  entry_id INT8 PRIMARY KEY REFERENCES audit (id)
) STRICT;

CREATE TABLE audit_chain (
  number INT8 PRIMARY KEY, -- 1, 2, 3, ...
  entry_id INT8 NOT NULL UNIQUE REFERENCES audit (id),
  chain BYTES NOT NULL
) STRICT;
