-- Queries of every kind and type, for the tests of this folder only.

--: fragment is_young (now int)
(s.at > :now - 1000 [strict: AND s.at <= :now]);

--: write thing_add (id publication_id, n int, x real, name text, body bytes, on_ bool, n0 int?,
--:   x0 real?, name0 text?, body0 bytes?, owner party_id?)
INSERT INTO thing (id, n, x, name, body, on_, n0, x0, name0, body0, owner)
VALUES (:id, :n, :x, :name, :body, :on_, :n0, :x0, :name0, :body0, :owner);

--: one thing_by_id (id publication_id) -> (id publication_id, n int, x real, name text, body bytes,
--:   on_ bool, n0 int?, x0 real?, name0 text?, body0 bytes?, owner party_id?)
SELECT id, n, x, name, body, on_, n0, x0, name0, body0, owner FROM thing WHERE id = :id;

--: one thing_n_wrong (id publication_id) -> (n0 int)
SELECT n0 FROM thing WHERE id = :id;

--: one thing_any () -> (id publication_id)
SELECT id FROM thing;

--: write row_add (id publication_id, at int, name text)
INSERT INTO row_ (id, at, name) VALUES (:id, :at, :name);

--: count rows_forget (before int)
DELETE FROM row_ WHERE at < :before;

--: count row_bump (id publication_id)
UPDATE row_ SET at = at + 1 WHERE id = :id;

--: write rows_add (ids publication_id[], at int)
INSERT INTO row_ (id, at, name) SELECT e.value, :at + e.place, 'many' FROM EACH(:ids) AS e
 WHERE true ON CONFLICT (id) DO UPDATE SET at = excluded.at;

--: one row_take (id publication_id, at int) -> (id publication_id, at int)
UPDATE row_ SET at = :at WHERE id = :id RETURNING id, at;

--: one row_get (id publication_id) -> (at int, name text)
SELECT at, name FROM row_ WHERE id = :id;

--: one rows_sum () -> (n int, total int?)
SELECT count(*) AS n, CAST(sum(at) AS INT8) AS total FROM row_;

--: many rows_list (ids publication_id[], names text[], before int, limit int)
--:   -> (id publication_id, at int, name text)
SELECT s.id, s.at, s.name FROM row_ AS s
 WHERE s.at >= 0 [some: AND s.id IN :ids] [not_named: AND s.name NOT IN :names]
   [not old: AND s.at < :before]
 ORDER BY {order: oldest = s.at, s.id | newest = s.at DESC, s.id DESC} LIMIT :limit;

--: many rows_young (limit int) -> (id publication_id)
SELECT s.id FROM row_ AS s WHERE @is_young ORDER BY s.id LIMIT :limit;

--: each rows_all (from_ int) -> (id publication_id, at int, name text)
SELECT id, at, name FROM row_ WHERE at >= :from_ ORDER BY at, id;

--: write child_add (id comment_id, row_ publication_id, mark int)
INSERT INTO child (id, row_, mark) VALUES (:id, :row_, :mark);
