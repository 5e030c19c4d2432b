-- SPDX-License-Identifier: EUPL-1.2
-- What the tests of access look at.

--: one test_letters (subject text) -> (n int)
SELECT count(*) AS n FROM outbox AS o WHERE o.subject = :subject;

--: one test_log (verb text) -> (n int)
SELECT count(*) AS n FROM audit AS a WHERE a.verb = :verb;

--: one test_password (party party_id) -> (hash text)
SELECT w.hash FROM password AS w WHERE w.party_id = :party;

--: write test_copy_second (from party_id, to party_id)
UPDATE second_factor SET sealed = (SELECT f.sealed FROM second_factor AS f WHERE f.party_id = :from)
 WHERE party_id = :to;
