/* SPDX-License-Identifier: EUPL-1.2 */
/* ontschot link: which rows of one or two files are of one person. */
#include "base/json.h"
#include "base/num.h"
#include "cli/cmd_link_int.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1 << 20, REVIEW_MAX = 1 << 30 };

static void say(struct cli *c, out *o, const struct msg *m)
{
    tr_msg(o, c->lang, m);
    out_char(o, '\n');
}

/* ---- run ---- */

static void from_options(struct cli *c, struct link_work *w)
{
    w->settings_path = cli_text(c, "settings");
    w->n_tables = c->n_args;
    for (size_t t = 0; t < c->n_args; t++)
        w->path[t] = c->args[t];
    w->warrant = (struct linkage_warrant){cli_text(c, "purpose"), cli_text(c, "ground"),
                                          cli_text(c, "covenant")};
    w->labels_path = cli_text(c, "labels");
    w->seed = c->seed;
}

static err read_extras(struct cli *c, struct link_work *w, struct err_info *info)
{
    err e = OK;
    if (cli_given(c, "model"))
        e = link_read_model(c, w, cli_text(c, "model"), info);
    return e == OK ? link_read_said(c, w, info) : e;
}

static err read_run_extras(struct cli *c, struct link_work *w, struct err_info *info)
{
    err e = read_extras(c, w, info);
    if (e == OK && cli_given(c, "previous"))
        e = link_read_previous(c, w, cli_text(c, "previous"), info);
    return e;
}

static void say_figures(struct cli *c, const struct link_work *w, out *o)
{
    const struct linkage_figures *f = linkage_figures(w->run);
    struct msg m;
    msg_set(&m, "linkage.said-persons");
    msg_int(&m, (int64_t)f->n_records);
    msg_int(&m, (int64_t)f->n_persons);
    msg_int(&m, (int64_t)f->largest_person);
    say(c, o, &m);
    msg_set(&m, "linkage.said-links");
    for (int s = 0; s <= LINKAGE_REFUSED; s++)
        msg_int(&m, (int64_t)f->n_links[s]);
    say(c, o, &m);
    msg_set(&m, "linkage.said-pairs");
    msg_int(&m, f->n_candidates);
    msg_int(&m, f->n_pairs);
    msg_real(&m, 100 * f->found, 1);
    say(c, o, &m);
    msg_set(&m, "linkage.said-expected");
    msg_real(&m, f->expected_false, 1);
    msg_real(&m, f->expected_missed, 1);
    say(c, o, &m);
    if (w->ask.previous) {
        msg_set(&m, "linkage.said-kept");
        msg_int(&m, (int64_t)f->n_kept);
        msg_int(&m, (int64_t)f->n_merged);
        msg_int(&m, (int64_t)f->n_split);
        say(c, o, &m);
    }
    if (w->n_objections) {
        msg_set(&m, "linkage.said-hidden");
        msg_int(&m, (int64_t)w->n_objections);
        msg_int(&m, (int64_t)w->n_hidden);
        say(c, o, &m);
    }
}

static void warn_left_out(struct cli *c, const struct link_work *w)
{
    const struct linkage_figures *f = linkage_figures(w->run);
    struct msg m;
    if (f->n_left_out == 0)
        return;
    msg_set(&m, "linkage.left-out");
    msg_int(&m, f->n_left_out);
    cli_warn(c, &m);
}

static int run(struct cli *c)
{
    struct link_work w = {0};
    struct err_info info;
    out o;
    from_options(c, &w);
    w.objections_path = cli_text(c, "objections");
    out_init(&o, TEXT_MAX);
    int code = link_open(c, &w);
    if (code == CLI_DONE && read_run_extras(c, &w, &info) != OK)
        code = cli_fail(c, &info);
    if (code == CLI_DONE)
        code = link_start(c, &w);
    if (code == CLI_DONE) {
        warn_left_out(c, &w);
        say_figures(c, &w, &o);
        code = link_write(c, &w, cli_text(c, "to"), &info) == OK ? cli_deliver(c, &o)
                                                                 : cli_fail(c, &info);
    }
    out_free(&o);
    link_close(&w);
    return code;
}

/* ---- evaluate ---- */

