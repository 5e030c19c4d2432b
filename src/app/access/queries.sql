-- SPDX-License-Identifier: EUPL-1.2
-- People, organisations, accounts, sessions. States: 0 none, 1 waiting, 2 active, 3 blocked, 4 erased.

-- ---- people ----

--: write party_add (id party_id, kind int, name text, sort_key text, job_title text, org party_id?,
--:   lang int, state int, roles int, now int)
INSERT INTO party (id, kind, name, sort_key, job_title, org_id, lang, account_state, roles, created_at,
                   last_seen_day, version)
VALUES (:id, :kind, :name, :sort_key, :job_title, :org, :lang, :state, :roles, :now, 0, 1);

--: write party_change (id party_id, name text, sort_key text, job_title text, org party_id?, lang int)
UPDATE party SET name = :name, sort_key = :sort_key, job_title = :job_title, org_id = :org,
                 lang = :lang, version = version + 1
 WHERE id = :id;

--: count party_set_state (id party_id, old int, state int)
UPDATE party SET account_state = :state, version = version + 1
 WHERE id = :id AND account_state = :old;

--: write party_set_roles (id party_id, roles int)
UPDATE party SET roles = :roles, version = version + 1 WHERE id = :id;

--: write party_seen (id party_id, day int)
UPDATE party SET last_seen_day = :day WHERE id = :id;

--: write party_clear (id party_id)
UPDATE party SET name = '', sort_key = '', job_title = '', org_id = NULL, account_state = 4, roles = 0,
                 last_seen_day = 0, version = version + 1
 WHERE id = :id;

--: one party_roles_counted (role int, but party_id) -> (n int)
SELECT count(*) AS n FROM party AS p
 WHERE p.kind = 0 AND p.account_state = 2 AND p.id <> :but AND p.roles / :role % 2 = 1;

-- One account, or a page of them.
-- Of 8, 16 and 32, the roles that ask for a second factor.
--: one accounts_counted (since int)
--:   -> (waiting int, active int, blocked int, strong_bare int, sessions int)
SELECT (SELECT count(*) FROM party AS p WHERE p.kind = 0 AND p.account_state = 1) AS waiting,
       (SELECT count(*) FROM party AS p WHERE p.kind = 0 AND p.account_state = 2) AS active,
       (SELECT count(*) FROM party AS p WHERE p.kind = 0 AND p.account_state = 3) AS blocked,
       (SELECT count(*) FROM party AS p
         WHERE p.kind = 0 AND p.account_state = 2 AND p.roles >= 8
           AND NOT EXISTS (SELECT 1 FROM second_factor AS f
                            WHERE f.party_id = p.id AND f.is_confirmed = 1)) AS strong_bare,
       (SELECT count(*) FROM session AS s WHERE s.created_at > :since) AS sessions;

--: many accounts (id party_id, state int, pattern text, after party_id, limit int)
--:   -> (id party_id, name text, email text?, is_confirmed bool, job_title text, org party_id?,
--:       org_name text?, lang int, state int, roles int, has_password bool, has_second bool,
--:       created_at int, last_seen_day int, reason text?)
SELECT p.id, p.name, e.address AS email, COALESCE(e.is_confirmed, 0) AS is_confirmed, p.job_title,
       p.org_id AS org, o.name AS org_name, p.lang, p.account_state AS state, p.roles,
       CASE WHEN w.party_id IS NULL THEN 0 ELSE 1 END AS has_password,
       CASE WHEN f.party_id IS NULL THEN 0 ELSE 1 END AS has_second,
       p.created_at, p.last_seen_day, r.reason
  FROM party AS p
  LEFT JOIN email AS e ON e.party_id = p.id
  LEFT JOIN party AS o ON o.id = p.org_id
  LEFT JOIN password AS w ON w.party_id = p.id
  LEFT JOIN second_factor AS f ON f.party_id = p.id AND f.is_confirmed = 1
  LEFT JOIN registration AS r ON r.party_id = p.id
 WHERE p.kind = 0 [one: AND p.id = :id] [in_state: AND p.account_state = :state]
       [listed: AND p.account_state IN (1, 2, 3)]
       [not one: AND p.id > :after]
       [matching: AND (p.sort_key LIKE :pattern ESCAPE '!' OR e.address_key LIKE :pattern ESCAPE '!')]
 ORDER BY p.id
 LIMIT :limit;

