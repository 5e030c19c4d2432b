/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/chart/chart.h"

#include "engine/chart/picture_test_int.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- numbers as a Dutch reader sees them -------------------------------- */

static void put_grouped(out *o, double v, int decimals)
{
    char text[400];
    const int n = snprintf(text, sizeof text, "%.*f", decimals, fabs(v));
    const size_t whole = (size_t)n - (decimals ? (size_t)decimals + 1 : 0);
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0)
            out_char(o, '.');
        out_char(o, text[i]);
    }
    if (decimals) {
        out_char(o, ',');
        out_cstr(o, text + whole + 1);
    }
}

static void put_euro(void *ctx, out *o, double v, int decimals)
{
    (void)ctx;
    if (v < 0)
        out_cstr(o, "−");
    if (v != 0)
        out_cstr(o, "€ ");
    put_grouped(o, v, v == 0 ? 0 : decimals);
}

static void put_quarter(void *ctx, out *o, double v, int decimals)
{
    (void)ctx;
    out_cstr(o, v < 0 ? "−" : v > 0 ? "+" : "");
    put_grouped(o, v, decimals);
}

static const struct chart_format euro = {put_euro, NULL}, quarter = {put_quarter, NULL};

/* --- the samples: invented figures of the design's page ------------------ */

enum { QUARTERS = 17 };

static struct chart_point quarters[QUARTERS];

static struct chart_line sample_line(void)
{
    static const double effect[QUARTERS] = {60,   -110, 30,   90,   -40,   70,    -55,   0,    -60,
                                            -180, -520, -760, -890, -1010, -1180, -1150, -1240};
    for (int i = 0; i < QUARTERS; i++) {
        const int q = i - 8;
        const double half = q == -1 ? 0 : 350 + (q < 0 ? -8.0 * q : 12.0 * q);
        quarters[i] = (struct chart_point){q,
                                           effect[i],
                                           effect[i] - 0.75 * half,
                                           effect[i] + 0.75 * half,
                                           effect[i] - half,
                                           effect[i] + half,
                                           q == -1,
                                           STR("Kwartaal: tip")};
    }
    return (struct chart_line){.frame = {.title = STR("De kosten dalen pas na een half jaar"),
                                         .description = STR("Verschil per kwartaal"),
                                         .width = 820},
                               .x_format = quarter,
                               .y_format = euro,
                               .points = quarters,
                               .n_points = QUARTERS,
                               .x_title = STR("kwartalen ten opzichte van de start"),
                               .line_label = STR("verschil met de vergelijkingsgroep"),
                               .interval_label = STR("95%-interval per kwartaal"),
                               .band_label = STR("95%-band voor alle kwartalen samen"),
                               .start = -0.5,
                               .start_label = STR("Start proeftuin (april 2024)"),
                               .before_label = STR("vóór de proeftuin: geen verschil")};
}

static struct chart_step steps[] = {
    {STR("Kosten proeftuin"), STR("Gemeente"), -640, STR("−€ 640"), STR("")},
    {STR("Minder Wmo-begeleiding"), STR("Gemeente"), 205, STR("+€ 205"), STR("")},
    {STR("Minder jeugdhulp"), STR("Gemeente"), 310, STR("+€ 310"), STR("")},
    {STR("Minder bijstand"), STR("Gemeente en Rijk"), 240, STR("+€ 240"), STR("")},
    {STR("Minder zorgkosten"), STR("Zorgverzekeraar"), 185, STR("+€ 185"), STR("")},
    {STR("Minder ontruimingen"), STR("Corporaties"), 150, STR("+€ 150"), STR("")},
    {STR("Meer inkomen en rust"), STR("Huishouden"), 175, STR("+€ 175"), STR("")},
    {STR("Extra verwijzingen"), STR("Gemeente"), -120, STR("−€ 120"), STR("p < 0,05 & meer")},
};

static struct chart_waterfall sample_waterfall(void)
{
    return (struct chart_waterfall){
        .frame = {.labelled_by = STR("w1t"), .described_by = STR("w1d")},
        .format = euro,
        .steps = steps,
        .n_steps = sizeof steps / sizeof *steps,
        .total = {STR("Saldo voor de samenleving"), STR(""), 505, STR("€ 505"), STR("")},
        .low = -60,
        .high = 1060,
        .interval_label = STR("middelste 80% van de doorrekeningen")};
}

static const double counts[] = {88,   173,  314, 519, 784, 1081, 1359, 1559, 1633, 1560,
                                1361, 1084, 786, 521, 315, 174,  88,   41,   17,   7};

