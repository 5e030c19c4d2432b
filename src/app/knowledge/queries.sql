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

-- Of a publication and of all that it hangs under, in any order: sorting so few would cost more than
-- finding them.
--: many visible_facts_of (id publication_id, viewer party_id, limit int)
--:   -> (id publication_id, state int, eff int, owner_id party_id, publish_at int, delete_at int,
--:       is_member bool, may_read bool, may_edit bool)
SELECT p.id, p.state, p.eff, p.owner_id, p.publish_at, p.delete_at,
       CASE WHEN @is_member THEN 1 ELSE 0 END AS is_member,
       CASE WHEN @may_read THEN 1 ELSE 0 END AS may_read,
       CASE WHEN @may_edit THEN 1 ELSE 0 END AS may_edit
  FROM (SELECT CAST(:id AS INT8) AS id
         UNION ALL
        SELECT up.above_id FROM publication_above AS up WHERE up.publication_id = :id) AS chain
  JOIN publication AS p ON p.id = chain.id
 LIMIT :limit;

-- ---- publications ----

-- With what the viewer is in its space.
--: one publication_row (id publication_id, viewer party_id)
--:   -> (id publication_id, kind int, space_id space_id?, parent_id publication_id?,
--:       owner_id party_id, owner_name text, owner_function text, lang int,
--:       twin_id publication_id?, level int, eff int, state int, publish_at int, delete_at int,
--:       comment_policy int, revision int, title text, summary text, body text, html text?,
--:       html_by int, n_comments int, n_views int, version int, created_at int, changed_at int,
--:       member_role int?, member_state int?)
SELECT pub.id, pub.kind, pub.space_id, pub.parent_id, pub.owner_id, party.name AS owner_name,
       party.job_title AS owner_function, pub.lang, pub.twin_id, pub.level, pub.eff, pub.state,
       pub.publish_at, pub.delete_at, pub.comment_policy, pub.revision, pub.title, pub.summary,
       r.body, r.html, r.html_by, pub.n_comments, pub.n_views, pub.version, pub.created_at,
       pub.changed_at, m.role AS member_role, m.state AS member_state
  FROM publication AS pub
  JOIN party ON party.id = pub.owner_id
  JOIN revision AS r ON r.publication_id = pub.id AND r.number = pub.revision
  LEFT JOIN membership AS m ON m.space_id = pub.space_id AND m.party_id = :viewer
 WHERE pub.id = :id;

-- Those of one audience key, or those granted to the viewer or to a space joined. The cross join has
-- SQLite begin with the spaces joined, not with all that was granted to any space.
--: many publications_nominated (aud int, viewer party_id, now int, space space_id, owner party_id,
--:   before_at int, before_id publication_id, limit int) -> (id publication_id, publish_at int)
SELECT pub.id, pub.publish_at
  FROM publication AS pub
 WHERE {by: key = pub.aud = :aud
          | grant = pub.aud <> 0
                    AND pub.id IN (SELECT g.publication_id FROM publication_grant AS g
                                    WHERE g.subject_kind = 0 AND g.subject_id = :viewer
                                    UNION
                                   SELECT g.publication_id
                                     FROM membership AS m CROSS JOIN publication_grant AS g
                                    WHERE m.party_id = :viewer AND m.state = 2
                                      AND g.subject_kind = 1 AND g.subject_id = m.space_id)}
   AND pub.publish_at <= :now
   AND (pub.publish_at, pub.id) < (:before_at, :before_id)
   [in_space: AND pub.space_id = :space] [by_owner: AND pub.owner_id = :owner]
 ORDER BY pub.publish_at DESC, pub.id DESC
 LIMIT :limit;

