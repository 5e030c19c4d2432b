/* SPDX-License-Identifier: EUPL-1.2 */
/* rules: what a token must be good for. What it then may see and do, the second floor says. */
#include "web/api/api_int.h"

static err has_scope(const struct req *r, enum token_scope scope, struct err_info *info)
{
    if (!r->viewer->is_active)
        return err_set(info, E_DENIED, "api.token-needed");
    if ((visit_of(r)->scopes & (unsigned)scope) != 0)
        return OK;
    return err_set(info, E_DENIED, scope == SCOPE_READ ? "api.scope-read" : "api.scope-write");
}

static err may_read(const struct req *r, struct err_info *info)
{
    return r->viewer->is_active ? has_scope(r, SCOPE_READ, info) : OK;
}

static err is_person(const struct req *r, struct err_info *info)
{
    return has_scope(r, SCOPE_READ, info);
}

static err may_write(const struct req *r, struct err_info *info)
{
    return has_scope(r, SCOPE_WRITE, info);
}

const struct rule rule_api_read = {"api-read", may_read};
const struct rule rule_api_person = {"api-person", is_person};
const struct rule rule_api_write = {"api-write", may_write};
