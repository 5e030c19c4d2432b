/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"
#include "folder_int.h"
#include "results_int.h"
#include "study_int.h"

/* The forms of a report, in the order in which they are written. */
enum form { PAGE, JSON, CSV, CSV_EXCEL, XLSX, FORMS };

struct form_name {
    const char *stem, *tail;
};
static const struct form_name form_names[] = {
    [PAGE] = {"report", ".html"},  [JSON] = {"results", ".json"},
    [CSV] = {"results", ".csv"},   [CSV_EXCEL] = {"results", "-excel.csv"},
    [XLSX] = {"results", ".xlsx"},
};
_Static_assert(FORMS *LANG_COUNT <= RESULTS_FILES_MAX, "every form in every language");

/* "report-nl.html" */
static str name_of(arena *a, enum form f, enum lang lang)
{
    out o;
    out_init(&o, 64);
    out_cstr(&o, form_names[f].stem);
    out_char(&o, '-');
    out_cstr(&o, lang_tag(lang));
    out_cstr(&o, form_names[f].tail);
    const str name = o.error == OK ? arena_str(a, out_view(&o)) : (str){NULL, 0};
    out_free(&o);
    return name;
}

static bool has_language(const struct study *s, enum lang lang)
{
    const int *asked = s->languages.item;
    for (size_t i = 0; i < s->languages.n; i++)
        if (asked[i] == (int)lang)
            return true;
    return s->languages.n == 0;
}

size_t results_names(const struct study *s, arena *a, str names[RESULTS_FILES_MAX])
{
    size_t n = 0;
    for (int l = 0; l < LANG_COUNT; l++)
        for (int f = 0; has_language(s, (enum lang)l) && f < FORMS; f++)
            names[n++] = name_of(a, (enum form)f, (enum lang)l);
    return n;
}

static err print_form(out *o, const struct results *r, enum form f, enum lang lang, arena *a,
                      struct err_info *info)
{
    const enum lang other = lang == LANG_NL ? LANG_EN : LANG_NL;
    switch (f) {
    case PAGE: {
        const struct report_links links = {
            .other_language = r->language[other] ? name_of(a, PAGE, other) : STR(""),
            .json = name_of(a, JSON, lang),
            .csv = name_of(a, CSV, lang),
            .csv_excel = name_of(a, CSV_EXCEL, lang),
            .xlsx = name_of(a, XLSX, lang),
        };
        return report_html(o, lang, &r->report, &links, info);
    }
    case JSON: return report_json(o, lang, &r->report, info);
    case CSV: return report_csv(o, lang, REPORT_CSV_MACHINE, &r->report, info);
    case CSV_EXCEL: return report_csv(o, lang, REPORT_CSV_EXCEL, &r->report, info);
    default: return report_xlsx(o, lang, &r->report, info);
    }
}

static err write_form(const struct results *r, enum form f, enum lang lang, str folder, arena *a,
                      struct err_info *info)
{
    const str name = name_of(a, f, lang);
    const str path = name.p ? folder_path(a, folder, name) : name;
    out o;
    if (!path.p)
        return err_nomem(info);
    out_init(&o, REPORT_BYTES_MAX);
    err e = print_form(&o, r, f, lang, a, info);
    if (e == OK)
        e = out_error(&o, info);
    if (e == OK)
        e = file_write(path, out_view(&o), info);
    out_free(&o);
    return e;
}

err results_write(const struct results *r, str folder, struct err_info *info)
{
    enum { MEMORY_MAX = 1 << 20 };
    arena *a = arena_new(MEMORY_MAX);
    if (!a)
        return err_nomem(info);
    err e = OK;
    for (int l = 0; l < LANG_COUNT; l++)
        for (int f = 0; e == OK && r->language[l] && f < FORMS; f++)
            e = write_form(r, (enum form)f, (enum lang)l, folder, a, info);
    arena_free(a);
    return e;
}