-- When the newest of each audience key was published: one step in the index for each key.
--: many publications_heads (auds int[], now int, before_at int, before_id publication_id, limit int)
--:   -> (aud int, publish_at int)
SELECT h.aud, h.publish_at
  FROM (SELECT k.value AS aud,
               (SELECT pub.publish_at FROM publication AS pub
                 WHERE pub.aud = k.value AND pub.publish_at <= :now
                   AND (pub.publish_at, pub.id) < (:before_at, :before_id)
                 ORDER BY pub.publish_at DESC, pub.id DESC LIMIT 1) AS publish_at
          FROM EACH(:auds) AS k) AS h
 WHERE h.publish_at IS NOT NULL
 ORDER BY h.publish_at DESC, h.aud
 LIMIT :limit;

-- Those of several audience keys from a moment on.
--: many publications_since (auds int[], since int, now int, before_at int,
--:   before_id publication_id, limit int) -> (id publication_id, publish_at int)
SELECT pub.id, pub.publish_at
  FROM publication AS pub
 WHERE pub.aud IN :auds AND pub.publish_at >= :since AND pub.publish_at <= :now
   AND (pub.publish_at, pub.id) < (:before_at, :before_id)
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

-- The same text in the other language: the one this names, or one that names this.
--: many publication_twins (id publication_id, twin publication_id, limit int)
--:   -> (id publication_id, lang int)
SELECT pub.id, pub.lang FROM publication AS pub WHERE pub.id = :twin
 UNION
SELECT pub.id, pub.lang FROM publication AS pub WHERE pub.twin_id = :id
 ORDER BY id
 LIMIT :limit;

-- What the same owner wrote in another language and says so. Of many only some are found: the oldest.
--: many publications_naming (twins publication_id[], limit int) -> (id publication_id)
SELECT pub.id FROM publication AS pub
  JOIN publication AS named ON named.id = pub.twin_id
 WHERE pub.twin_id IN :twins AND pub.owner_id = named.owner_id AND pub.lang <> named.lang
 ORDER BY pub.id
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

--: many viewer_spaces (viewer party_id, limit int) -> (space_id space_id)
SELECT m.space_id FROM membership AS m
 WHERE m.party_id = :viewer AND m.state = 2
 ORDER BY m.space_id
 LIMIT :limit;

-- ---- levels ----

--: one space_children_counted (parent space_id) -> (n int)
SELECT count(*) AS n FROM space AS s WHERE s.parent_id = :parent;

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
               WHERE q.id IN (SELECT publication.id AS id
                               UNION ALL
                              SELECT up.above_id FROM publication_above AS up
                               WHERE up.publication_id = publication.id))
 WHERE {of: space = space_id = :space
          | tree = id IN (SELECT CAST(:id AS INT8) AS id
                           UNION ALL
                          SELECT below.publication_id FROM publication_above AS below
                           WHERE below.above_id = :id)};

-- Behind every change of level, state or space.
--: write publications_set_key (space space_id, id publication_id)
UPDATE publication
   SET aud = CASE WHEN state NOT IN (1, 2) THEN 0 WHEN eff = 3 THEN 1 WHEN eff = 2 THEN 2
                  WHEN eff = 1 THEN space_id ELSE owner_id END
 WHERE {of: space = space_id = :space
          | tree = id IN (SELECT CAST(:id AS INT8) AS id
                           UNION ALL
                          SELECT below.publication_id FROM publication_above AS below
                           WHERE below.above_id = :id)};

-- What has expired leaves the lists' index; a few at a time.
--: count publications_expire (now int, limit int)
UPDATE publication SET aud = 0
 WHERE id IN (SELECT p.id FROM publication AS p
               WHERE p.delete_at <= :now AND p.aud <> 0 ORDER BY p.delete_at LIMIT :limit);

-- ---- writing ----

--: one space_standing_of (space space_id, viewer party_id) -> (role int, state int)
SELECT m.role, m.state FROM membership AS m WHERE m.space_id = :space AND m.party_id = :viewer;

--: one space_ceiling (id space_id) -> (eff int)
SELECT s.eff_ceiling AS eff FROM space AS s WHERE s.id = :id;

