/* SPDX-License-Identifier: EUPL-1.2 */
#include "htc_compile.h"

#include "htc_code.h"
#include "htc_context.h"
#include "tool.h"

enum { DEPTH_MAX = 64, LITERAL_MAX = 1 << 20 };

struct compiler {
    str text, file;
    size_t at;
    int64_t line, column;
    struct htc_context context;
    struct htc_context opened[DEPTH_MAX]; /* the context at each open brace */
    int64_t opened_line[DEPTH_MAX];
    int depth;
    bool in_function;
    out literal; /* text not yet written to c */
    out *c, *errors;
};

static void wrong(struct compiler *k, const char *what)
{
    out_str(k->errors, k->file);
    out_char(k->errors, ':');
    out_int(k->errors, k->line);
    out_char(k->errors, ':');
    out_int(k->errors, k->column);
    out_cstr(k->errors, ": ");
    out_cstr(k->errors, what);
    out_char(k->errors, '\n');
}

/* ---- what is written ---- */

static void flush_literal(struct compiler *k)
{
    const str s = out_view(&k->literal);
    if (s.n) {
        out_cstr(k->c, "    html_literal(h, STR(");
        tool_put_literal(k->c, s);
        out_cstr(k->c, "));\n");
    }
    out_clear(&k->literal);
}

/* gcc then speaks of the template, not of what was made from it. */
static void put_line(struct compiler *k)
{
    out_cstr(k->c, "#line ");
    out_int(k->c, k->line);
    out_char(k->c, ' ');
    tool_put_literal(k->c, k->file);
    out_char(k->c, '\n');
}

static void put_value(struct compiler *k, enum htc_sink sink, str expression)
{
    static const char *const call[] = {
        [HTC_SINK_NONE] = "",
        [HTC_SINK_TEXT] = "    html_put(h, HTML_TEXT, HTML_TEXT_VALUE(",
        [HTC_SINK_ATTR] = "    html_put(h, HTML_ATTR, HTML_VALUE(",
        [HTC_SINK_URL] = "    html_put(h, HTML_URL, HTML_VALUE(",
        [HTC_SINK_URL_PART] = "    html_put(h, HTML_URL_PART, HTML_VALUE(",
    };
    put_line(k);
    out_cstr(k->c, call[sink]);
    out_str(k->c, expression);
    out_cstr(k->c, "));\n");
}

/* ---- {{ expression }} and {$ "key", value, ... $} ---- */

static bool sink_here(struct compiler *k, enum htc_sink *sink)
{
    const char *why = "";
    *sink = htc_sink_of(&k->context, &why);
    if (!k->in_function)
        why = "text outside a function";
    else if (*sink != HTC_SINK_NONE)
        return true;
    wrong(k, why);
    return false;
}

static void take_expression(struct compiler *k, str expression)
{
    enum htc_sink sink;
    expression = str_trim(expression);
    if (!sink_here(k, &sink))
        return;
    if (expression.n == 0) {
        wrong(k, "no expression");
        return;
    }
    flush_literal(k);
    put_value(k, sink, expression);
    htc_value_put(&k->context);
}

/* The next argument up to a comma that is not within brackets. */
static str next_argument(str *rest)
{
    str token, scan = *rest;
    int depth = 0;
    for (;;) {
        const enum htc_token kind = htc_next_token(&scan, &token);
        const char c = kind == HTC_SIGN ? token.p[0] : ' ';
        depth += c == '(' || c == '[' || c == '{';
        depth -= c == ')' || c == ']' || c == '}';
        if (kind != HTC_END && !(c == ',' && depth == 0))
            continue;
        const size_t n = kind == HTC_END ? rest->n : (size_t)(token.p - rest->p);
        const str argument = str_trim(str_cut(*rest, 0, n));
        *rest = kind == HTC_END ? (str){rest->p, 0} : scan;
        return argument;
    }
}

