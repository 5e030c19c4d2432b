-- SPDX-License-Identifier: EUPL-1.2
-- What would betray half a deed, among everything made since an id; for kill_test.c. All must be 0.

--: one halves (since int) -> (unwritten int, unlogged int, twice int, loose int, fields int,
--:                           text int, comments int, views int)
SELECT
  -- rows of the log whose deed is not there
  (SELECT count(*) FROM audit AS a WHERE a.id > :since
    AND ((a.object = 'publication' AND a.object_id NOT IN (SELECT id FROM publication))
      OR (a.object = 'comment' AND a.object_id NOT IN (SELECT id FROM comment)))) AS unwritten,
  -- deeds that the log does not know
  (SELECT count(*) FROM publication AS p WHERE p.id > :since AND p.id NOT IN
     (SELECT a.object_id FROM audit AS a WHERE a.verb = 'publication.create' AND a.id > :since)) +
  (SELECT count(*) FROM publication AS p WHERE p.id > :since AND p.state = 1 AND p.id NOT IN
     (SELECT a.object_id FROM audit AS a WHERE a.verb = 'publication.publish' AND a.id > :since)) +
  (SELECT count(*) FROM comment AS c WHERE c.id > :since AND c.id NOT IN
     (SELECT a.object_id FROM audit AS a WHERE a.verb = 'comment.add' AND a.id > :since))
    AS unlogged,
  -- deeds that were done once and logged more often
  (SELECT count(*) FROM (SELECT a.verb, a.object_id FROM audit AS a
     WHERE a.id > :since AND a.verb IN ('publication.create', 'publication.publish', 'comment.add')
     GROUP BY a.verb, a.object_id HAVING count(*) > 1) AS t) AS twice,
  -- rows that are neither waiting for the sealer nor sealed, or both
  (SELECT count(*) FROM audit AS a WHERE a.id > :since
    AND (SELECT count(*) FROM audit_unsealed AS u WHERE u.entry_id = a.id) +
        (SELECT count(*) FROM audit_chain AS c WHERE c.entry_id = a.id) <> 1) AS loose,
  (SELECT count(*) FROM audit AS a WHERE a.id > :since
    AND a.n_fields <> (SELECT count(*) FROM audit_field AS f WHERE f.entry_id = a.id)) AS fields,
  -- publications whose text is not that of the revision they name
  (SELECT count(*) FROM publication AS p WHERE p.id > :since AND NOT EXISTS
     (SELECT 1 FROM revision AS r WHERE r.publication_id = p.id AND r.number = p.revision
         AND r.title = p.title)) AS text,
  (SELECT count(*) FROM publication AS p WHERE p.id > :since
    AND p.n_comments <> (SELECT count(*) FROM comment AS c
                          WHERE c.publication_id = p.id AND c.state = 0)) AS comments,
  (SELECT count(*) FROM publication AS p
    WHERE p.n_views <> (SELECT COALESCE(CAST(sum(v.n_signed_in + v.n_visitors) AS INT8), 0)
                          FROM view_day AS v WHERE v.publication_id = p.id)) AS views;

-- How much there is, to see that something was tried.
--: one made (since int) -> (publications int, published int, comments int, entries int)
SELECT (SELECT count(*) FROM publication AS p WHERE p.id > :since) AS publications,
       (SELECT count(*) FROM publication AS p WHERE p.id > :since AND p.state = 1) AS published,
       (SELECT count(*) FROM comment AS c WHERE c.id > :since) AS comments,
       (SELECT count(*) FROM audit AS a WHERE a.id > :since) AS entries;

--: one deed_is_there (publication publication_id, comment comment_id) -> (publications int,
--:                                                                        comments int)
SELECT (SELECT count(*) FROM publication AS p WHERE p.id = :publication) AS publications,
       (SELECT count(*) FROM comment AS c WHERE c.id = :comment) AS comments;

--: one state_of (id publication_id) -> (state int, n_views int)
SELECT p.state, p.n_views FROM publication AS p WHERE p.id = :id;

--: count open_space (id space_id)
UPDATE space SET ceiling = 3, eff_ceiling = 3 WHERE id = :id;