--: write publication_add (id publication_id, kind int, space space_id?, parent publication_id?,
--:   owner party_id, lang int, twin publication_id?, level int, publish_at int, delete_at int,
--:   comments int, title text, summary text, now int)
INSERT INTO publication (id, kind, space_id, parent_id, owner_id, lang, twin_id, level, eff, aud, state,
                         publish_at, delete_at, removed_at, comment_policy, revision, title, summary,
                         n_comments, n_views, version, created_at, changed_at)
VALUES (:id, :kind, :space, :parent, :owner, :lang, :twin, :level, 0, 0, 0, :publish_at, :delete_at,
        9223372036854775807, :comments, 1, :title, :summary, 0, 0, 1, :now, :now);

--: write publication_hang (id publication_id, parent publication_id)
INSERT INTO publication_above (publication_id, above_id)
SELECT CAST(:id AS INT8), p.id FROM publication AS p WHERE p.id = :parent
 UNION ALL
SELECT CAST(:id AS INT8), up.above_id FROM publication_above AS up WHERE up.publication_id = :parent;

--: one publications_below_counted (id publication_id) -> (n int)
SELECT count(*) AS n FROM publication_above AS below WHERE below.above_id = :id;

--: one publication_depth (id publication_id) -> (n int)
SELECT count(*) AS n FROM publication_above AS up WHERE up.publication_id = :id;

--: write revision_add (id publication_id, number int, title text, summary text, body text,
--:   author party_id, now int)
INSERT INTO revision (publication_id, number, title, summary, body, author_id, at)
VALUES (:id, :number, :title, :summary, :body, :author, :now);

-- What a renderer made of a text that never changes.
--: write revision_keep_html (id publication_id, number int, html text, html_by int)
UPDATE revision SET html = :html, html_by = :html_by
 WHERE publication_id = :id AND number = :number;

-- Nothing happens when the version is no longer this one. No wider than asked and with the space it
-- is asked for at any moment; publications_set_eff then says how wide it is.
--: count publication_update (id publication_id, version int, lang int, twin publication_id?,
--:   space space_id?, level int, publish_at int, delete_at int, comments int, revision int, title text,
--:   summary text, now int)
UPDATE publication
   SET lang = :lang, twin_id = :twin, space_id = :space, level = :level,
       eff = CASE WHEN eff < :level THEN eff ELSE :level END, publish_at = :publish_at,
       delete_at = :delete_at, comment_policy = :comments, revision = :revision, title = :title,
       summary = :summary, version = version + 1, changed_at = :now
 WHERE id = :id AND version = :version;

--: count publication_update_state (id publication_id, version int, state int, publish_at int,
--:   removed_at int, now int)
UPDATE publication
   SET state = :state, publish_at = :publish_at, removed_at = :removed_at, version = version + 1,
       changed_at = :now
 WHERE id = :id AND version = :version;

-- What its owner removed, for putting it back: no rule shows it to anybody.
--: one publication_removed (id publication_id, owner party_id) -> (version int, removed_at int)
SELECT pub.version, pub.removed_at FROM publication AS pub
 WHERE pub.id = :id AND pub.owner_id = :owner AND pub.state = 3;

--: one draft_row (id publication_id, party party_id)
--:   -> (base_version int, saved_at int, title text, summary text, body text)
SELECT dr.base_version, dr.saved_at, dr.title, dr.summary, dr.body FROM draft AS dr
 WHERE dr.publication_id = :id AND dr.party_id = :party;

--: write draft_put (id publication_id, party party_id, base_version int, title text, summary text,
--:   body text, now int)
INSERT INTO draft (publication_id, party_id, base_version, title, summary, body, saved_at)
VALUES (:id, :party, :base_version, :title, :summary, :body, :now)
    ON CONFLICT (publication_id, party_id) DO UPDATE
   SET base_version = excluded.base_version, title = excluded.title, summary = excluded.summary,
       body = excluded.body, saved_at = excluded.saved_at;

--: write draft_delete (id publication_id, party party_id)
DELETE FROM draft WHERE publication_id = :id AND party_id = :party;