static struct chart_histogram sample_histogram(void)
{
    return (struct chart_histogram){.frame = {.title = STR("Verdeling van het saldo")},
                                    .format = euro,
                                    .from = -720,
                                    .width = 120,
                                    .count = counts,
                                    .n_bins = sizeof counts / sizeof *counts,
                                    .left_label = STR("21% verlies"),
                                    .right_label = STR("79% winst"),
                                    .low = -60,
                                    .high = 1060,
                                    .interval_label = STR("middelste 80%")};
}

static const struct chart_tornado_bar bars[] = {
    {STR("Effect op jeugdhulp"), STR("trajecten"), 120, 890, STR("0,02"), STR("0,09"), STR("")},
    {STR("Duur van het effect"), STR("jaren"), 210, 760, STR("3"), STR("7"), STR("")},
    {STR("Discontovoet"), STR("per jaar"), 560, 455, STR("1,75%"), STR("3%"), STR("")},
    {STR("Aandeel corporaties"), STR(""), 520, 560, STR("60%"), STR("85%"), STR("")},
    {STR("Effect op bijstand"), STR("maanden"), -150, 1100, STR("−1,2"), STR("4,1"), STR("")},
};

static struct chart_tornado sample_tornado(void)
{
    return (struct chart_tornado){.frame = {.title = STR("Welke aanname telt")},
                                  .format = euro,
                                  .bars = bars,
                                  .n_bars = sizeof bars / sizeof *bars,
                                  .base = 505,
                                  .base_label = STR("basis: € 505"),
                                  .low_label = STR("lage waarde"),
                                  .high_label = STR("hoge waarde")};
}

static const struct chart_forest_row rows[] = {
    {STR("Hoofdanalyse"), STR("dubbel robuust"), false, true, -1160, -1680, -640,
     STR("−€ 1.160 (−€ 1.680 tot −€ 640)"), STR("")},
    {STR("Andere methoden"), STR(""), true, false, NAN, NAN, NAN, STR(""), STR("")},
    {STR("Weging"), STR(""), false, false, -980, -1600, -360, STR("−€ 980 (−€ 1.600 tot −€ 360)"),
     STR("tip")},
    {STR("Nog niet behandelden"), STR("202 huishoudens"), false, false, -320, -1000, 360,
     STR("−€ 320 (−€ 1.000 tot € 360)"), STR("")},
    {STR("Jongeren"), STR("8 huishoudens"), false, false, NAN, NAN, NAN,
     STR("niet getoond: minder dan 10 huishoudens"), STR("")},
};

static struct chart_forest sample_forest(void)
{
    return (struct chart_forest){.frame = {.title = STR("Andere methoden geven hetzelfde beeld")},
                                 .format = euro,
                                 .rows = rows,
                                 .n_rows = sizeof rows / sizeof *rows,
                                 .name_title = STR("Analyse"),
                                 .text_title = STR("Verschil (95%-interval)"),
                                 .left_label = STR("← lagere kosten"),
                                 .right_label = STR("hogere kosten →")};
}

static const str series[] = {STR("Gemeente: Wmo"), STR("Gemeente: Jeugdwet"),
                             STR("Zorgverzekeraar (Zvw)"), STR("Rijk en UWV")};
static const struct chart_category categories[] = {
    {STR("1 wet"), STR("7.020 huish."), STR("€ 25,3 mln")},
    {STR("2 wetten"), STR("2.210 huish."), STR("€ 16,2 mln")},
    {STR("3 wetten of meer"), STR("610 huish."), STR("€ 14,7 mln")}};
static const double amounts[] = {8.9, 7.2, 6.1, 3.1, 6.8, 6.1, 4.9, -1.6, 4.3, 5.2, 3.8, 1.4};
static const str amount_texts[] = {STR("8,9"), STR("7,2"), STR("6,1"), STR("3,1"),
                                   STR("6,8"), STR("6,1"), STR("4,9"), STR("−1,6"),
                                   STR("4,3"), STR("5,2"), STR("3,8"), STR("1,4")};

