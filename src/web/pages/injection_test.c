/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What people type cannot become markup: each text of tests/data/script-injection.txt
 * goes through every place of a template where a value may stand, and through Markdown.
 * The oracle is a small scanner of HTML of its own: with a hostile value a page has the
 * same tags and attributes as with a harmless one, and no address that runs code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "web/pages/markdown.h"

void injection_page(struct html *h, str v);

enum { MEMORY_MAX = 64 << 20, PAGE_MAX = 4 << 20, PAYLOADS_MIN = 500 };

/* ---- the scanner ---- */

struct scan {
    str rest;
    out shape; /* "p title;" and so on */
    const char *wrong;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static char next(struct scan *s)
{
    const char c = s->rest.n ? s->rest.p[0] : '\0';
    s->rest = str_cut(s->rest, 1, s->rest.n);
    return c;
}

static char peek(const struct scan *s)
{
    return s->rest.n ? s->rest.p[0] : '\0';
}

static str take_until(struct scan *s, const char *ends)
{
    size_t n = 0;
    while (n < s->rest.n && !strchr(ends, s->rest.p[n]))
        n++;
    const str taken = str_cut(s->rest, 0, n);
    s->rest = str_cut(s->rest, n, s->rest.n);
    return taken;
}

/* One character of an attribute's value, as a browser reads it. */
static char take_decoded(str *s)
{
    static const struct {
        const char *entity;
        char c;
    } named[] = {{"&amp;", '&'},   {"&lt;", '<'},   {"&gt;", '>'},      {"&quot;", '"'},
                 {"&colon;", ':'}, {"&Tab;", '\t'}, {"&NewLine;", '\n'}};
    size_t used = 1;
    char c = s->p[0];
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (str_starts(*s, str_of(named[i].entity))) {
            c = named[i].c;
            used = strlen(named[i].entity);
        }
    if (str_starts(*s, STR("&#"))) {
        const bool hex = s->n > 2 && (s->p[2] == 'x' || s->p[2] == 'X');
        char digits[16], *end;
        snprintf(digits, sizeof digits, "%.*s", STR_FMT(str_cut(*s, hex ? 3 : 2, s->n)));
        c = (char)strtol(digits, &end, hex ? 16 : 10);
        used = (hex ? 3 : 2) + (size_t)(end - digits) + (*end == ';');
    }
    *s = str_cut(*s, used, s->n);
    return c;
}

/* An address as a browser would read it has a scheme that opens a page, or none. */
static bool is_harmless(str raw)
{
    char text[8192];
    size_t n = 0, colon, end = 0;
    while (raw.n && n < sizeof text)
        text[n++] = take_decoded(&raw);
    const str url = {text, n};
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] <= ' ' || text[i] == '\\')
            return false; /* browsers drop or change these */
    while (end < n && !strchr("/?#", text[end]))
        end++;
    if (!str_find(str_cut(url, 0, end), ':', &colon))
        return true;
    const str scheme = str_cut(url, 0, colon);
    return str_eq_nocase(scheme, STR("http")) || str_eq_nocase(scheme, STR("https")) ||
           str_eq_nocase(scheme, STR("mailto"));
}

static void scan_attribute(struct scan *s)
{
    const str name = take_until(s, "= \n\t\r\f>/");
    str value = {"", 0};
    out_char(&s->shape, ' ');
    out_str(&s->shape, name);
    if (peek(s) == '=') {
        next(s);
        const char quote[] = {next(s), '\0'};
        if (quote[0] != '"' && quote[0] != '\'')
            s->wrong = "a value without quotes";
        value = take_until(s, quote);
        next(s);
    }
    if (str_starts(name, STR("on")) || str_eq(name, STR("style")) || str_eq(name, STR("srcdoc")))
        s->wrong = "an attribute that runs code";
    if ((str_eq(name, STR("href")) || str_eq(name, STR("src")) || str_eq(name, STR("action"))) &&
        !is_harmless(value))
        s->wrong = "an address that runs code";
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] == '<')
            s->wrong = "a tag within a value";
}

static void scan_tag(struct scan *s)
{
    const str name = take_until(s, " \n\t\r\f>");
    out_str(&s->shape, name);
    while (s->rest.n && peek(s) != '>') {
        if (is_blank(peek(s)) || peek(s) == '/')
            next(s);
        else
            scan_attribute(s);
    }
    next(s);
    out_char(&s->shape, ';');
}

/* What a text may hold as it is: nothing that begins a tag. */
static void scan_page(struct scan *s)
{
    while (s->rest.n) {
        take_until(s, "<");
        if (next(s) == '<')
            scan_tag(s);
    }
}

static const char *shape_of(str page, const char **wrong)
{
    static char text[1 << 18];
    struct scan s = {.rest = page};
    out_init(&s.shape, sizeof text - 1);
    scan_page(&s);
    memcpy(text, s.shape.p, s.shape.n);
    text[s.shape.n] = '\0';
    out_free(&s.shape);
    *wrong = s.wrong;
    return text;
}

