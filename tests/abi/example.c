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

static const struct ontschot_effect_options staggered = {
    .struct_size = sizeof staggered,
    .method = "did",
    .outcome = "lemp",
    .unit = "countyreal",
    .time = "year",
    .first_treated = "first.treat",
};

/* The simple aggregation of the county panel: Callaway and Sant'Anna (2021), research in did. */
static void estimates_arrive(ontschot *s, const ontschot_table *t)
{
    ontschot_effect *e = NULL;
    struct ontschot_estimate simple = {.struct_size = sizeof simple};
    const char *json = NULL;

    const int ran = ontschot_effect_run(s, t, &staggered, &e) == ONTSCHOT_OK;
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
    check(ontschot_effect_json(s, e, &json) == ONTSCHOT_OK && strstr(json, "\"estimates\""),
          "the same comes as JSON");
    ontschot_effect_close(e);
}

static void mistakes_are_told(ontschot *s, const ontschot_table *t)
{
    ontschot_table *none = NULL;
    ontschot_effect *e = NULL;
    struct ontschot_effect_options wrong = staggered;

    check(ontschot_table_open(s, "no-such-file.csv", &none) == ONTSCHOT_ABSENT && !none,
          "a file that is not there is absent");
    check(strstr(ontschot_error(s, "en"), "no-such-file.csv: ") != NULL, "and its name is told");
    wrong.control = "nevr";
    check(ontschot_effect_run(s, t, &wrong, &e) == ONTSCHOT_INPUT && !e, "a choice must exist");
    check(strstr(ontschot_error(s, "nl"), "kan “nevr” niet") != NULL, "and the error is in Dutch");
    wrong = staggered;
    wrong.outcome = "lempp";
    check(ontschot_effect_run(s, t, &wrong, &e) == ONTSCHOT_INPUT && !e, "a column must exist");
    check(strstr(ontschot_error(s, "en"), "lemp") != NULL, "and the error names it");
    wrong.struct_size = 0;
    check(ontschot_effect_run(s, t, &wrong, &e) == ONTSCHOT_INPUT, "a struct must have a size");
}

/* A program built against an older header knows fewer fields. */
static void an_older_caller_is_understood(ontschot *s, const ontschot_table *t)
{
    ontschot_effect *e = NULL;
    struct ontschot_effect_options older = staggered;
    struct ontschot_estimate estimate;
    older.struct_size = offsetof(struct ontschot_effect_options, covariates);
    older.n_covariates = 1000000; /* behind what it knows: not read */
    memset(&estimate, 7, sizeof estimate);
    estimate.struct_size = offsetof(struct ontschot_estimate, p);

    check(ontschot_effect_run(s, t, &older, &e) == ONTSCHOT_OK, "a shorter struct is understood");
    check(e && ontschot_effect_estimate(e, 0, &estimate) == ONTSCHOT_OK, "and one is filled in");
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
        an_older_caller_is_understood(s, t);
    }
    ontschot_table_close(t);
    ontschot_close(s);
    printf("1..%d\n", number);
    return status;
}