--: many revisions (id publication_id, before int, limit int)
--:   -> (number int, at int, author party_id, author_name text, title text, summary text)
SELECT r.number, r.at, r.author_id AS author, party.name AS author_name, r.title, r.summary
  FROM revision AS r JOIN party ON party.id = r.author_id
 WHERE r.publication_id = :id AND r.number < :before
 ORDER BY r.number DESC
 LIMIT :limit;

--: one revision_row (id publication_id, number int)
--:   -> (number int, at int, author party_id, author_name text, title text, summary text, body text)
SELECT r.number, r.at, r.author_id AS author, party.name AS author_name, r.title, r.summary, r.body
  FROM revision AS r JOIN party ON party.id = r.author_id
 WHERE r.publication_id = :id AND r.number = :number;

-- ---- grants ----

--: many grants (id publication_id, limit int)
--:   -> (subject_kind int, subject_id int, access int, party_name text?)
SELECT g.subject_kind, g.subject_id, g.access, party.name AS party_name
  FROM publication_grant AS g
  LEFT JOIN party ON g.subject_kind = 0 AND party.id = g.subject_id
 WHERE g.publication_id = :id
 ORDER BY g.subject_kind, g.subject_id
 LIMIT :limit;

--: one grant_row (id publication_id, kind int, subject int) -> (access int)
SELECT g.access FROM publication_grant AS g
 WHERE g.publication_id = :id AND g.subject_kind = :kind AND g.subject_id = :subject;

--: write grant_put (id publication_id, kind int, subject int, access int, by party_id, now int)
INSERT INTO publication_grant (publication_id, subject_kind, subject_id, access, granted_by, granted_at)
VALUES (:id, :kind, :subject, :access, :by, :now)
    ON CONFLICT (publication_id, subject_kind, subject_id) DO UPDATE
   SET access = excluded.access, granted_by = excluded.granted_by, granted_at = excluded.granted_at;

--: write grant_delete (id publication_id, kind int, subject int)
DELETE FROM publication_grant
 WHERE publication_id = :id AND subject_kind = :kind AND subject_id = :subject;

-- ---- comments ----

--: many comments (id publication_id, single comment_id, after_at int, after_id comment_id, limit int)
--:   -> (id comment_id, reply_to comment_id?, author party_id, author_name text, body text, state int,
--:       version int, created_at int, changed_at int)
SELECT c.id, c.reply_to, c.author_id AS author, party.name AS author_name,
       CASE WHEN c.state = 0 THEN c.body ELSE '' END AS body, c.state, c.version, c.created_at,
       c.changed_at
  FROM comment AS c JOIN party ON party.id = c.author_id
 WHERE c.publication_id = :id
   AND {which: from = (c.created_at, c.id) > (:after_at, :after_id) | one = c.id = :single}
 ORDER BY c.created_at, c.id
 LIMIT :limit;

--: one comment_row (id comment_id) -> (publication publication_id, author party_id, state int)
SELECT c.publication_id AS publication, c.author_id AS author, c.state FROM comment AS c
 WHERE c.id = :id;

--: write comment_insert (id comment_id, publication publication_id, reply_to comment_id?,
--:   author party_id, body text, now int)
INSERT INTO comment (id, publication_id, reply_to, author_id, body, state, created_at, changed_at)
VALUES (:id, :publication, :reply_to, :author, :body, 0, :now, :now);

--: count comment_set_removed (id comment_id, now int)
UPDATE comment SET state = 1, body = '', version = version + 1, changed_at = :now
 WHERE id = :id AND state = 0;

--: count comment_set_body (id comment_id, version int, body text, now int)
UPDATE comment SET body = :body, version = version + 1, changed_at = :now
 WHERE id = :id AND version = :version AND state = 0;

--: write publication_count_comments (id publication_id, change int)
UPDATE publication SET n_comments = n_comments + :change WHERE id = :id;

-- ---- views ----

--: write view_day_add (id publication_id, day int, signed_in int, visitors int)
INSERT INTO view_day (publication_id, day, n_signed_in, n_visitors)
VALUES (:id, :day, :signed_in, :visitors)
    ON CONFLICT (publication_id, day) DO UPDATE
   SET n_signed_in = view_day.n_signed_in + excluded.n_signed_in,
       n_visitors = view_day.n_visitors + excluded.n_visitors;

