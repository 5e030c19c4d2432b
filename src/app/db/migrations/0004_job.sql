-- SPDX-License-Identifier: EUPL-1.2
-- Long work and the files it reads. The bytes of files and results are in the data folder; what has
-- no row here is swept from it.

CREATE TABLE job (
  id INT8 PRIMARY KEY,
  kind TEXT NOT NULL,
  owner_id INT8 NOT NULL REFERENCES party (id),
  lang INT8 NOT NULL CHECK (lang IN (0, 1)),
  title TEXT NOT NULL,
  args TEXT NOT NULL, -- JSON
  state INT8 NOT NULL CHECK (state IN (0, 1, 2, 3, 4)), -- queued, running, done, failed, cancelled
  cancel_asked INT8 NOT NULL CHECK (cancel_asked IN (0, 1)),
  tries INT8 NOT NULL, -- how often a worker began
  lease INT8 NOT NULL, -- no two leases have the same; 0: nobody works on it
  lease_until INT8 NOT NULL,
  step TEXT NOT NULL, -- message key
  share FLOAT8 NOT NULL, -- negative: unknown
  left_ms INT8 NOT NULL, -- negative: unknown
  created_at INT8 NOT NULL,
  started_at INT8 NOT NULL, -- of the last try; 0: not yet
  ended_at INT8 NOT NULL, -- 0: not yet
  failure TEXT NOT NULL, -- JSON
  result TEXT NOT NULL, -- name of a folder
  CHECK ((state = 1) = (lease <> 0))
) STRICT;
CREATE INDEX job_owner ON job (owner_id, id);
CREATE INDEX job_open ON job (state, id) WHERE state < 2;

CREATE TABLE file (
  id INT8 PRIMARY KEY,
  owner_id INT8 NOT NULL REFERENCES party (id),
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  bytes INT8 NOT NULL,
  hash TEXT NOT NULL, -- BLAKE2b-256, hexadecimal
  created_at INT8 NOT NULL
) STRICT;
CREATE INDEX file_owner ON file (owner_id, id);

CREATE TABLE job_file (
  job_id INT8 NOT NULL REFERENCES job (id),
  place INT8 NOT NULL,
  file_id INT8 NOT NULL REFERENCES file (id),
  PRIMARY KEY (job_id, place)
) STRICT;
CREATE INDEX job_file_file ON job_file (file_id);