/* The first `pieces` pieces of a text between hyphens; 0 is the whole. */
static str cut_pieces(str s, int64_t pieces)
{
    for (size_t i = 0; pieces > 0 && i < s.n; i++)
        if (s.p[i] == '-' && --pieces == 0)
            return str_cut(s, 0, i);
    return s;
}

struct truth {
    str text;
    uint32_t record;
};

static int by_text(const void *p, const void *q)
{
    return str_cmp(((const struct truth *)p)->text, ((const struct truth *)q)->text);
}

static str truth_text(struct cli *c, const struct table_column *column, size_t row)
{
    char number[NUM_TEXT_MAX];
    if (column->type == TABLE_TEXT)
        return column->words[column->codes[row]];
    return arena_str(c->memory, (str){number, num_print_int(column->ints[row], number)});
}

/* Equal texts get equal numbers. The column goes nowhere but here. */
static err read_truth(struct cli *c, const struct link_work *w, uint32_t *truth,
                      struct err_info *info)
{
    const size_t first = table_rows(w->table[0]);
    const size_t n = first + (w->table[1] ? table_rows(w->table[1]) : 0);
    struct truth *t = ARENA_NEW(c->memory, struct truth, n);
    if (!t)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++) {
        const table *from = w->table[i >= first];
        const size_t row = i < first ? i : i - first;
        const struct table_column *column;
        const err e = table_find(from, cli_text(c, "truth"), &column, info);
        if (e != OK)
            return e;
        if (column->n_missing || (column->type != TABLE_TEXT && column->type != TABLE_INT))
            return err_text(info, E_INPUT, "linkage.truth-type", column->name);
        t[i] = (struct truth){
            cut_pieces(str_trim(truth_text(c, column, row)), cli_int(c, "truth-pieces", 0)),
            (uint32_t)i};
        if (!t[i].text.p)
            return err_nomem(info);
    }
    qsort(t, n, sizeof *t, by_text);
    for (size_t i = 0, number = 0; i < n; i++) {
        number += i == 0 || !str_eq(t[i].text, t[i - 1].text);
        truth[t[i].record] = (uint32_t)number;
    }
    return OK;
}

static void put_interval(json *j, const char *key, const struct linkage_interval *v)
{
    json_key(j, key);
    json_open_object(j);
    json_key_real(j, "at", v->at);
    json_key_real(j, "low", v->low);
    json_key_real(j, "high", v->high);
    json_close_object(j);
}

static void print_json(const struct linkage_score *s, out *o)
{
    json j;
    json_init(&j, o);
    json_open_object(&j);
    json_key_int(&j, "true_pairs", s->n_true);
    json_key_int(&j, "linked_pairs", s->n_linked);
    json_key_int(&j, "both", s->n_both);
    put_interval(&j, "precision", &s->precision);
    put_interval(&j, "recall", &s->recall);
    put_interval(&j, "f", &s->f);
    json_key_real(&j, "completeness", s->completeness);
    json_key_real(&j, "b_cubed_precision", s->b3_precision);
    json_key_real(&j, "b_cubed_recall", s->b3_recall);
    json_key_real(&j, "b_cubed_f", s->b3_f);
    json_key_real(&j, "brier", s->brier);
    json_key(&j, "calibration");
    json_open_array(&j);
    for (int b = 0; b < LINKAGE_BINS; b++) {
        json_open_object(&j);
        json_key_int(&j, "pairs", s->bin_n[b]);
        json_key_real(&j, "expected", s->bin_expected[b]);
        json_key_real(&j, "seen", s->bin_seen[b]);
        json_close_object(&j);
    }
    json_close_array(&j);
    json_close_object(&j);
    out_char(o, '\n');
}

static void print_interval(struct cli *c, const char *key, const struct linkage_interval *v, out *o)
{
    struct msg m;
    msg_set(&m, key);
    msg_real(&m, v->at, 4);
    msg_real(&m, v->low, 4);
    msg_real(&m, v->high, 4);
    say(c, o, &m);
}

