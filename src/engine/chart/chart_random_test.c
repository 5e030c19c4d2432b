/* SPDX-License-Identifier: EUPL-1.2 */
/* Anything at all gives a sound picture: charts of random numbers and texts. */
#include "engine/chart/chart.h"

#include "engine/chart/picture_test_int.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Numbers long and short: grouped as a Dutch reader sees them. */
static void put_number(void *ctx, out *o, double v, int decimals)
{
    (void)ctx;
    char text[64];
    const int n = snprintf(text, sizeof text, "%.*f", decimals, fabs(v));
    const int whole = n - (decimals ? decimals + 1 : 0);
    out_cstr(o, v < 0 ? "−€ " : "€ ");
    for (int i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0)
            out_char(o, '.');
        out_char(o, text[i]);
    }
    if (decimals)
        out_char(o, ',');
    out_cstr(o, text + whole + (decimals > 0));
}

static const struct chart_format number = {put_number, NULL};

/* Splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t random_state;

static uint64_t random_bits(void)
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double random_value(void)
{
    static const double special[] = {0, -0.0, NAN, INFINITY, -INFINITY, 1e15, -1e15, 1e-300, 1, 7};
    const uint64_t r = random_bits();
    if (r % 8 == 0)
        return special[r / 8 % 10];
    const double unit = (double)(r >> 11) * 0x1p-52 - 1;
    static const double scale[] = {1e-9, 0.01, 1, 100, 5e4, 3e9, 1e14};
    return unit * scale[random_bits() % 7];
}

static double random_number(void)
{
    const double v = random_value();
    return isfinite(v) ? v : 1;
}

static str random_text(void)
{
    static const char alphabet[] = "aaeeiinnoortsdlgk  mwZv&<>\"'-/€é ";
    static char pool[1 << 14];
    static size_t used;
    const size_t length = random_bits() % 9 == 0 ? random_bits() % 300 : random_bits() % 30;
    if (used + length > sizeof pool)
        used = 0;
    char *text = pool + used;
    for (size_t i = 0; i < length; i++)
        text[i] = alphabet[random_bits() % (sizeof alphabet - 1)];
    used += length;
    return (str){text, length};
}

static double random_width(void)
{
    return random_bits() % 3 == 0 ? 0 : CHART_WIDTH_MIN + (double)(random_bits() % 900);
}

static double random_count(void)
{
    return fabs(random_value());
}

enum { PARTS = 6 };

static err draw_random(out *o, struct err_info *info)
{
    struct chart_point points[PARTS];
    struct chart_step some_steps[PARTS];
    struct chart_tornado_bar some_bars[PARTS];
    struct chart_forest_row some_rows[PARTS];
    struct chart_category some[PARTS];
    struct chart_love_row some_covariates[PARTS];
    struct chart_overlap_bin some_bins[PARTS];
    double value[PARTS * PARTS];
    str text[PARTS * PARTS];
    const size_t n = 1 + random_bits() % PARTS, m = 1 + random_bits() % PARTS;
    const struct chart_frame frame = {random_text(), random_text(), STR(""), STR(""),
                                      random_width()};

    for (size_t i = 0; i < PARTS * PARTS; i++) {
        value[i] = random_value();
        text[i] = random_text();
    }
    switch (random_bits() % 8) {
    case 0:
        for (size_t i = 0; i < n; i++)
            points[i] =
                (struct chart_point){(double)i - 2,  random_value(), random_value(), random_value(),
                                     random_value(), random_value(), i == 2,         random_text()};
        points[0].y = random_number();
        return chart_line(o,
                          &(struct chart_line){frame, number, number, points, n, random_text(),
                                               random_text(), random_text(), random_text(),
                                               (double)(random_bits() % 5) - 2.5, random_text(),
                                               random_text()},
                          info);
    case 1:
        for (size_t i = 0; i < n; i++)
            some_steps[i] =
                (struct chart_step){random_text(), random_text(), random_number() / PARTS,
                                    random_text(), random_text()};
        return chart_waterfall(o,
                               &(struct chart_waterfall){frame, number, some_steps, n,
                                                         some_steps[0], random_value(),
                                                         random_value(), random_text()},
                               info);
    case 2:
        for (size_t i = 0; i < n; i++)
            value[i] = isfinite(value[i]) ? fabs(value[i]) : 0;
        return chart_histogram(o,
                               &(struct chart_histogram){
                                   frame, number, random_number() / 1e6,
                                   1 + fabs(random_number()) / 100, value, text, n, random_text(),
                                   random_text(), random_value(), random_value(), random_text()},
                               info);
    case 3:
        for (size_t i = 0; i < n; i++)
            some_bars[i] = (struct chart_tornado_bar){random_text(),  random_text(), random_value(),
                                                      random_value(), random_text(), random_text(),
                                                      random_text()};
        return chart_tornado(o,
                             &(struct chart_tornado){frame, number, some_bars, n, random_number(),
                                                     random_text(), random_text(), random_text()},
                             info);
    case 4:
        for (size_t i = 0; i < n; i++)
            some_rows[i] = (struct chart_forest_row){random_text(),  random_text(),  i == 1,
                                                     i == 0,         random_value(), random_value(),
                                                     random_value(), random_text(),  random_text()};
        return chart_forest(o,
                            &(struct chart_forest){frame, number, some_rows, n, random_number(),
                                                   random_text(), random_text(), random_text(),
                                                   random_text()},
                            info);
    case 5:
        for (size_t i = 0; i < n; i++)
            some_covariates[i] = (struct chart_love_row){random_text(), random_value(),
                                                         random_value(), random_text()};
        return chart_love(o,
                          &(struct chart_love){frame, number, some_covariates, n, random_value(),
                                               random_text(), random_text(), random_text(),
                                               random_text()},
                          info);
    case 6:
        for (size_t i = 0; i < n; i++)
            some_bins[i] = (struct chart_overlap_bin){
                random_count(), random_count(), random_count(), random_count(), random_text()};
        return chart_overlap(o,
                             &(struct chart_overlap){frame, number, number, random_number() / 1e6,
                                                     1 + fabs(random_number()) / 100, some_bins, n,
                                                     random_text(), random_text(), random_text(),
                                                     random_text(), random_text()},
                             info);
    default:
        for (size_t i = 0; i < n; i++)
            some[i] = (struct chart_category){random_text(), random_text(), random_text()};
        return chart_stacked(
            o, &(struct chart_stacked){frame, number, text, m, some, n, value, text, text}, info);
    }
}

static void any_numbers_and_texts_give_a_sound_picture(void **state)
{
    (void)state;
    out o;
    struct err_info info;
    out_init(&o, 1 << 24);
    random_state = 20261124;
    for (int round = 0; round < 3000; round++) {
        const uint64_t before = random_state;
        out_clear(&o);

        assert_int_equal(draw_random(&o, &info), OK);

        const char *fault = picture_fault(out_view(&o));
        if (fault)
            fail_msg("round %d (state %llu): %s", round, (unsigned long long)before, fault);
    }
    out_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_numbers_and_texts_give_a_sound_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
