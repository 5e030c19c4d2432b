/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/num.h"
#include "cli/cli_int.h"

#include <assert.h>
#include <math.h>

static const struct cli_option format_option = {
    "format", CLI_CHOICE, false, "cli.value-format", "cli.option-format", NULL, 0, 0};
static const struct cli_option output_option = {
    "output", CLI_TEXT, false, "cli.value-file", "cli.option-output", NULL, 0, 0};
static const struct cli_option seed_option =
    {/* every seed is exact in JSON, too */
     "seed", CLI_INT, false, "cli.value-number", "cli.option-seed", NULL, 0, 9007199254740992};
static const struct cli_option threads_option = {
    "threads", CLI_INT, false, "cli.value-number", "cli.option-threads", NULL, 1, PAR_THREADS_MAX};
static const struct cli_option lang_option = {
    "lang", CLI_CHOICE, false, "cli.value-lang", "cli.option-lang", "nl|en", 0, 0};
static const struct cli_option help_option = {"help", CLI_FLAG, false, NULL, "cli.option-help",
                                              NULL,   0,        0};

size_t cli_options_of(const struct cli_command *command, struct cli_option options[CLI_OPTIONS_MAX])
{
    size_t n = 0;
    for (const struct cli_option *o = command->options; o && o->name; o++) {
        assert(n < CLI_OPTIONS_MAX - 6); /* the common ones must fit behind */
        options[n++] = *o;
    }
    if (command->formats) {
        options[n] = format_option;
        options[n++].choices = command->formats;
        options[n++] = output_option;
    }
    if (command->uses_seed)
        options[n++] = seed_option;
    if (command->uses_threads)
        options[n++] = threads_option;
    options[n++] = lang_option;
    options[n++] = help_option;
    return n;
}

/* "nl_NL.UTF-8" is Dutch, "en" is English; "C" and the rest say nothing. */
static bool lang_of_locale(str locale, enum lang *lang)
{
    const str tag = str_cut(locale, 0, 2);
    const char behind = locale.n > 2 ? locale.p[2] : '\0';
    return (behind == '\0' || behind == '_' || behind == '.' || behind == '@' || behind == '-') &&
           lang_parse(tag, lang);
}

enum lang cli_lang_of(int argc, char *const *argv, const char *(*env)(const char *name))
{
    static const char *const variable[] = {"ONTSCHOT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"};
    enum lang lang;

    for (int i = 1; i < argc; i++) {
        const str arg = str_of(argv[i]);
        if (str_starts(arg, STR("--lang=")) && lang_parse(str_cut(arg, 7, arg.n), &lang))
            return lang;
        if (str_eq(arg, STR("--lang")) && i + 1 < argc && lang_parse(str_of(argv[i + 1]), &lang))
            return lang;
    }
    for (size_t i = 0; i < sizeof variable / sizeof *variable; i++)
        if (lang_of_locale(str_of(env(variable[i])), &lang))
            return lang;
    return LANG_NL;
}

/* The nearest of several names, for "did you mean"; farther than a third of its length is none. */
struct nearest {
    str name;
    size_t distance;
};

static void nearest_offer(struct nearest *best, str candidate, str wanted)
{
    const size_t max = 1 + candidate.n / 3;
    const size_t distance = str_distance(wanted, candidate, max);
    if (distance <= max && (!best->name.p || distance < best->distance))
        *best = (struct nearest){candidate, distance};
}

/* A usage error about `text`; with a suggestion it takes the key's "-near" sister. */
static err unknown(struct err_info *info, const char *key, const char *key_near, str text,
                   struct nearest best)
{
    err_text(info, E_INPUT, best.name.p ? key_near : key, text);
    if (best.name.p)
        msg_text(&info->msg, best.name);
    return E_INPUT;
}

static err find_option(const struct cli_command *command, str name, struct cli_option *found,
                       struct err_info *info)
{
    struct cli_option options[CLI_OPTIONS_MAX];
    struct nearest best = {0};
    const size_t n = cli_options_of(command, options);
    for (size_t i = 0; i < n; i++) {
        if (str_eq(str_of(options[i].name), name)) {
            *found = options[i];
            return OK;
        }
        nearest_offer(&best, str_of(options[i].name), name);
    }
    return unknown(info, "cli.unknown-option", "cli.unknown-option-near", name, best);
}

