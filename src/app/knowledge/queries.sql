-- SPDX-License-Identifier: EUPL-1.2
-- Spaces, publications and what hangs on them. What may be seen is decided by visible.sql alone.
--
-- Audience keys. `publication.aud` says in one number for whom it is live: 0 nobody (a draft, removed
-- or expired), 1 everybody, 2 the signed in, else the id of a space or of the owner. A viewer has the
-- keys 1, and when active also 2, the own id and the ids of the spaces joined. Lists walk the index
-- of each key from the newest and merge, so that what a viewer may not see costs nothing. The keys
-- only nominate: the rule is asked of each nominee.
--: include "visible.sql"

-- ---- the rule's facts ----

--: many visible_facts_of (id publication_id, viewer party_id, limit int)
--:   -> (state int, eff int, owner_id party_id, publish_at int, delete_at int,
--:       is_member bool, may_read bool, may_edit bool)
SELECT p.state, p.eff, p.owner_id, p.publish_at, p.delete_at,
       CASE WHEN @is_member THEN 1 ELSE 0 END AS is_member,
       CASE WHEN @may_read THEN 1 ELSE 0 END AS may_read,
       CASE WHEN @may_edit THEN 1 ELSE 0 END AS may_edit
  FROM publication AS p
 WHERE p.id = :id
    OR p.id IN (SELECT up.above_id FROM publication_above AS up WHERE up.publication_id = :id)
 ORDER BY CASE WHEN p.id = :id THEN 0 ELSE 1 END
 LIMIT :limit;

-- ---- publications ----

--: one publication_row (id publication_id)
--:   -> (id publication_id, kind int, space_id space_id?, parent_id publication_id?,
--:       owner_id party_id, owner_name text, lang int, twin_id publication_id?, level int, eff int,
--:       state int, publish_at int, delete_at int, comment_policy int, revision int, title text,
--:       summary text, body text, n_comments int, n_views int, version int, created_at int,
--:       changed_at int)
SELECT pub.id, pub.kind, pub.space_id, pub.parent_id, pub.owner_id, party.name AS owner_name,
       pub.lang, pub.twin_id, pub.level, pub.eff, pub.state, pub.publish_at, pub.delete_at,
       pub.comment_policy, pub.revision, pub.title, pub.summary, r.body, pub.n_comments,
       pub.n_views, pub.version, pub.created_at, pub.changed_at
  FROM publication AS pub
  JOIN party ON party.id = pub.owner_id
  JOIN revision AS r ON r.publication_id = pub.id AND r.number = pub.revision
 WHERE pub.id = :id;

--: many publications_nominated (aud int, now int, space space_id, owner party_id, before_at int,
--:   before_id publication_id, limit int) -> (id publication_id, publish_at int)
SELECT pub.id, pub.publish_at
  FROM publication AS pub
 WHERE pub.aud = :aud AND pub.publish_at <= :now
   AND (pub.publish_at, pub.id) < (:before_at, :before_id)
   [in_space: AND pub.space_id = :space] [by_owner: AND pub.owner_id = :owner]
 ORDER BY pub.publish_at DESC, pub.id DESC
 LIMIT :limit;

-- What was granted to the viewer or to a space joined, in the same order.
--: many publications_granted (viewer party_id, now int, space space_id, owner party_id,
--:   before_at int, before_id publication_id, limit int) -> (id publication_id, publish_at int)
SELECT pub.id, pub.publish_at
  FROM publication AS pub
 WHERE pub.id IN (SELECT g.publication_id FROM publication_grant AS g
                   WHERE g.subject_kind = 0 AND g.subject_id = :viewer
                   UNION
                  SELECT g.publication_id
                    FROM membership AS m
                    JOIN publication_grant AS g ON g.subject_kind = 1 AND g.subject_id = m.space_id
                   WHERE m.party_id = :viewer AND m.state = 2)
   AND pub.aud <> 0 AND pub.publish_at <= :now
   AND (pub.publish_at, pub.id) < (:before_at, :before_id)
   [in_space: AND pub.space_id = :space] [by_owner: AND pub.owner_id = :owner]
 ORDER BY pub.publish_at DESC, pub.id DESC
 LIMIT :limit;

-- Of the nominees, those that the rule lets through and that are live.
--: many publications_shown (ids publication_id[], viewer party_id, active bool, now int, limit int)
--:   -> (id publication_id, kind int, space_id space_id?, parent_id publication_id?,
--:       owner_id party_id, owner_name text, lang int, twin_id publication_id?, level int, eff int,
--:       state int, publish_at int, delete_at int, comment_policy int, revision int, title text,
--:       summary text, n_comments int, n_views int, version int, created_at int, changed_at int)
SELECT pub.id, pub.kind, pub.space_id, pub.parent_id, pub.owner_id, party.name AS owner_name,
       pub.lang, pub.twin_id, pub.level, pub.eff, pub.state, pub.publish_at, pub.delete_at,
       pub.comment_policy, pub.revision, pub.title, pub.summary, pub.n_comments, pub.n_views,
       pub.version, pub.created_at, pub.changed_at
  FROM publication AS pub
  JOIN party ON party.id = pub.owner_id
 WHERE pub.id IN :ids AND pub.state IN (1, 2) AND pub.publish_at <= :now AND :now < pub.delete_at
   AND @visible
 ORDER BY pub.publish_at DESC, pub.id DESC
 LIMIT :limit;

