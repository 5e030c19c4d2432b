-- SPDX-License-Identifier: EUPL-1.2
-- Long work. A worker holds a job by its lease: whoever changes a running job names the lease it has.

-- ---- asking ----

--: write job_add (id job_id, kind text, owner party_id, lang int, title text, args text, now int)
INSERT INTO job (id, kind, owner_id, lang, title, args, state, cancel_asked, tries, lease, lease_until,
                 step, share, left_ms, created_at, started_at, ended_at, failure, result)
VALUES (:id, :kind, :owner, :lang, :title, :args, 0, 0, 0, 0, 0, '', -1.0, -1, :now, 0, 0, '', '');

--: write job_file_add (job job_id, place int, file file_id)
INSERT INTO job_file (job_id, place, file_id) VALUES (:job, :place, :file);

--: one jobs_counted (owner party_id) -> (n_open int, n_kept int)
SELECT count(*) FILTER (WHERE j.state < 2) AS n_open, count(*) AS n_kept
  FROM job AS j WHERE j.owner_id = :owner;

--: many jobs_of (owner party_id, id job_id, before job_id, limit int)
--:   -> (id job_id, kind text, owner party_id, title text, state int, cancel_asked bool, tries int,
--:       step text, share real, left_ms int, created_at int, started_at int, ended_at int,
--:       failure text, result text)
SELECT j.id, j.kind, j.owner_id AS owner, j.title, j.state, j.cancel_asked, j.tries, j.step, j.share,
       j.left_ms, j.created_at, j.started_at, j.ended_at, j.failure, j.result
  FROM job AS j
 WHERE j.owner_id = :owner [single: AND j.id = :id] [older: AND j.id < :before]
 ORDER BY j.id DESC
 LIMIT :limit;

--: count job_cancel_queued (id job_id, owner party_id, now int)
UPDATE job SET state = 4, cancel_asked = 1, ended_at = :now
 WHERE id = :id AND owner_id = :owner AND state = 0;

--: count job_ask_cancel (id job_id, owner party_id)
UPDATE job SET cancel_asked = 1 WHERE id = :id AND owner_id = :owner AND state = 1;

--: write job_files_forget (id job_id)
DELETE FROM job_file WHERE job_id = :id;

--: count job_delete (id job_id, owner party_id)
DELETE FROM job WHERE id = :id AND owner_id = :owner AND state > 1;

-- ---- files ----

--: write file_add (id file_id, owner party_id, name text, type text, bytes int, hash text, now int)
INSERT INTO file (id, owner_id, name, type, bytes, hash, created_at)
VALUES (:id, :owner, :name, :type, :bytes, :hash, :now);

--: one files_measured (owner party_id) -> (n int, own_bytes int, all_bytes int)
SELECT (SELECT count(*) FROM file AS f WHERE f.owner_id = :owner) AS n,
       (SELECT CAST(COALESCE(sum(f.bytes), 0) AS INT8) FROM file AS f
         WHERE f.owner_id = :owner) AS own_bytes,
       (SELECT CAST(COALESCE(sum(f.bytes), 0) AS INT8) FROM file AS f) AS all_bytes;

--: many files_of (owner party_id, ids file_id[], limit int)
--:   -> (id file_id, name text, type text, bytes int, hash text, created_at int)
SELECT f.id, f.name, f.type, f.bytes, f.hash, f.created_at FROM file AS f
 WHERE f.owner_id = :owner [named: AND f.id IN :ids]
 ORDER BY f.id DESC
 LIMIT :limit;

--: many files_of_job (job job_id, limit int)
--:   -> (id file_id, name text, type text, bytes int, hash text, created_at int)
SELECT f.id, f.name, f.type, f.bytes, f.hash, f.created_at
  FROM job_file AS u JOIN file AS f ON f.id = u.file_id
 WHERE u.job_id = :job
 ORDER BY u.place
 LIMIT :limit;

--: one file_uses (id file_id) -> (n int)
SELECT count(*) AS n FROM job_file AS u JOIN job AS j ON j.id = u.job_id
 WHERE u.file_id = :id AND j.state < 2;