--: count publication_count_views (id publication_id, change int)
UPDATE publication SET n_views = n_views + :change WHERE id = :id;

-- ---- spaces ----

--: one space_row (id space_id, viewer party_id)
--:   -> (id space_id, parent_id space_id?, slug text, name_nl text, name_en text, about_nl text,
--:       about_en text, join_policy int, ceiling int, eff_ceiling int, listed bool, version int,
--:       role int?, state int?)
SELECT s.id, s.parent_id, s.slug, s.name_nl, s.name_en, s.about_nl, s.about_en, s.join_policy,
       s.ceiling, s.eff_ceiling, s.listed, s.version, m.role, m.state
  FROM space AS s
  LEFT JOIN membership AS m ON m.space_id = s.id AND m.party_id = :viewer
 WHERE s.id = :id;

--: one space_of_slug (slug text) -> (id space_id)
SELECT s.id FROM space AS s WHERE s.slug = :slug;

-- Under a space that the viewer is shown: those that are listed or that concern the viewer.
--: many spaces_under (parent space_id, viewer party_id, limit int)
--:   -> (id space_id, parent_id space_id?, slug text, name_nl text, name_en text, about_nl text,
--:       about_en text, join_policy int, ceiling int, eff_ceiling int, listed bool, version int,
--:       role int?, state int?)
SELECT s.id, s.parent_id, s.slug, s.name_nl, s.name_en, s.about_nl, s.about_en, s.join_policy,
       s.ceiling, s.eff_ceiling, s.listed, s.version, m.role, m.state
  FROM space AS s
  LEFT JOIN membership AS m ON m.space_id = s.id AND m.party_id = :viewer
 WHERE {at: top = s.parent_id IS NULL | below = s.parent_id = :parent}
   AND (s.listed = 1 OR m.state IN (0, 1, 2))
 ORDER BY {lang: nl = s.name_nl | en = s.name_en}, s.id
 LIMIT :limit;

--: many spaces_of (viewer party_id, limit int)
--:   -> (id space_id, parent_id space_id?, slug text, name_nl text, name_en text, about_nl text,
--:       about_en text, join_policy int, ceiling int, eff_ceiling int, listed bool, version int,
--:       role int?, state int?)
SELECT s.id, s.parent_id, s.slug, s.name_nl, s.name_en, s.about_nl, s.about_en, s.join_policy,
       s.ceiling, s.eff_ceiling, s.listed, s.version, m.role, m.state
  FROM membership AS m JOIN space AS s ON s.id = m.space_id
 WHERE m.party_id = :viewer AND m.state IN (0, 1, 2)
 ORDER BY {lang: nl = s.name_nl | en = s.name_en}, s.id
 LIMIT :limit;

-- All that are listed or that concern the viewer; which of them are shown is told by those above.
--: many spaces_all (viewer party_id, limit int)
--:   -> (id space_id, parent_id space_id?, slug text, name_nl text, name_en text, about_nl text,
--:       about_en text, join_policy int, ceiling int, eff_ceiling int, listed bool, version int,
--:       role int?, state int?)
SELECT s.id, s.parent_id, s.slug, s.name_nl, s.name_en, s.about_nl, s.about_en, s.join_policy,
       s.ceiling, s.eff_ceiling, s.listed, s.version, m.role, m.state
  FROM space AS s
  LEFT JOIN membership AS m ON m.space_id = s.id AND m.party_id = :viewer
 WHERE s.listed = 1 OR m.state IN (0, 1, 2)
 ORDER BY {lang: nl = s.name_nl | en = s.name_en}, s.id
 LIMIT :limit;

--: write space_add (id space_id, parent space_id?, slug text, name_nl text, name_en text,
--:   about_nl text, about_en text, join_policy int, ceiling int, eff int, listed bool, by party_id,
--:   now int)
INSERT INTO space (id, parent_id, slug, name_nl, name_en, about_nl, about_en, join_policy, ceiling,
                   eff_ceiling, listed, version, created_at, created_by)
