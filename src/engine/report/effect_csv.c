/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/report/effect_fields_int.h"
#include "engine/report/report.h"

#include <math.h>

static void put_field(out *o, const struct effect_field *f, const void *from, bool has_dates)
{
    char text[EFFECT_PERIOD_TEXT_MAX];

    switch (f->kind) {
    case EFFECT_FIELD_REAL: {
        const double v = effect_field_real(f, from);
        if (isfinite(v)) /* what does not apply is an empty field */
            out_real(o, v);
        break;
    }
    case EFFECT_FIELD_PERIOD:
        out_str(o, effect_period_print(effect_field_real(f, from), has_dates, text));
        break;
    case EFFECT_FIELD_COUNT:
        if (effect_field_count(f, from) != EFFECT_HIDDEN)
            out_int(o, (int64_t)effect_field_count(f, from));
        break;
    case EFFECT_FIELD_FLAG: out_char(o, effect_field_flag(f, from) ? '1' : '0'); break;
    case EFFECT_FIELD_STR: report_csv_text(o, str_of(effect_field_text(f, from))); break;
    case EFFECT_FIELD_KEY:
    case EFFECT_FIELD_NAME: out_str(o, str_of(effect_field_text(f, from))); break;
    }
}

static const struct effect_section *find_section(str name)
{
    const struct effect_section *s = effect_sections;
    while (name.n && s->name && !str_eq(name, str_of(s->name)))
        s++;
    return s->name ? s : NULL;
}

err report_effect_csv(out *o, const struct released_effect *released, str name,
                      struct err_info *info)
{
    const struct effect_result *r = disclosure_view(released);
    const struct effect_section *s = find_section(name);
    if (!s)
        return err_text(info, E_INPUT, "effect.no-such-table", name);
    for (const struct effect_field *f = s->fields; f->name; f++) {
        out_cstr(o, f == s->fields ? "" : ",");
        out_cstr(o, f->name);
    }
    out_cstr(o, "\r\n"); /* RFC 4180 */
    for (size_t i = 0; i < effect_section_n(s, r); i++) {
        for (const struct effect_field *f = s->fields; f->name; f++) {
            out_cstr(o, f == s->fields ? "" : ",");
            put_field(o, f, effect_section_at(s, r, i), r->has_dates);
        }
        out_cstr(o, "\r\n");
    }
    return out_error(o, info);
}
