-- SPDX-License-Identifier: EUPL-1.2
-- Letters that wait, and of those that left only that they did. See mail.h.

CREATE TABLE outbox (
  id INT8 PRIMARY KEY, -- names the letter in its Message-ID
  party_id INT8 REFERENCES party (id), -- NULL: somebody without an account, or forgotten
  subject TEXT NOT NULL, -- key of the message: what kind of letter
  sealed BYTES, -- address, subject and text, encrypted with the installation's key; NULL when done
  publication_id INT8 REFERENCES publication (id) ON DELETE CASCADE, -- the reader must see it when the letter leaves
  state INT8 NOT NULL CHECK (state IN (0, 1, 2, 3)), -- waiting, sent, failed, dropped
  created_at INT8 NOT NULL,
  due_at INT8 NOT NULL, -- of one that is being sent: when another sender may try
  n_tries INT8 NOT NULL,
  reply INT8 NOT NULL, -- the server's last answer, 0: none
  done_at INT8 NOT NULL, -- 9223372036854775807: waiting
  CHECK ((state = 0) = (sealed IS NOT NULL))
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 0;
CREATE INDEX outbox_done ON outbox (done_at) WHERE state <> 0;
CREATE INDEX outbox_party ON outbox (party_id);
CREATE INDEX outbox_publication ON outbox (publication_id);