static void print_text(struct cli *c, const struct linkage_score *s, out *o)
{
    struct msg m;
    msg_set(&m, "linkage.score-pairs");
    msg_int(&m, s->n_true);
    msg_int(&m, s->n_linked);
    msg_int(&m, s->n_both);
    say(c, o, &m);
    print_interval(c, "linkage.score-precision", &s->precision, o);
    print_interval(c, "linkage.score-recall", &s->recall, o);
    print_interval(c, "linkage.score-f", &s->f, o);
    msg_set(&m, "linkage.score-completeness");
    msg_real(&m, s->completeness, 4);
    say(c, o, &m);
    msg_set(&m, "linkage.score-b-cubed");
    msg_real(&m, s->b3_precision, 4);
    msg_real(&m, s->b3_recall, 4);
    msg_real(&m, s->b3_f, 4);
    say(c, o, &m);
    msg_set(&m, "linkage.score-brier");
    msg_real(&m, s->brier, 4);
    say(c, o, &m);
}

static err judge(struct cli *c, const struct link_work *w, out *o, struct err_info *info)
{
    const size_t n = linkage_figures(w->run)->n_records;
    uint32_t *truth = ARENA_NEW(c->memory, uint32_t, n);
    struct linkage_score score;
    err e = truth ? read_truth(c, w, truth, info) : err_nomem(info);
    if (e == OK)
        e = linkage_evaluate(w->run, truth, NULL, NULL, 0, c->seed, &score, info);
    if (e == OK && c->format == CLI_FORMAT_JSON)
        print_json(&score, o);
    else if (e == OK)
        print_text(c, &score, o);
    return e;
}

static int evaluate(struct cli *c)
{
    struct link_work w = {0};
    struct err_info info;
    out o;
    from_options(c, &w);
    out_init(&o, TEXT_MAX);
    int code = link_open(c, &w);
    if (code == CLI_DONE && read_extras(c, &w, &info) != OK)
        code = cli_fail(c, &info);
    if (code == CLI_DONE)
        code = link_start(c, &w);
    if (code == CLI_DONE)
        code = judge(c, &w, &o, &info) == OK ? cli_deliver(c, &o) : cli_fail(c, &info);
    out_free(&o);
    link_close(&w);
    return code;
}

/* ---- explain and review: of a run that was written ---- */

static int reopen(struct cli *c, struct link_work *w)
{
    struct err_info info;
    if (link_read_record(c, w, c->args[0], &info) != OK)
        return cli_fail(c, &info);
    int code = link_open(c, w);
    if (code != CLI_DONE)
        return code;
    out o;
    out_init(&o, TEXT_MAX);
    out_str(&o, c->args[0]);
    out_cstr(&o, "/model.json");
    const str path = arena_str(c->memory, out_view(&o));
    out_free(&o);
    err e = path.p ? link_read_model(c, w, path, &info) : err_nomem(&info);
    if (e == OK)
        e = link_read_said(c, w, &info);
    return e == OK ? link_start(c, w) : cli_fail(c, &info);
}

static err explain_link(struct cli *c, const struct link_work *w, out *o, struct err_info *info)
{
    struct linkage_explanation why;
    size_t n;
    int64_t number;
    const struct linkage_link *link = linkage_links(w->run, &n);
    if (!num_parse_int(c->args[1], &number) || number < 1 || (uint64_t)number > n ||
        w->is_hidden[link[number - 1].a] || w->is_hidden[link[number - 1].b])
        return err_text(info, E_NOT_FOUND, "linkage.no-such-link", c->args[1]);
    const err e = linkage_explain(w->run, link[number - 1].a, link[number - 1].b, &why, info);
    if (e == OK)
        linkage_explanation_print(w->run, &why, c->lang, o);
    return e;
}

static int explain(struct cli *c)
{
    struct link_work w = {0};
    struct err_info info;
    out o;
    out_init(&o, TEXT_MAX);
    int code = reopen(c, &w);
    if (code == CLI_DONE)
        code = explain_link(c, &w, &o, &info) == OK ? cli_deliver(c, &o) : cli_fail(c, &info);
    out_free(&o);
    link_close(&w);
    return code;
}

static int review(struct cli *c)
{
    struct link_work w = {0};
    struct err_info info;
    out o;
    out_init(&o, REVIEW_MAX);
    int code = reopen(c, &w);
    if (code == CLI_DONE)
        code = link_write_review(c, &w, &o, &info) == OK ? cli_deliver(c, &o) : cli_fail(c, &info);
    out_free(&o);
    link_close(&w);
    return code;
}

/* ---- The tables ---- */