static err find_action(const struct cli_command *command, str name,
                       const struct cli_command **found, struct err_info *info)
{
    struct nearest best = {0};
    for (const struct cli_command *const *a = command->actions; *a; a++) {
        if (str_eq(str_of((*a)->name), name)) {
            *found = *a;
            return OK;
        }
        nearest_offer(&best, str_of((*a)->name), name);
    }
    return unknown(info, "cli.unknown-command", "cli.unknown-command-near", name, best);
}

static bool parse_real(str s, double *v)
{
    return num_parse_real(s, '.', v) || num_parse_real(s, ',', v);
}

static err check_number(const struct cli_option *o, str value, struct err_info *info)
{
    const bool is_whole = o->kind == CLI_INT;
    int64_t whole;
    double v = NAN;

    if (is_whole ? num_parse_int(value, &whole) : parse_real(value, &v)) {
        if (is_whole)
            v = (double)whole;
        if ((o->min == 0 && o->max == 0) || (v >= o->min && v <= o->max))
            return OK;
        err_text(info, E_INPUT, "cli.out-of-range", str_of(o->name));
        msg_text(&info->msg, value);
        const int decimals = is_whole ? 0 : 3;
        msg_real(&info->msg, o->min, decimals);
        msg_real(&info->msg, o->max, decimals);
        return E_INPUT;
    }
    err_text(info, E_INPUT, is_whole ? "cli.not-whole" : "cli.not-number", str_of(o->name));
    msg_text(&info->msg, value);
    return E_INPUT;
}

static err check_choice(const struct cli_option *o, str value, struct err_info *info)
{
    struct nearest best = {0};
    str rest = str_of(o->choices), choice;
    while (str_next(&rest, '|', &choice)) {
        if (str_eq(choice, value))
            return OK;
        nearest_offer(&best, choice, value);
    }
    err_text(info, E_INPUT, best.name.p ? "cli.not-choice-near" : "cli.not-choice",
             str_of(o->name));
    msg_text(&info->msg, value);
    msg_text(&info->msg, str_of(o->choices));
    if (best.name.p)
        msg_text(&info->msg, best.name);
    return E_INPUT;
}

static err check_list(const struct cli_option *o, str value, struct err_info *info)
{
    str rest = value, item;
    bool is_full = value.n > 0;
    while (str_next(&rest, ',', &item))
        is_full = is_full && str_trim(item).n > 0;
    return is_full ? OK : err_text(info, E_INPUT, "cli.empty-item", str_of(o->name));
}

static err check_value(const struct cli_option *o, str value, struct err_info *info)
{
    switch (o->kind) {
    case CLI_FLAG: return OK;
    case CLI_INT:
    case CLI_REAL: return check_number(o, value, info);
    case CLI_CHOICE: return check_choice(o, value, info);
    case CLI_LIST: return check_list(o, value, info);
    case CLI_TEXT: break;
    }
    return value.n ? OK : err_text(info, E_INPUT, "cli.empty-value", str_of(o->name));
}

/* `--name value`, `--name=value` or `--flag`; moves *at to the last argument it used. */
static err read_option(struct cli *c, int argc, char *const *argv, int *at, struct err_info *info)
{
    const str arg = str_of(argv[*at]);
    const bool is_short_help = str_eq(arg, STR("-h"));
    const str text =
        is_short_help ? STR("help") : str_cut(arg, str_starts(arg, STR("--")) ? 2 : 1, arg.n);
    size_t equals = text.n;
    const bool has_equals = str_find(text, '=', &equals);
    struct cli_option o;

    err e = find_option(cli_command_of(c), str_cut(text, 0, equals), &o, info);
    if (e != OK)
        return e;
    if (o.kind == CLI_FLAG && has_equals)
        return err_text(info, E_INPUT, "cli.flag-with-value", str_of(o.name));
    str value = {0};
    if (has_equals) {
        value = str_cut(text, equals + 1, text.n);
    } else if (o.kind != CLI_FLAG) {
        if (*at + 1 == argc)
            return err_text(info, E_INPUT, "cli.no-value", str_of(o.name));
        value = str_of(argv[++*at]);
    }
    if (cli_given(c, o.name))
        return err_text(info, E_INPUT, "cli.given-twice", str_of(o.name));
    e = check_value(&o, value, info);
    if (e == OK) /* each option once, so the array has room for all */
        c->given[c->n_given++] = (struct cli_given){o.name, value};
    return e;
}

