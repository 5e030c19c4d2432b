/* SPDX-License-Identifier: EUPL-1.2 */
/* How alike two groups are, as pictures: love plots and mirrored histograms. */
#include "engine/chart/chart.h"

#include "engine/chart/picture_test_int.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void put_number(void *ctx, out *o, double v, int decimals)
{
    (void)ctx;
    char text[64];
    snprintf(text, sizeof text, "%.*f", decimals, v);
    for (char *p = text; *p; p++)
        out_char(o, *p == '.' ? ',' : *p);
}

static void put_percent(void *ctx, out *o, double v, int decimals)
{
    put_number(ctx, o, 100 * v, decimals > 2 ? decimals - 2 : 0);
    out_char(o, '%');
}

/* --- the samples: lalonde, 614 men: pairs; and weights --------------------- */

static const struct chart_love_row covariates[] = {
    {STR("leeftijd"), -0.309, 0.072, STR("leeftijd: 0,31, daarna 0,07")},
    {STR("jaren onderwijs"), 0.055, -0.129, STR("")},
    {STR("etniciteit: hispanic"), -0.350, -0.663, STR("")},
    {STR("etniciteit: wit"), -1.882, -0.730, STR("")},
    {STR("getrouwd"), -0.826, -0.055, STR("")},
    {STR("geen diploma"), 0.245, 0.155, STR("")},
    {STR("inkomen in 1974"), -0.721, -0.050, STR("")},
    {STR("inkomen in 1975"), -0.290, -0.026, STR("")},
    {STR("overal gelijk"), NAN, NAN, STR("")},
};

static struct chart_love sample_love(void)
{
    return (struct chart_love){.frame = {.title = STR("Na weging lijken de groepen op elkaar"),
                                         .description = STR("Verschil per kenmerk")},
                               .format = {put_number, NULL},
                               .rows = covariates,
                               .n_rows = sizeof covariates / sizeof *covariates,
                               .limit = 0.1,
                               .x_title = STR("verschil in standaardafwijkingen"),
                               .before_label = STR("vóór"),
                               .after_label = STR("na"),
                               .limit_label = STR("klein genoeg: 0,1")};
}

enum { BINS = 10 };

static struct chart_overlap sample_overlap(void)
{
    static const struct chart_overlap_bin bins[BINS] = {
        {0.065, 0.615, 0.065, 0.073, STR("0 tot 0,1: 12 en 264")},
        {0.076, 0.145, 0.076, 0.052, STR("")},
        {0.022, 0.037, 0.022, 0.029, STR("")},
        {0.032, 0.021, 0.032, 0.028, STR("")},
        {0.043, 0.021, 0.043, 0.041, STR("")},
        {0.108, 0.040, 0.108, 0.113, STR("")},
        {0.308, 0.061, 0.308, 0.269, STR("")},
        {0.303, 0.058, 0.303, 0.374, STR("")},
        {0.043, 0.002, 0.043, 0.022, STR("")},
        {0, 0, NAN, NAN, STR("")},
    };
    return (struct chart_overlap){.frame = {.title = STR("Voor bijna alle deelnemers is er iemand"),
                                            .description = STR("Kans op deelname")},
                                  .x_format = {put_number, NULL},
                                  .y_format = {put_percent, NULL},
                                  .from = 0,
                                  .width = 0.1,
                                  .bins = bins,
                                  .n_bins = BINS,
                                  .x_title = STR("kans op deelname"),
                                  .up_label = STR("met deelname"),
                                  .down_label = STR("zonder deelname"),
                                  .before_label = STR("vóór weging"),
                                  .after_label = STR("na weging")};
}

/* --- pieces ------------------------------------------------------------- */

struct fixture {
    out o;
    struct err_info info;
};

static int open_out(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    out_init(&f->o, 1 << 24);
    *state = f;
    return 0;
}

static int close_out(void **state)
{
    struct fixture *f = *state;
    out_free(&f->o);
    free(f);
    return 0;
}

static void assert_picture(const struct fixture *f)
{
    const char *fault = picture_fault(out_view(&f->o));
    if (fault)
        fail_msg("%s in:\n%.*s", fault, STR_FMT(out_view(&f->o)));
}

/* --- golden files --------------------------------------------------------- */

static void a_love_plot_is_the_picture_we_looked_at(void **state)
{
    struct fixture *f = *state;
    const struct chart_love c = sample_love();

    assert_int_equal(chart_love(&f->o, &c, &f->info), OK);

    assert_golden_picture(out_view(&f->o), "love");
}

