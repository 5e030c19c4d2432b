/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/pages/markdown_int.h"

#include <string.h>

enum {
    HTML_PER_BYTE = 128, /* a table of empty cells */
    HTML_FIXED = 4096,
    CELLS_MAX = 20000, /* of all tables in a text */
    HEADING_MAX = 6,
};

/* ---- what is refused before cmark sees it ---- */

static bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

/* The columns that a line like "|---|:-:|" announces; 0 when it is none. */
static size_t announced_columns(str line)
{
    size_t pipes = 0, dashes = 0;
    for (size_t i = 0; i < line.n; i++) {
        if (!is_one_of(line.p[i], "|-: \t\r>"))
            return 0;
        pipes += line.p[i] == '|';
        dashes += line.p[i] == '-';
    }
    return pipes && dashes ? pipes + 1 : 0;
}

/*
 * cmark fills rows that are too short with empty cells: few bytes could become
 * millions. So rows up to the next empty line are counted as if all were of the table.
 */
static bool has_reasonable_tables(str text)
{
    size_t cells = 0, columns = 0;
    str line;
    while (str_next(&text, '\n', &line)) {
        const size_t announced = announced_columns(line);
        if (announced > columns)
            columns = announced;
        if (str_trim(line).n == 0)
            columns = 0;
        cells += columns;
        if (cells > CELLS_MAX)
            return false;
    }
    return true;
}

err markdown_check(str text, struct err_info *info)
{
    if (text.n > MARKDOWN_MAX) {
        err_set(info, E_LIMIT, "pages.markdown-too-long");
        msg_int(&info->msg, MARKDOWN_MAX);
        return E_LIMIT;
    }
    if (!str_is_utf8(text))
        return err_set(info, E_INPUT, "pages.markdown-not-utf8");
    if (!has_reasonable_tables(text)) {
        err_set(info, E_LIMIT, "pages.markdown-table");
        msg_int(&info->msg, CELLS_MAX);
        return E_LIMIT;
    }
    return OK;
}

/* ---- HTML ---- */

struct writer {
    struct html h;
    int below, depth;
    int heading[HEADING_MAX], n_headings; /* typed levels of those that the text stands under */
    bool in_link;
    size_t column; /* of the next cell */
};

static str literal(cmark_node *node)
{
    return str_of(cmark_node_get_literal(node));
}

static void put(struct writer *w, const char *tag)
{
    out_cstr(w->h.o, tag);
}

static void put_text(struct writer *w, str text)
{
    html_escape(w->h.o, text);
}

static bool is_elsewhere(str url)
{
    return str_starts(url, STR("//")) || str_starts(url, STR("\\")) ||
           str_starts(url, STR("/\\")) || str_eq_nocase(str_cut(url, 0, 5), STR("http:")) ||
           str_eq_nocase(str_cut(url, 0, 6), STR("https:"));
}

static void open_link(struct writer *w, str url)
{
    put(w, "<a href=\"");
    html_put(&w->h, HTML_URL, html_from_str(url));
    put(w, is_elsewhere(url) ? "\" rel=\"nofollow noopener noreferrer\">" : "\">");
}

/* The beginning of a bare address in `s` from `at` on. */
static bool find_address(str s, size_t *at)
{
    for (; *at < s.n; ++*at) {
        const str rest = str_cut(s, *at, s.n);
        const bool begins = *at == 0 || is_one_of(s.p[*at - 1], " \t\n(\"'");
        if (begins && (str_starts(rest, STR("https://")) || str_starts(rest, STR("http://"))))
            return true;
    }
    return false;
}

static size_t address_end(str s, size_t from)
{
    size_t end = from;
    while (end < s.n && !is_one_of(s.p[end], " \t\n<>\"'") && s.p[end])
        end++;
    while (end > from && is_one_of(s.p[end - 1], ".,;:!?)*_"))
        end--;
    return end;
}

static void put_text_with_addresses(struct writer *w, str s)
{
    size_t from = 0, at = 0;
    while (find_address(s, &at)) {
        const str url = str_cut(s, at, address_end(s, at));
        put_text(w, str_cut(s, from, at));
        open_link(w, url);
        put_text(w, url);
        put(w, "</a>");
        from = at += url.n;
    }
    put_text(w, str_cut(s, from, s.n));
}

/* One level below the heading above it, whatever was typed: an outline without gaps. */
static void put_heading(struct writer *w, cmark_node *node, bool enters)
{
    const int typed = cmark_node_get_heading_level(node);
    if (enters) {
        while (w->n_headings && w->heading[w->n_headings - 1] >= typed)
            w->n_headings--;
        w->heading[w->n_headings++] = typed;
    }
    const int level = w->below + w->n_headings;
    put(w, enters ? "<h" : "</h");
    out_int(w->h.o, level > HEADING_MAX ? HEADING_MAX : level);
    put(w, enters ? ">" : ">\n");
}

