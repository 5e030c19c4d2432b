/* SPDX-License-Identifier: EUPL-1.2 */
/* The page that lists results. */
#include "base/date.h"
#include "base/file.h"
#include "engine/report/report.h"
#include "folder_int.h"
#include "study.h"

#include <jansson.h>

enum { RESULTS_BYTES_MAX = 64 << 20, PAGE_BYTES_MAX = 4 << 20 };

static const char *const results_name[LANG_COUNT] = {
    [LANG_NL] = "results-nl.json", [LANG_EN] = "results-en.json"};
static const char *const report_name[LANG_COUNT] = {
    [LANG_NL] = "report-nl.html", [LANG_EN] = "report-en.html"};
static const char *const page_name[LANG_COUNT] = {
    [LANG_NL] = "index.html", [LANG_EN] = "index.en.html"};

static str text_at(arena *a, const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_string(v) ? arena_str(a, (str){json_string_value(v), json_string_length(v)})
                             : (str){"", 0};
}

/* What one language's results say of themselves. */
static err read_results(arena *a, str path, enum lang lang, str href,
                        struct report_index_entry *entry, struct err_info *info)
{
    str text;
    err e = file_read(a, path, RESULTS_BYTES_MAX, &text, info);
    if (e != OK)
        return e;
    json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    const json_t *study = json_object_get(root, "study");
    entry->answer[lang] = text_at(a, root, "answer");
    entry->title[lang] = text_at(a, study, "title");
    entry->data_source = text_at(a, study, "data_source");
    entry->frozen = json_is_true(json_object_get(study, "frozen"));
    entry->synthetic = json_is_true(json_object_get(study, "synthetic"));
    entry->href[lang] = href;
    if (!date_parse_iso(text_at(a, study, "made_day"), &entry->made_day))
        entry->made_day = REPORT_NO_DAY;
    json_decref(root);
    if (entry->answer[lang].n && entry->title[lang].n)
        return OK;
    e = err_set(info, E_INPUT, "study.no-results");
    err_at(info, path, 0, 0);
    return e;
}

/* A study may have been run in one language only; then that one stands for both. */
static err read_entry(arena *a, str folder, str name, struct report_index_entry *entry,
                      struct err_info *info)
{
    bool has[LANG_COUNT] = {false};
    err e = OK;
    *entry = (struct report_index_entry){.made_day = REPORT_NO_DAY};
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        const str within = folder_path(a, folder, name);
        const str path = folder_path(a, within, str_of(results_name[lang]));
        const str href = folder_path(a, name, str_of(report_name[lang]));
        if (!within.p || !path.p || !href.p)
            return err_nomem(info);
        e = read_results(a, path, (enum lang)lang, href, entry, info);
        if (e != OK && e != E_NOT_FOUND)
            return e;
        has[lang] = e == OK;
    }
    if (!has[LANG_NL] && !has[LANG_EN])
        return e;
    for (int lang = 0; lang < LANG_COUNT; lang++)
        if (!has[lang]) {
            entry->title[lang] = entry->title[!lang];
            entry->answer[lang] = entry->answer[!lang];
            entry->href[lang] = entry->href[!lang];
        }
    return OK;
}

static err write_page(arena *a, str folder, enum lang lang, const struct report_index_entry *entry,
                      size_t n, struct err_info *info)
{
    out page;
    const str path = folder_path(a, folder, str_of(page_name[lang]));
    if (!path.p)
        return err_nomem(info);
    out_init(&page, PAGE_BYTES_MAX);
    err e = report_index(&page, lang, str_of(page_name[!lang]), entry, n, info);
    if (e == OK)
        e = out_error(&page, info);
    if (e == OK)
        e = file_write(path, out_view(&page), info);
    out_free(&page);
    return e;
}

err study_index(str folder, const str *names, size_t n, struct err_info *info)
{
    arena *a = arena_new((size_t)STUDY_INDEX_MAX * 2 * RESULTS_BYTES_MAX);
    if (!a)
        return err_nomem(info);
    struct report_index_entry *entry = ARENA_NEW(a, struct report_index_entry, n + 1);
    err e = entry ? OK : err_nomem(info);
    for (size_t i = 0; i < n && e == OK; i++)
        e = read_entry(a, folder, names[i], &entry[i], info);
    for (int lang = 0; lang < LANG_COUNT && e == OK; lang++)
        e = write_page(a, folder, (enum lang)lang, entry, n, info);
    arena_free(a);
    return e;
}
