-- SPDX-License-Identifier: EUPL-1.2
-- What was made by a request that may come twice, see app/once; and how often a comment changed.

CREATE TABLE once (
  hash BYTES PRIMARY KEY, -- keyed, of who asked, for what, under which key: names nobody
  print BYTES NOT NULL,   -- of what was asked
  made_id INT8 NOT NULL,
  made_at INT8 NOT NULL
) STRICT;
CREATE INDEX once_age ON once (made_at);

ALTER TABLE comment ADD COLUMN version INT8 NOT NULL DEFAULT 1;
