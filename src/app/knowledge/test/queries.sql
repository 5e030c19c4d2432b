-- SPDX-License-Identifier: EUPL-1.2
-- The rule alone, for visible_test.c.
--: include "../visible.sql"

--: each all_visible (viewer party_id, active bool, now int) -> (id publication_id)
SELECT pub.id FROM publication AS pub WHERE @visible;
