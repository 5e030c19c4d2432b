-- SPDX-License-Identifier: EUPL-1.2
-- The rule of visible.h for lists, counts and exports. A publication stands under the name `pub`;
-- within, each of the chain stands under `p`. visible_test.c holds this against the C function and
-- against a third telling.

--: fragment is_member (viewer party_id)
EXISTS (SELECT 1 FROM membership AS m
         WHERE m.space_id = p.space_id AND m.party_id = :viewer AND m.state = 2);

--: fragment grant_reaches (viewer party_id)
(g.publication_id = p.id
 AND (g.subject_kind = 0 AND g.subject_id = :viewer
      OR g.subject_kind = 1
         AND EXISTS (SELECT 1 FROM membership AS gm
                      WHERE gm.space_id = g.subject_id AND gm.party_id = :viewer AND gm.state = 2))
 AND (NOT EXISTS (SELECT 1 FROM space AS gs WHERE gs.id = p.space_id AND gs.eff_ceiling = 1)
      OR @is_member));

--: fragment may_read (viewer party_id)
EXISTS (SELECT 1 FROM publication_grant AS g WHERE @grant_reaches);

--: fragment may_edit (viewer party_id)
EXISTS (SELECT 1 FROM publication_grant AS g WHERE g.access = 1 AND @grant_reaches);

--: fragment is_live (now int)
(p.state IN (1, 2) AND p.publish_at <= :now AND :now < p.delete_at);

--: fragment visible_itself (viewer party_id, active bool, now int)
(p.state <> 3
 AND (@is_live OR :active = 1 AND (p.owner_id = :viewer OR @may_edit))
 AND (p.eff = 3
      OR :active = 1
         AND (p.eff = 2 OR p.owner_id = :viewer OR p.eff = 1 AND @is_member OR @may_read)));

--: fragment visible (viewer party_id, active bool, now int)
(EXISTS (SELECT 1 FROM publication AS p WHERE p.id = pub.id AND @visible_itself)
 AND NOT EXISTS (SELECT 1 FROM publication_above AS up JOIN publication AS p ON p.id = up.above_id
                  WHERE up.publication_id = pub.id AND NOT @visible_itself));