static void put_list(struct writer *w, cmark_node *node, bool enters)
{
    const bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
    const int start = cmark_node_get_list_start(node);
    if (!enters) {
        put(w, ordered ? "</ol>\n" : "</ul>\n");
    } else if (ordered && start != 1) {
        put(w, "<ol start=\"");
        out_int(w->h.o, start);
        put(w, "\">\n");
    } else {
        put(w, ordered ? "<ol>\n" : "<ul>\n");
    }
}

/* Lists and quotes beyond the limit are walked without their tags. */
static void put_container(struct writer *w, cmark_node *node, bool enters)
{
    if (enters)
        w->depth++;
    if (w->depth <= MARKDOWN_DEPTH_MAX) {
        switch (cmark_node_get_type(node)) {
        case CMARK_NODE_LIST: put_list(w, node, enters); break;
        case CMARK_NODE_ITEM: put(w, enters ? "<li>" : "</li>\n"); break;
        default: put(w, enters ? "<blockquote>\n" : "</blockquote>\n"); break;
        }
    }
    if (!enters)
        w->depth--;
}

static void put_paragraph(struct writer *w, cmark_node *node, bool enters)
{
    cmark_node *list = cmark_node_parent(cmark_node_parent(node));
    if (list && cmark_node_get_type(list) == CMARK_NODE_LIST && cmark_node_get_list_tight(list))
        put(w, !enters && cmark_node_next(node) ? "\n" : "");
    else
        put(w, enters ? "<p>" : "</p>\n");
}

static void put_code_block(struct writer *w, cmark_node *node)
{
    put(w, "<pre><code>");
    put_text(w, literal(node));
    put(w, "</code></pre>\n");
}

/* A picture of this site, or a link to one that is elsewhere. */
static void put_image(struct writer *w, cmark_node *node)
{
    const str url = str_of(cmark_node_get_url(node));
    const bool ours = str_starts(url, STR("/")) && !is_elsewhere(url);
    if (ours) {
        put(w, "<img loading=\"lazy\" src=\"");
        html_put(&w->h, HTML_URL, html_from_str(url));
        put(w, "\" alt=\"");
    } else {
        open_link(w, url);
    }
    const size_t before = w->h.o->n;
    markdown_each_text(node, w->h.o, html_escape);
    if (!ours && w->h.o->n == before)
        put_text(w, url);
    put(w, ours ? "\">" : "</a>");
}

/* The empty corner above the names of the rows heads nothing. */
static void put_cell(struct writer *w, cmark_node *node, bool enters)
{
    cmark_node *row = cmark_node_parent(node), *table = cmark_node_parent(row);
    const bool head =
        cmark_gfm_extensions_get_table_row_is_header(row) && cmark_node_first_child(node);
    const uint8_t *alignment = cmark_gfm_extensions_get_table_alignments(table);
    const size_t column = enters ? w->column++ : 0;
    const bool numeric =
        column < cmark_gfm_extensions_get_table_columns(table) && alignment[column] == 'r';
    if (enters)
        put(w, head ? (numeric ? "<th scope=\"col\" class=\"num\">" : "<th scope=\"col\">")
                    : (numeric ? "<td class=\"num\">" : "<td>"));
    else
        put(w, head ? "</th>" : "</td>");
}

static void put_row(struct writer *w, cmark_node *node, bool enters)
{
    const bool head = cmark_gfm_extensions_get_table_row_is_header(node);
    if (enters) {
        w->column = 0;
        put(w, head ? "<thead><tr>" : "<tr>");
        return;
    }
    put(w, head ? "</tr></thead>\n" : "</tr>\n");
    if (head && cmark_node_next(node))
        put(w, "<tbody>\n");
    else if (!head && !cmark_node_next(node))
        put(w, "</tbody>\n");
}

/* Nodes of extensions are told by name: their types are numbered when the program starts. */
static void put_extension(struct writer *w, cmark_node *node, bool enters)
{
    const str name = str_of(cmark_node_get_type_string(node));
    if (str_eq(name, STR("table")))
        put(w, enters ? "<table>\n" : "</table>\n");
    else if (str_eq(name, STR("table_row")) || str_eq(name, STR("table_header")))
        put_row(w, node, enters);
    else if (str_eq(name, STR("table_cell")))
        put_cell(w, node, enters);
    else if (str_eq(name, STR("strikethrough")))
        put(w, enters ? "<del>" : "</del>");
}

static void put_html_block(struct writer *w, cmark_node *node)
{
    put(w, "<p>");
    put_text(w, str_trim(literal(node)));
    put(w, "</p>\n");
}

