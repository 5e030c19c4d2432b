/* SPDX-License-Identifier: EUPL-1.2 */
/* twfe_test: what the tests of fixed effects share. */
#ifndef ONTSCHOT_ENGINE_EFFECT_TWFE_TEST_INT_H
#define ONTSCHOT_ENGINE_EFFECT_TWFE_TEST_INT_H

#include "engine/effect/panel_test_int.h"

static inline struct effect_spec spec_of(enum effect_method method)
{
    struct effect_spec s = did_spec();
    s.method = method;
    return s;
}

/* The panel of tests/oracle/effect_fixed.R. */
static inline table *oracle_table(void)
{
    static const int start[] = {3, 5, 0, 4};
    out o;
    out_init(&o, 1 << 20);
    out_cstr(&o, "id,t,g,y,x,w,f,team\n");
    for (int i = 1; i <= 40; i++)
        for (int t = 1; t <= 6; t++) {
            const int g = start[i % 4], d = g > 0 && t >= g;
            const double value[] = {i,
                                    t,
                                    g,
                                    (i * 37 + t * t * 11 + i * t * 5) % 101 / 16.0 + 1.5 * d,
                                    (i * 13 + t * 29) % 31 / 8.0,
                                    1 + i * t % 4 / 2.0,
                                    (i + (t > 3) * (i % 3)) % 4,
                                    i % 10};
            if ((i * 5 + t * 3) % 7 == 0)
                continue;
            for (size_t c = 0; c < sizeof value / sizeof *value; c++) {
                out_real(&o, value[c]);
                out_char(&o, c + 1 < sizeof value / sizeof *value ? ',' : '\n');
            }
        }
    out_char(&o, '\0');
    table *t = parse_table(out_view(&o).p);
    out_free(&o);
    return t;
}

#endif