VALUES (:id, :parent, :slug, :name_nl, :name_en, :about_nl, :about_en, :join_policy, :ceiling, :eff,
        :listed, 1, :now, :by);

-- eff_ceiling goes first down to what the ceiling allows; level.c then sets all of it.
--: count space_update (id space_id, version int, slug text, name_nl text, name_en text,
--:   about_nl text, about_en text, join_policy int, ceiling int, listed bool)
UPDATE space
   SET slug = :slug, name_nl = :name_nl, name_en = :name_en, about_nl = :about_nl,
       about_en = :about_en, join_policy = :join_policy, ceiling = :ceiling, listed = :listed,
       eff_ceiling = CASE WHEN eff_ceiling < :ceiling THEN eff_ceiling ELSE :ceiling END,
       version = version + 1
 WHERE id = :id AND version = :version;

-- ---- members ----

--: many members (space space_id, single party_id, after_name text, after_id party_id, limit int)
--:   -> (party party_id, name text, sort_key text, job_title text, organisation text?, role int,
--:       state int, changed_at int)
SELECT m.party_id AS party, party.name, party.sort_key, party.job_title, org.name AS organisation, m.role, m.state,
       m.changed_at
  FROM membership AS m
  JOIN party ON party.id = m.party_id
  LEFT JOIN party AS org ON org.id = party.org_id
 WHERE m.space_id = :space AND {who: active = m.state = 2 | all = m.state IN (0, 1, 2)}
   AND party.account_state = 2
   AND {which: from = (party.sort_key, m.party_id) > (:after_name, :after_id)
             | one = m.party_id = :single}
 ORDER BY party.sort_key, m.party_id
 LIMIT :limit;

-- Of one that `members` shows: where a page goes on tells nothing of anybody else.
--: one member_sort_key (space space_id, id party_id) -> (sort_key text)
SELECT party.sort_key FROM membership AS m JOIN party ON party.id = m.party_id
 WHERE m.space_id = :space AND m.party_id = :id AND party.account_state = 2
   AND {who: active = m.state = 2 | all = m.state IN (0, 1, 2)};

--: write membership_put (space space_id, party party_id, role int, state int, now int)
INSERT INTO membership (space_id, party_id, role, state, changed_at)
VALUES (:space, :party, :role, :state, :now)
    ON CONFLICT (space_id, party_id) DO UPDATE
   SET role = excluded.role, state = excluded.state, changed_at = excluded.changed_at;

--: one managers_counted (space space_id, but party_id) -> (n int)
SELECT count(*) AS n FROM membership AS m
 WHERE m.space_id = :space AND m.role = 2 AND m.state = 2 AND m.party_id <> :but;

--: one memberships_counted (party party_id) -> (n int)
SELECT count(*) AS n FROM membership AS m WHERE m.party_id = :party AND m.state = 2;

--: one party_is_active (id party_id) -> (n int)
SELECT count(*) AS n FROM party WHERE party.id = :id AND party.account_state = 2;

-- ---- everything about somebody ----

--: each memberships_held (who party_id)
--:   -> (slug text, name text, role int, state int, changed_at int)
SELECT s.slug, s.name_nl AS name, m.role, m.state, m.changed_at
  FROM membership AS m JOIN space AS s ON s.id = m.space_id
 WHERE m.party_id = :who
 ORDER BY s.id;

--: each publications_held (who party_id)
--:   -> (id publication_id, title text, summary text, state int, level int, created_at int,
--:       publish_at int, delete_at int)
SELECT pub.id, pub.title, pub.summary, pub.state, pub.level, pub.created_at, pub.publish_at,
       pub.delete_at
  FROM publication AS pub
 WHERE pub.owner_id = :who
 ORDER BY pub.id;

--: each revisions_held (who party_id)
--:   -> (id publication_id, number int, at int, title text, summary text, body text)
SELECT r.publication_id AS id, r.number, r.at, r.title, r.summary, r.body FROM revision AS r
 WHERE r.author_id = :who
 ORDER BY r.publication_id, r.number;