--: write file_uses_forget (id file_id)
DELETE FROM job_file WHERE file_id = :id;

--: count file_delete (id file_id, owner party_id)
DELETE FROM file WHERE id = :id AND owner_id = :owner;

-- ---- erasing an account ----

--: write uses_forget (who party_id)
DELETE FROM job_file WHERE job_id IN (SELECT j.id FROM job AS j WHERE j.owner_id = :who)
                        OR file_id IN (SELECT f.id FROM file AS f WHERE f.owner_id = :who);

--: write files_forget (who party_id)
DELETE FROM file WHERE owner_id = :who;

--: write jobs_forget (who party_id)
DELETE FROM job WHERE owner_id = :who;

-- ---- working ----

--: many job_waiting (limit int) -> (id job_id)
SELECT j.id FROM job AS j WHERE j.state = 0 ORDER BY j.id LIMIT :limit;

-- Whose lease has ended, or ends so late that the clock was set back since.
--: many jobs_lapsed (now int, latest int, limit int) -> (id job_id, lease int, until int)
SELECT j.id, j.lease, j.lease_until AS until FROM job AS j
 WHERE j.state = 1 AND (j.lease_until < :now OR j.lease_until > :latest)
 ORDER BY j.id
 LIMIT :limit;

--: one job_to_do (id job_id)
--:   -> (kind text, owner party_id, lang int, args text, state int, cancel_asked bool, tries int,
--:       lease int, until int)
SELECT j.kind, j.owner_id AS owner, j.lang, j.args, j.state, j.cancel_asked, j.tries, j.lease,
       j.lease_until AS until
  FROM job AS j WHERE j.id = :id;

--: write job_lease (id job_id, lease int, until int, now int)
UPDATE job SET state = 1, lease = :lease, lease_until = :until, tries = tries + 1, started_at = :now,
               step = '', share = -1.0, left_ms = -1
 WHERE id = :id;

--: count job_beat (id job_id, lease int, until int, step text, share real, left_ms int)
UPDATE job SET lease_until = :until, step = :step, share = :share, left_ms = :left_ms
 WHERE id = :id AND lease = :lease;

--: one job_orders (id job_id, lease int) -> (cancel_asked bool)
SELECT j.cancel_asked FROM job AS j WHERE j.id = :id AND j.lease = :lease;

--: count job_end (id job_id, lease int, state int, now int, failure text, result text)
UPDATE job SET state = :state, lease = 0, lease_until = 0, ended_at = :now, failure = :failure,
               result = :result, left_ms = -1, share = CASE WHEN :state = 2 THEN 1.0 ELSE share END
 WHERE id = :id AND lease = :lease;

--: count job_give_back (id job_id, lease int)
UPDATE job SET state = 0, lease = 0, lease_until = 0, tries = tries - 1, step = '', share = -1.0,
               left_ms = -1
 WHERE id = :id AND lease = :lease;

--: many jobs_alive (ids job_id[], limit int) -> (id job_id, lease int, result text)
SELECT j.id, j.lease, j.result FROM job AS j WHERE j.id IN :ids ORDER BY j.id LIMIT :limit;

--: many files_alive (ids file_id[], limit int) -> (id file_id)
SELECT f.id FROM file AS f WHERE f.id IN :ids ORDER BY f.id LIMIT :limit;

-- ---- everything about somebody ----

--: each jobs_held (who party_id)
--:   -> (kind text, title text, args text, state int, created_at int, ended_at int, failure text)
SELECT j.kind, j.title, j.args, j.state, j.created_at, j.ended_at, j.failure FROM job AS j
 WHERE j.owner_id = :who
 ORDER BY j.id;

--: each files_held (who party_id)
--:   -> (name text, type text, bytes int, hash text, created_at int)
SELECT f.name, f.type, f.bytes, f.hash, f.created_at FROM file AS f
 WHERE f.owner_id = :who
 ORDER BY f.id;
