/* SPDX-License-Identifier: EUPL-1.2 */
#include "htc_test.h"

#include "htc_compile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- the compiler ---- */

#define FN "{% fn f(struct html *h) %}"

static const struct accepted {
    const char *text, *expected; /* `expected` occurs in what was made */
} accepted[] = {
    {FN "a \"b\"\\\n{% end %}", "html_literal(h, STR(\"a \\\"b\\\"\\\\\\n\"));"},
    {FN "{{ x }}{% end %}", "html_put(h, HTML_TEXT, HTML_TEXT_VALUE(x));"},
    {FN "<a title=\"{{ x }}\">{% end %}", "html_put(h, HTML_ATTR, HTML_VALUE(x));"},
    {FN "<a TITLE = '{{ x }}'>{% end %}", "html_put(h, HTML_ATTR, HTML_VALUE(x));"},
    {FN "<a\nhref=\"{{ x }}\">{% end %}", "html_put(h, HTML_URL, HTML_VALUE(x));"},
    {FN "<a href=\"/{{ x }}\">{% end %}", "html_put(h, HTML_URL_PART, HTML_VALUE(x));"},
    {FN "<a href=\"{{ x }}{{ y }}\">{% end %}", "html_put(h, HTML_URL_PART, HTML_VALUE(y));"},
    {FN "<img alt=\"a>b\" src=\"{{ x }}\">{% end %}", "html_put(h, HTML_URL, HTML_VALUE(x));"},
    {FN "<form action=\"{{ x }}\"><br/>{{ y }}{% end %}", "HTML_TEXT_VALUE(y)"},
    {FN "<title>{{ x }}</title>{% end %}", "html_put(h, HTML_ATTR, HTML_VALUE(x));"},
    {FN "<xmp>\"<b>\"</xm></xmp >{{ x }}{% end %}", "HTML_TEXT_VALUE(x)"},
    {FN "<script src=\"/x.js\">\n</script>{{ x }}{% end %}", "HTML_TEXT_VALUE(x)"},
    {FN "<form method=\"post\">\n{% part_csrf(h, t); %}\n<b></b></form>{% end %}", "part_csrf"},
    {FN "<form method='get' action=\"/\"><b></b></form>{% end %}", "STR(\"<form"},
    {FN "<input type=\"text\"{% if (x) { %} required{% } %}{% if (y) { %} checked{% } %}>{% end %}",
     "STR(\" required \")"},
    {FN "<b title=\"{% if (x) { %}{{ x }}{% } %} {{ y }}\">{% end %}", "HTML_VALUE(y)"},
    {FN "<!-- -> --{ -->{{ x }}{% end %}", "HTML_TEXT_VALUE(x)"},
    {FN "1 < 2 {{ x }}{% end %}", "HTML_TEXT_VALUE(x)"},
    {FN "{$ \"a.b\" $}{% end %}", "html_say(h, HTML_TEXT, \"a.b\", NULL, 0);"},
    {FN "<p title=\"{$ \"a.b\", f(1, 2), \"x,y\" $}\">{% end %}",
     "html_say(h, HTML_ATTR, \"a.b\", (const struct html_value[]){HTML_VALUE(f(1, 2)), "
     "HTML_VALUE(\"x,y\")}, 2);"},
    {FN "\n{% if (x) { %}\n<b>{{ \"}}\" }}</b>\n{% } else { %}\n{% } %}\n{% end %}",
     "HTML_TEXT_VALUE(\"}}\")"},
    {FN "<i {% if (x) { %}hidden {% } %}>{% end %}", "if (x) {"},
    {FN "y\n  {# gone #}\nx{% end %}", "STR(\"y\\n\"\n        \"x\")"},
    {FN "{% switch (x) { case 1: %}a{% break; default: %}b{% } %}{% end %}", "default:"},
    {"{% #include \"x.h\" %}\n\n{% static fn f(struct html *h) %}\n{% end %}",
     "#include \"x.h\"\n#line 3 \"t.htc\"\nstatic void f(struct html *h)\n{\n"},
};

static void templates_become_calls_with_the_right_sink(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        out c, errors;
        out_init(&c, 1 << 16);
        out_init(&errors, 1 << 16);

        htc_compile(str_of(accepted[i].text), STR("t.htc"), &c, &errors);

        out_char(&errors, '\0');
        assert_string_equal(errors.p, "");
        out_char(&c, '\0');
        if (!strstr(c.p, accepted[i].expected))
            assert_string_equal(c.p, accepted[i].expected);
        out_free(&c);
        out_free(&errors);
    }
}