static struct chart_stacked sample_stacked(void)
{
    return (struct chart_stacked){.frame = {.title = STR("Uitgaven naar aantal wetten")},
                                  .format = euro,
                                  .series = series,
                                  .n_series = 4,
                                  .categories = categories,
                                  .n_categories = 3,
                                  .value = amounts,
                                  .text = amount_texts};
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

static void assert_golden(const struct fixture *f, const char *name)
{
    assert_golden_picture(out_view(&f->o), name);
}

/* --- the checker itself --------------------------------------------------- */

static void the_checker_sees_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *svg, *fault;
    } row[] = {
        {"<svg width=\"90\" height=\"90\"><text x=\"1\" y=\"20\" font-size=\"12\">ab</text>"
         "<text x=\"40\" y=\"20\" font-size=\"12\">ab</text></svg>",
         NULL},
        {"<svg width=\"90\" height=\"90\"><text x=\"1\" y=\"20\" font-size=\"12\">ab</text>"
         "<text x=\"9\" y=\"24\" font-size=\"12\">ab</text></svg>",
         "text over text"},
        {"<svg width=\"90\" height=\"90\"><text x=\"85\" y=\"20\" font-size=\"12\">ab</text></svg>",
         "text outside the picture"},
        {"<svg width=\"9\" height=\"9\"><line x1=\"1.234\"/></svg>",
         "a coordinate that is no number of two decimals"},
        {"<svg width=\"9\" height=\"9\"><line x1=\"nan\"/></svg>",
         "a coordinate that is no number of two decimals"},
        {"<svg width=\"9\" height=\"9\"><g></svg>", "elements that do not nest"},
        {"<svg width=\"9\" height=\"9\"><g>", "an element left open"},
        {"<svg width=\"9\" height=\"9\"><g fill=\"a&b\"/></svg>", "markup in text"},
        {"<svg width=\"9\" height=\"9\" style=\"x\"/>", "an attribute that does not belong"},
        {"<svg width=\"9\" height=\"9\"><script/></svg>", "an element that does not belong"},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const char *fault = picture_fault(str_of(row[i].svg));

        if (row[i].fault)
            assert_string_equal(fault, row[i].fault);
        else
            assert_null(fault);
    }
}

/* --- golden files --------------------------------------------------------- */

static void an_event_study_is_the_picture_we_looked_at(void **state)
{
    struct fixture *f = *state;
    struct chart_line c = sample_line();

    assert_int_equal(chart_line(&f->o, &c, &f->info), OK);

    assert_golden(f, "line");
}

static void a_gap_and_a_phone_are_the_picture_we_looked_at(void **state)
{
    struct fixture *f = *state;
    struct chart_line c = sample_line();
    c.frame.width = 390;
    quarters[4].y = NAN;
    quarters[12].band_low = NAN;

    assert_int_equal(chart_line(&f->o, &c, &f->info), OK);

    assert_golden(f, "line-narrow");
    assert_int_equal(picture_count(out_view(&f->o), "<polyline"), 2);
    assert_int_equal(picture_count(out_view(&f->o), "<polygon"), 2);
}

static void a_waterfall_is_the_picture_we_looked_at(void **state)
{
    struct fixture *f = *state;
    struct chart_waterfall c = sample_waterfall();

    assert_int_equal(chart_waterfall(&f->o, &c, &f->info), OK);

    assert_golden(f, "waterfall");
    assert_int_equal(picture_count(out_view(&f->o), "aria-labelledby=\"w1t\""), 1);
    assert_int_equal(picture_count(out_view(&f->o), "<title>p &lt; 0,05 &amp; meer</title>"), 1);
}

static void a_histogram_is_the_picture_we_looked_at(void **state)
{
    struct fixture *f = *state;
    struct chart_histogram c = sample_histogram();

    assert_int_equal(chart_histogram(&f->o, &c, &f->info), OK);

    assert_golden(f, "histogram");
}

static void a_tornado_is_the_picture_we_looked_at(void **state)
{
    struct fixture *f = *state;
    struct chart_tornado c = sample_tornado();

    assert_int_equal(chart_tornado(&f->o, &c, &f->info), OK);

    assert_golden(f, "tornado");
    const char *first = strstr(f->o.p, "Effect op bijstand"); /* the widest, given last */
    assert_non_null(first);
    assert_non_null(strstr(first, "Effect op jeugdhulp"));
}

static void a_forest_is_the_picture_we_looked_at(void **state)
{
    struct fixture *f = *state;
    struct chart_forest c = sample_forest();

    assert_int_equal(chart_forest(&f->o, &c, &f->info), OK);

    assert_golden(f, "forest");
}

static void a_stacked_bar_is_the_picture_we_looked_at(void **state)
{
    struct fixture *f = *state;
    struct chart_stacked c = sample_stacked();

    assert_int_equal(chart_stacked(&f->o, &c, &f->info), OK);

    assert_golden(f, "stacked");
}

/* --- degenerate and bad input ---------------------------------------------- */

