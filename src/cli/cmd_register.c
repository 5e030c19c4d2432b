/* SPDX-License-Identifier: EUPL-1.2 */
/* register: covenants, and the persons of a municipality's register. */
#include "app/linking/linking.h"
#include "app/register/register.h"
#include "base/date.h"
#include "base/json.h"
#include "cli/installation.h"

enum { TEXT_BYTES_MAX = 4 << 20 };

#define MUNICIPALITY_OPTION                                                                        \
    {                                                                                              \
        "municipality", CLI_TEXT, true, "cli.value-municipality", "cli.option-municipality", NULL, \
            0, 0                                                                                   \
    }

/* clang-format off */
static const struct cli_option list_options[] = {INSTALLATION_OPTIONS, MUNICIPALITY_OPTION, {0}};
static const struct cli_option covenant_options[] = {
    INSTALLATION_OPTIONS,
    MUNICIPALITY_OPTION,
    {"purpose", CLI_TEXT, true, "cli.value-text", "linking.option-purpose", NULL, 0, 0},
    {"ground", CLI_TEXT, true, "cli.value-text", "linking.option-ground", NULL, 0, 0},
    {"steward", CLI_TEXT, true, "cli.value-email", "linking.option-steward", NULL, 0, 0},
    {"from", CLI_TEXT, true, "cli.value-date", "linking.option-from", NULL, 0, 0},
    {"to", CLI_TEXT, true, "cli.value-date", "linking.option-to", NULL, 0, 0},
    {0},
};
static const struct cli_option link_options[] = {
    INSTALLATION_OPTIONS,
    MUNICIPALITY_OPTION,
    {"covenant", CLI_INT, true, "cli.value-number", "linking.option-covenant", NULL, 0, 0},
    {0},
};
/* clang-format on */

struct act {
    struct installation i;
    struct deed deed;
    struct municipality_id town;
    out o;
};

/* False: the command has ended with *code. */
static bool begin(struct cli *c, struct act *a, int *code)
{
    struct msg m;
    const str town = cli_text(c, "municipality");
    if (!register_municipality_parse(town, &a->town)) {
        msg_set(&m, "linking.no-municipality");
        msg_text(&m, town);
        *code = cli_usage(c, &m);
        return false;
    }
    if (!installation_open(c, &a->i, code))
        return false;
    a->deed = installation_deed(c, &a->i);
    out_init(&a->o, TEXT_BYTES_MAX);
    return true;
}

static int end(struct cli *c, struct act *a, err e, const struct err_info *info)
{
    const int code = e == OK ? cli_deliver(c, &a->o) : cli_fail(c, info);
    out_free(&a->o);
    installation_close(&a->i);
    return code;
}

static err read_day(struct cli *c, const char *option, int32_t *day, struct err_info *info)
{
    const str text = cli_text(c, option);
    if (date_parse_iso(text, day) || date_parse_dutch(text, day))
        return OK;
    return err_text(info, E_INPUT, "linking.no-day", text);
}

static void print_day(out *o, int32_t day)
{
    char text[10];
    date_print_iso(day, text);
    out_bytes(o, text, sizeof text);
}

/* ---- covenants ---- */

static err find_steward(struct cli *c, struct act *a, struct party_id *steward,
                        struct err_info *info)
{
    const str email = cli_text(c, "steward");
    struct party_id next;
    struct account *list;
    size_t n;
    const err e = account_list(&a->deed, a->i.started.db, (struct account_filter){.search = email},
                               (struct party_id){0}, 100, &list, &n, &next, info);
    if (e != OK)
        return e;
    for (size_t k = 0; k < n; k++)
        if (str_eq_nocase(list[k].email, email) && list[k].state == ACCOUNT_ACTIVE) {
            *steward = list[k].id;
            return OK;
        }
    return err_text(info, E_NOT_FOUND, "cli.no-account", email);
}

static int run_covenant(struct cli *c)
{
    struct covenant covenant = {
        .name = c->args[0], .purpose = cli_text(c, "purpose"), .ground = cli_text(c, "ground")};
    struct covenant_id id;
    struct err_info info;
    struct act a;
    int code;

    if (!begin(c, &a, &code))
        return code;
    err e = read_day(c, "from", &covenant.from, &info);
    if (e == OK)
        e = read_day(c, "to", &covenant.to, &info);
    if (e == OK)
        e = find_steward(c, &a, &covenant.steward, &info);
    if (e == OK)
        e = covenant_add(&a.deed, a.i.started.db, a.town, &covenant, &id, &info);
    if (e == OK) {
        out_int(&a.o, id.v);
        out_char(&a.o, '\n');
    }
    return end(c, &a, e, &info);
}

