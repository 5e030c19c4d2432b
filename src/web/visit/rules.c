/* SPDX-License-Identifier: EUPL-1.2 */
/* rules: what a route asks of who comes, before its handler runs. */
#include "web/visit/visit_int.h"

static err is_visitor(const struct req *r, struct err_info *info)
{
    return r->viewer->is_active ? err_set(info, E_CONFLICT, "visit.already-signed-in") : OK;
}

static err is_signed_in(const struct req *r, struct err_info *info)
{
    return r->viewer->is_active ? OK : err_set(info, E_DENIED, "visit.sign-in-first");
}

static err has_role(const struct req *r, enum access_role role, const char *denied,
                    struct err_info *info)
{
    if (viewer_may(r->viewer, role))
        return OK;
    if (!r->viewer->is_active)
        return err_set(info, E_DENIED, "visit.sign-in-first");
    if ((r->viewer->roles & (unsigned)role) != 0)
        return err_set(info, E_DENIED, "visit.second-factor-first");
    return err_set(info, E_DENIED, denied);
}

static err is_analyst(const struct req *r, struct err_info *info)
{
    return has_role(r, ACCESS_ANALYST, "visit.denied-analyst", info);
}

static err is_moderator(const struct req *r, struct err_info *info)
{
    return has_role(r, ACCESS_MODERATOR, "visit.denied-moderator", info);
}

static err is_auditor(const struct req *r, struct err_info *info)
{
    return has_role(r, ACCESS_AUDITOR, "visit.denied-auditor", info);
}

static err is_admin(const struct req *r, struct err_info *info)
{
    return has_role(r, ACCESS_ADMIN, "visit.denied-admin", info);
}

static err is_steward(const struct req *r, struct err_info *info)
{
    return has_role(r, ACCESS_STEWARD, "visit.denied-steward", info);
}

static err is_admin_or_auditor(const struct req *r, struct err_info *info)
{
    return viewer_may(r->viewer, ACCESS_AUDITOR) ? OK : is_admin(r, info);
}

const struct rule rule_visitor = {"visitor", is_visitor};
const struct rule rule_signed_in = {"signed-in", is_signed_in};
const struct rule rule_analyst = {"analyst", is_analyst};
const struct rule rule_moderator = {"moderator", is_moderator};
const struct rule rule_auditor = {"auditor", is_auditor};
const struct rule rule_admin = {"admin", is_admin};
const struct rule rule_steward = {"steward", is_steward};
const struct rule rule_admin_or_auditor = {"admin-or-auditor", is_admin_or_auditor};
