/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/chart/picture_test_int.h"

#include "engine/chart/chart_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DEPTH_MAX = 16, BOXES_MAX = 4096 };

struct box {
    double left, right, top, bottom;
};

struct picture {
    str rest;
    str open[DEPTH_MAX];
    size_t depth;
    double width, height;
    struct box box[BOXES_MAX];
    size_t n_boxes;
    const char *fault;
};

static bool next_is(const struct picture *p, const char *text)
{
    return str_starts(p->rest, str_of(text));
}

static void pass_over(struct picture *p, size_t n)
{
    p->rest = str_cut(p->rest, n, p->rest.n);
}

static str take_until(struct picture *p, const char *stops)
{
    size_t n = 0;
    while (n < p->rest.n && !strchr(stops, p->rest.p[n]))
        n++;
    const str taken = str_cut(p->rest, 0, n);
    pass_over(p, n);
    return taken;
}

static bool is_reference(str s)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&#34;", "&#39;"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_starts(s, str_of(known[i])))
            return true;
    return false;
}

/* Text or an attribute: UTF-8 without bare markup. */
static const char *text_fault(str s)
{
    if (!str_is_utf8(s))
        return "broken UTF-8";
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '<' || (s.p[i] == '&' && !is_reference(str_cut(s, i, s.n))))
            return "markup in text";
        if ((unsigned char)s.p[i] < 0x20 && s.p[i] != '\n' && s.p[i] != '\t' && s.p[i] != '\r')
            return "a control character";
    }
    return NULL;
}

struct attributes {
    double x, y, width, height, size;
    bool bold, has_x;
    char anchor;
};

static bool is_coordinate(str s, double *v)
{
    char text[32];
    char *end;
    if (s.n == 0 || s.n >= sizeof text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    if (strspn(text, "-0123456789.") != s.n)
        return false;
    *v = strtod(text, &end);
    const char *point = strchr(text, '.');
    return *end == '\0' && (!point || strlen(point + 1) <= 2);
}

static const char *read_attribute(str name, str value, struct attributes *a)
{
    static const char *const numbers[] = {"x",  "y",  "x1", "y1",    "x2",    "y2",
                                          "cx", "cy", "r",  "width", "height"};
    static const char *const forbidden[] = {"style", "href", "id", "onclick", "onload", "src"};
    double v = 0;

    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
        if (str_eq(name, str_of(forbidden[i])))
            return "an attribute that does not belong";
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (str_eq(name, str_of(numbers[i])) && !is_coordinate(value, &v))
            return "a coordinate that is no number of two decimals";
    if (str_eq(name, STR("x"))) {
        a->x = v;
        a->has_x = true;
    } else if (str_eq(name, STR("y"))) {
        a->y = v;
    } else if (str_eq(name, STR("width"))) {
        a->width = v;
    } else if (str_eq(name, STR("height"))) {
        a->height = v;
    } else if (str_eq(name, STR("font-size"))) {
        a->size = is_coordinate(value, &v) ? v : 0;
    } else if (str_eq(name, STR("font-weight"))) {
        a->bold = true;
    } else if (str_eq(name, STR("text-anchor"))) {
        a->anchor = value.p[0];
    }
    if ((str_eq(name, STR("width")) || str_eq(name, STR("height"))) && v < 0)
        return "a negative size";
    return text_fault(value);
}

static void read_attributes(struct picture *p, struct attributes *a)
{
    while (!p->fault) {
        p->rest = str_trim(p->rest);
        if (next_is(p, ">") || next_is(p, "/>"))
            return;
        const str name = take_until(p, "=> /");
        if (!next_is(p, "=\"")) {
            p->fault = "an attribute without a quoted value";
            return;
        }
        pass_over(p, 2);
        const str value = take_until(p, "\"");
        if (!p->rest.n) {
            p->fault = "an open quote";
            return;
        }
        pass_over(p, 1);
        p->fault = read_attribute(name, value, a);
    }
}

/* Undoes the escaping, to measure. */
static size_t unescape(str s, char *to)
{
    static const struct {
        str from;
        char c;
    } known[] = {{{"&amp;", 5}, '&'},
                 {{"&lt;", 4}, '<'},
                 {{"&gt;", 4}, '>'},
                 {{"&#34;", 5}, '"'},
                 {{"&#39;", 5}, '\''}};
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        size_t k = 0;
        while (k < 5 && !str_starts(str_cut(s, i, s.n), known[k].from))
            k++;
        to[n++] = k < 5 ? known[k].c : s.p[i];
        i += k < 5 ? known[k].from.n : 1;
    }
    return n;
}