--: each drafts_held (who party_id)
--:   -> (id publication_id, saved_at int, title text, summary text, body text)
SELECT dr.publication_id AS id, dr.saved_at, dr.title, dr.summary, dr.body FROM draft AS dr
 WHERE dr.party_id = :who
 ORDER BY dr.publication_id;

--: each comments_held (who party_id)
--:   -> (publication publication_id, body text, removed bool, created_at int)
SELECT c.publication_id AS publication, c.body, c.state AS removed, c.created_at FROM comment AS c
 WHERE c.author_id = :who
 ORDER BY c.id;

--: each grants_held (who party_id)
--:   -> (publication publication_id, to_me bool, access int, granted_at int)
SELECT g.publication_id AS publication,
       CASE WHEN g.subject_kind = 0 AND g.subject_id = :who THEN 1 ELSE 0 END AS to_me, g.access,
       g.granted_at
  FROM publication_grant AS g
 WHERE g.subject_kind = 0 AND g.subject_id = :who OR g.granted_by = :who
 ORDER BY g.publication_id, g.subject_kind, g.subject_id;

--: write memberships_erase (who party_id)
DELETE FROM membership WHERE party_id = :who;

--: write grants_erase (who party_id)
DELETE FROM publication_grant WHERE subject_kind = 0 AND subject_id = :who;

--: write drafts_erase (who party_id)
DELETE FROM draft WHERE party_id = :who;

-- Before comments_erase: what goes counts no more.
--: write comment_counts_erase (who party_id)
UPDATE publication
   SET n_comments = n_comments - (SELECT count(*) FROM comment AS c
                                   WHERE c.publication_id = publication.id AND c.author_id = :who
                                     AND c.state = 0)
 WHERE id IN (SELECT c.publication_id FROM comment AS c WHERE c.author_id = :who AND c.state = 0);

--: write comments_erase (who party_id, now int)
UPDATE comment SET state = 1, body = '', version = version + 1, changed_at = :now
 WHERE author_id = :who AND state = 0;

-- Of those publications what hangs on them that could be read goes, and the row stays for what
-- points to it.
--: fragment goes (who party_id, now int)
(gone.owner_id = :who [not all: AND (gone.state IN (0, 3) OR gone.level = 0 OR gone.publish_at > :now
                                               OR gone.delete_at <= :now)]);

--: write revisions_erase ()
DELETE FROM revision
 WHERE publication_id IN (SELECT gone.id FROM publication AS gone WHERE @goes);

--: write drafts_erase_of ()
DELETE FROM draft
 WHERE publication_id IN (SELECT gone.id FROM publication AS gone WHERE @goes);

--: write publications_erase (now int)
UPDATE publication
   SET title = '', summary = '', state = 3, aud = 0, removed_at = :now, version = version + 1,
       changed_at = :now
 WHERE id IN (SELECT gone.id FROM publication AS gone WHERE @goes);

-- ---- letters ----

-- Who gets a letter: with an account in use and a confirmed address.
--: many letter_readers (party party_id, limit int) -> (party party_id, address text, lang int)
SELECT p.id AS party, e.address, p.lang
  FROM party AS p JOIN email AS e ON e.party_id = p.id AND e.is_confirmed = 1
 WHERE p.id = :party AND p.account_state = 2
 LIMIT :limit;

--: many manager_readers (space space_id, limit int) -> (party party_id, address text, lang int)
SELECT p.id AS party, e.address, p.lang
  FROM membership AS m
  JOIN party AS p ON p.id = m.party_id AND p.account_state = 2
  JOIN email AS e ON e.party_id = p.id AND e.is_confirmed = 1
 WHERE m.space_id = :space AND m.role = 2 AND m.state = 2
 ORDER BY p.id
 LIMIT :limit;

--: one letter_writer (id party_id) -> (name text)
SELECT p.name FROM party AS p WHERE p.id = :id;
