/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/chart/chart_int.h"

#include "base/html.h"

#include <math.h>

enum { NUMBER_BYTES_MAX = 256 };

#define FONT "'Noto Sans','Segoe UI','Helvetica Neue',Arial,sans-serif"

const struct text_style style_label = {13, false, COLOUR_TEXT, false};
const struct text_style style_name = {13, true, COLOUR_TEXT, false};
const struct text_style style_detail = {12, false, COLOUR_GREY, false};
const struct text_style style_axis = {12, false, COLOUR_GREY, false};
const struct text_style style_value = {13, true, COLOUR_TEXT, true};
const struct text_style style_inverse = {12, true, COLOUR_PAPER, false};
const struct text_style style_marker = {13, true, COLOUR_MARKER, false};

/* --- numbers ------------------------------------------------------------ */

/* Hundredths without trailing zeros: 12, 12.5, 12.25. */
static void put_coordinate(out *o, double v)
{
    const double hundredths = floor(v * 100.0 + 0.5);
    int64_t n = (int64_t)hundredths;
    if (n < 0) {
        out_char(o, '-');
        n = -n;
    }
    out_int(o, n / 100);
    const int64_t rest = n % 100;
    if (rest == 0)
        return;
    out_char(o, '.');
    out_char(o, (char)('0' + rest / 10));
    if (rest % 10)
        out_char(o, (char)('0' + rest % 10));
}

static void put_attribute(out *o, const char *name, double v)
{
    out_char(o, ' ');
    out_cstr(o, name);
    out_cstr(o, "=\"");
    put_coordinate(o, v);
    out_char(o, '"');
}

str svg_number(struct svg *s, const struct chart_format *format, double v, int decimals)
{
    out_clear(&s->scratch);
    format->number(format->ctx, &s->scratch, v == 0 ? 0.0 : v, decimals); /* no -0 */
    return out_view(&s->scratch);
}

/* --- the picture -------------------------------------------------------- */

double chart_width(const struct chart_frame *f, double preferred)
{
    return f->width == 0 ? preferred : f->width;
}

static void put_name(struct svg *s, const struct chart_frame *f)
{
    if (f->labelled_by.n) {
        out_cstr(s->o, " aria-labelledby=\"");
        html_escape(s->o, f->labelled_by);
        out_char(s->o, '"');
    }
    if (f->described_by.n) {
        out_cstr(s->o, " aria-describedby=\"");
        html_escape(s->o, f->described_by);
        out_char(s->o, '"');
    }
    out_cstr(s->o, ">\n");
    if (!f->labelled_by.n && f->title.n) {
        out_cstr(s->o, "<title>");
        html_escape(s->o, f->title);
        out_cstr(s->o, "</title>\n");
    }
    if (!f->described_by.n && f->description.n) {
        out_cstr(s->o, "<desc>");
        html_escape(s->o, f->description);
        out_cstr(s->o, "</desc>\n");
    }
}

void svg_open(struct svg *s, out *o, const struct chart_frame *f, double width, double height)
{
    s->o = o;
    out_cstr(o, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\"");
    put_attribute(o, "width", width);
    put_attribute(o, "height", ceil(height));
    out_cstr(o, " viewBox=\"0 0 ");
    put_coordinate(o, width);
    out_char(o, ' ');
    put_coordinate(o, ceil(height));
    out_cstr(o, "\" font-family=\"" FONT "\"");
    put_name(s, f);
}

err svg_close(struct svg *s, struct err_info *info)
{
    out_cstr(s->o, "</svg>\n");
    const err scratch = s->scratch.error;
    out_free(&s->scratch);
    if (scratch == E_NOMEM)
        return err_nomem(info);
    return out_error(s->o, info);
}

/* --- marks -------------------------------------------------------------- */