/* ---- the tests ---- */

struct fixture {
    arena *a;
    str *payload;
    size_t n;
};

static int set_up(void **state)
{
    static struct fixture f;
    static str list[2000];
    struct err_info info;
    char path[4096];
    str text, line;
    const char *source = getenv("ONTSCHOT_SOURCE");
    f = (struct fixture){.a = arena_new(MEMORY_MAX), .payload = list};
    snprintf(path, sizeof path, "%s/tests/data/script-injection.txt", source ? source : ".");
    assert_int_equal(file_read(f.a, str_of(path), PAGE_MAX, &text, &info), OK);
    while (f.n < 2000 && str_next(&text, '\n', &line))
        if (line.n)
            list[f.n++] = line;
    *state = &f;
    return f.n >= PAYLOADS_MIN ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_free(((struct fixture *)*state)->a);
    return 0;
}

static void no_value_changes_the_shape_of_a_page(void **state)
{
    const struct fixture *f = *state;
    static char expected[1 << 18];
    for (size_t i = 0; i <= f->n; i++) {
        const str payload = i ? f->payload[i - 1] : STR("x");
        const char *wrong;
        out o;
        out_init(&o, PAGE_MAX);
        struct html h = {&o, LANG_NL};

        injection_page(&h, payload);

        const char *shape = shape_of(out_view(&o), &wrong);
        if (i == 0)
            strcpy(expected, shape);
        if (wrong || strcmp(shape, expected) != 0)
            fail_msg("%.*s: %s\n%s", STR_FMT(payload), wrong ? wrong : "other tags",
                     wrong ? "" : shape);
        out_free(&o);
    }
}

static bool is_listed(str name, const char *const *list)
{
    for (; *list; list++)
        if (str_eq(name, str_of(*list)))
            return true;
    return false;
}

static const char *stranger_in(const char *shape)
{
    static const char *const known[] = {
        "p",          "h2",    "h3",   "h4", "h5",     "h6",  "ul", "ol",  "li",
        "blockquote", "pre",   "code", "em", "strong", "del", "a",  "img", "table",
        "thead",      "tbody", "tr",   "th", "td",     "hr",  "br", NULL};
    static const char *const attributes[] = {"href",  "rel",   "src",   "alt", "loading",
                                             "scope", "class", "start", NULL};
    static char found[256];
    str rest = str_of(shape), tag, word;
    while (str_next(&rest, ';', &tag)) {
        bool first = true;
        while (str_next(&tag, ' ', &word)) {
            if (word.n && word.p[0] == '/')
                word = str_cut(word, 1, word.n);
            if (word.n && !is_listed(word, first ? known : attributes)) {
                snprintf(found, sizeof found, "%.*s", STR_FMT(word));
                return found;
            }
            first = false;
        }
    }
    return NULL;
}

static void markdown_makes_nothing_but_what_it_says(void **state)
{
    const struct fixture *f = *state;
    static const char *const frames[] = {
        "%.*s",       "a %.*s b",         "> %.*s", "- %.*s", "[a](%.*s)",
        "![a](%.*s)", "|a|\n|-|\n|%.*s|", "`%.*s`", "# %.*s", "[%.*s]: /x\n[a][%.*s]"};
    for (size_t i = 0; i < f->n; i++)
        for (size_t j = 0; j < sizeof frames / sizeof *frames; j++) {
            char text[4096];
            struct err_info info;
            safe_html html;
            const char *wrong;
            const str p = f->payload[i];
            arena *a = arena_new(MEMORY_MAX);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(text, sizeof text, frames[j], STR_FMT(p), STR_FMT(p));
#pragma GCC diagnostic pop

            assert_int_equal(markdown_html(a, str_of(text), 1, &html, &info), OK);

            const char *shape = shape_of(html.html, &wrong);
            const char *stranger = stranger_in(shape);
            if (wrong || stranger)
                fail_msg("%s\n%s: %s\n%s", text, wrong ? wrong : "stranger",
                         stranger ? stranger : "", html.html.p);
            arena_free(a);
        }
}

static void the_scanner_sees_what_it_should(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "<p onclick=\"x\">",
        "<a href=\"javascript:x\">",
        "<a href=\"java&#115;cript:x\">",
        "<p title=\"<b>\">",
        "<p title=x>",
        "<a href=\" javascript:x\">",
        "<a href=\"\\\\evil/x\">",
        "<p style=\"x\">",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *wrong;
        (void)shape_of(str_of(bad[i]), &wrong);
        if (!wrong)
            fail_msg("%s", bad[i]);
    }
    const char *wrong;
    assert_string_equal(stranger_in(shape_of(STR("<p>a<script src=\"/x\">"), &wrong)), "script");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scanner_sees_what_it_should),
        cmocka_unit_test_setup_teardown(no_value_changes_the_shape_of_a_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(markdown_makes_nothing_but_what_it_says, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