/* What was given to a command that runs by itself must be the action's, too. */
static err enter_action(struct cli *c, str arg, struct err_info *info)
{
    const struct cli_command *command = cli_command_of(c), *action;
    struct cli_option o;
    err e = find_action(command, arg, &action, info);
    for (size_t i = 0; i < c->n_given && command->run && e == OK; i++)
        e = find_option(action, str_of(c->given[i].name), &o, info);
    assert(e != OK || c->depth < CLI_DEPTH_MAX);
    if (e == OK)
        c->path[c->depth++] = action;
    return e;
}

static err read_positional(struct cli *c, str arg, struct err_info *info)
{
    const struct cli_command *command = cli_command_of(c);
    if (command->actions)
        return enter_action(c, arg, info);
    if (c->n_args == CLI_ARGS_MAX || c->n_args == (size_t)command->args_max)
        return err_text(info, E_INPUT, "cli.too-many", arg);
    c->args[c->n_args++] = arg;
    return OK;
}

static void apply_common(struct cli *c)
{
    static const char *const names[] = {"text", "json", "csv", "xlsx"};
    const struct cli_command *command = cli_command_of(c);
    str format = cli_text(c, "format");
    if (!format.p && command->formats) {
        str rest = str_of(command->formats);
        (void)str_next(&rest, '|', &format);
    }
    for (int i = CLI_FORMAT_TEXT; i <= CLI_FORMAT_XLSX; i++)
        if (str_eq(format, str_of(names[i])))
            c->format = (enum cli_format)i;
    c->seed = (uint64_t)cli_int(c, "seed", CLI_SEED);
}

err cli_args_read(struct cli *c, const struct cli_command *program, int argc, char *const *argv,
                  struct err_info *info)
{
    bool only_positional = false;

    c->path[0] = program;
    c->depth = 1;
    for (int i = 1; i < argc; i++) {
        const str arg = str_of(argv[i]);
        err e;
        if (only_positional || arg.n < 2 || arg.p[0] != '-') {
            e = read_positional(c, arg, info);
        } else if (arg.n == 2 && arg.p[1] == '-') {
            only_positional = true;
            continue;
        } else {
            e = read_option(c, argc, argv, &i, info);
        }
        if (e != OK)
            return e;
    }
    apply_common(c);
    return OK;
}

err cli_args_check(const struct cli *c, struct err_info *info)
{
    const struct cli_command *command = cli_command_of(c);
    if (command->actions && !command->run)
        return err_text(info, E_INPUT, "cli.no-command", str_of(command->name));
    for (const struct cli_option *o = command->options; o && o->name; o++)
        if (o->required && !cli_given(c, o->name))
            return err_text(info, E_INPUT, "cli.required", str_of(o->name));
    if (c->n_args >= (size_t)command->args_min)
        return OK;
    err_set(info, E_INPUT, "cli.too-few");
    msg_key(&info->msg, command->args);
    return E_INPUT;
}

static const struct cli_given *find_given(const struct cli *c, const char *name)
{
    for (size_t i = 0; i < c->n_given; i++)
        if (str_eq(str_of(c->given[i].name), str_of(name)))
            return &c->given[i];
    return NULL;
}

bool cli_given(const struct cli *c, const char *name)
{
    return find_given(c, name) != NULL;
}

str cli_text(const struct cli *c, const char *name)
{
    const struct cli_given *g = find_given(c, name);
    return g ? g->value : (str){0};
}

int64_t cli_int(const struct cli *c, const char *name, int64_t fallback)
{
    int64_t v;
    return num_parse_int(cli_text(c, name), &v) ? v : fallback;
}

double cli_real(const struct cli *c, const char *name, double fallback)
{
    double v;
    return parse_real(cli_text(c, name), &v) ? v : fallback;
}

err cli_list(struct cli *c, const char *name, str **items, size_t *n, struct err_info *info)
{
    const str text = cli_text(c, name);
    size_t room = 1;
    for (size_t i = 0; i < text.n; i++)
        room += text.p[i] == ',';
    str *list = ARENA_NEW(c->memory, str, room);
    if (!list)
        return err_nomem(info);
    size_t used = 0;
    str rest = text, item;
    while (str_next(&rest, ',', &item))
        list[used++] = str_trim(item);
    *items = list;
    *n = used;
    return OK;
}
