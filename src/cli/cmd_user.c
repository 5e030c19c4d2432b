/* SPDX-License-Identifier: EUPL-1.2 */
/* user: accounts from the command line, for who has the machine: the first administrator, and
 * whoever lost every way in. */
#include "app/pages.h"
#include "cli/installation.h"

enum { TEXT_BYTES_MAX = 16 << 20, LIST_AT_ONCE = 100 };

static const struct {
    const char *name;
    enum access_role role;
} roles[] = {
    {"editor", ACCESS_EDITOR},   {"moderator", ACCESS_MODERATOR},
    {"analyst", ACCESS_ANALYST}, {"resident-data", ACCESS_RESIDENT_DATA},
    {"auditor", ACCESS_AUDITOR}, {"admin", ACCESS_ADMIN},
    {"steward", ACCESS_STEWARD},
};
static const char *const states[] = {"none", "waiting", "active", "blocked", "erased"};
enum { ROLES = sizeof roles / sizeof *roles };

static err read_roles(struct cli *c, unsigned *set, struct err_info *info)
{
    str *name;
    size_t n;
    const err e = cli_list(c, "roles", &name, &n, info);
    *set = 0;
    for (size_t i = 0; e == OK && i < n; i++) {
        size_t k = 0;
        while (k < ROLES && !str_eq(name[i], str_of(roles[k].name)))
            k++;
        if (k == ROLES)
            return err_text(info, E_INPUT, "cli.no-role", name[i]);
        *set |= (unsigned)roles[k].role;
    }
    return e;
}

static void print_roles(out *o, unsigned set)
{
    const char *between = "";
    for (size_t i = 0; i < ROLES; i++) {
        if (!(set & (unsigned)roles[i].role))
            continue;
        out_cstr(o, between);
        out_cstr(o, roles[i].name);
        between = ",";
    }
}

/* Between opening and closing; its text is handed over when it returns OK. */
typedef err action(struct cli *c, struct installation *i, const struct deed *deed, out *o,
                   struct err_info *info);

static int with_installation(struct cli *c, action *act)
{
    struct installation i;
    struct err_info info;
    int code;
    out o;

    if (!installation_open(c, &i, &code))
        return code;
    const struct deed deed = installation_deed(c, &i);
    out_init(&o, TEXT_BYTES_MAX);
    const err e = act(c, &i, &deed, &o, &info);
    code = e == OK ? cli_deliver(c, &o) : cli_fail(c, &info);
    out_free(&o);
    installation_close(&i);
    return code;
}

static err find(struct cli *c, struct installation *i, const struct deed *deed, struct account *a,
                struct err_info *info)
{
    const struct account_filter filter = {.search = c->args[0]};
    struct party_id at = {0};
    struct account *list;
    size_t n;

    do {
        const err e =
            account_list(deed, i->started.db, filter, at, LIST_AT_ONCE, &list, &n, &at, info);
        if (e != OK)
            return e;
        for (size_t k = 0; k < n; k++)
            if (str_eq_nocase(list[k].email, c->args[0])) {
                *a = list[k];
                return OK;
            }
    } while (at.v != 0);
    return err_text(info, E_NOT_FOUND, "cli.no-account", c->args[0]);
}

/* The link goes to who runs the command, to hand over: there may be no mail yet. */
static err print_link(const struct installation *i, const struct deed *deed, struct party_id id,
                      out *o, struct err_info *info)
{
    char text[ACCESS_SECRET_TEXT];
    struct access_secret link;
    const err e = account_link(deed, i->started.db, id, &link, info);
    if (e != OK)
        return e;
    access_secret_print(link, text);
    out_str(o, i->started.app.base_url);
    out_cstr(o, app_page_path(PAGE_LINK, deed->viewer.lang));
    out_bytes(o, text, sizeof text);
    out_char(o, '\n');
    return OK;
}

static err add(struct cli *c, struct installation *i, const struct deed *deed, out *o,
               struct err_info *info)
{
    struct party_id id;
    unsigned set;
    err e = read_roles(c, &set, info);
    if (e == OK)
        e = account_create(deed, i->started.db, c->args[1], c->args[0], c->lang, set, &id, info);
    return e == OK ? print_link(i, deed, id, o, info) : e;
}

static err link_again(struct cli *c, struct installation *i, const struct deed *deed, out *o,
                      struct err_info *info)
{
    struct account a;
    const err e = find(c, i, deed, &a, info);
    return e == OK ? print_link(i, deed, a.id, o, info) : e;
}

static void print_account(out *o, const struct account *a)
{
    out_visible(o, a->email);
    out_char(o, '\t');
    out_cstr(o, states[a->state]);
    out_char(o, '\t');
    print_roles(o, a->roles);
    out_char(o, '\t');
    out_visible(o, a->name);
    out_char(o, '\n');
}

static err list_all(struct cli *c, struct installation *i, const struct deed *deed, out *o,
                    struct err_info *info)
{
    const struct account_filter filter = {.search = c->n_args ? c->args[0] : (str){0}};
    struct party_id at = {0};
    struct account *list;
    size_t n;
    err e;

