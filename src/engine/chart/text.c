/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How wide text is. The advances are those of Noto Sans, which is wider than
 * the fonts that stand in for it (Segoe UI, Helvetica, Arial), so that an
 * estimate errs on the side of room.
 */
#include "engine/chart/chart_int.h"

#include <string.h>

/* Thousandths of the font size, U+0020 to U+007E, regular and bold. */
static const short advance[2][95] = {
    {260, 269, 408, 646, 572, 831, 732, 225, 300, 300, 551, 572, 268, 322, 268, 372, 572, 572, 572,
     572, 572, 572, 572, 572, 572, 572, 268, 268, 572, 572, 572, 434, 899, 639, 650, 632, 730, 556,
     519, 728, 741, 339, 273, 619, 524, 907, 760, 781, 605, 781, 622, 549, 556, 731, 600, 930, 586,
     566, 572, 329, 372, 329, 572, 444, 281, 561, 615, 480, 615, 564, 344, 615, 618, 258, 258, 534,
     258, 935, 618, 605, 615, 615, 413, 479, 361, 618, 508, 786, 529, 510, 470, 380, 551, 380, 572},
    {260, 286, 472, 646, 572, 901, 750, 266, 339, 339, 545, 572, 285, 322, 285, 413, 572, 572, 572,
     572, 572, 572, 572, 572, 572, 572, 285, 285, 572, 572, 572, 477, 897, 690, 672, 637, 740, 560,
     549, 724, 765, 389, 331, 664, 565, 943, 813, 796, 628, 796, 660, 551, 579, 756, 650, 967, 667,
     624, 579, 331, 413, 331, 572, 411, 362, 604, 633, 514, 633, 591, 387, 633, 657, 305, 305, 620,
     305, 982, 657, 619, 633, 633, 454, 497, 434, 657, 569, 856, 578, 569, 488, 394, 551, 394, 572},
};

/* Latin beyond ASCII, Greek, signs: about a letter; scripts of East Asia: a square. */
static int advance_of(const unsigned char *p, size_t n, bool bold)
{
    if (n == 1)
        return p[0] >= 0x20 && p[0] < 0x7f ? advance[bold][p[0] - 0x20] : 600;
    if (n == 2) {
        const unsigned code = (unsigned)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
        if (code == 0xa0)
            return 260;
        if (code == 0xad || (code >= 0x300 && code < 0x370)) /* soft hyphen, combining */
            return 0;
        return code >= 0xc0 && code <= 0xdf ? 760 : 640;
    }
    if (n == 3 && p[0] == 0xe2)
        return p[1] == 0x80 ? 600 : 700; /* dashes and quotes; minus, arrows, euro */
    return 1000;
}

double text_width(str text, const struct text_style *style)
{
    int64_t sum = 0;
    for (size_t at = 0; at < text.n;) {
        const size_t n = str_utf8_len(text, at);
        sum += n ? advance_of((const unsigned char *)text.p + at, n, style->bold) : 1000;
        at += n ? n : 1;
    }
    return (double)sum * style->size / 1000.0;
}

/* --- lines -------------------------------------------------------------- */

static bool is_soft_hyphen(str s, size_t at)
{
    return at + 1 < s.n && memcmp(s.p + at, "\xc2\xad", 2) == 0;
}

/* May a line end behind the character at `at`? A space is left out, the others stay. */
static bool is_break(str s, size_t at)
{
    const char c = s.p[at];
    return c == ' ' || c == '\n' || c == '-' || c == '/' || is_soft_hyphen(s, at);
}

static str without_spaces(str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\n'))
        s = str_cut(s, 1, s.n);
    return s;
}

static size_t next_char(str s, size_t at)
{
    const size_t n = str_utf8_len(s, at);
    return at + (n ? n : 1);
}

/* The longest beginning of s that fits with a hyphen behind it; at least one character. */
static size_t fitting_part(str s, const struct text_style *style, double width)
{
    const double room = width - text_width(STR("-"), style);
    size_t end = next_char(s, 0);
    while (end < s.n) {
        const size_t next = next_char(s, end);
        if (text_width(str_cut(s, 0, next), style) > room)
            break;
        end = next;
    }
    return end;
}