--: many people (id party_id, pattern text, after_key text, after party_id, limit int)
--:   -> (id party_id, name text, sort_key text, job_title text, org_name text?)
SELECT p.id, p.name, p.sort_key, p.job_title, o.name AS org_name
  FROM party AS p LEFT JOIN party AS o ON o.id = p.org_id
 WHERE p.kind = 0 AND p.account_state = 2 [one: AND p.id = :id]
       [onward: AND (p.sort_key, p.id) > (:after_key, :after)]
       [matching: AND p.sort_key LIKE :pattern ESCAPE '!']
 ORDER BY p.sort_key, p.id
 LIMIT :limit;

-- ---- addresses and passwords ----

--: write email_add (party party_id, address text, key text, is_confirmed bool)
INSERT INTO email (party_id, address, address_key, is_confirmed)
VALUES (:party, :address, :key, :is_confirmed);

--: write email_confirm (party party_id)
UPDATE email SET is_confirmed = 1 WHERE party_id = :party;

--: one party_of_email (key text)
--:   -> (id party_id, name text, address text, is_confirmed bool, lang int, state int, roles int,
--:       password text?, has_second bool)
SELECT p.id, p.name, e.address, e.is_confirmed, p.lang, p.account_state AS state, p.roles,
       w.hash AS password, CASE WHEN f.party_id IS NULL THEN 0 ELSE 1 END AS has_second
  FROM email AS e
  JOIN party AS p ON p.id = e.party_id
  LEFT JOIN password AS w ON w.party_id = p.id
  LEFT JOIN second_factor AS f ON f.party_id = p.id AND f.is_confirmed = 1
 WHERE e.address_key = :key;

--: one password_of (party party_id) -> (hash text)
SELECT w.hash FROM password AS w WHERE w.party_id = :party;

