/* SPDX-License-Identifier: EUPL-1.2 */
/* A program of somebody else, against the installed header and library. Prints TAP. */
#include <ontschot.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static int number, status;

static void check(int passed, const char *name)
{
    printf("%sok %d - %s\n", passed ? "" : "not ", ++number, name);
    status |= !passed;
}

static const struct ontschot_setting staggered[] = {
    {"method", "did"},
    {"outcome", "lemp"},
    {"unit", "countyreal"},
    {"time", "year"},
    {"first-treated", "first.treat"},
};
enum { N_STAGGERED = sizeof staggered / sizeof *staggered };

/* The question with one more setting; false when it was not refused as wrong. */
static int refuses(ontschot *s, const ontschot_table *t, const char *name, const char *value)
{
    struct ontschot_setting wrong[N_STAGGERED + 1];
    ontschot_effect *e = NULL;
    memcpy(wrong, staggered, sizeof staggered);
    wrong[N_STAGGERED] = (struct ontschot_setting){name, value};
    return ontschot_effect_run(s, t, wrong, N_STAGGERED + 1, &e) == ONTSCHOT_INPUT && !e;
}

/* The simple aggregation of the county panel: Callaway and Sant'Anna (2021), research in did. */
static void estimates_arrive(ontschot *s, const ontschot_table *t)
{
    ontschot_effect *e = NULL;
    struct ontschot_estimate simple = {.struct_size = sizeof simple};
    const char *json = NULL;

    const int ran = ontschot_effect_run(s, t, staggered, N_STAGGERED, &e) == ONTSCHOT_OK;
    check(ran, "an effect is estimated");
    if (!ran) {
        printf("# %s\n", ontschot_error(s, "en"));
        return;
    }
    size_t i = 0;
    while (ontschot_effect_estimate(e, i, &simple) == ONTSCHOT_OK &&
           strcmp(simple.aggregation, "simple") != 0)
        i++;
    check(i < ontschot_effect_estimates(e), "the simple aggregation is among the estimates");
    check(fabs(simple.estimate - -0.0399512752) < 5e-11, "its value is the published one");
    check(ontschot_effect_json(s, e, &json) == ONTSCHOT_OK && strstr(json, "\"estimates\"") &&
              strstr(json, "\"min_persons\": 10"),
          "the same comes as JSON");
    ontschot_effect_close(e);
}

static void mistakes_are_told(ontschot *s, const ontschot_table *t)
{
    ontschot_table *none = NULL;

    check(ontschot_table_open(s, "no-such-file.csv", &none) == ONTSCHOT_ABSENT && !none,
          "a file that is not there is absent");
    check(strstr(ontschot_error(s, "en"), "no-such-file.csv: ") != NULL, "and its name is told");
    check(refuses(s, t, "min-persons", "4"), "no fewer than five persons stand behind a number");
    check(refuses(s, t, "control", "nevr"), "a choice must exist");
    check(strstr(ontschot_error(s, "nl"), "kan niet “nevr” zijn") != NULL,
          "and the error is in Dutch");
    check(refuses(s, t, "covariates", "lpopp"), "a column must exist");
    check(strstr(ontschot_error(s, "en"), "lpop") != NULL, "and the error names it");
    check(refuses(s, t, "covariate", "lpop"), "an option must exist");
    check(refuses(s, t, "outcome", "lpop"), "only a list has more than one value");
}

/* A list is a name that is given again. */
static void a_list_is_understood(ontschot *s, const ontschot_table *t)
{
    ontschot_effect *e = NULL;
    const char *json = NULL;
    const struct ontschot_setting matched[] = {
        {"method", "twfe"},
        {"outcome", "lemp"},
        {"unit", "countyreal"},
        {"time", "year"},
        {"first-treated", "first.treat"},
        {"covariates", "lpop"},
        {"covariates", "treat"},
    };
    const size_t n = sizeof matched / sizeof *matched;

    check(ontschot_effect_run(s, t, matched, n, &e) == ONTSCHOT_OK, "a name given twice is a list");
    check(e && ontschot_effect_json(s, e, &json) == ONTSCHOT_OK && strstr(json, "\"lpop\"") &&
              strstr(json, "\"treat\""),
          "and both items arrive");
    ontschot_effect_close(e);
}

/* A program built against an older header knows fewer fields. */
static void an_older_caller_is_understood(ontschot *s, const ontschot_table *t)
{
    ontschot_effect *e = NULL;
    struct ontschot_estimate estimate;
    memset(&estimate, 7, sizeof estimate);
    estimate.struct_size = offsetof(struct ontschot_estimate, p);

    check(ontschot_effect_run(s, t, staggered, N_STAGGERED, &e) == ONTSCHOT_OK &&
              ontschot_effect_estimate(e, 0, &estimate) == ONTSCHOT_OK,
          "a shorter struct is filled in");
    unsigned char behind[sizeof estimate.p], sevens[sizeof estimate.p];
    memcpy(behind, &estimate.p, sizeof behind);
    memset(sevens, 7, sizeof sevens);
    check(memcmp(behind, sevens, sizeof behind) == 0, "and not written behind its end");
    ontschot_effect_close(e);
}

int main(int argc, char **argv)
{
    const struct ontschot_options options = {.struct_size = sizeof options, .threads = 2};
    ontschot *s = NULL;
    ontschot_table *t = NULL;

    if (argc != 2 || ontschot_open(&options, &s) != ONTSCHOT_OK)
        return 1;
    check(strcmp(ontschot_error(s, "en"), "") == 0, "nothing failed yet");
    check(ontschot_table_open(s, argv[1], &t) == ONTSCHOT_OK, "a table opens");
    if (t) {
        check(ontschot_table_rows(t) == 2500 && ontschot_table_columns(t) == 6, "it is whole");
        estimates_arrive(s, t);
        mistakes_are_told(s, t);
        a_list_is_understood(s, t);
        an_older_caller_is_understood(s, t);
    }
    ontschot_table_close(t);
    ontschot_close(s);
    printf("1..%d\n", number);
    return status;
}
