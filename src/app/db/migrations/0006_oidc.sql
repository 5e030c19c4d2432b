-- SPDX-License-Identifier: EUPL-1.2
-- Sign-ins that are under way at another organisation. What belongs to one is derived from a secret
-- that only its browser has; here is how it is recognised, once. See oidc.h.

CREATE TABLE oidc_flow (
  hash BYTES PRIMARY KEY, -- keyed, of the state
  next_path TEXT NOT NULL, -- where the person was going
  expires_at INT8 NOT NULL
) STRICT;
CREATE INDEX oidc_flow_expiry ON oidc_flow (expires_at);
