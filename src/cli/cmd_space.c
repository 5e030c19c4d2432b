/* SPDX-License-Identifier: EUPL-1.2 */
/* space: the spaces of a site, and making one at the top, for who sets a site up. */
#include "app/knowledge/knowledge.h"
#include "cli/installation.h"

enum { TEXT_BYTES_MAX = 16 << 20 };

static const struct cli_option list_options[] = {INSTALLATION_OPTIONS, {0}};
static const struct cli_option add_options[] = {
    INSTALLATION_OPTIONS,
    {"name-nl", CLI_TEXT, true, "cli.value-name", "cli.option-name-nl", NULL, 0, 0},
    {"name-en", CLI_TEXT, true, "cli.value-name", "cli.option-name-en", NULL, 0, 0},
    {"manager", CLI_TEXT, true, "cli.value-email", "cli.option-manager", NULL, 0, 0},
    {"readers", CLI_CHOICE, false, "cli.value-readers", "cli.option-readers",
     "members|signed-in|everyone", 0, 0},
    {"join", CLI_CHOICE, false, "cli.value-join", "cli.option-join", "open|request|invitation", 0,
     0},
    {"unlisted", CLI_FLAG, false, NULL, "cli.option-unlisted", NULL, 0, 0},
    {0},
};
static const struct cli_example examples[] = {
    {"ontschot space add wijkteam-noord --name-nl \"Wijkteam Noord\" --name-en \"Team North\" "
     "--manager dirk@voorbeeldstad.nl --readers members",
     "cli.example-space-add"},
    {0},
};

static const char *const ceilings[] = {
    [LEVEL_SPACE] = "members", [LEVEL_SIGNED_IN] = "signed-in", [LEVEL_PUBLIC] = "everyone"};
static const char *const joins[] = {
    [JOIN_OPEN] = "open", [JOIN_REQUEST] = "request", [JOIN_INVITE] = "invitation"};

static int index_of(const char *const *names, int n, str name, int otherwise)
{
    for (int i = 0; i < n; i++)
        if (names[i] && name.p && str_eq(str_of(names[i]), name))
            return i;
    return otherwise;
}

static void print_space(const struct space *s, int depth, out *o)
{
    for (int i = 0; i < depth; i++)
        out_cstr(o, "  ");
    out_str(o, s->slug);
    out_char(o, '\t');
    out_cstr(o, ceilings[s->eff_ceiling]);
    out_char(o, '\t');
    out_cstr(o, joins[s->join]);
    out_char(o, '\t');
    out_visible(o, s->name[LANG_NL]);
    out_char(o, '\n');
}

static err print_below(const struct deed *deed, db *d, struct space_id parent, int depth, out *o,
                       struct err_info *info)
{
    struct space *list;
    size_t n;
    err e = space_list(deed, d, parent, &list, &n, info);
    for (size_t i = 0; e == OK && i < n; i++) {
        print_space(&list[i], depth, o);
        e = print_below(deed, d, list[i].id, depth + 1, o, info);
    }
    return e;
}

static int run_list(struct cli *c)
{
    struct installation i;
    struct err_info info;
    int code;
    out o;

    if (!installation_open(c, &i, &code))
        return code;
    const struct deed deed = installation_deed(c, &i);
    out_init(&o, TEXT_BYTES_MAX);
    const err e = print_below(&deed, i.started.db, (struct space_id){0}, 0, &o, &info);
    code = e == OK ? cli_deliver(c, &o) : cli_fail(c, &info);
    out_free(&o);
    installation_close(&i);
    return code;
}

/* The space is its manager's from the start: somebody who can open its pages. */
static err find_manager(struct cli *c, struct installation *i, struct deed *deed,
                        struct err_info *info)
{
    const str email = cli_text(c, "manager");
    struct party_id next;
    struct account *list;
    size_t n;

    const err e = account_list(deed, i->started.db, (struct account_filter){.search = email},
                               (struct party_id){0}, 100, &list, &n, &next, info);
    if (e != OK)
        return e;
    for (size_t k = 0; k < n; k++)
        if (str_eq_nocase(list[k].email, email) && list[k].state == ACCOUNT_ACTIVE) {
            deed->viewer.id = list[k].id;
            return OK;
        }
    return err_text(info, E_NOT_FOUND, "cli.no-account", email);
}

static int run_add(struct cli *c)
{
    const struct space_form form = {
        .slug = c->args[0],
        .name = {cli_text(c, "name-nl"), cli_text(c, "name-en")},
        .about = {STR(""), STR("")},
        .join = (enum join_policy)index_of(joins, 3, cli_text(c, "join"), JOIN_REQUEST),
        .ceiling = (enum level)index_of(ceilings, 4, cli_text(c, "readers"), LEVEL_SPACE),
        .is_listed = !cli_given(c, "unlisted"),
    };
    struct installation i;
    struct err_info info;
    struct space_id id;
    struct msg m;
    int code;
    out o;

    if (!installation_open(c, &i, &code))
        return code;
    struct deed deed = installation_deed(c, &i);
    err e = find_manager(c, &i, &deed, &info);
    if (e == OK)
        e = space_create(&deed, i.started.db, &form, &id, &info);
    if (e == OK) {
        msg_set(&m, "cli.space-added");
        msg_text(&m, form.slug);
        out_init(&o, TEXT_BYTES_MAX);
        tr_msg(&o, c->lang, &m);
        out_char(&o, '\n');
        code = cli_deliver(c, &o);
        out_free(&o);
    } else {
        code = cli_fail(c, &info);
    }
    installation_close(&i);
    return code;
}

static const struct cli_command space_list_command = {
    .name = "list",
    .summary = "cli.space-list",
    .help = "cli.space-list-help",
    .options = list_options,
    .run = run_list,
};
static const struct cli_command space_add_command = {
    .name = "add",
    .summary = "cli.space-add",
    .help = "cli.space-add-help",
    .args = "cli.args-space",
    .args_min = 1,
    .args_max = 1,
    .options = add_options,
    .run = run_add,
};
static const struct cli_command *const actions[] = {&space_list_command, &space_add_command, NULL};

const struct cli_command cmd_space = {
    .name = "space",
    .summary = "cli.space-summary",
    .help = "cli.space-help",
    .examples = examples,
    .actions = actions,
};