static void take_translation(struct compiler *k, str inner)
{
    enum htc_sink sink;
    str rest = inner, token;
    int n = 0;
    if (!sink_here(k, &sink))
        return;
    const str key = next_argument(&rest);
    str key_rest = key;
    if (sink != HTC_SINK_TEXT && sink != HTC_SINK_ATTR) {
        wrong(k, "a translation as address");
        return;
    }
    if (htc_next_token(&key_rest, &token) != HTC_LITERAL || str_trim(key_rest).n) {
        wrong(k, "a translation begins with its key as a literal");
        return;
    }
    flush_literal(k);
    put_line(k);
    out_cstr(k->c,
             sink == HTC_SINK_TEXT ? "    html_say(h, HTML_TEXT, " : "    html_say(h, HTML_ATTR, ");
    out_str(k->c, key);
    out_cstr(k->c, rest.n ? ", (const struct html_value[]){" : ", NULL, ");
    for (; rest.n; n++) {
        out_cstr(k->c, n ? ", HTML_VALUE(" : "HTML_VALUE(");
        out_str(k->c, next_argument(&rest));
        out_char(k->c, ')');
    }
    out_cstr(k->c, n ? "}, " : "");
    out_int(k->c, n);
    out_cstr(k->c, ");\n");
    if (n > MSG_ARGS_MAX)
        wrong(k, "more values than a message holds");
    htc_value_put(&k->context);
}

/* ---- {% code %} ---- */

static bool is_one_of(str s, const char *const *list)
{
    for (; *list; list++)
        if (str_eq(s, str_of(*list)))
            return true;
    return false;
}

/* `<input{% if (x) { %} required{% } %}>`: a name ends where its block does. */
static void end_attribute_name(struct compiler *k)
{
    if (k->context.state != HTC_ATTR_NAME)
        return;
    const char *why = htc_step(&k->context, ' ');
    if (why)
        wrong(k, why);
    out_char(&k->literal, ' ');
}

static void open_block(struct compiler *k)
{
    end_attribute_name(k);
    if (k->depth == DEPTH_MAX) {
        wrong(k, "blocks too deep");
        return;
    }
    k->opened[k->depth] = k->context;
    k->opened_line[k->depth++] = k->line;
}

static void close_block(struct compiler *k)
{
    end_attribute_name(k);
    if (k->depth == 0)
        wrong(k, "no block is open here");
    else if (!htc_same(&k->opened[--k->depth], &k->context))
        wrong(k, "the block ends elsewhere in HTML than it began");
}

static void check_name(struct compiler *k, str name)
{
    if (str_eq(name, STR("part_csrf")))
        htc_token_put(&k->context);
    static const char *const leaps[] = {"break", "continue", "goto", "return", NULL};
    static const char *const labels[] = {"case", "default", NULL};
    if (k->context.state != HTC_TEXT && is_one_of(name, leaps))
        wrong(k, "a leap out of a tag");
    if (k->context.state != HTC_TEXT && str_eq(name, STR("h")))
        wrong(k, "code may write (h) between tags only");
    if (k->depth && is_one_of(name, labels) && !htc_same(&k->opened[k->depth - 1], &k->context))
        wrong(k, "a case elsewhere in HTML than its switch");
}

static void check_code(struct compiler *k, str code)
{
    str token;
    char last = ';';
    if (code.n && code.p[0] == '#')
        return;
    for (;;) {
        const enum htc_token kind = htc_next_token(&code, &token);
        if (kind == HTC_END)
            break;
        if (kind == HTC_COMMENT_TOKEN)
            continue;
        last = token.p[0];
        if (kind == HTC_NAME)
            check_name(k, token);
        else if (kind == HTC_SIGN && last == '{')
            open_block(k);
        else if (kind == HTC_SIGN && last == '}')
            close_block(k);
    }
    if (last != ';' && last != '{' && last != '}' && last != ':')
        wrong(k, "end with ; or open a block: text behind this would be only partly its own");
}

static void begin_function(struct compiler *k, str signature, bool is_static)
{
    if (k->in_function)
        wrong(k, "a function within a function: is an {% end %} missing?");
    put_line(k);
    out_cstr(k->c, is_static ? "static void " : "void ");
    out_str(k->c, str_trim(signature));
    out_cstr(k->c, "\n{\n");
    k->in_function = true;
    k->context = (struct htc_context){.state = HTC_TEXT};
}

static void end_function(struct compiler *k)
{
    if (!k->in_function)
        wrong(k, "no function to end");
    else if (k->depth)
        wrong(k, "a block is still open");
    else if (k->context.state != HTC_TEXT)
        wrong(k, "the function ends within a tag, comment or raw element");
    else if (k->context.owes_token)
        wrong(k, "a form that posts begins with {% part_csrf(h, token); %}");
    flush_literal(k);
    out_cstr(k->c, "}\n\n");
    k->in_function = false;
    k->depth = 0;
}