static int run_covenants(struct cli *c)
{
    struct covenant *list;
    struct err_info info;
    struct act a;
    size_t n = 0;
    int code;

    if (!begin(c, &a, &code))
        return code;
    const err e = covenant_list(&a.deed, a.i.started.db, a.town, &list, &n, &info);
    for (size_t i = 0; e == OK && i < n; i++) {
        out_int(&a.o, list[i].id.v);
        out_char(&a.o, '\t');
        print_day(&a.o, list[i].from);
        out_char(&a.o, '\t');
        print_day(&a.o, list[i].to);
        out_char(&a.o, '\t');
        out_visible(&a.o, list[i].purpose);
        out_char(&a.o, '\t');
        out_visible(&a.o, list[i].name);
        out_char(&a.o, '\n');
    }
    return end(c, &a, e, &info);
}

/* ---- linking ---- */

static void print_figure(struct cli *c, out *o, const char *key, int64_t v)
{
    struct msg m;
    msg_set(&m, key);
    msg_int(&m, v);
    tr_msg(o, c->lang, &m);
    out_char(o, '\n');
}

static void print_run_text(struct cli *c, const struct link_run *run, out *o)
{
    const struct linkage_figures *f = &run->figures;
    print_figure(c, o, "linking.said-records", (int64_t)f->n_records);
    print_figure(c, o, "linking.said-persons", (int64_t)f->n_persons);
    print_figure(c, o, "linking.said-links", (int64_t)f->n_links[LINKAGE_LINKED]);
    print_figure(c, o, "linking.said-open", run->n_open);
}

static void print_run_json(const struct link_run *run, out *o)
{
    const struct linkage_figures *f = &run->figures;
    json j;
    json_init(&j, o);
    json_open_object(&j);
    json_key_int(&j, "run", run->id.v);
    json_key_str(&j, "covenant", run->covenant.name);
    json_key_str(&j, "purpose", run->covenant.purpose);
    json_key_str(&j, "ground", run->covenant.ground);
    json_key_int(&j, "records", (int64_t)f->n_records);
    json_key_int(&j, "persons", (int64_t)f->n_persons);
    json_key_int(&j, "links", (int64_t)f->n_links[LINKAGE_LINKED]);
    json_key_int(&j, "to_review", run->n_open);
    json_key_real(&j, "expected_false_links", f->expected_false);
    json_key_real(&j, "expected_missed_links", f->expected_missed);
    json_key_real(&j, "pairs_completeness", f->found);
    json_close_object(&j);
    out_char(o, '\n');
}

static int run_link(struct cli *c)
{
    const struct covenant_id covenant = {cli_int(c, "covenant", 0)};
    struct link_run run;
    struct err_info info;
    struct act a;
    int code;

    if (!begin(c, &a, &code))
        return code;
    const err e =
        link_run_do(&a.deed, a.i.started.db, a.town, covenant, c->pool, c->progress, &run, &info);
    if (e == OK && c->format == CLI_FORMAT_JSON)
        print_run_json(&run, &a.o);
    else if (e == OK)
        print_run_text(c, &run, &a.o);
    return end(c, &a, e, &info);
}

static const struct cli_command covenant_command = {
    .name = "covenant",
    .summary = "linking.covenant-summary",
    .help = "linking.covenant-help",
    .args = "linking.args-covenant",
    .args_min = 1,
    .args_max = 1,
    .options = covenant_options,
    .run = run_covenant,
};
static const struct cli_command covenants_command = {
    .name = "covenants",
    .summary = "linking.covenants-summary",
    .help = "linking.covenants-help",
    .options = list_options,
    .run = run_covenants,
};
static const struct cli_command link_command = {
    .name = "link",
    .summary = "linking.link-summary",
    .help = "linking.link-help",
    .options = link_options,
    .formats = "text|json",
    .uses_threads = true,
    .run = run_link,
};
static const struct cli_command *const actions[] = {&covenant_command, &covenants_command,
                                                    &link_command, NULL};
static const struct cli_example examples[] = {
    {"ontschot register covenant \"Samen Voordeur\" --municipality GM0034 --purpose study "
     "--ground \"Wmo 2015, artikel 5.3.6\" --steward sanne@voorbeeldstad.nl "
     "--from 2026-01-01 --to 2029-01-01",
     "linking.example-covenant"},
    {"ontschot register link --municipality GM0034 --covenant 913144867863924736",
     "linking.example-link"},
    {0},
};

const struct cli_command cmd_register = {
    .name = "register",
    .summary = "linking.register-summary",
    .help = "linking.register-help",
    .examples = examples,
    .actions = actions,
};