static void one_point_and_all_zeros_give_a_sane_picture(void **state)
{
    struct fixture *f = *state;
    struct chart_line line = sample_line();
    line.n_points = 1;
    line.start = NAN;
    quarters[0] = (struct chart_point){2024, -0.0, NAN, NAN, NAN, INFINITY, false, STR("")};

    assert_int_equal(chart_line(&f->o, &line, &f->info), OK);

    assert_picture(f);
    assert_int_equal(picture_count(out_view(&f->o), "<circle"), 2); /* the point, the legend */
    assert_int_equal(picture_count(out_view(&f->o), ">−0"), 0);

    line.n_points = 2;
    quarters[0].x = 9e14;
    quarters[1].x = 9e14 + 0.125; /* ticks between them would not be doubles */
    out_clear(&f->o);
    assert_int_equal(chart_line(&f->o, &line, &f->info), OK);
    assert_picture(f);

    const double none[3] = {0};
    struct chart_histogram histogram = sample_histogram();
    histogram.count = none;
    histogram.n_bins = 3;
    out_clear(&f->o);
    assert_int_equal(chart_histogram(&f->o, &histogram, &f->info), OK);
    assert_picture(f);

    const double zeros[12] = {0};
    struct chart_stacked stacked = sample_stacked();
    stacked.value = zeros;
    out_clear(&f->o);
    assert_int_equal(chart_stacked(&f->o, &stacked, &f->info), OK);
    assert_picture(f);
}

static void long_dutch_words_are_broken_and_never_cut(void **state)
{
    struct fixture *f = *state;
    struct chart_waterfall c = sample_waterfall();
    struct chart_step step = steps[0];
    step.name = STR("Arbeidsongeschiktheidsverzekeringsmaatschappijenoverleg en "
                    "bijstandsuitkerings\xc2\xadgerechtigden");
    step.text = STR("−€ 1.000.000.000.000 (voorlopig, exclusief uitvoeringskosten)");
    c.steps = &step;
    c.n_steps = 1;
    c.frame.width = CHART_WIDTH_MIN;

    assert_int_equal(chart_waterfall(&f->o, &c, &f->info), OK);

    assert_picture(f);
    assert_true(picture_count(out_view(&f->o), "-</text>") >= 2);
}

static void an_interval_without_end_runs_to_the_edge_with_an_arrow(void **state)
{
    struct fixture *f = *state;
    struct chart_forest_row mine[sizeof rows / sizeof *rows];
    struct chart_forest c = sample_forest();
    memcpy(mine, rows, sizeof rows);
    c.rows = mine;
    assert_int_equal(chart_forest(&f->o, &c, &f->info), OK);
    const size_t n_lines = picture_count(out_view(&f->o), "<line");
    out_clear(&f->o);
    mine[2].low = -INFINITY;

    assert_int_equal(chart_forest(&f->o, &c, &f->info), OK);

    assert_picture(f); /* instead of a whisker: a line, two for an arrow, one for a foot */
    assert_int_equal(picture_count(out_view(&f->o), "<line"), n_lines + 1 + 2 + 1);
    out_clear(&f->o);
    mine[2].high = INFINITY;
    assert_int_equal(chart_forest(&f->o, &c, &f->info), OK);
    assert_int_equal(picture_count(out_view(&f->o), "<line"), n_lines + 1 + 2 + 2);
}

