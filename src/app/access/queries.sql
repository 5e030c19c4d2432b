-- SPDX-License-Identifier: EUPL-1.2
-- People, organisations, accounts, sessions.

--: write party_add (id party_id, kind int, name text, sort_key text, job_title text, org party_id?,
--:   lang int, state int, roles int, now int)
INSERT INTO party (id, kind, name, sort_key, job_title, org_id, lang, account_state, roles, created_at,
                   last_seen_day, version)
VALUES (:id, :kind, :name, :sort_key, :job_title, :org, :lang, :state, :roles, :now, 0, 1);