/* clang-format off */
#define WARRANT_OPTIONS                                                                            \
    {"settings", CLI_TEXT, true, "cli.value-file", "linkage.option-settings", NULL, 0, 0},         \
    {"purpose", CLI_TEXT, true, "linkage.value-text", "linkage.option-purpose", NULL, 0, 0},       \
    {"ground", CLI_TEXT, true, "linkage.value-text", "linkage.option-ground", NULL, 0, 0},         \
    {"covenant", CLI_TEXT, true, "linkage.value-text", "linkage.option-covenant", NULL, 0, 0},     \
    {"model", CLI_TEXT, false, "cli.value-file", "linkage.option-model", NULL, 0, 0},              \
    {"labels", CLI_TEXT, false, "cli.value-file", "linkage.option-labels", NULL, 0, 0}
/* clang-format on */

static const struct cli_option run_options[] = {
    {"to", CLI_TEXT, true, "cli.value-folder", "linkage.option-to", NULL, 0, 0},
    WARRANT_OPTIONS,
    {"previous", CLI_TEXT, false, "cli.value-file", "linkage.option-previous", NULL, 0, 0},
    {"objections", CLI_TEXT, false, "cli.value-file", "linkage.option-objections", NULL, 0, 0},
    {0},
};
static const struct cli_option evaluate_options[] = {
    WARRANT_OPTIONS,
    {"truth", CLI_TEXT, true, "cli.value-column", "linkage.option-truth", NULL, 0, 0},
    {"truth-pieces", CLI_INT, false, "cli.value-number", "linkage.option-truth-pieces", NULL, 1, 9},
    {0},
};

static const struct cli_example run_examples[] = {
    {"ontschot link run wijkteam.csv sociale-dienst.csv --settings koppeling.yaml --to koppeling "
     "--purpose 'effect van het wijkteam' --ground 'art. 5.4.1 Wmo 2015' --covenant 2026-3",
     "linkage.example-run"},
    {0},
};
static const struct cli_example explain_examples[] = {
    {"ontschot link explain koppeling 12", "linkage.example-explain"},
    {0},
};
static const struct cli_example review_examples[] = {
    {"ontschot link review koppeling --output twijfel.csv", "linkage.example-review"},
    {0},
};
static const struct cli_example evaluate_examples[] = {
    {"ontschot link evaluate a.csv b.csv --settings koppeling.yaml --truth persoon "
     "--purpose proef --ground 'verzonnen gegevens' --covenant geen",
     "linkage.example-evaluate"},
    {0},
};

static const struct cli_command link_run_command = {
    .name = "run",
    .summary = "linkage.run-summary",
    .help = "linkage.run-help",
    .args = "linkage.run-args",
    .args_min = 1,
    .args_max = 2,
    .options = run_options,
    .examples = run_examples,
    .uses_seed = true,
    .uses_threads = true,
    .keeps_freed = true,
    .run = run,
};
static const struct cli_command link_evaluate_command = {
    .name = "evaluate",
    .summary = "linkage.evaluate-summary",
    .help = "linkage.evaluate-help",
    .args = "linkage.run-args",
    .args_min = 1,
    .args_max = 2,
    .options = evaluate_options,
    .examples = evaluate_examples,
    .formats = "text|json",
    .uses_seed = true,
    .uses_threads = true,
    .keeps_freed = true,
    .run = evaluate,
};
static const struct cli_command link_explain_command = {
    .name = "explain",
    .summary = "linkage.explain-summary",
    .help = "linkage.explain-help",
    .args = "linkage.explain-args",
    .args_min = 2,
    .args_max = 2,
    .examples = explain_examples,
    .formats = "text",
    .uses_threads = true,
    .run = explain,
};
static const struct cli_command link_review_command = {
    .name = "review",
    .summary = "linkage.review-summary",
    .help = "linkage.review-help",
    .args = "linkage.review-args",
    .args_min = 1,
    .args_max = 1,
    .examples = review_examples,
    .formats = "csv",
    .uses_threads = true,
    .run = review,
};

static const struct cli_command *const actions[] = {
    &link_run_command, &link_evaluate_command, &link_explain_command, &link_review_command, NULL};

const struct cli_command cmd_link = {
    .name = "link",
    .summary = "linkage.summary",
    .help = "linkage.help",
    .actions = actions,
};
