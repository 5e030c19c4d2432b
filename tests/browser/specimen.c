/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * specimen FOLDER: writes the specimen page in both languages, and everything it
 * loads, for tests/browser and for eyes. Built with the tests only.
 */
#include "specimen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "web/assets/assets.h"
#include "web/pages/errors.h"

enum { PAGE_MAX = 1 << 20, PATH_BYTES = 4096 };

static err put(const char *folder, str path, str content, struct err_info *info)
{
    char name[PATH_BYTES];
    const int n = snprintf(name, sizeof name, "%s%.*s", folder, STR_FMT(path));
    if (n < 0 || (size_t)n >= sizeof name)
        return err_set(info, E_LIMIT, "file.bad-name");
    return file_write((str){name, (size_t)n}, content, info);
}

static struct html_value say(enum lang lang, const char *nl, const char *en)
{
    return html_from_cstr(lang == LANG_NL ? nl : en);
}

static err put_specimen(const char *folder, const struct page *page, struct err_info *info)
{
    const safe_html prose = {STR(
        "<h2>Wat we deden</h2><p>De consulent neemt de <strong>beslagvrije voet</strong> mee, het "
        "wijkteam de hulpvraag. Zie <a href=\"/x\">het convenant</a>.</p><ul><li>één gesprek"
        "</li><li>één plan</li></ul><blockquote><p>Een drempel minder.</p></blockquote>")};
    out text;
    out_init(&text, PAGE_MAX);
    struct html h = {&text, page->lang};

    specimen_page(&h, page, prose);
    err e = out_error(&text, info);
    if (e == OK)
        e = put(folder, page->alternates[page->lang], out_view(&text), info);
    out_free(&text);
    return e;
}

static err put_error(const char *folder, str path, const struct page *page, int status,
                     struct err_info *info)
{
    out text;
    out_init(&text, PAGE_MAX);
    struct html h = {&text, page->lang};

    error_page(&h, page, &(struct error_page){.status = status, .retry_seconds = 30});
    err e = out_error(&text, info);
    if (e == OK)
        e = put(folder, path, out_view(&text), info);
    out_free(&text);
    return e;
}

static err put_pages(const char *folder, enum lang lang, struct err_info *info)
{
    const struct face face = {.name = STR("Ontschot"),
                              .organisation = STR("Gemeente Voorbeeldstad")};
    const struct page_link nav[] = {
        {say(lang, "Berichten", "Posts"), STR("/berichten"), true},
        {say(lang, "Ruimtes", "Spaces"), STR("/ruimtes"), false},
        {say(lang, "Mensen", "People"), STR("/mensen"), false},
        {say(lang, "Studies", "Studies"), STR("/studies"), false},
    };
    const struct page_link crumbs[] = {{say(lang, "Start", "Home"), STR("/"), false},
                                       {say(lang, "Berichten", "Posts"), STR("/berichten"), false}};
    const struct page_link footer[] = {
        {say(lang, "Privacy", "Privacy"), STR("/privacy"), false},
        {say(lang, "Toegankelijkheid", "Accessibility"), STR("/toegankelijkheid"), false},
        {say(lang, "Kwetsbaarheid melden", "Report a vulnerability"), STR("/melden"), false},
    };
    const struct page page = {
        .face = &face,
        .lang = lang,
        .title = say(lang, "Alle onderdelen op één pagina", "All parts on one page"),
        .intro = say(lang,
                     "Elk onderdeel in elke toestand: wie pagina’s maakt kan kiezen, wie test "
                     "slaat niets over.",
                     "Every part in every state: page makers can choose, testers miss nothing."),
        .badge = say(lang, "Proefblad", "Specimen"),
        .alternates = {STR("/nl.html"), STR("/en.html")},
        .nav = nav,
        .n_nav = sizeof nav / sizeof *nav,
        .crumbs = crumbs,
        .n_crumbs = sizeof crumbs / sizeof *crumbs,
        .footer = footer,
        .n_footer = sizeof footer / sizeof *footer,
        .home_url = STR("/"),
        .search_url = STR("/zoeken"),
        .viewer_name = STR("Samira Bouzid"),
        .account_url = STR("/mij"),
        .sign_out_url = STR("/uitloggen"),
        .csrf = STR("specimen-token"),
        .done = say(lang, "Uw bericht is opgeslagen.", "Your post has been saved."),
        .wide = true,
        .has_errors = true,
    };
    static const struct {
        int status;
        str path[LANG_COUNT];
    } errors[] = {
        {403, {STR("/nl-403.html"), STR("/en-403.html")}},
        {404, {STR("/nl-404.html"), STR("/en-404.html")}},
        {503, {STR("/nl-503.html"), STR("/en-503.html")}},
    };
    err e = put_specimen(folder, &page, info);
    for (size_t i = 0; e == OK && i < sizeof errors / sizeof *errors; i++)
        e = put_error(folder, errors[i].path[lang], &page, errors[i].status, info);
    return e;
}

int main(int argc, char **argv)
{
    struct err_info info = {0};
    size_t n;
    const struct asset *asset = asset_list(&n);
    char folder[PATH_BYTES];
    err e = OK;
    if (argc != 2 || strlen(argv[1]) > PATH_BYTES - 16) {
        fputs("specimen FOLDER\n", stderr);
        return EXIT_FAILURE;
    }
    snprintf(folder, sizeof folder, "%s/assets", argv[1]);
    e = file_make_folder(str_of(folder), &info);
    for (size_t i = 0; e == OK && i < n; i++)
        e = put(argv[1], asset[i].url, asset[i].bytes, &info);
    for (enum lang lang = 0; e == OK && lang < LANG_COUNT; lang++)
        e = put_pages(argv[1], lang, &info);
    if (e != OK)
        fprintf(stderr, "specimen: %s\n", info.msg.key);
    return e == OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