static void put_node(struct writer *w, cmark_node *node, bool enters)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_DOCUMENT: break;
    case CMARK_NODE_BLOCK_QUOTE:
    case CMARK_NODE_LIST:
    case CMARK_NODE_ITEM: put_container(w, node, enters); break;
    case CMARK_NODE_PARAGRAPH: put_paragraph(w, node, enters); break;
    case CMARK_NODE_HEADING: put_heading(w, node, enters); break;
    case CMARK_NODE_CODE_BLOCK: put_code_block(w, node); break;
    case CMARK_NODE_THEMATIC_BREAK: put(w, "<hr>\n"); break;
    case CMARK_NODE_HTML_BLOCK: put_html_block(w, node); break;
    case CMARK_NODE_TEXT:
        if (w->in_link)
            put_text(w, literal(node));
        else
            put_text_with_addresses(w, literal(node));
        break;
    case CMARK_NODE_HTML_INLINE: put_text(w, literal(node)); break;
    case CMARK_NODE_SOFTBREAK: put(w, "\n"); break;
    case CMARK_NODE_LINEBREAK: put(w, "<br>\n"); break;
    case CMARK_NODE_CODE:
        put(w, "<code>");
        put_text(w, literal(node));
        put(w, "</code>");
        break;
    case CMARK_NODE_EMPH: put(w, enters ? "<em>" : "</em>"); break;
    case CMARK_NODE_STRONG: put(w, enters ? "<strong>" : "</strong>"); break;
    case CMARK_NODE_LINK:
        w->in_link = enters;
        if (enters)
            open_link(w, str_of(cmark_node_get_url(node)));
        else
            put(w, "</a>");
        break;
    default: put_extension(w, node, enters); break;
    }
}

static void put_tree(struct writer *w, cmark_node *root)
{
    cmark_iter *walk = cmark_iter_new(root);
    for (cmark_event_type e = cmark_iter_next(walk); e != CMARK_EVENT_DONE;
         e = cmark_iter_next(walk)) {
        cmark_node *node = cmark_iter_get_node(walk);
        if (cmark_node_get_type(node) == CMARK_NODE_IMAGE) {
            put_image(w, node);
            cmark_iter_reset(walk, node, CMARK_EVENT_EXIT); /* its words are said */
            continue;
        }
        put_node(w, node, e == CMARK_EVENT_ENTER);
    }
    cmark_iter_free(walk);
}

static err keep(arena *a, out *text, str *kept, struct err_info *info)
{
    const err e = out_error(text, info);
    if (e != OK)
        return e;
    *kept = arena_str(a, out_view(text));
    return kept->p ? OK : err_nomem(info);
}

err markdown_html(arena *a, str text, int below, safe_html *html, struct err_info *info)
{
    struct markdown_tree *tree = NULL;
    str made;
    out o;
    out_init(&o, text.n * HTML_PER_BYTE + HTML_FIXED);
    struct writer w = {.h = {&o, LANG_NL}, .below = below};

    err e = markdown_parse(text, &tree, info);
    if (e != OK)
        goto out;
    put_tree(&w, markdown_root(tree));
    e = keep(a, &o, &made, info);
    if (e == OK)
        *html = (safe_html){made};
out:
    markdown_tree_free(tree);
    out_free(&o);
    return e;
}

/* ---- the beginning as plain text ---- */

/* Up to `max_chars` characters of `s`, cut at a word where one ends in the last third. */
static void put_beginning(out *o, str s, size_t max_chars)
{
    size_t at = 0, chars = 0, word = 0;
    s = str_trim(s);
    for (; at < s.n && chars < max_chars; chars++) {
        if (s.p[at] == ' ' && 3 * chars > 2 * max_chars)
            word = at;
        const size_t n = str_utf8_len(s, at);
        at += n ? n : 1;
    }
    out_str(o, str_cut(s, 0, at == s.n ? at : word ? word : at));
    if (at < s.n)
        out_cstr(o, "…");
}

err markdown_beginning(arena *a, str text, size_t max_chars, str *plain, struct err_info *info)
{
    struct markdown_tree *tree = NULL;
    out all, o;
    out_init(&all, text.n + HTML_FIXED);
    out_init(&o, text.n + HTML_FIXED);

    err e = markdown_parse(text, &tree, info);
    if (e != OK)
        goto out;
    markdown_each_text(markdown_root(tree), &all, out_visible);
    e = out_error(&all, info);
    if (e != OK)
        goto out;
    put_beginning(&o, out_view(&all), max_chars);
    e = keep(a, &o, plain, info);
out:
    markdown_tree_free(tree);
    out_free(&all);
    out_free(&o);
    return e;
}
