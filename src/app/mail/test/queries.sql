-- SPDX-License-Identifier: EUPL-1.2
-- Readers and a publication, for mail_test.c.

--: write reader_add (id party_id, name text)
INSERT INTO party (id, kind, name, sort_key, job_title, lang, account_state, roles, created_at,
                   last_seen_day, version)
VALUES (:id, 0, :name, :name, '', 0, 2, 0, 0, 0, 1);

--: write piece_add (id publication_id, owner party_id)
INSERT INTO publication (id, kind, owner_id, lang, level, eff, aud, state, publish_at, delete_at,
                         removed_at, comment_policy, revision, title, summary, n_comments, n_views,
                         version, created_at, changed_at)
VALUES (:id, 0, :owner, 0, 3, 3, 1, 1, 0, 9223372036854775807, 9223372036854775807, 0, 1, 'x', '', 0,
        0, 1, 0, 0);
