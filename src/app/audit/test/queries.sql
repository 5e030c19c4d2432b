-- SPDX-License-Identifier: EUPL-1.2
-- What a hand could do that writes in the database and has no key; for audit_test.c.

--: write change_verb (number int)
UPDATE audit SET verb = 'nothing.happened'
 WHERE id = (SELECT entry_id FROM audit_chain WHERE audit_chain.number = :number);

--: write change_time (number int, by int)
UPDATE audit SET at = at + :by
 WHERE id = (SELECT entry_id FROM audit_chain WHERE audit_chain.number = :number);

--: write change_actor (number int, by int)
UPDATE audit SET actor = actor + :by
 WHERE id = (SELECT entry_id FROM audit_chain WHERE audit_chain.number = :number);

--: write change_object (number int, by int)
UPDATE audit SET object_id = object_id - :by
 WHERE id = (SELECT entry_id FROM audit_chain WHERE audit_chain.number = :number);

--: write change_purpose (number int)
UPDATE audit SET purpose = ''
 WHERE id = (SELECT entry_id FROM audit_chain WHERE audit_chain.number = :number);

--: write change_value (number int)
UPDATE audit_field SET value = 'Pietersen'
 WHERE entry_id = (SELECT c.entry_id FROM audit_chain AS c WHERE c.number = :number);

--: write remove_field (number int)
DELETE FROM audit_field
 WHERE entry_id = (SELECT c.entry_id FROM audit_chain AS c WHERE c.number = :number);

--: write remove_link (number int)
DELETE FROM audit_chain WHERE number = :number;

--: write shift_link (number int, by int)
UPDATE audit_chain SET number = number + :by WHERE number = :number;

-- The deeds change places; the chain stays.
--: write swap_rows (one int, other int)
UPDATE audit
   SET verb = (SELECT o.verb FROM audit AS o JOIN audit_chain AS c ON c.entry_id = o.id
                WHERE c.number = CASE WHEN audit.id = (SELECT a.entry_id FROM audit_chain AS a
                                                        WHERE a.number = :one)
                                      THEN :other ELSE :one END),
       object_id = (SELECT o.object_id FROM audit AS o JOIN audit_chain AS c ON c.entry_id = o.id
                     WHERE c.number = CASE WHEN audit.id = (SELECT a.entry_id FROM audit_chain AS a
                                                             WHERE a.number = :one)
                                           THEN :other ELSE :one END)
 WHERE id IN (SELECT b.entry_id FROM audit_chain AS b WHERE b.number IN (:one, :other));

-- A tail cut off without a trace: fields, links, then the rows that nothing names any more.
--: write cut_fields (from int)
DELETE FROM audit_field
 WHERE entry_id IN (SELECT c.entry_id FROM audit_chain AS c WHERE c.number >= :from);

--: write cut_links (from int)
DELETE FROM audit_chain WHERE number >= :from;

--: write cut_rows ()
DELETE FROM audit
 WHERE id NOT IN (SELECT c.entry_id FROM audit_chain AS c)
   AND id NOT IN (SELECT u.entry_id FROM audit_unsealed AS u);

--: write add_stranger (id entry_id)
INSERT INTO audit (id, at, actor, about, verb, object, object_id, purpose, n_fields)
VALUES (:id, 1, 0, 0, 'account.change', 'account', 1, '', 0);
