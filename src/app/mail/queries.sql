-- SPDX-License-Identifier: EUPL-1.2
-- Letters. States: 0 waiting, 1 sent, 2 failed, 3 dropped.

--: write outbox_add (id mail_id, party party_id?, subject text, sealed bytes,
--:   publication publication_id?, now int)
INSERT INTO outbox (id, party_id, subject, sealed, publication_id, state, created_at, due_at, n_tries,
                    reply, done_at)
VALUES (:id, :party, :subject, :sealed, :publication, 0, :now, :now, 0, 0, 9223372036854775807);

-- Leases the letter that waits longest.
--: one outbox_lease (now int, until int)
--:   -> (id mail_id, party party_id?, sealed bytes, publication publication_id?, created_at int,
--:       n_tries int)
UPDATE outbox SET due_at = :until, n_tries = n_tries + 1
 WHERE id = (SELECT o.id FROM outbox AS o WHERE o.state = 0 AND o.due_at <= :now
              ORDER BY o.due_at, o.id LIMIT 1)
RETURNING id, party_id AS party, sealed, publication_id AS publication, created_at, n_tries;

-- Only by who leased it last.
--: count outbox_end (id mail_id, n_tries int, state int, reply int, now int)
UPDATE outbox SET state = :state, sealed = NULL, reply = :reply, done_at = :now
 WHERE id = :id AND state = 0 AND n_tries = :n_tries;

--: count outbox_wait (id mail_id, n_tries int, reply int, due_at int)
UPDATE outbox SET reply = :reply, due_at = :due_at
 WHERE id = :id AND state = 0 AND n_tries = :n_tries;

--: write outbox_purge (before int)
DELETE FROM outbox WHERE state <> 0 AND done_at < :before;

--: one outbox_counted () -> (n_waiting int, n_late int, n_failed int, oldest_at int)
SELECT count(*) FILTER (WHERE state = 0) AS n_waiting,
       count(*) FILTER (WHERE state = 0 AND n_tries > 0) AS n_late,
       count(*) FILTER (WHERE state = 2) AS n_failed,
       COALESCE(min(created_at) FILTER (WHERE state = 0), 9223372036854775807) AS oldest_at
  FROM outbox;

--: write outbox_forget_waiting (who party_id)
DELETE FROM outbox WHERE party_id = :who AND state = 0;

--: write outbox_forget_done (who party_id)
UPDATE outbox SET party_id = NULL WHERE party_id = :who;

--: each letters_held (who party_id) -> (subject text, state int, created_at int)
SELECT o.subject, o.state, o.created_at FROM outbox AS o WHERE o.party_id = :who ORDER BY o.id;
