/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * report: results into pages and files that people read and recompute.
 *
 * Does: one self-contained HTML page per language (no script, no outside file),
 *       JSON, CSV and Excel of every number in it, an index of studies, and the
 *       answer in one sentence. Wording follows the numbers: an interval that
 *       holds 0 is never called an effect, and a result that failed, was null
 *       or was unwelcome gets the same place as one that was hoped for.
 * Does not: estimate, price or draw random numbers; keep a clock (dates come
 *           in); decide which numbers may leave (engine/disclosure).
 *
 * All four forms are made from the same tables, so they cannot differ. Texts of
 * a study come in by language; the other language stands in for one not given.
 */
#ifndef ONTSCHOT_ENGINE_REPORT_H
#define ONTSCHOT_ENGINE_REPORT_H

#include "base/file.h"
#include "base/i18n.h"
#include "engine/disclosure/disclosure.h"
#include "engine/scba/scba.h"

enum {
    REPORT_ANALYSES_MAX = 4096,
    REPORT_LIMITS_MAX = 64, /* own remarks on what the study does not say */
    REPORT_ANSWER_WORDS_MAX = 30,
};
#define REPORT_BYTES_MAX ((size_t)256 << 20) /* of one page or file */

enum report_good { REPORT_NEITHER, REPORT_HIGHER, REPORT_LOWER };

/* What is measured: "total costs", "euro per household and month". */
struct report_outcome {
    str key;
    str label[LANG_COUNT]; /* with its article, as in the middle of a sentence */
    str unit[LANG_COUNT];  /* follows the number; with a currency e.g. "per household" */
    str currency;          /* "EUR": numbers are written as money; empty: as numbers */
    enum report_good good; /* which direction was hoped for */
};

enum report_role { REPORT_MAIN, REPORT_VARIATION, REPORT_SUBGROUP };

struct report_analysis {
    enum report_role role;
    size_t outcome; /* its place in the input's outcomes */
    str name;
    str label[LANG_COUNT];                /* of a variation or subgroup */
    bool is_added;                        /* not in the plan: so that the main one is not alone */
    const struct released_effect *result; /* NULL: could not be computed, and */
    struct msg failed;                    /* why */
    double p_adjusted; /* of a subgroup, for all subgroups and outcomes; 0 or NaN: it has none */
};

struct report_study {
    str id;
    str title[LANG_COUNT], question[LANG_COUNT];
    str programme[LANG_COUNT];  /* singular, as in the middle of a sentence: "the pilot One Door" */
    str population[LANG_COUNT]; /* who it is about: "households with debts in the east" */
    str unit[LANG_COUNT];       /* one of them, "household"; empty: "person" */
    str period[LANG_COUNT][2];  /* one and many: "month", "months"; empty: "period" */
    str start[LANG_COUNT];      /* when the programme began, in words; may be empty */
    str author;
    str data_source;
    str completeness[LANG_COUNT]; /* what the data cover and miss */
    int32_t data_day;             /* drawn from their source; REPORT_NO_DAY when unknown */
    int32_t made_day;             /* of this report */
    bool synthetic;               /* made-up people: labelled so on every page */
    bool randomised;              /* a lottery decided who took part in the main comparison */
    const str (*limits)[LANG_COUNT];
    size_t n_limits;
};
#define REPORT_NO_DAY INT32_MIN

/* A line in the history of a plan after it was frozen. */
enum report_change_kind {
    REPORT_CHANGE_VALUE,   /* `what`: "design.control: never -> not-yet" */
    REPORT_CHANGE_LAYOUT,  /* remarks or layout alone */
    REPORT_CHANGE_MORE,    /* `n` lines that are not listed */
    REPORT_CHANGE_REASON,  /* `what`: why the lines above it, in the author's words */
    REPORT_CHANGE_UNFIXED, /* the lines above it were not fixed again before this run */
};
struct report_change {
    int32_t day;
    enum report_change_kind kind;
    str what;
    size_t n;
};

struct report_seal {
    bool frozen; /* else the run was exploratory */
    int32_t frozen_day;
    size_t earlier_runs, runs_before_freeze; /* the latter are part of the former */
    const struct report_change *changes;     /* after the plan was frozen */
    size_t n_changes;                        /* lines */
    size_t n_changed;                        /* points of the plan that changed, listed or not */
    str plan_hash, data_hash;                /* hexadecimal; empty when there is none */
    str signer;                              /* fingerprint of the key */
    uint64_t seed;
    str version; /* of the program */
    str command; /* that recomputes this report, e.g. "ontschot study verify DIR" */
};

