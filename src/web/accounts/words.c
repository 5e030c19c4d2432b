/* SPDX-License-Identifier: EUPL-1.2 */
/* words: roles, states and organisations as pages name them; what all pages of the room share. */
#include "web/accounts/accounts_int.h"

enum { ROLES_TEXT_MAX = 400, DIGITS = 24 };

static const struct role_words {
    str word;
    const char *name, *hint;
} role_words[] = {
    {STR("editor"), "accounts.role-editor", "accounts.role-editor-hint"},
    {STR("moderator"), "accounts.role-moderator", "accounts.role-moderator-hint"},
    {STR("analyst"), "accounts.role-analyst", "accounts.role-analyst-hint"},
    {STR("resident-data"), "accounts.role-resident-data", "accounts.role-resident-data-hint"},
    {STR("auditor"), "accounts.role-auditor", "accounts.role-auditor-hint"},
    {STR("admin"), "accounts.role-admin", "accounts.role-admin-hint"},
    {STR("steward"), "accounts.role-steward", "accounts.role-steward-hint"},
};

const enum access_role account_roles[] = {
    ACCESS_EDITOR,  ACCESS_MODERATOR, ACCESS_ANALYST, ACCESS_RESIDENT_DATA,
    ACCESS_AUDITOR, ACCESS_ADMIN,     ACCESS_STEWARD, 0,
};

static const struct role_words *words_of(enum access_role role)
{
    for (size_t i = 0; account_roles[i]; i++)
        if (account_roles[i] == role)
            return &role_words[i];
    return &role_words[0];
}

str account_role_word(enum access_role role)
{
    return words_of(role)->word;
}

const char *account_role_key(enum access_role role)
{
    return words_of(role)->name;
}

const char *account_role_hint(enum access_role role)
{
    return words_of(role)->hint;
}

str account_roles_text(const struct req *r, unsigned roles)
{
    out o;
    out_init(&o, ROLES_TEXT_MAX);
    for (size_t i = 0; account_roles[i]; i++) {
        if ((roles & (unsigned)account_roles[i]) == 0)
            continue;
        if (o.n)
            out_cstr(&o, ", ");
        out_str(&o, tr(r->lang, account_role_key(account_roles[i])));
    }
    const str text = arena_str(r->memory, out_view(&o));
    out_free(&o);
    return text;
}

const char *account_state_key(enum account_state state)
{
    static const char *const keys[] = {
        [ACCOUNT_NONE] = "accounts.state-none",     [ACCOUNT_WAITING] = "accounts.state-waiting",
        [ACCOUNT_ACTIVE] = "accounts.state-active", [ACCOUNT_BLOCKED] = "accounts.state-blocked",
        [ACCOUNT_ERASED] = "accounts.state-erased",
    };
    return keys[state];
}

enum part_kind account_state_kind(enum account_state state)
{
    switch (state) {
    case ACCOUNT_ACTIVE: return PART_OK;
    case ACCOUNT_WAITING: return PART_WARNING;
    case ACCOUNT_BLOCKED: return PART_ERROR;
    default: return PART_NEUTRAL;
    }
}

static err print_id(arena *a, struct party_id id, str *text, struct err_info *info)
{
    out o;
    out_init(&o, DIGITS);
    out_int(&o, id.v);
    *text = arena_str(a, out_view(&o));
    out_free(&o);
    return text->p ? OK : err_nomem(info);
}

err account_organisations(struct req *r, struct party_id chosen, struct part_choice **choice,
                          size_t *n, struct err_info *info)
{
    struct visit *v = visit_of(r);
    struct organisation *list;
    size_t n_list;

    err e = organisation_list(&v->deed, v->db, &list, &n_list, info);
    if (e != OK)
        return e;
    *choice = ARENA_NEW(r->memory, struct part_choice, n_list + 1);
    if (!*choice)
        return err_nomem(info);
    (*choice)[0] = (struct part_choice){.value = STR("0"),
                                        .label = html_key("accounts.organisation-none"),
                                        .checked = chosen.v == 0};
    for (size_t i = 0; e == OK && i < n_list; i++) {
        (*choice)[i + 1] = (struct part_choice){.label = html_from_str(list[i].name),
                                                .checked = list[i].id.v == chosen.v};
        e = print_id(r->memory, list[i].id, &(*choice)[i + 1].value, info);
    }
    *n = n_list + 1;
    return e;
}

const struct faults no_faults;

struct form_view form_to(struct req *r, const char *route, const struct faults *faults)
{
    return (struct form_view){
        .action = visit_url(r, route, NULL), .token = visit_token(r), .faults = faults};
}

struct page my_page(struct req *r, const char *title)
{
    struct page page = visit_page(r, html_key(title));
    visit_crumb(r, &page, html_key("accounts.my-page"), visit_url(r, "account", NULL));
    page.unlisted = true;
    return page;
}
