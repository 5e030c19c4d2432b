-- SPDX-License-Identifier: EUPL-1.2
-- Covenants, runs of linking, and the pairs that people judge.

-- ---- covenants ----

--: write covenant_put (m municipality_id, id covenant_id, name text, purpose text, ground text,
--:   steward party_id, from_day int, to_day int, now int, by party_id?)
INSERT INTO covenant (municipality_id, id, name, purpose, ground, steward_id, from_day, to_day,
    made_at, made_by)
VALUES (:m, :id, :name, :purpose, :ground, :steward, :from_day, :to_day, :now, :by);

--: many covenants (m municipality_id, id covenant_id, limit int)
--:   -> (id covenant_id, name text, purpose text, ground text, steward_id party_id,
--:       steward_name text, from_day int, to_day int)
SELECT c.id, c.name, c.purpose, c.ground, c.steward_id, p.name AS steward_name, c.from_day, c.to_day
  FROM covenant AS c JOIN party AS p ON p.id = c.steward_id
 WHERE c.municipality_id = :m [one: AND c.id = :id]
 ORDER BY c.id DESC LIMIT :limit;

--: one steward_roles (party party_id) -> (roles int)
SELECT p.roles FROM party AS p WHERE p.id = :party AND p.account_state = 2;

-- ---- runs ----

--: write link_run_put (m municipality_id, id link_run_id, covenant covenant_id, now int,
--:   by party_id?, figures text, model text)
INSERT INTO link_run (municipality_id, id, covenant_id, state, made_at, made_by, figures, model)
VALUES (:m, :id, :covenant, 0, :now, :by, :figures, :model);

-- The other way round the index would see two that count.
--: write link_runs_put_by (m municipality_id)
UPDATE link_run SET state = 2 WHERE municipality_id = :m AND state = 1;

--: count link_run_count (m municipality_id, id link_run_id)
UPDATE link_run SET state = 1 WHERE municipality_id = :m AND id = :id AND state = 0;

--: many link_runs (m municipality_id, limit int)
--:   -> (id link_run_id, covenant_id covenant_id, state int, made_at int, figures text, n_open int,
--:       n_judged int)
SELECT r.id, r.covenant_id, r.state, r.made_at, r.figures,
       (SELECT count(*) FROM link_pair AS p
         WHERE p.municipality_id = r.municipality_id AND p.run_id = r.id
           AND NOT EXISTS (SELECT 1 FROM link_label AS l
                            WHERE l.municipality_id = p.municipality_id
                              AND l.record_a = p.record_a AND l.record_b = p.record_b)) AS n_open,
       (SELECT count(*) FROM link_pair AS p
         WHERE p.municipality_id = r.municipality_id AND p.run_id = r.id
           AND EXISTS (SELECT 1 FROM link_label AS l
                        WHERE l.municipality_id = p.municipality_id
                          AND l.record_a = p.record_a AND l.record_b = p.record_b)) AS n_judged
  FROM link_run AS r
 WHERE r.municipality_id = :m AND r.state IN (1, 2)
 ORDER BY r.id DESC LIMIT :limit;

--: one link_run_counting (m municipality_id)
--:   -> (id link_run_id, covenant_id covenant_id, steward_id party_id, purpose text)
SELECT r.id, r.covenant_id, c.steward_id, c.purpose
  FROM link_run AS r
  JOIN covenant AS c ON c.municipality_id = r.municipality_id AND c.id = r.covenant_id
 WHERE r.municipality_id = :m AND r.state = 1;

--: each person_links_counting (m municipality_id) -> (record_id record_id, person_id person_id)
SELECT l.record_id, l.person_id
  FROM link_run AS r
  JOIN person_link AS l ON l.municipality_id = r.municipality_id AND l.run_id = r.id
 WHERE r.municipality_id = :m AND r.state = 1
 ORDER BY l.record_id;

--: write person_put (m municipality_id, id person_id, now int)
INSERT INTO person (municipality_id, id, made_at) VALUES (:m, :id, :now) ON CONFLICT DO NOTHING;

--: write person_link_put (m municipality_id, run link_run_id, record record_id, person person_id)
INSERT INTO person_link (municipality_id, run_id, record_id, person_id)
VALUES (:m, :run, :record, :person);

