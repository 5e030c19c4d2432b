/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "web/pages/errors.h"
#include "web/pages/parts.h"

enum { PAGE_MAX = 1 << 20 };

static const struct face face = {.name = STR("Ontschot"), .organisation = STR("Voorbeeldstad")};
static char shown[1 << 16];

static struct page sample(enum lang lang)
{
    return (struct page){
        .face = &face,
        .lang = lang,
        .title = html_from_cstr("Titel"),
        .alternates = {STR("/nl/berichten"), STR("/en/posts")},
        .home_url = lang == LANG_NL ? STR("/nl/") : STR("/en/"),
        .sign_in_url = STR("/in"),
    };
}

static const char *kept(out *o)
{
    assert_int_equal(o->error, OK);
    assert_true(o->n < sizeof shown);
    memcpy(shown, o->p, o->n);
    shown[o->n] = '\0';
    out_free(o);
    return shown;
}

static const char *page_of(const struct page *page)
{
    out o;
    out_init(&o, PAGE_MAX);
    struct html h = {&o, page->lang};
    page_begin(&h, page);
    page_end(&h, page);
    return kept(&o);
}

static const char *error_of(enum lang lang, const struct error_page *e)
{
    const struct page page = sample(lang);
    out o;
    out_init(&o, PAGE_MAX);
    struct html h = {&o, lang};
    error_page(&h, &page, e);
    return kept(&o);
}

static bool has(const char *page, const char *text)
{
    return strstr(page, text) != NULL;
}

static size_t count(const char *page, const char *text)
{
    size_t n = 0;
    for (; (page = strstr(page, text)) != NULL; page++)
        n++;
    return n;
}

static void a_page_names_itself_and_its_translation(void **state)
{
    (void)state;
    struct page page = sample(LANG_NL);

    const char *html = page_of(&page);

    assert_true(has(html, "<html lang=\"nl\">"));
    assert_true(has(html, "<title>Titel – Ontschot, Voorbeeldstad</title>"));
    assert_true(has(html, "rel=\"alternate\" hreflang=\"en\" href=\"/en/posts\""));
    assert_true(has(html, "<a href=\"/en/posts\" lang=\"en\" hreflang=\"en\">English</a>"));
    assert_true(has(html, "<a href=\"/nl/berichten\" lang=\"nl\" hreflang=\"nl\" aria-current"));
    assert_int_equal(count(html, "<h1"), 1);
    assert_int_equal(count(html, "<main"), 1);
}

static void a_visitor_can_sign_in_and_a_known_viewer_out(void **state)
{
    (void)state;
    struct page page = sample(LANG_EN);
    assert_true(has(page_of(&page), "<a href=\"/in\">Sign in</a>"));
    page.viewer_name = STR("Samira <Bouzid>");
    page.account_url = STR("/me");
    page.sign_out_url = STR("/out");
    page.csrf = STR("token");

    const char *html = page_of(&page);

    assert_false(has(html, "Sign in"));
    assert_true(has(html, "<a href=\"/me\">Samira &lt;Bouzid&gt;</a>"));
    assert_true(has(html, "<form method=\"post\" action=\"/out\""));
    assert_true(has(html, "name=\"csrf\" value=\"token\""));
}

static void every_error_says_what_happened_and_what_to_do(void **state)
{
    (void)state;
    static const int statuses[] = {400, 403, 404, 405, 409, 413, 422, 429, 500, 503};
    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
            const char *html = error_of(lang, &(struct error_page){.status = statuses[i]});

            assert_true(count(html, "<p class=\"utrecht-paragraph\">") >= 2);
            assert_int_equal(count(html, "<h1"), 1);
            assert_true(has(html, lang == LANG_NL ? "Naar de startpagina" : "To the home page"));
            assert_true(tr_has(lang, error_title_key(statuses[i])));
            assert_false(has(html, "pages.error")); /* no key without a translation */
        }
    assert_string_equal(error_title_key(418), error_title_key(500));
}

static void what_is_absent_and_what_is_hidden_look_the_same(void **state)
{
    (void)state;
    struct err_info info;
    static char absent[sizeof shown];
    strcpy(absent, error_of(LANG_NL, &(struct error_page){.status = 404}));
    (void)err_text(&info, E_NOT_FOUND, "file.cannot-open", STR("geheim"));

    const char *hidden = error_of(
        LANG_NL, &(struct error_page){.status = 404, .why = &info.msg, .reference = STR("7")});

    assert_string_equal(hidden, absent);
    assert_true(has(hidden, "U bent niet ingelogd"));
}

static void an_error_tells_the_rule_but_not_the_inside(void **state)
{
    (void)state;
    struct err_info info;
    (void)err_text(&info, E_INPUT, "pages.file-limit", STR("<naam>"));

    assert_true(has(error_of(LANG_NL, &(struct error_page){.status = 403, .why = &info.msg}),
                    "&lt;naam&gt;"));
    assert_false(
        has(error_of(LANG_NL, &(struct error_page){.status = 500, .why = &info.msg}), "naam&gt;"));
    assert_true(has(error_of(LANG_EN, &(struct error_page){.status = 500, .reference = STR("a7")}),
                    "mention this reference: a7"));
    assert_true(has(error_of(LANG_EN, &(struct error_page){.status = 503, .retry_seconds = 1}),
                    "You can try again in 1 second."));
}

static void a_wrong_field_is_tied_to_its_message(void **state)
{
    (void)state;
    out o;
    out_init(&o, PAGE_MAX);
    struct html h = {&o, LANG_NL};

    part_field(&h, &(struct part_field){.name = STR("mail"),
                                        .label = html_from_cstr("E-mail"),
                                        .hint = html_from_cstr("Uitleg"),
                                        .error = html_from_cstr("Fout"),
                                        .type = PART_EMAIL,
                                        .value = STR("a\"b")});

    const char *html = kept(&o);
    assert_true(has(html, "<label class=\"utrecht-form-label\" for=\"mail\">E-mail</label>"));
    assert_true(has(html, "value=\"a&#34;b\""));
    assert_true(has(html, "aria-invalid=\"true\" aria-describedby=\"mail-hint mail-error\""));
    assert_true(has(html, "id=\"mail-error\">Fout</p>"));
    assert_true(has(html, " required"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_names_itself_and_its_translation),
        cmocka_unit_test(a_visitor_can_sign_in_and_a_known_viewer_out),
        cmocka_unit_test(every_error_says_what_happened_and_what_to_do),
        cmocka_unit_test(what_is_absent_and_what_is_hidden_look_the_same),
        cmocka_unit_test(an_error_tells_the_rule_but_not_the_inside),
        cmocka_unit_test(a_wrong_field_is_tied_to_its_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