static void close_element(struct svg *s, const char *element, const char *look, str tip)
{
    out_char(s->o, ' ');
    out_cstr(s->o, look);
    if (!tip.n) {
        out_cstr(s->o, "/>\n");
        return;
    }
    out_cstr(s->o, "><title>");
    html_escape(s->o, tip);
    out_cstr(s->o, "</title></");
    out_cstr(s->o, element);
    out_cstr(s->o, ">\n");
}

void svg_line(struct svg *s, double x1, double y1, double x2, double y2, const char *look)
{
    out_cstr(s->o, "<line");
    put_attribute(s->o, "x1", x1);
    put_attribute(s->o, "y1", y1);
    put_attribute(s->o, "x2", x2);
    put_attribute(s->o, "y2", y2);
    close_element(s, "line", look, STR(""));
}

void svg_rect(struct svg *s, double x, double y, double width, double height, const char *look,
              str tip)
{
    out_cstr(s->o, "<rect");
    put_attribute(s->o, "x", x);
    put_attribute(s->o, "y", y);
    put_attribute(s->o, "width", width < 0 ? 0 : width);
    put_attribute(s->o, "height", height < 0 ? 0 : height);
    close_element(s, "rect", look, tip);
}

void svg_circle(struct svg *s, double x, double y, double r, const char *look, str tip)
{
    out_cstr(s->o, "<circle");
    put_attribute(s->o, "cx", x);
    put_attribute(s->o, "cy", y);
    put_attribute(s->o, "r", r);
    close_element(s, "circle", look, tip);
}

void svg_points_begin(struct svg *s, const char *element, const char *look)
{
    out_char(s->o, '<');
    out_cstr(s->o, element);
    out_char(s->o, ' ');
    out_cstr(s->o, look);
    out_cstr(s->o, " points=\"");
}

void svg_point(struct svg *s, double x, double y)
{
    put_coordinate(s->o, x);
    out_char(s->o, ',');
    put_coordinate(s->o, y);
    out_char(s->o, ' ');
}

void svg_points_end(struct svg *s)
{
    out_cstr(s->o, "\"/>\n");
}

static void path_line(struct svg *s, double x1, double y1, double x2, double y2)
{
    out_char(s->o, 'M');
    put_coordinate(s->o, x1);
    out_char(s->o, ' ');
    put_coordinate(s->o, y1);
    out_char(s->o, 'L');
    put_coordinate(s->o, x2);
    out_char(s->o, ' ');
    put_coordinate(s->o, y2);
}

void svg_whisker(struct svg *s, double x1, double y1, double x2, double y2, double foot,
                 const char *look)
{
    const double dx = y1 == y2 ? 0 : foot, dy = y1 == y2 ? foot : 0;
    out_cstr(s->o, "<path d=\"");
    path_line(s, x1, y1, x2, y2);
    path_line(s, x1 - dx, y1 - dy, x1 + dx, y1 + dy);
    path_line(s, x2 - dx, y2 - dy, x2 + dx, y2 + dy);
    out_cstr(s->o, "\" fill=\"none\"");
    close_element(s, "path", look, STR(""));
}

void svg_text(struct svg *s, double x, double y, const struct text_style *style, enum anchor anchor,
              str text)
{
    static const char *const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};

    if (!text.n)
        return;
    out_cstr(s->o, "<text");
    put_attribute(s->o, "x", x);
    put_attribute(s->o, "y", y);
    put_attribute(s->o, "font-size", style->size);
    if (style->bold)
        out_cstr(s->o, " font-weight=\"700\"");
    out_cstr(s->o, " fill=\"");
    out_cstr(s->o, style->colour);
    out_char(s->o, '"');
    if (style->halo)
        out_cstr(s->o, " stroke=\"" COLOUR_PAPER "\" stroke-width=\"4\" stroke-linejoin=\"round\""
                       " paint-order=\"stroke\"");
    out_cstr(s->o, anchors[anchor]);
    out_char(s->o, '>');
    html_escape(s->o, text);
    out_cstr(s->o, "</text>\n");
}