struct report_input {
    struct report_study study;
    struct report_seal seal;
    const struct report_outcome *outcomes; /* the first is the main one */
    size_t n_outcomes;
    const struct report_analysis *analyses;
    size_t n_analyses;
    const struct scba_model *model; /* NULL: no costs and benefits */
    const struct scba_result *scba; /* NULL: could not be computed, and */
    struct msg scba_failed;         /* why; no key when there was nothing to compute */
};

/* Another form of the same report, for the links on the page; an empty href gives no link. */
struct report_links {
    str other_language, json, csv, csv_excel, xlsx, index;
};

/*
 * The page. `links` may be NULL. E_INPUT when an analysis names no outcome or
 * more is given than the limits above allow; E_LIMIT, E_NOMEM. On an error `o`
 * holds nothing that may be used.
 */
WARN_UNUSED err report_html(out *o, enum lang lang, const struct report_input *in,
                            const struct report_links *links, struct err_info *info);

/* The answer, at most REPORT_ANSWER_WORDS_MAX words. */
WARN_UNUSED err report_answer(out *o, enum lang lang, const struct report_input *in,
                              struct err_info *info);

/* Every number at full precision. Names are the same in both languages, texts are not. */
WARN_UNUSED err report_json(out *o, enum lang lang, const struct report_input *in,
                            struct err_info *info);

enum report_csv_form {
    REPORT_CSV_MACHINE, /* comma, decimal point, ISO dates */
    REPORT_CSV_EXCEL,   /* Dutch Excel: byte order mark, semicolon, decimal comma */
};

/*
 * A text as a field, always quoted (RFC 4180). One that a spreadsheet would run
 * as a formula, because it starts with = + - @ or a tab or return, gets an
 * apostrophe before it; so the program that reads it back sees one more.
 */
void report_csv_text(out *o, str s);

/* One line per number: table, row, column, value. */
WARN_UNUSED err report_csv(out *o, enum lang lang, enum report_csv_form form,
                           const struct report_input *in, struct err_info *info);

/* A workbook, as bytes, with a sheet per table. They depend on the input alone. */
WARN_UNUSED err report_xlsx(out *o, enum lang lang, const struct report_input *in,
                            struct err_info *info);

/* A cost-benefit analysis alone, in the same forms. */
WARN_UNUSED err report_scba_text(out *o, enum lang lang, const struct scba_model *m,
                                 const struct scba_result *r, struct err_info *info);
WARN_UNUSED err report_scba_json(out *o, enum lang lang, const struct scba_model *m,
                                 const struct scba_result *r, struct err_info *info);
WARN_UNUSED err report_scba_csv(out *o, enum lang lang, enum report_csv_form form,
                                const struct scba_model *m, const struct scba_result *r,
                                struct err_info *info);
WARN_UNUSED err report_scba_xlsx(out *o, enum lang lang, const struct scba_model *m,
                                 const struct scba_result *r, struct err_info *info);

/*
 * One estimation alone, as `ontschot effect` prints it (effect_*.c). Field
 * names are the same in JSON, CSV and Excel; only the text is in a language.
 */
WARN_UNUSED err report_effect_text(out *o, enum lang lang, const struct released_effect *released,
                                   struct err_info *info);
WARN_UNUSED err report_effect_json(out *o, const struct released_effect *released,
                                   struct err_info *info);
/* One table of it; an empty name means the estimates. E_INPUT when there is no such table. */
#define REPORT_EFFECT_TABLES                                                                       \
    "estimates|design|bacon|matching|comparison|balance|overlap|teams|honesty|honest|trends|looks"
WARN_UNUSED err report_effect_csv(out *o, const struct released_effect *released, str name,
                                  struct err_info *info);
WARN_UNUSED err report_effect_xlsx(out *o, const struct released_effect *released,
                                   struct err_info *info);

/* ---- the page that lists studies ---- */

struct report_index_entry {
    str title[LANG_COUNT];
    str answer[LANG_COUNT]; /* by report_answer */
    str href[LANG_COUNT];
    str data_source;
    int32_t made_day;
    bool synthetic, frozen;
};

WARN_UNUSED err report_index(out *o, enum lang lang, str other_language_href,
                             const struct report_index_entry *entries, size_t n,
                             struct err_info *info);

#endif