--: write password_put (party party_id, hash text, now int)
INSERT INTO password (party_id, hash, changed_at) VALUES (:party, :hash, :now)
    ON CONFLICT (party_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at;

--: write registration_put (party party_id, reason text)
INSERT INTO registration (party_id, reason) VALUES (:party, :reason)
    ON CONFLICT (party_id) DO UPDATE SET reason = excluded.reason;

--: write registration_end (party party_id)
DELETE FROM registration WHERE party_id = :party;

-- ---- links ----

--: write access_link_add (hash bytes, kind int, party party_id, expires int)
INSERT INTO link (hash, kind, party_id, expires_at) VALUES (:hash, :kind, :party, :expires);

--: one access_link_row (hash bytes, now int)
--:   -> (kind int, party party_id, name text, address text, state int)
SELECT l.kind, l.party_id AS party, p.name, e.address, p.account_state AS state
  FROM link AS l JOIN party AS p ON p.id = l.party_id JOIN email AS e ON e.party_id = l.party_id
 WHERE l.hash = :hash AND l.expires_at > :now;

--: count access_link_take (hash bytes, now int)
DELETE FROM link WHERE hash = :hash AND expires_at > :now;

--: write access_links_end (party party_id)
DELETE FROM link WHERE party_id = :party;

--: write access_links_end_of_kind (party party_id, kind int)
DELETE FROM link WHERE party_id = :party AND kind = :kind;

-- ---- throttle ----

--: many throttles (hashes text[], limit int) -> (hash text, n int, wait_until int, changed_at int)
SELECT t.hash, t.n, t.wait_until, t.changed_at FROM throttle AS t
 WHERE t.hash IN :hashes
 LIMIT :limit;

--: write throttle_put (hash text, n int, wait_until int, now int)
INSERT INTO throttle (hash, n, wait_until, changed_at) VALUES (:hash, :n, :wait_until, :now)
    ON CONFLICT (hash) DO UPDATE
   SET n = excluded.n, wait_until = excluded.wait_until, changed_at = excluded.changed_at;

--: write throttle_drop (hash text)
DELETE FROM throttle WHERE hash = :hash;

-- ---- sessions ----

--: one session_of_secret (hash bytes)
--:   -> (id session_id, party party_id, is_complete bool, has_second bool, n_wrong int, label text,
--:       created_at int, seen_at int, name text, state int, roles int, lang int, last_seen_day int)
SELECT s.id, s.party_id AS party, s.is_complete, s.has_second, s.n_wrong, s.label, s.created_at,
       s.seen_at, p.name, p.account_state AS state, p.roles, p.lang, p.last_seen_day
  FROM session AS s JOIN party AS p ON p.id = s.party_id
 WHERE s.hash = :hash;

--: write session_add (id session_id, hash bytes, party party_id, is_complete bool, label text, now int)
INSERT INTO session (id, hash, party_id, is_complete, has_second, n_wrong, label, created_at, seen_at)
VALUES (:id, :hash, :party, :is_complete, 0, 0, :label, :now, :now);

--: write session_seen (id session_id, now int)
UPDATE session SET seen_at = :now WHERE id = :id;

-- A session that proved more goes on under another secret.
--: count session_raise (id session_id, hash bytes, now int)
UPDATE session SET hash = :hash, is_complete = 1, has_second = 1, n_wrong = 0, seen_at = :now
 WHERE id = :id;

--: write session_count_wrong (id session_id)
UPDATE session SET n_wrong = n_wrong + 1 WHERE id = :id;

--: write sessions_lower (party party_id)
UPDATE session SET has_second = 0 WHERE party_id = :party;

--: count session_delete (id session_id, party party_id)
DELETE FROM session WHERE id = :id AND party_id = :party;

--: write sessions_delete (party party_id, but session_id)
DELETE FROM session WHERE party_id = :party [but_one: AND id <> :but];

--: write sessions_delete_old (party party_id, before int)
DELETE FROM session WHERE party_id = :party AND created_at < :before;

--: many sessions_of (party party_id, since int, limit int)
--:   -> (id session_id, is_complete bool, has_second bool, label text, created_at int, seen_at int)
SELECT s.id, s.is_complete, s.has_second, s.label, s.created_at, s.seen_at FROM session AS s
 WHERE s.party_id = :party AND s.created_at > :since
 ORDER BY s.seen_at DESC, s.id
 LIMIT :limit;

-- ---- second factor ----

--: one second_row (party party_id) -> (sealed bytes, is_confirmed bool, last_step int)
SELECT f.sealed, f.is_confirmed, f.last_step FROM second_factor AS f WHERE f.party_id = :party;

-- A confirmed one stays: it is dropped first.
--: count second_put (party party_id, sealed bytes, now int)
INSERT INTO second_factor (party_id, sealed, is_confirmed, last_step, changed_at)
VALUES (:party, :sealed, 0, 0, :now)
    ON CONFLICT (party_id) DO UPDATE SET sealed = excluded.sealed, changed_at = excluded.changed_at
 WHERE second_factor.is_confirmed = 0;

--: count second_step (party party_id, step int)
UPDATE second_factor SET last_step = :step WHERE party_id = :party AND last_step < :step;

--: count second_set_confirmed (party party_id, now int)
UPDATE second_factor SET is_confirmed = 1, changed_at = :now
 WHERE party_id = :party AND is_confirmed = 0;

--: count second_delete (party party_id)
DELETE FROM second_factor WHERE party_id = :party;

--: write recovery_add (party party_id, hash bytes)
INSERT INTO recovery_code (party_id, hash) VALUES (:party, :hash);

--: count recovery_take (party party_id, hash bytes)
DELETE FROM recovery_code WHERE party_id = :party AND hash = :hash;

--: write recovery_delete (party party_id)
DELETE FROM recovery_code WHERE party_id = :party;

--: one recovery_counted (party party_id) -> (n int)
SELECT count(*) AS n FROM recovery_code AS c WHERE c.party_id = :party;

-- ---- OpenID Connect ----

--: write oidc_flow_add (hash bytes, next text, expires int)
INSERT INTO oidc_flow (hash, next_path, expires_at) VALUES (:hash, :next, :expires);

--: one oidc_flow_take (hash bytes, now int) -> (next text)
DELETE FROM oidc_flow WHERE hash = :hash AND expires_at > :now RETURNING next_path AS next;

--: write oidc_flow_purge (now int)
DELETE FROM oidc_flow WHERE expires_at <= :now;

--: one oidc_party (issuer text, subject text) -> (party party_id, state int)
SELECT i.party_id AS party, p.account_state AS state
  FROM identity AS i JOIN party AS p ON p.id = i.party_id
 WHERE i.issuer = :issuer AND i.subject = :subject;

--: write oidc_identity_add (id identity_id, issuer text, subject text, party party_id, now int)
INSERT INTO identity (id, issuer, subject, party_id, created_at)
VALUES (:id, :issuer, :subject, :party, :now);

--: one invitation_open (party party_id, kind int, now int) -> (n int)
SELECT count(*) AS n FROM link AS l
 WHERE l.party_id = :party AND l.kind = :kind AND l.expires_at > :now;

-- ---- tokens ----

--: one tokens_counted (party party_id) -> (n int)
SELECT count(*) AS n FROM token AS t WHERE t.party_id = :party;

--: write token_add (id token_id, hash bytes, party party_id, name text, scopes int, now int,
--:   expires_at int)
INSERT INTO token (id, hash, party_id, name, scopes, created_at, expires_at, last_used_day)
VALUES (:id, :hash, :party, :name, :scopes, :now, :expires_at, 0);

--: many tokens_of (party party_id, limit int)
--:   -> (id token_id, name text, scopes int, created_at int, expires_at int, last_used_day int)
SELECT t.id, t.name, t.scopes, t.created_at, t.expires_at, t.last_used_day FROM token AS t
 WHERE t.party_id = :party
 ORDER BY t.id
 LIMIT :limit;

--: count token_delete (id token_id, party party_id)
DELETE FROM token WHERE id = :id AND party_id = :party;

--: write tokens_delete (party party_id)
DELETE FROM token WHERE party_id = :party;

--: one token_of_secret (hash bytes)
--:   -> (id token_id, party party_id, scopes int, expires_at int, last_used_day int, state int,
--:       roles int, lang int)
SELECT t.id, t.party_id AS party, t.scopes, t.expires_at, t.last_used_day,
       p.account_state AS state, p.roles, p.lang
  FROM token AS t JOIN party AS p ON p.id = t.party_id
 WHERE t.hash = :hash;

--: write token_used (id token_id, day int)
UPDATE token SET last_used_day = :day WHERE id = :id;

-- ---- organisations ----

--: many organisations (limit int)
--:   -> (id party_id, type int, name text, region text, code text, size_class int, version int)
SELECT p.id, o.type, p.name, o.region, o.code, o.size_class, p.version
  FROM organisation AS o JOIN party AS p ON p.id = o.party_id
 ORDER BY p.sort_key, p.id
 LIMIT :limit;

--: one organisations_counted () -> (n int)
SELECT count(*) AS n FROM organisation;

--: one organisation_counted (id party_id) -> (n int)
SELECT count(*) AS n FROM organisation AS o WHERE o.party_id = :id;

--: one organisations_named (sort_key text, but party_id) -> (n int)
SELECT count(*) AS n FROM organisation AS o JOIN party AS p ON p.id = o.party_id
 WHERE p.sort_key = :sort_key AND p.id <> :but;

--: count organisation_rename (id party_id, version int, name text, sort_key text)
UPDATE party SET name = :name, sort_key = :sort_key, version = version + 1
 WHERE id = :id AND version = :version;

--: write organisation_put (id party_id, type int, region text, code text, size_class int)
INSERT INTO organisation (party_id, type, region, code, size_class)
VALUES (:id, :type, :region, :code, :size_class)
    ON CONFLICT (party_id) DO UPDATE
   SET type = excluded.type, region = excluded.region, code = excluded.code,
       size_class = excluded.size_class;

-- ---- everything about somebody ----

--: each sessions_held (party party_id)
--:   -> (label text, has_second bool, created_at int, seen_at int)
SELECT s.label, s.has_second, s.created_at, s.seen_at FROM session AS s
 WHERE s.party_id = :party
 ORDER BY s.id;

--: each tokens_held (party party_id)
--:   -> (name text, scopes int, created_at int, expires_at int, last_used_day int)
SELECT t.name, t.scopes, t.created_at, t.expires_at, t.last_used_day FROM token AS t
 WHERE t.party_id = :party
 ORDER BY t.id;

--: each identities_held (party party_id) -> (issuer text, subject text, created_at int)
SELECT i.issuer, i.subject, i.created_at FROM identity AS i WHERE i.party_id = :party ORDER BY i.id;

--: write password_delete (party party_id)
DELETE FROM password WHERE party_id = :party;

--: write email_delete (party party_id)
DELETE FROM email WHERE party_id = :party;

--: write identities_delete (party party_id)
DELETE FROM identity WHERE party_id = :party;

-- ---- what has run out ----

--: write links_sweep (now int)
DELETE FROM link WHERE expires_at <= :now;

--: write sessions_sweep (before int)
DELETE FROM session WHERE created_at <= :before;

--: write tokens_sweep (now int)
DELETE FROM token WHERE expires_at <= :now;

--: write throttles_sweep (counted_before int, known_before int)
DELETE FROM throttle
 WHERE changed_at < :counted_before AND n > 0 OR changed_at < :known_before;

--: many unconfirmed (before int, limit int) -> (id party_id)
SELECT p.id FROM party AS p JOIN email AS e ON e.party_id = p.id
 WHERE p.account_state = 1 AND e.is_confirmed = 0 AND p.created_at < :before
   AND NOT EXISTS (SELECT 1 FROM link AS l WHERE l.party_id = p.id)
 ORDER BY p.id
 LIMIT :limit;
