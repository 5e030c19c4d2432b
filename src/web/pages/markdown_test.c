/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/pages/markdown_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MEMORY_MAX = 64 << 20 };

static int set_up(void **state)
{
    *state = arena_new(MEMORY_MAX);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_free(*state);
    return 0;
}

static const char *html_of(arena *a, str text, int below)
{
    struct err_info info;
    safe_html html;
    assert_int_equal(markdown_html(a, text, below, &html, &info), OK);
    return html.html.p;
}

static void texts_become_the_elements_that_the_header_names(void **state)
{
    static const struct {
        const char *text, *html;
    } cases[] = {
        {"", ""},
        {"Een *woord* en **nog een**, `code`.",
         "<p>Een <em>woord</em> en <strong>nog een</strong>, <code>code</code>.</p>\n"},
        {"# Kop\n\n###### Klein", "<h2>Kop</h2>\n<h3>Klein</h3>\n"},
        {"a  \nb\nc", "<p>a<br>\nb\nc</p>\n"},
        {"- a\n- b\n  - c", "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n"},
        {"- a\n\n- b", "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>\n"},
        {"3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n"},
        {"> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"},
        {"```js\nif (a < b) c();\n```", "<pre><code>if (a &lt; b) c();\n</code></pre>\n"},
        {"~~weg~~", "<p><del>weg</del></p>\n"},
        {"---", "<hr>\n"},
        {"|a|b|\n|---|--:|\n|c|1|",
         "<table>\n<thead><tr><th scope=\"col\">a</th><th scope=\"col\" class=\"num\">b</th>"
         "</tr></thead>\n<tbody>\n<tr><td>c</td><td class=\"num\">1</td></tr>\n</tbody>\n"
         "</table>\n"},
        {"||a|\n|-|-|",
         "<table>\n<thead><tr><td></td><th scope=\"col\">a</th></tr></thead>\n</table>\n"},
        {"|a|\n|-|", "<table>\n<thead><tr><th scope=\"col\">a</th></tr></thead>\n</table>\n"},
        {"[ons](/nl/berichten \"titel\")", "<p><a href=\"/nl/berichten\">ons</a></p>\n"},
        {"[zij](https://example.org/?a=1&b=2)",
         "<p><a href=\"https://example.org/?a=1&amp;b=2\" rel=\"nofollow noopener noreferrer\">zij"
         "</a></p>\n"},
        {"Zie https://example.org/a_b. Klaar",
         "<p>Zie <a href=\"https://example.org/a_b\" rel=\"nofollow noopener noreferrer\">"
         "https://example.org/a_b</a>. Klaar</p>\n"},
        {"![een *kaart*](/bestand/7)",
         "<p><img loading=\"lazy\" src=\"/bestand/7\" alt=\"een kaart\"></p>\n"},
        {"![](https://example.org/x.png)",
         "<p><a href=\"https://example.org/x.png\" rel=\"nofollow noopener noreferrer\">"
         "https://example.org/x.png</a></p>\n"},
        {"![kaart](//example.org/x.png)",
         "<p><a href=\"//example.org/x.png\" rel=\"nofollow noopener noreferrer\">kaart</a></p>\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(html_of(*state, str_of(cases[i].text), 1), cases[i].html);
}

static void headings_stand_below_the_one_above_the_text(void **state)
{
    assert_string_equal(html_of(*state, STR("# a\n\n## b\n\n#### c"), 3),
                        "<h4>a</h4>\n<h5>b</h5>\n<h6>c</h6>\n");
}

static void html_is_shown_as_it_was_typed(void **state)
{
    assert_string_equal(
        html_of(*state, STR("a <b onclick=x()>b</b>\n\n<script>alert(1)</script>"), 1),
        "<p>a &lt;b onclick=x()&gt;b&lt;/b&gt;</p>\n"
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
}

static void an_address_that_runs_code_leads_nowhere(void **state)
{
    static const char *const urls[] = {
        "javascript:alert(1)",      "JaVaScRiPt:alert(1)",       "data:text/html,<b>",
        "vbscript:msgbox(1)",       "&#106;avascript:alert(1)",  "\\javascript:alert(1)",
        "java&Tab;script:alert(1)", "javascript&colon;alert(1)",
    };
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        char text[128];
        snprintf(text, sizeof text, "[a](<%s>)", urls[i]);

        const char *html = html_of(*state, str_of(text), 1);

        const char *href = strstr(html, "href=\"");
        if (href && strncmp(href, "href=\"#\"", 8) != 0 && !strstr(href, "%"))
            fail_msg("%s gave %s", urls[i], html);
    }
}

static void deep_nesting_lies_flat_and_keeps_its_words(void **state)
{
    enum { DEPTH = 1000 };
    char text[2 * DEPTH + 8] = "";
    size_t tags = 0;
    for (int i = 0; i < DEPTH; i++)
        memcpy(text + 2 * i, "> ", 2);
    memcpy(text + 2 * (size_t)DEPTH, "diep", 5);

    const char *html = html_of(*state, str_of(text), 1);

    for (const char *p = html; (p = strstr(p, "<blockquote>")); p++)
        tags++;
    assert_int_equal(tags, MARKDOWN_DEPTH_MAX);
    assert_non_null(strstr(html, "diep"));
}

static void what_is_too_much_is_refused_with_its_reason(void **state)
{
    struct err_info info;
    safe_html html = {STR("unchanged")};
    char *text = malloc(MARKDOWN_MAX + 1);
    size_t n = 0;
    assert_non_null(text);
    memset(text, 'a', MARKDOWN_MAX + 1);

    assert_int_equal(markdown_html(*state, (str){text, MARKDOWN_MAX + 1}, 1, &html, &info),
                     E_LIMIT);
    assert_string_equal(info.msg.key, "pages.markdown-too-long");
    assert_int_equal(markdown_html(*state, STR("a\xc3("), 1, &html, &info), E_INPUT);
    assert_string_equal(info.msg.key, "pages.markdown-not-utf8");
    /* 1,000 columns, and rows of one cell that cmark would fill up */
    for (int i = 0; i < 1000; i++)
        memcpy(text + 2 * i, "a|", 2);
    text[2000] = '\n';
    for (int i = 0; i < 1000; i++)
        memcpy(text + 2001 + 2 * i, "-|", 2);
    for (n = 4001; n + 3 < MARKDOWN_MAX; n += 3)
        memcpy(text + n, "\nb|", 3);
    assert_int_equal(markdown_html(*state, (str){text, n}, 1, &html, &info), E_LIMIT);
    assert_string_equal(info.msg.key, "pages.markdown-table");

    assert_string_equal(html.html.p, "unchanged");
    free(text);
}

/*
 * The pool must hold whatever anyone writes. Hostile texts: pieces that mean
 * something to Markdown, repeated alone and by two, and mixed by chance.
 */
static const char *const pieces[] = {
    "a ",        "*a*",    "> ",    "- a\n",   "[a](b)", "![a](b)",  "[",       "](",    "`a",
    "<a>",       "&amp;",  "a|b\n", "|-|-|\n", "# a\n",  "\n",       "1. a\n",  "~~a~~", "*a _",
    "http://a ", "a@b.c ", "\\*",   "<!--",    "a  \n",  "[a]: b\n", "    x\n", "```\n", "a\n|-\n",
    "***\n",     "*a",     "a*",    "_",       "\"",     "[^1]",     "[a][b]",  "~",     ":",
};
enum { PIECES = sizeof pieces / sizeof *pieces, HOSTILE_BYTES = 10 << 10 };

static void assert_fits(const char *text, size_t n, const char *what)
{
    struct err_info info;
    struct markdown_tree *tree = NULL;
    bool needed_more;
    if (markdown_parse((str){text, n}, &tree, &info) != OK)
        return;
    const size_t used = markdown_tree_used(tree, &needed_more);
    markdown_tree_free(tree);
    if (needed_more)
        fail_msg("%s needs %zu bytes for each of its own", what, used / n);
}

static void no_text_needs_more_memory_than_was_reserved(void **state)
{
    static char text[HOSTILE_BYTES + 32];
    (void)state;
    for (size_t i = 0; i < PIECES; i++)
        for (size_t j = 0; j < PIECES; j++) {
            size_t n = 0;
            for (bool second = false; n < HOSTILE_BYTES; second = !second) {
                const char *piece = pieces[second ? j : i];
                memcpy(text + n, piece, strlen(piece));
                n += strlen(piece);
            }
            assert_fits(text, n, pieces[i]);
        }
}

static void html_is_balanced_whatever_is_written(void **state)
{
    static char text[4096];
    for (uint64_t seed = 1; seed <= 300; seed++) {
        size_t n = 0;
        for (uint64_t i = 0; n + 16 < sizeof text && i < 200; i++) {
            const char *piece = pieces[(seed * 2654435761u + i * i * 40503u + i * 977u) % PIECES];
            memcpy(text + n, piece, strlen(piece));
            n += strlen(piece);
        }
        struct err_info info;
        safe_html html;
        if (markdown_html(*state, (str){text, n}, 1, &html, &info) != OK)
            continue;

        int open = 0;
        for (const char *p = html.html.p; (p = strchr(p, '<')); p++) {
            static const char *const alone[] = {"<br>", "<hr>", "<img ", NULL};
            bool is_alone = false;
            for (int i = 0; alone[i]; i++)
                is_alone = is_alone || strncmp(p, alone[i], strlen(alone[i])) == 0;
            open += is_alone ? 0 : p[1] == '/' ? -1 : 1;
            assert_true(open >= 0);
        }
        assert_int_equal(open, 0);
    }
}

/*
 * What was kept of a text is shown until MARKDOWN_VERSION is raised. When this fails, because other
 * HTML is made than before: raise it, and write the new number here.
 */
static void other_html_has_another_version(void **state)
{
    static const struct {
        int version;
        uint64_t hash;
    } known = {1, UINT64_C(0x522319f4108d6a6d)};
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < PIECES; i++)
        for (size_t j = 0; j < PIECES; j++) {
            char text[64];
            (void)snprintf(text, sizeof text, "%s%s\n\n# b%s", pieces[i], pieces[j], pieces[i]);
            for (const char *c = html_of(*state, str_of(text), 1); *c; c++)
                hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
        }

    assert_int_equal(MARKDOWN_VERSION, known.version);
    if (hash != known.hash)
        fail_msg("other HTML: %#llx", (unsigned long long)hash);
}

static void the_beginning_is_plain_words(void **state)
{
    struct err_info info;
    str plain;

    assert_int_equal(
        markdown_beginning(*state, STR("# Kop\n\nEen **woord** & [link](/x)."), 100, &plain, &info),
        OK);
    assert_string_equal(plain.p, "Kop Een woord & link.");
    assert_int_equal(
        markdown_beginning(*state, STR("Een tamelijk lange zin zonder eind"), 20, &plain, &info),
        OK);
    assert_string_equal(plain.p, "Een tamelijk lange…");
    assert_int_equal(markdown_beginning(*state, STR("ééééé"), 3, &plain, &info), OK);
    assert_string_equal(plain.p, "ééé…");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(texts_become_the_elements_that_the_header_names, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(headings_stand_below_the_one_above_the_text, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(html_is_shown_as_it_was_typed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_address_that_runs_code_leads_nowhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deep_nesting_lies_flat_and_keeps_its_words, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_too_much_is_refused_with_its_reason, set_up,
                                        tear_down),
        cmocka_unit_test(no_text_needs_more_memory_than_was_reserved),
        cmocka_unit_test_setup_teardown(html_is_balanced_whatever_is_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_html_has_another_version, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_beginning_is_plain_words, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