static void hostile_text_cannot_leave_its_place(void **state)
{
    struct fixture *f = *state;
    struct chart_forest c = sample_forest();
    c.frame.title = STR("</title><script>alert(1)</script>");
    c.frame.labelled_by = STR("");
    c.name_title = STR("\" onload=\"x");
    c.text_title = STR("a\x01\xff\xef\xbf\xbe"
                       "b");

    assert_int_equal(chart_forest(&f->o, &c, &f->info), OK);

    assert_picture(f);
    assert_int_equal(picture_count(out_view(&f->o), "<script"), 0);
    assert_int_equal(picture_count(out_view(&f->o), "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                                                    "b"),
                     1);
}

static void nothing_to_draw_is_refused_and_nothing_is_written(void **state)
{
    struct fixture *f = *state;
    struct chart_line line = sample_line();
    line.n_points = 0;
    struct chart_waterfall waterfall = sample_waterfall();
    waterfall.n_steps = 0;
    struct chart_histogram histogram = sample_histogram();
    histogram.n_bins = 0;
    struct chart_tornado tornado = sample_tornado();
    tornado.n_bars = 0;
    struct chart_forest forest = sample_forest();
    forest.n_rows = 0;
    struct chart_stacked stacked = sample_stacked();
    stacked.n_series = 0;

    assert_int_equal(chart_line(&f->o, &line, &f->info), E_INPUT);
    assert_string_equal(f->info.msg.key, "chart.nothing-to-draw");
    assert_int_equal(chart_waterfall(&f->o, &waterfall, &f->info), E_INPUT);
    assert_int_equal(chart_histogram(&f->o, &histogram, &f->info), E_INPUT);
    assert_int_equal(chart_tornado(&f->o, &tornado, &f->info), E_INPUT);
    assert_int_equal(chart_forest(&f->o, &forest, &f->info), E_INPUT);
    assert_int_equal(chart_stacked(&f->o, &stacked, &f->info), E_INPUT);

    assert_int_equal(f->o.n, 0);
}

static void numbers_and_texts_out_of_range_are_refused(void **state)
{
    struct fixture *f = *state;
    static char long_text[CHART_TEXT_MAX + 1];
    memset(long_text, 'x', sizeof long_text);
    struct chart_line huge = sample_line();
    quarters[3].high = 2e15;
    struct chart_waterfall wordy = sample_waterfall();
    wordy.interval_label = (str){long_text, sizeof long_text};
    struct chart_histogram flat = sample_histogram();
    flat.width = 0;
    struct chart_tornado baseless = sample_tornado();
    baseless.base = NAN;
    struct chart_forest narrow = sample_forest();
    narrow.frame.width = CHART_WIDTH_MIN - 1;
    struct chart_stacked many = sample_stacked();
    many.n_series = CHART_SERIES_MAX + 1;
    const double below[] = {3, -1};
    struct chart_histogram negative = sample_histogram();
    negative.count = below;
    negative.n_bins = 2;

    assert_int_equal(chart_line(&f->o, &huge, &f->info), E_INPUT);
    assert_string_equal(f->info.msg.key, "chart.value-out-of-range");
    assert_int_equal(chart_waterfall(&f->o, &wordy, &f->info), E_LIMIT);
    assert_string_equal(f->info.msg.key, "chart.text-too-long");
    assert_int_equal(chart_histogram(&f->o, &flat, &f->info), E_INPUT);
    assert_string_equal(f->info.msg.key, "chart.no-bin-width");
    assert_int_equal(chart_histogram(&f->o, &negative, &f->info), E_INPUT);
    assert_string_equal(f->info.msg.key, "chart.count-below-zero");
    assert_int_equal(chart_tornado(&f->o, &baseless, &f->info), E_INPUT);
    assert_string_equal(f->info.msg.key, "chart.no-base");
    assert_int_equal(chart_forest(&f->o, &narrow, &f->info), E_INPUT);
    assert_string_equal(f->info.msg.key, "chart.width-out-of-range");
    assert_int_equal(chart_stacked(&f->o, &many, &f->info), E_LIMIT);
    assert_string_equal(f->info.msg.key, "chart.too-many-marks");

    assert_int_equal(f->o.n, 0);
}

static void a_full_output_is_told(void **state)
{
    struct fixture *f = *state;
    struct chart_forest c = sample_forest();
    out_free(&f->o);
    out_init(&f->o, 1000);

    assert_int_equal(chart_forest(&f->o, &c, &f->info), E_LIMIT);

    assert_true(f->o.n <= 1000);
}

#define DRAWING_TEST(test) cmocka_unit_test_setup_teardown(test, open_out, close_out)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_checker_sees_what_is_wrong),
        DRAWING_TEST(an_event_study_is_the_picture_we_looked_at),
        DRAWING_TEST(a_gap_and_a_phone_are_the_picture_we_looked_at),
        DRAWING_TEST(a_waterfall_is_the_picture_we_looked_at),
        DRAWING_TEST(a_histogram_is_the_picture_we_looked_at),
        DRAWING_TEST(a_tornado_is_the_picture_we_looked_at),
        DRAWING_TEST(a_forest_is_the_picture_we_looked_at),
        DRAWING_TEST(an_interval_without_end_runs_to_the_edge_with_an_arrow),
        DRAWING_TEST(a_stacked_bar_is_the_picture_we_looked_at),
        DRAWING_TEST(one_point_and_all_zeros_give_a_sane_picture),
        DRAWING_TEST(long_dutch_words_are_broken_and_never_cut),
        DRAWING_TEST(hostile_text_cannot_leave_its_place),
        DRAWING_TEST(nothing_to_draw_is_refused_and_nothing_is_written),
        DRAWING_TEST(numbers_and_texts_out_of_range_are_refused),
        DRAWING_TEST(a_full_output_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