static const struct refused {
    const char *text, *error;
} refused[] = {
    {FN "\n<script>var x = {{ x }};</script>{% end %}", "t.htc:2:17: a value in a script"},
    {FN "<style>a{color:{{ x }}}</style>{% end %}", "a value in a script, style"},
    {FN "<STYLE>{{ x }}</STYLE>{% end %}", "a value in a script, style"},
    {FN "<noscript>{{ x }}</noscript>{% end %}", "a value in a script, style"},
    {FN "<p onclick=\"f({{ x }})\">{% end %}", "event handler"},
    {FN "<p ONCLICK = 'f()'>{% end %}", "event handler"},
    {FN "<p style=\"color:red\">{% end %}", "t.htc:1:35: style attribute: use a class"},
    {FN "<p style=\"width:{{ x }}px\">{% end %}", "style attribute"},
    {FN "<a href={{ x }}>{% end %}", "t.htc:1:35: a value in an attribute without quotes"},
    {FN "<a href=a{{ x }}>{% end %}", "a value in an attribute without quotes"},
    {FN "<{{ x }}>{% end %}", "a value in a tag name"},
    {FN "<h{{ x }}>{% end %}", "a value in a tag name"},
    {FN "</{{ x }}>{% end %}", "a value in a tag name"},
    {FN "<a {{ x }}=\"\">{% end %}", "a value as attribute name"},
    {FN "<a data-{{ x }}=\"\">{% end %}", "a value as attribute name"},
    {FN "<!-- {{ x }} -->{% end %}", "a value in a comment"},
    {FN "<!DOCTYPE {{ x }}>{% end %}", "a value in a comment or declaration"},
    {FN "<script src=\"{{ x }}\"></script>{% end %}", "which code or style a page loads"},
    {FN "<link href=\"{{ x }}\">{% end %}", "which code or style a page loads"},
    {FN "<iframe srcdoc=\"{{ x }}\"></iframe>{% end %}", "what a page loads or does"},
    {FN "<meta http-equiv=\"refresh\" content=\"{{ x }}\">{% end %}", "what a page loads or does"},
    {FN "<a href=\"{$ \"a.b\" $}\">{% end %}", "a translation as address"},
    {FN "{$ key $}{% end %}", "begins with its key as a literal"},
    {FN "{$ \"a.b\", 1, 2, 3, 4, 5, 6, 7 $}{% end %}", "more values than a message holds"},
    {FN "{{ }}{% end %}", "no expression"},
    {FN "\n<script>go()</script>{% end %}", "t.htc:2:9: script or style within a page"},
    {FN "<style>b{}</style>{% end %}", "script or style within a page"},
    {FN "<form method=\"post\" action=\"/\"><b></b></form>{% end %}", "begins with {% part_csrf"},
    {FN "<FORM METHOD=POST>x</FORM>{% end %}", "begins with {% part_csrf"},
    {FN "<form method='Post'>x{% end %}", "begins with {% part_csrf"},
    {FN "<form method=\"post\">{% if (x) { part_csrf(h, t); } %}</form>{% end %}",
     "the block ends elsewhere"},
    {FN "<form method=\"{{ x }}\">{% end %}", "what a page loads or does"},
    {FN "<button formmethod=\"{{ x }}\">{% end %}", "what a page loads or does"},
    {FN "{% if (x) { %}<b title=\"{% } %}{% end %}", "the block ends elsewhere"},
    {FN "{% if (x) { %}<script>{% } else { %}</script>{% } %}{% end %}",
     "the block ends elsewhere"},
    {FN "<a href=\"{% if (x) { %}/{% } %}{{ y }}\">{% end %}", "the block ends elsewhere"},
    {FN "{% if (x) %}<b>{% end %}", "end with ; or open a block"},
    {FN "<b title=\"{% f(h); %}\">{% end %}", "between tags only"},
    {FN "<b title=\"{% return; %}\">{% end %}", "a leap out of a tag"},
    {FN "{% while (x) { %}<b title=\"{% if (y) { break; } %}\">{% } %}{% end %}", "a leap out"},
    {FN "{% switch (x) { case 1: %}<b title=\"{% case 2: %}\">{% } %}{% end %}",
     "a case elsewhere"},
    {FN "{% } %}{% end %}", "no block is open here"},
    {FN "{% if (x) { %}{% end %}", "a block is still open"},
    {FN "<b{% end %}", "the function ends within a tag"},
    {FN "<textarea>{% end %}", "the function ends within a tag"},
    {FN "x", "the last function has no {% end %}"},
    {FN "{{ x ", "this tag does not end"},
    {FN "{# x ", "this tag does not end"},
    {FN FN "{% end %}", "a function within a function"},
    {"{% end %}", "no function to end"},
    {"\n  text", "t.htc:2:3: text outside a function"},
    {"{{ x }}", "text outside a function"},
};