--: write person_event_put (m municipality_id, id int, run link_run_id, kind int,
--:   from_person person_id, into_person person_id)
INSERT INTO person_event (municipality_id, id, run_id, kind, from_person, into_person)
VALUES (:m, :id, :run, :kind, :from_person, :into_person);

-- Left by killed runs an hour ago and more, and of runs gone by what only they needed.
--: many link_runs_to_sweep (before int, limit int) -> (m municipality_id, id link_run_id, state int)
SELECT r.municipality_id AS m, r.id, r.state FROM link_run AS r
 WHERE (r.state = 0 AND r.made_at < :before)
    OR (r.state = 2 AND EXISTS (SELECT 1 FROM person_link AS l
                                 WHERE l.municipality_id = r.municipality_id AND l.run_id = r.id))
 ORDER BY r.id LIMIT :limit;

--: count person_links_drop (m municipality_id, run link_run_id, limit int)
DELETE FROM person_link WHERE municipality_id = :m AND run_id = :run AND record_id IN (
  SELECT l.record_id FROM person_link AS l WHERE l.municipality_id = :m AND l.run_id = :run
   ORDER BY l.record_id LIMIT :limit);

--: count link_pairs_drop (m municipality_id, run link_run_id)
DELETE FROM link_pair WHERE municipality_id = :m AND run_id = :run;

--: write person_events_drop (m municipality_id, run link_run_id)
DELETE FROM person_event WHERE municipality_id = :m AND run_id = :run;

--: write link_run_drop (m municipality_id, run link_run_id)
DELETE FROM link_run WHERE municipality_id = :m AND id = :run AND state = 0;

-- ---- pairs ----

--: write link_pair_put (m municipality_id, run link_run_id, a record_id, b record_id, status int,
--:   probability real, harm real, told text)
INSERT INTO link_pair (municipality_id, run_id, record_a, record_b, status, probability, harm, told)
VALUES (:m, :run, :a, :b, :status, :probability, :harm, :told);

--: one link_pair_most (m municipality_id, run link_run_id, by party_id)
--:   -> (a record_id, b record_id, status int, probability real, told text)
SELECT p.record_a AS a, p.record_b AS b, p.status, p.probability, p.told
  FROM link_pair AS p
 WHERE p.municipality_id = :m AND p.run_id = :run
   AND NOT EXISTS (SELECT 1 FROM link_label AS l
                    WHERE l.municipality_id = p.municipality_id AND l.record_a = p.record_a
                      AND l.record_b = p.record_b AND l.by_id = :by)
 ORDER BY p.harm DESC, p.record_a, p.record_b LIMIT 1;

--: one link_pair_is_there (m municipality_id, run link_run_id, a record_id, b record_id)
--:   -> (status int)
SELECT p.status FROM link_pair AS p
 WHERE p.municipality_id = :m AND p.run_id = :run AND p.record_a = :a AND p.record_b = :b;

--: write link_label_put (m municipality_id, a record_id, b record_id, by party_id, answer int,
--:   now int)
INSERT INTO link_label (municipality_id, record_a, record_b, by_id, answer, made_at)
VALUES (:m, :a, :b, :by, :answer, :now)
ON CONFLICT (municipality_id, record_a, record_b, by_id)
DO UPDATE SET answer = excluded.answer, made_at = excluded.made_at;

-- In the order in which they were given: of two stewards who differ nobody is held to.
--: each link_labels (m municipality_id) -> (a record_id, b record_id, n_same int, n_different int)
SELECT l.record_a AS a, l.record_b AS b,
       count(*) FILTER (WHERE l.answer = 1) AS n_same,
       count(*) FILTER (WHERE l.answer = 0) AS n_different
  FROM link_label AS l
 WHERE l.municipality_id = :m
 GROUP BY l.record_a, l.record_b ORDER BY l.record_a, l.record_b;

-- ---- what is kept about a steward ----

--: each covenants_of (who party_id) -> (name text, purpose text, from_day int, to_day int)
SELECT c.name, c.purpose, c.from_day, c.to_day FROM covenant AS c
 WHERE c.steward_id = :who ORDER BY c.id;

--: one labels_of (who party_id) -> (n int)
SELECT count(*) AS n FROM link_label AS l WHERE l.by_id = :who;