static void take_code(struct compiler *k, str code)
{
    code = str_trim(code);
    if (str_starts(code, STR("fn "))) {
        begin_function(k, str_cut(code, 3, code.n), false);
    } else if (str_starts(code, STR("static fn "))) {
        begin_function(k, str_cut(code, 10, code.n), true);
    } else if (str_eq(code, STR("end"))) {
        end_function(k);
    } else {
        if (k->in_function)
            check_code(k, code);
        flush_literal(k);
        put_line(k);
        out_str(k->c, code);
        out_char(k->c, '\n');
    }
}

/* ---- the template ---- */

static void move_over(struct compiler *k, size_t n)
{
    for (; n && k->at < k->text.n; n--) {
        const bool new_line = k->text.p[k->at++] == '\n';
        k->line += new_line;
        k->column = new_line ? 1 : k->column + 1;
    }
}

static void take_char(struct compiler *k)
{
    const char c = k->text.p[k->at];
    const bool is_blank = c == ' ' || (c >= '\t' && c <= '\r');
    if (k->in_function) {
        const char *why = htc_step(&k->context, c);
        if (why)
            wrong(k, why);
        out_char(&k->literal, c);
    } else if (!is_blank) {
        wrong(k, "text outside a function");
        move_over(k, k->text.n); /* one such error tells it all */
    }
    move_over(k, 1);
}

static bool is_blank_to_line_end(str s, size_t *n)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\n') {
            *n = i + 1;
            return true;
        }
        if (s.p[i] != ' ' && s.p[i] != '\t' && s.p[i] != '\r')
            return false;
    }
    return false;
}

/*
 * A line that holds nothing but code or a remark leaves nothing in the page:
 * takes back the blanks before the tag, returns the length of those behind it.
 */
static size_t drop_own_line(struct compiler *k, size_t tag_end)
{
    size_t from = k->at, behind;
    while (from && (k->text.p[from - 1] == ' ' || k->text.p[from - 1] == '\t'))
        from--;
    const bool begins_line = from == 0 || k->text.p[from - 1] == '\n';
    if (k->context.state != HTC_TEXT || !begins_line ||
        !is_blank_to_line_end(str_cut(k->text, tag_end, k->text.n), &behind))
        return 0;
    if (k->in_function)
        k->literal.n -= k->at - from;
    return behind;
}

static bool find_remark_end(str s, size_t *at)
{
    for (size_t n = 0; n < s.n; n++)
        if (str_starts(str_cut(s, n, s.n), STR("#}"))) {
            *at = n;
            return true;
        }
    return false;
}

static void take_tag(struct compiler *k, char kind)
{
    const char close[] = {kind == '{' ? '}' : kind, '}'};
    const str behind = str_cut(k->text, k->at + 2, k->text.n);
    size_t n, blank = 0;
    const bool ends = kind == '#' ? find_remark_end(behind, &n)
                                  : htc_find_end(behind, (str){close, sizeof close}, &n);
    if (!ends) {
        wrong(k, "this tag does not end");
        move_over(k, k->text.n);
        return;
    }
    const str inner = str_cut(behind, 0, n);
    const size_t whole = n + 4;
    if (kind == '%' || kind == '#')
        blank = drop_own_line(k, k->at + whole);
    if (kind == '{')
        take_expression(k, inner);
    else if (kind == '$')
        take_translation(k, inner);
    else if (kind == '%')
        take_code(k, inner);
    move_over(k, whole + blank);
}

void htc_compile(str text, str file, out *c, out *errors)
{
    struct compiler k = {
        .text = text, .file = file, .line = 1, .column = 1, .c = c, .errors = errors};
    out_init(&k.literal, LITERAL_MAX);
    out_cstr(c, "/* Made by tools/htc. */\n#include \"base/html.h\"\n\n");
    while (k.at < text.n) {
        const char kind = k.at + 1 < text.n && text.p[k.at] == '{' ? text.p[k.at + 1] : '\0';
        if (kind == '{' || kind == '%' || kind == '$' || kind == '#')
            take_tag(&k, kind);
        else
            take_char(&k);
    }
    if (k.in_function)
        wrong(&k, "the last function has no {% end %}");
    if (k.literal.error != OK)
        wrong(&k, "out of memory");
    out_free(&k.literal);
}