static void add_text_box(struct picture *p, const struct attributes *a, str text)
{
    char plain[8 * CHART_TEXT_MAX];
    if (text.n > sizeof plain || p->n_boxes == BOXES_MAX) {
        p->fault = "more text than the test can hold";
        return;
    }
    const struct text_style style = {a->size, a->bold, "", false};
    const double width = text_width((str){plain, unescape(text, plain)}, &style);
    const double shift = a->anchor == 'm' ? width / 2 : a->anchor == 'e' ? width : 0;
    p->box[p->n_boxes++] = (struct box){a->x - shift, a->x - shift + width, a->y - 0.72 * a->size,
                                        a->y + 0.2 * a->size};
}

static void read_element(struct picture *p)
{
    struct attributes a = {0};
    pass_over(p, 1);
    const str name = take_until(p, " />\n");
    if (str_eq(name, STR("script")) || str_eq(name, STR("style")) || str_eq(name, STR("image")))
        p->fault = "an element that does not belong";
    read_attributes(p, &a);
    if (p->fault)
        return;
    if (p->depth == 0) {
        p->width = a.width;
        p->height = a.height;
    }
    if (next_is(p, "/>")) {
        pass_over(p, 2);
        return;
    }
    pass_over(p, 1);
    if (p->depth == DEPTH_MAX) {
        p->fault = "too deep";
        return;
    }
    p->open[p->depth++] = name;
    if (str_eq(name, STR("text"))) {
        const struct picture at_text = {.rest = p->rest};
        struct picture copy = at_text;
        add_text_box(p, &a, take_until(&copy, "<"));
    }
}

static void close_element(struct picture *p)
{
    pass_over(p, 2);
    const str name = take_until(p, ">");
    if (!next_is(p, ">") || p->depth == 0 || !str_eq(p->open[p->depth - 1], name)) {
        p->fault = "elements that do not nest";
        return;
    }
    pass_over(p, 1);
    p->depth--;
}

static const char *boxes_fault(const struct picture *p)
{
    for (size_t i = 0; i < p->n_boxes; i++) {
        const struct box *a = &p->box[i];
        if (a->left < -0.5 || a->right > p->width + 0.5 || a->top < 0 || a->bottom > p->height)
            return "text outside the picture";
        for (size_t j = 0; j < i; j++) {
            const struct box *b = &p->box[j];
            if (a->left < b->right && b->left < a->right && a->top < b->bottom &&
                b->top < a->bottom)
                return "text over text";
        }
    }
    return NULL;
}

const char *picture_fault(str svg)
{
    static struct picture p; /* too large for a stack */
    memset(&p, 0, sizeof p);
    p.rest = svg;
    if (!str_starts(svg, STR("<svg ")))
        return "no picture";
    while (p.rest.n && !p.fault) {
        if (next_is(&p, "</")) {
            close_element(&p);
        } else if (next_is(&p, "<")) {
            read_element(&p);
        } else {
            const str text = take_until(&p, "<");
            p.fault = text_fault(text);
            if (p.depth == 0 && str_trim(text).n)
                p.fault = "text outside the root";
        }
    }
    if (!p.fault && p.depth != 0)
        p.fault = "an element left open";
    return p.fault ? p.fault : boxes_fault(&p);
}

size_t picture_count(str svg, const char *text)
{
    const str wanted = str_of(text);
    size_t n = 0;
    for (size_t i = 0; i + wanted.n <= svg.n; i++)
        n += str_starts(str_cut(svg, i, svg.n), wanted);
    return n;
}

void assert_golden_picture(str svg, const char *name)
{
    const char *root = getenv("ONTSCHOT_SOURCE"), *fault = picture_fault(svg);
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/data/chart/%s.svg", root ? root : ".", name);
    if (fault)
        fail_msg("%s in:\n%.*s", fault, STR_FMT(svg));
    if (getenv("ONTSCHOT_WRITE_GOLDEN")) {
        FILE *w = fopen(path, "wb");
        assert_non_null(w);
        assert_int_equal(fwrite(svg.p, 1, svg.n, w), svg.n);
        assert_int_equal(fclose(w), 0);
        return;
    }
    FILE *r = fopen(path, "rb");
    if (!r)
        fail_msg("cannot read %s", path);
    char *want = malloc(svg.n + 1);
    assert_non_null(want);
    const size_t n = fread(want, 1, svg.n + 1, r);
    fclose(r);
    const bool same = n == svg.n && memcmp(want, svg.p, n) == 0;
    free(want);
    if (!same)
        fail_msg("%s differs; look at both, then set ONTSCHOT_WRITE_GOLDEN=1", path);
}