static void values_in_dangerous_places_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        out c, errors;
        out_init(&c, 1 << 16);
        out_init(&errors, 1 << 16);

        htc_compile(str_of(refused[i].text), STR("t.htc"), &c, &errors);

        out_char(&errors, '\0');
        if (!strstr(errors.p, refused[i].error))
            assert_string_equal(errors.p, refused[i].error);
        out_free(&c);
        out_free(&errors);
    }
}

/* ---- a compiled template ---- */

static out page_of(const struct htc_test_page *p)
{
    out o;
    out_init(&o, 1 << 20);
    struct html h = {&o, LANG_NL};
    htc_test_page(&h, p);
    out_char(&o, '\0');
    assert_int_equal(o.error, OK);
    return o;
}

static void a_page_is_written_as_its_template_says(void **state)
{
    (void)state;
    const str items[] = {STR("één"), STR("<twee>")};
    const struct htc_test_page p = {.title = STR("A & \"B\""),
                                    .url = STR("https://example.org/?a=1&b=2"),
                                    .item = items,
                                    .n = 2,
                                    .share = -1234.567,
                                    .safe = {STR("<b>x</b>")}};

    out o = page_of(&p);

    assert_string_equal(
        o.p, "<!DOCTYPE html>\n"
             "<title>A &amp; &#34;B&#34;</title>\n"
             "<!-- a remark with \"quotes\" and <tags> -->\n"
             "<p class='A &amp; &#34;B&#34;'><a href=\"https://example.org/?a=1&amp;b=2\">"
             "A &amp; &#34;B&#34;</a> <a href=\"/find?q=A%20%26%20%22B%22&amp;p=2\">find</a></p>\n"
             "<ul>\n"
             "<li title=\"één\">één</li>\n"
             "<li title=\"&lt;twee&gt;\">&lt;twee&gt;</li>\n"
             "</ul>\n"
             "<input checked value=\"2\">\n"
             "<p>De uitvoer wordt groter dan de grens van A &amp; &#34;B&#34; bytes. Er is niets "
             "geschreven. Splits de opdracht in kleinere delen.|−1.234,57|<b>x</b></p>\n"
             "<xmp>if (1 < 2) \"</p>\";</xmp>\n");
    out_free(&o);
}