    do {
        e = account_list(deed, i->started.db, filter, at, LIST_AT_ONCE, &list, &n, &at, info);
        for (size_t k = 0; e == OK && k < n; k++)
            print_account(o, &list[k]);
    } while (e == OK && at.v != 0);
    return e;
}

static err set_roles(struct cli *c, struct installation *i, const struct deed *deed, out *o,
                     struct err_info *info)
{
    struct account a;
    unsigned set = 0;
    err e = read_roles(c, &set, info);
    if (e == OK)
        e = find(c, i, deed, &a, info);
    if (e == OK)
        e = account_set_roles(deed, i->started.db, a.id, set, info);
    a.roles = set;
    if (e == OK)
        print_account(o, &a);
    return e;
}

static err set_state(struct cli *c, struct installation *i, const struct deed *deed, out *o,
                     enum account_state state, struct err_info *info)
{
    struct account a;
    err e = find(c, i, deed, &a, info);
    if (e == OK)
        e = account_set_state(deed, i->started.db, a.id, state, info);
    a.state = state;
    if (e == OK)
        print_account(o, &a);
    return e;
}

static err block(struct cli *c, struct installation *i, const struct deed *deed, out *o,
                 struct err_info *info)
{
    return set_state(c, i, deed, o, ACCOUNT_BLOCKED, info);
}

static err unblock(struct cli *c, struct installation *i, const struct deed *deed, out *o,
                   struct err_info *info)
{
    return set_state(c, i, deed, o, ACCOUNT_ACTIVE, info);
}

static err reset_second(struct cli *c, struct installation *i, const struct deed *deed, out *o,
                        struct err_info *info)
{
    struct account a;
    err e = find(c, i, deed, &a, info);
    if (e == OK)
        e = account_reset_second(deed, i->started.db, a.id, info);
    if (e == OK)
        print_account(o, &a);
    return e;
}

/* ---- the table ---- */

#define ACTION(name)                                                                               \
    static int run_##name(struct cli *c)                                                           \
    {                                                                                              \
        return with_installation(c, name);                                                         \
    }
ACTION(add)
ACTION(list_all)
ACTION(link_again)
ACTION(set_roles)
ACTION(block)
ACTION(unblock)
ACTION(reset_second)

static const struct cli_option options[] = {INSTALLATION_OPTIONS, {0}};
static const struct cli_option options_with_roles[] = {
    INSTALLATION_OPTIONS,
    {"roles", CLI_LIST, false, "cli.value-roles", "cli.option-roles", NULL, 0, 0},
    {0},
};
static const struct cli_example examples[] = {
    {"ontschot user add anna@voorbeeldstad.nl \"Anna de Wit\" --roles admin,auditor",
     "cli.example-user-add"},
    {"ontschot user list anna", "cli.example-user-list"},
    {0},
};

static const struct cli_command user_add = {.name = "add",
                                            .summary = "cli.user-add",
                                            .help = "cli.user-add-help",
                                            .args = "cli.args-user-add",
                                            .args_min = 2,
                                            .args_max = 2,
                                            .options = options_with_roles,
                                            .run = run_add};
static const struct cli_command user_list = {.name = "list",
                                             .summary = "cli.user-list",
                                             .help = "cli.user-list-help",
                                             .args = "cli.args-user-list",
                                             .args_max = 1,
                                             .options = options,
                                             .run = run_list_all};
static const struct cli_command user_link = {.name = "link",
                                             .summary = "cli.user-link",
                                             .help = "cli.user-link-help",
                                             .args = "cli.args-user",
                                             .args_min = 1,
                                             .args_max = 1,
                                             .options = options,
                                             .run = run_link_again};
static const struct cli_command user_roles = {.name = "roles",
                                              .summary = "cli.user-roles",
                                              .help = "cli.user-roles-help",
                                              .args = "cli.args-user",
                                              .args_min = 1,
                                              .args_max = 1,
                                              .options = options_with_roles,
                                              .run = run_set_roles};
static const struct cli_command user_block = {.name = "block",
                                              .summary = "cli.user-block",
                                              .help = "cli.user-block-help",
                                              .args = "cli.args-user",
                                              .args_min = 1,
                                              .args_max = 1,
                                              .options = options,
                                              .run = run_block};
static const struct cli_command user_unblock = {.name = "unblock",
                                                .summary = "cli.user-unblock",
                                                .help = "cli.user-unblock-help",
                                                .args = "cli.args-user",
                                                .args_min = 1,
                                                .args_max = 1,
                                                .options = options,
                                                .run = run_unblock};
static const struct cli_command user_reset = {.name = "reset-second",
                                              .summary = "cli.user-reset",
                                              .help = "cli.user-reset-help",
                                              .args = "cli.args-user",
                                              .args_min = 1,
                                              .args_max = 1,
                                              .options = options,
                                              .run = run_reset_second};

static const struct cli_command *const actions[] = {
    &user_add, &user_list, &user_link, &user_roles, &user_block, &user_unblock, &user_reset, NULL};

const struct cli_command cmd_user = {
    .name = "user",
    .summary = "cli.user-summary",
    .help = "cli.user-help",
    .examples = examples,
    .actions = actions,
};
