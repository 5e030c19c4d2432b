-- SPDX-License-Identifier: EUPL-1.2
-- The audit log.

--: write entry_add (id entry_id, at int, actor party_id, about party_id, verb text, object text,
--:   object_id int, purpose text, n_fields int)
INSERT INTO audit (id, at, actor, about, verb, object, object_id, purpose, n_fields)
VALUES (:id, :at, COALESCE(:actor, 0), COALESCE(:about, 0), :verb, :object, :object_id, :purpose,
        :n_fields);

--: write entry_wait (id entry_id)
INSERT INTO audit_unsealed (entry_id) VALUES (:id);

--: write field_add (entry entry_id, place int, name text, value text, salt bytes?, commitment bytes?)
INSERT INTO audit_field (entry_id, place, name, value, salt, commitment)
VALUES (:entry, :place, :name, :value, :salt, :commitment);

--: many entries_waiting (limit int)
--:   -> (id entry_id, at int, actor int, about int, verb text, object text, object_id int,
--:       purpose text, n_fields int)
SELECT a.id, a.at, a.actor, a.about, a.verb, a.object, a.object_id, a.purpose, a.n_fields
  FROM audit_unsealed AS u JOIN audit AS a ON a.id = u.entry_id
 ORDER BY a.id
 LIMIT :limit;

--: many fields_of (entries entry_id[], limit int)
--:   -> (entry entry_id, place int, name text, value text?, salt bytes?, commitment bytes?)
SELECT f.entry_id AS entry, f.place, f.name, f.value, f.salt, f.commitment FROM audit_field AS f
 WHERE f.entry_id IN :entries
 ORDER BY f.entry_id, f.place
 LIMIT :limit;

--: many last_link (limit int) -> (number int, at int, chain bytes)
SELECT c.number, a.at, c.chain FROM audit_chain AS c JOIN audit AS a ON a.id = c.entry_id
 ORDER BY c.number DESC
 LIMIT :limit;

--: many first_link (limit int) -> (at int)
SELECT a.at FROM audit_chain AS c JOIN audit AS a ON a.id = c.entry_id
 ORDER BY c.number
 LIMIT :limit;

--: write link_add (number int, entry entry_id, chain bytes)
INSERT INTO audit_chain (number, entry_id, chain) VALUES (:number, :entry, :chain);

--: write wait_end (entry entry_id)
DELETE FROM audit_unsealed WHERE entry_id = :entry;

-- The left join keeps a link whose row was taken away.
--: many links (after int, limit int)
--:   -> (number int, chain bytes, entry entry_id, present bool, at int, actor int, about int,
--:       verb text, object text, object_id int, purpose text, n_fields int)
SELECT c.number, c.chain, c.entry_id AS entry, CASE WHEN a.id IS NULL THEN 0 ELSE 1 END AS present,
       COALESCE(a.at, 0) AS at, COALESCE(a.actor, 0) AS actor, COALESCE(a.about, 0) AS about,
       COALESCE(a.verb, '') AS verb, COALESCE(a.object, '') AS object,
       COALESCE(a.object_id, 0) AS object_id, COALESCE(a.purpose, '') AS purpose,
       COALESCE(a.n_fields, 0) AS n_fields
  FROM audit_chain AS c LEFT JOIN audit AS a ON a.id = c.entry_id
 WHERE c.number > :after
 ORDER BY c.number
 LIMIT :limit;

--: one rows_counted () -> (n_rows int, n_links int, n_waiting int)
SELECT (SELECT count(*) FROM audit) AS n_rows, (SELECT count(*) FROM audit_chain) AS n_links,
       (SELECT count(*) FROM audit_unsealed) AS n_waiting;

--: write values_forget (who party_id)
UPDATE audit_field SET value = NULL, salt = NULL
 WHERE commitment IS NOT NULL
   AND entry_id IN (SELECT a.id FROM audit AS a WHERE a.actor = :who
                     UNION ALL SELECT a.id FROM audit AS a WHERE a.about = :who);

--: many entries_shown (before int, who party_id, verb_from text, verb_to text, limit int)
--:   -> (number int, id entry_id, at int, actor int, actor_name text?, about int, about_name text?,
--:       verb text, object text, object_id int, purpose text, n_fields int)
SELECT c.number, a.id, a.at, a.actor, p.name AS actor_name, a.about, q.name AS about_name, a.verb,
       a.object, a.object_id, a.purpose, a.n_fields
  FROM audit_chain AS c JOIN audit AS a ON a.id = c.entry_id
       LEFT JOIN party AS p ON p.id = a.actor
       LEFT JOIN party AS q ON q.id = a.about
 WHERE c.number < :before [of: AND (a.actor = :who OR a.about = :who)]
       [doing: AND a.verb >= :verb_from AND a.verb < :verb_to]
 ORDER BY c.number DESC
 LIMIT :limit;

-- One row for each field, or one without a field (place -1).
--: each entries_held (who party_id)
--:   -> (id entry_id, at int, actor int, about int, verb text, object text, object_id int,
--:       purpose text, place int, field text?, value text?, personal bool)
SELECT a.id, a.at, a.actor, a.about, a.verb, a.object, a.object_id, a.purpose,
       COALESCE(f.place, -1) AS place, f.name AS field, f.value,
       CASE WHEN f.commitment IS NULL THEN 0 ELSE 1 END AS personal
  FROM audit AS a LEFT JOIN audit_field AS f ON f.entry_id = a.id
 WHERE a.actor = :who OR a.about = :who
 ORDER BY a.id, f.place;
