-- SPDX-License-Identifier: EUPL-1.2
-- What was made by a request that may come twice.

--: one once_row (hash bytes) -> (print bytes, made int)
SELECT o.print, o.made_id AS made FROM once AS o WHERE o.hash = :hash;

--: write once_add (hash bytes, print bytes, made int, now int)
INSERT INTO once (hash, print, made_id, made_at) VALUES (:hash, :print, :made, :now);

--: count once_delete (before int)
DELETE FROM once WHERE made_at < :before;