--: many publications_mine (owner party_id, before_at int, before_id publication_id, limit int)
--:   -> (id publication_id, kind int, space_id space_id?, parent_id publication_id?,
--:       owner_id party_id, owner_name text, lang int, twin_id publication_id?, level int, eff int,
--:       state int, publish_at int, delete_at int, comment_policy int, revision int, title text,
--:       summary text, n_comments int, n_views int, version int, created_at int, changed_at int)
SELECT pub.id, pub.kind, pub.space_id, pub.parent_id, pub.owner_id, party.name AS owner_name,
       pub.lang, pub.twin_id, pub.level, pub.eff, pub.state, pub.publish_at, pub.delete_at,
       pub.comment_policy, pub.revision, pub.title, pub.summary, pub.n_comments, pub.n_views,
       pub.version, pub.created_at, pub.changed_at
  FROM publication AS pub
  JOIN party ON party.id = pub.owner_id
 WHERE pub.owner_id = :owner AND (pub.changed_at, pub.id) < (:before_at, :before_id)
 ORDER BY pub.changed_at DESC, pub.id DESC
 LIMIT :limit;

-- Counted up to a limit, so that a large space costs no more than a small one.
--: one publications_counted (keys int[], viewer party_id, active bool, now int, space space_id,
--:   owner party_id, limit int) -> (n int)
SELECT count(*) AS n
  FROM (SELECT pub.id
          FROM publication AS pub
         WHERE (pub.aud IN :keys
                OR pub.id IN (SELECT g.publication_id FROM publication_grant AS g
                               WHERE g.subject_kind = 0 AND g.subject_id = :viewer
                               UNION
                              SELECT g.publication_id
                                FROM membership AS m
                                JOIN publication_grant AS g
                                  ON g.subject_kind = 1 AND g.subject_id = m.space_id
                               WHERE m.party_id = :viewer AND m.state = 2))
           AND pub.state IN (1, 2) AND pub.publish_at <= :now AND :now < pub.delete_at
           [in_space: AND pub.space_id = :space] [by_owner: AND pub.owner_id = :owner]
           AND @visible
         LIMIT :limit) AS counted;

--: many viewer_spaces (viewer party_id, limit int) -> (space_id space_id)
SELECT m.space_id FROM membership AS m
 WHERE m.party_id = :viewer AND m.state = 2
 ORDER BY m.space_id
 LIMIT :limit;

-- ---- levels ----

--: many space_children (parent space_id, limit int) -> (id space_id, ceiling int)
SELECT s.id, s.ceiling FROM space AS s WHERE s.parent_id = :parent ORDER BY s.id LIMIT :limit;

--: write space_set_eff (id space_id, eff int)
UPDATE space SET eff_ceiling = :eff WHERE id = :id;

-- The narrowest of the ceiling, the own level and the levels of all that it hangs under. Either all of
-- a space, or one publication and what hangs under it.
--: write publications_set_eff (ceiling int, space space_id, id publication_id)
UPDATE publication
   SET eff = (SELECT CASE WHEN min(q.level) < :ceiling THEN min(q.level) ELSE :ceiling END
                FROM publication AS q
               WHERE q.id = publication.id
                  OR q.id IN (SELECT up.above_id FROM publication_above AS up
                               WHERE up.publication_id = publication.id))
 WHERE {of: space = space_id = :space
          | tree = (id = :id OR id IN (SELECT below.publication_id FROM publication_above AS below
                                        WHERE below.above_id = :id))};

-- Behind every change of level, state or space.
--: write publications_set_key (space space_id, id publication_id)
UPDATE publication
   SET aud = CASE WHEN state NOT IN (1, 2) THEN 0 WHEN eff = 3 THEN 1 WHEN eff = 2 THEN 2
                  WHEN eff = 1 THEN space_id ELSE owner_id END
 WHERE {of: space = space_id = :space
          | tree = (id = :id OR id IN (SELECT below.publication_id FROM publication_above AS below
                                        WHERE below.above_id = :id))};

-- What has expired leaves the lists' index; a few at a time.
--: count publications_expire (now int, limit int)
UPDATE publication SET aud = 0
 WHERE id IN (SELECT p.id FROM publication AS p
               WHERE p.delete_at <= :now AND p.aud <> 0 ORDER BY p.delete_at LIMIT :limit);