static void a_love_plot_on_a_phone_is_the_picture_we_looked_at(void **state)
{
    struct fixture *f = *state;
    struct chart_love c = sample_love();
    c.frame.width = CHART_WIDTH_MIN;

    assert_int_equal(chart_love(&f->o, &c, &f->info), OK);

    assert_golden_picture(out_view(&f->o), "love-narrow");
}

static void an_overlap_is_the_picture_we_looked_at(void **state)
{
    struct fixture *f = *state;
    const struct chart_overlap c = sample_overlap();

    assert_int_equal(chart_overlap(&f->o, &c, &f->info), OK);

    assert_golden_picture(out_view(&f->o), "overlap");
}

/* --- what they promise ------------------------------------------------------ */

static void the_furthest_covariate_comes_first_and_the_unknown_last(void **state)
{
    struct fixture *f = *state;
    const struct chart_love c = sample_love();

    assert_int_equal(chart_love(&f->o, &c, &f->info), OK);

    const char *at = f->o.p;
    static const char *const order[] = {">etniciteit: wit<", ">getrouwd<",
                                        ">inkomen in 1974<", ">leeftijd<",
                                        ">jaren onderwijs<", ">overal gelijk<"};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        at = strstr(at, order[i]);
        assert_non_null(at);
    }
    /* hollow circles and filled diamonds: eight known rows, and the legend's circle */
    assert_int_equal(picture_count(out_view(&f->o), "<circle"), 9);
    assert_int_equal(picture_count(out_view(&f->o), "<polygon"), 8);
    assert_int_equal(picture_count(out_view(&f->o), "<title>leeftijd: 0,31"), 1);
}

static void nothing_known_still_gives_a_sane_picture(void **state)
{
    struct fixture *f = *state;
    static const struct chart_love_row unknown = {STR("x"), NAN, INFINITY, STR("")};
    static const struct chart_overlap_bin empty[2] = {{0, 0, NAN, NAN, STR("")},
                                                      {NAN, 0, NAN, NAN, STR("")}};
    struct chart_love love = sample_love();
    struct chart_overlap overlap = sample_overlap();
    love.rows = &unknown;
    love.n_rows = 1;
    love.limit = NAN;
    overlap.bins = empty;
    overlap.n_bins = 2;

    assert_int_equal(chart_love(&f->o, &love, &f->info), OK);
    assert_picture(f);
    out_clear(&f->o);
    assert_int_equal(chart_overlap(&f->o, &overlap, &f->info), OK);

    assert_picture(f);
    assert_int_equal(picture_count(out_view(&f->o), ">na weging<"), 0); /* no outline, no legend */
}

static void bad_questions_are_refused_and_nothing_is_written(void **state)
{
    struct fixture *f = *state;
    struct chart_love none = sample_love(), huge = sample_love();
    struct chart_overlap no_bins = sample_overlap(), flat = sample_overlap(),
                         negative = sample_overlap();
    static const struct chart_overlap_bin below = {0.5, -0.1, NAN, NAN, STR("")};
    none.n_rows = 0;
    huge.limit = 2e15;
    no_bins.n_bins = 0;
    flat.width = 0;
    negative.bins = &below;
    negative.n_bins = 1;

    assert_int_equal(chart_love(&f->o, &none, &f->info), E_INPUT);
    assert_string_equal(f->info.msg.key, "chart.nothing-to-draw");
    assert_int_equal(chart_love(&f->o, &huge, &f->info), E_INPUT);
    assert_string_equal(f->info.msg.key, "chart.value-out-of-range");
    assert_int_equal(chart_overlap(&f->o, &no_bins, &f->info), E_INPUT);
    assert_string_equal(f->info.msg.key, "chart.nothing-to-draw");
    assert_int_equal(chart_overlap(&f->o, &flat, &f->info), E_INPUT);
    assert_string_equal(f->info.msg.key, "chart.no-bin-width");
    assert_int_equal(chart_overlap(&f->o, &negative, &f->info), E_INPUT);
    assert_string_equal(f->info.msg.key, "chart.count-below-zero");

    assert_int_equal(f->o.n, 0);
}

#define DRAWING_TEST(test) cmocka_unit_test_setup_teardown(test, open_out, close_out)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DRAWING_TEST(a_love_plot_is_the_picture_we_looked_at),
        DRAWING_TEST(a_love_plot_on_a_phone_is_the_picture_we_looked_at),
        DRAWING_TEST(an_overlap_is_the_picture_we_looked_at),
        DRAWING_TEST(the_furthest_covariate_comes_first_and_the_unknown_last),
        DRAWING_TEST(nothing_known_still_gives_a_sane_picture),
        DRAWING_TEST(bad_questions_are_refused_and_nothing_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