static void addresses_open_pages_and_letters_only(void **state)
{
    (void)state;
    static const struct {
        const char *url, *shown;
    } cases[] = {
        {"page.html#x", "page.html#x"},
        {"/a?b:c", "/a?b:c"},
        {"HTTPS://x", "HTTPS://x"},
        {"mailto:a@b.nl", "mailto:a@b.nl"},
        {"javascript:alert(1)", "#"},
        {" javascript:alert(1)", "#"},
        {"java\nscript:alert(1)", "#"},
        {"JaVaScRiPt:alert(1)", "#"},
        {"data:text/html,x", "#"},
        {"vbscript:x", "#"},
        {"file:///etc/passwd", "#"},
        {":x", "#"},
        {"a b\t\"'<>\\", "a%20b%09&#34;&#39;&lt;&gt;%5C"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        out o;
        out_init(&o, 1 << 12);
        struct html h = {&o, LANG_NL};

        html_put(&h, HTML_URL, HTML_VALUE(cases[i].url));

        out_char(&o, '\0');
        assert_string_equal(o.p, cases[i].shown);
        out_free(&o);
    }
}

static void numbers_are_written_as_asked(void **state)
{
    (void)state;
    const struct {
        struct html_value value;
        const char *nl, *en;
    } cases[] = {
        {html_plain(2026), "2026", "2026"},
        {HTML_VALUE(12345), "12.345", "12,345"},
        {HTML_VALUE((size_t)12345), "12.345", "12,345"},
        {html_number(-1234.5, 1), "−1.234,5", "−1,234.5"},
        {html_signed(0.4, 1), "+0,4", "+0.4"},
        {html_signed(0.04, 1), "0,0", "0.0"},
        {html_signed(-0.4, 1), "−0,4", "−0.4"},
        {html_p_value(0.0004, 3), "&lt;\u00a00,001", "&lt;\u00a00.001"},
        {html_p_value(0.0005, 3), "0,001", "0.001"},
        {html_p_value(0, 2), "&lt;\u00a00,01", "&lt;\u00a00.01"},
        {html_money(1140, STR("EUR"), 0), "€\u00a01.140", "€1,140"},
        {html_percent(0.885, 0), "88%", "88%"},
        {html_date(0), "1 januari 1970", "1 January 1970"},
        {html_key("no.such-key"), "no.such-key", "no.such-key"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            out o;
            out_init(&o, 1000);
            struct html h = {&o, (enum lang)lang};

            html_put(&h, HTML_TEXT, cases[i].value);

            out_char(&o, '\0');
            assert_string_equal(o.p, lang == LANG_NL ? cases[i].nl : cases[i].en);
            out_free(&o);
        }
}

/* An independent, small reader of HTML: how many tags, attributes and comments there are. */
struct shape {
    int tags, attributes, comments;
};

static struct shape shape_of(const char *p)
{
    struct shape s = {0};
    while (*p) {
        if (strncmp(p, "<!--", 4) == 0) {
            s.comments++;
            p = strstr(p, "-->") + 3;
        } else if (strncmp(p, "<xmp>", 5) == 0) {
            p = strstr(p, "</xmp>");
            p++;
        } else if (*p == '<') {
            s.tags++;
            for (p++; *p != '>'; p++) {
                assert_true(*p != '\0');
                if (*p != '"' && *p != '\'')
                    continue;
                s.attributes++;
                p = strchr(p + 1, *p);
                assert_non_null(p);
            }
        } else {
            p++;
        }
    }
    return s;
}

static const char *const hostile_pieces[] = {
    "<script>alert(1)</script>",
    "\"",
    "'",
    "<",
    ">",
    "&",
    "&lt;",
    "&#34;",
    "-->",
    "<!--",
    "javascript:",
    " onmouseover=x ",
    "</title>",
    "</textarea>",
    "\\",
    "/",
    "\n",
    "\t",
    "\xff",
    "\xc0\xbc",
    "\xe2\x80\xa8",
    "é",
    "%22",
    "{1}",
    "{{",
    "a",
    " ",
    "=",
    "`",
    "]]>",
};

static void no_text_changes_the_shape_of_a_page(void **state)
{
    (void)state;
    const str plain[] = {STR("a"), STR("b")};
    struct htc_test_page p = {.title = STR("t"), .url = STR("u"), .item = plain, .n = 2};
    p.safe = (safe_html){STR("")};
    out first = page_of(&p);
    const struct shape expected = shape_of(first.p);
    out_free(&first);
    srandom(20261124);

    for (int round = 0; round < 3000; round++) {
        char text[4][256];
        str s[4];
        for (int i = 0; i < 4; i++) {
            out o = {.p = text[i], .cap = sizeof text[i], .limit = sizeof text[i]};
            for (long k = random() % 8; k >= 0; k--)
                out_cstr(&o, hostile_pieces[(size_t)random() %
                                            (sizeof hostile_pieces / sizeof *hostile_pieces)]);
            s[i] = out_view(&o);
        }
        p.title = s[0];
        p.url = s[1];
        p.item = s + 2;

        out o = page_of(&p);

        const struct shape found = shape_of(o.p);
        assert_int_equal(found.tags, expected.tags);
        assert_int_equal(found.attributes, expected.attributes);
        assert_int_equal(found.comments, expected.comments);
        assert_true(str_is_utf8(out_view(&o)));
        out_free(&o);
    }
}

static void a_page_that_does_not_fit_is_an_error(void **state)
{
    (void)state;
    out o;
    struct err_info info;
    out_init(&o, 100);
    struct html h = {&o, LANG_EN};
    const struct htc_test_page p = {.title = STR("t")};

    htc_test_page(&h, &p);

    assert_int_equal(out_error(&o, &info), E_LIMIT);
    out_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(templates_become_calls_with_the_right_sink),
        cmocka_unit_test(values_in_dangerous_places_are_refused),
        cmocka_unit_test(a_page_is_written_as_its_template_says),
        cmocka_unit_test(addresses_open_pages_and_letters_only),
        cmocka_unit_test(numbers_are_written_as_asked),
        cmocka_unit_test(no_text_changes_the_shape_of_a_page),
        cmocka_unit_test(a_page_that_does_not_fit_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