bool text_next_line(str *rest, const struct text_style *style, double width, str *line,
                    bool *hyphen)
{
    const str s = without_spaces(*rest);
    size_t end = 0, last_break = 0; /* lengths that fit */
    bool soft = false;

    *hyphen = false;
    if (!s.n)
        return false;
    for (size_t at = 0; at < s.n; at = end) {
        const size_t next = next_char(s, at);
        const bool is_space = s.p[at] == ' ' || s.p[at] == '\n';
        if (!is_space && at > 0 && text_width(str_cut(s, 0, next), style) > width)
            break;
        end = next;
        const bool is_soft = is_soft_hyphen(s, at);
        if (is_break(s, at) && (!is_soft || end <= fitting_part(s, style, width))) {
            last_break = end;
            soft = is_soft;
        }
    }
    if (end == s.n) {
        *line = str_trim(s);
        *rest = str_cut(s, s.n, s.n);
        return true;
    }
    *hyphen = last_break == 0 || soft;
    const size_t cut = last_break ? last_break : fitting_part(s, style, width);
    *line = str_trim(str_cut(s, 0, soft && last_break ? cut - 2 : cut));
    *rest = str_cut(s, cut, s.n);
    return true;
}

size_t text_lines(str text, const struct text_style *style, double width)
{
    size_t n = 0;
    str line;
    bool hyphen;
    while (text_next_line(&text, style, width, &line, &hyphen))
        n++;
    return n;
}

double text_longest_word(str text, const struct text_style *style)
{
    double longest = 0;
    str line;
    bool hyphen;
    for (size_t from = 0, at = 0; at < text.n;) {
        const size_t next = next_char(text, at);
        if (is_break(text, at) || next == text.n) {
            line = str_trim(str_cut(text, from, next));
            hyphen = is_soft_hyphen(text, at);
            const double width =
                text_width(line, style) + (hyphen ? text_width(STR("-"), style) : 0);
            if (width > longest)
                longest = width;
            from = next;
        }
        at = next;
    }
    return longest;
}

/* The line as it is drawn: a hyphen is put behind a broken word. */
static void draw_line(struct svg *s, double x, double y, const struct text_style *style,
                      enum anchor anchor, str line, bool hyphen)
{
    char text[CHART_TEXT_MAX + 1];
    if (hyphen && line.n <= CHART_TEXT_MAX) {
        memcpy(text, line.p, line.n);
        text[line.n] = '-';
        line = (str){text, line.n + 1};
    }
    svg_text(s, x, y, style, anchor, line);
}

double text_block(struct svg *s, double x, double y, const struct text_style *style,
                  enum anchor anchor, double width, str text)
{
    str line;
    bool hyphen;
    while (text_next_line(&text, style, width, &line, &hyphen)) {
        draw_line(s, x, y, style, anchor, line, hyphen);
        y += LINE_HEIGHT;
    }
    return y;
}

void text_block_centred(struct svg *s, double x, double middle, const struct text_style *style,
                        enum anchor anchor, double width, str text)
{
    const size_t lines = text_lines(text, style, width);
    const double first = middle - LINE_HEIGHT * ((double)lines - 1) / 2 + 4.5;
    text_block(s, x, first, style, anchor, width, text);
}

/* --- legend -------------------------------------------------------------- */

enum { SWATCH = 20, LEGEND_GAP = 18, LEGEND_ROW = 20 };

static double legend_item_width(const struct legend_item *item, double width)
{
    const double wanted = SWATCH + text_width(item->text, &style_label);
    return wanted < width ? wanted : width;
}

/* Walks the rows; draws when s is given. Returns the height. */
static double legend_walk(struct svg *s, const struct legend_item *items, size_t n, double left,
                          double top, double width)
{
    double x = 0, y = 0, row = 0;
    for (size_t i = 0; i < n; i++) {
        if (!items[i].text.n)
            continue;
        const double wide = legend_item_width(&items[i], width);
        if (x > 0 && x + wide > width) {
            x = 0;
            y += row;
            row = 0;
        }
        const size_t lines = text_lines(items[i].text, &style_label, width - SWATCH);
        const double high = (double)(lines - (lines > 0)) * LINE_HEIGHT + LEGEND_ROW;
        row = high > row ? high : row;
        if (s) {
            out_cstr(s->o, "<g transform=\"translate(");
            out_fixed(s->o, left + x, 0);
            out_char(s->o, ' ');
            out_fixed(s->o, top + y + LEGEND_ROW / 2.0, 0);
            out_cstr(s->o, ")\">");
            out_cstr(s->o, items[i].element);
            out_cstr(s->o, "</g>\n");
            text_block(s, left + x + SWATCH, top + y + 15, &style_label, ANCHOR_START,
                       width - SWATCH, items[i].text);
        }
        x += wide + LEGEND_GAP;
    }
    return row > 0 ? y + row + GAP : 0;
}

double legend_height(const struct legend_item *items, size_t n, double width)
{
    return legend_walk(NULL, items, n, 0, 0, width);
}

void legend_draw(struct svg *s, const struct legend_item *items, size_t n, double x, double y,
                 double width)
{
    legend_walk(s, items, n, x, y, width);
}
