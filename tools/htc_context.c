/* SPDX-License-Identifier: EUPL-1.2 */
#include "htc_context.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void name_add(struct htc_name *name, char c)
{
    if (c >= 'A' && c <= 'Z')
        c = (char)(c - 'A' + 'a');
    if (name->n < HTC_NAME_MAX)
        name->p[name->n++] = c;
}

static bool name_is(const struct htc_name *name, const char *s)
{
    return name->n == strlen(s) && memcmp(name->p, s, name->n) == 0;
}

static bool name_in(const struct htc_name *name, const char *const *list)
{
    for (; *list; list++)
        if (name_is(name, *list))
            return true;
    return false;
}

static const char *const raw_elements[] = {"script",   "style",    "xmp",       "iframe", "noembed",
                                           "noframes", "noscript", "plaintext", NULL};
static const char *const plain_elements[] = {"title", "textarea", NULL};
static const char *const url_attributes[] = {
    "action",   "background", "cite",   "data",    "formaction", "href",   "icon",       "longdesc",
    "manifest", "ping",       "poster", "profile", "src",        "usemap", "xlink:href", NULL};
static const char *const loading_elements[] = {"base",   "embed",  "iframe", "link",
                                               "object", "script", NULL};
static const char *const forbidden_attributes[] = {
    "http-equiv", "srcdoc", "srcset", "imagesrcset", "sandbox", "method", "formmethod", NULL};

static bool is_handler(const struct htc_name *attribute)
{
    return attribute->n > 2 && attribute->p[0] == 'o' && attribute->p[1] == 'n';
}

/* ---- literal text ---- */

static const char no_token[] = "a form that posts begins with {% part_csrf(h, token); %}";

static const char *begin_tag(struct htc_context *c, bool is_end_tag)
{
    const char *wrong = c->owes_token ? no_token : NULL;
    c->owes_token = false;
    c->state = HTC_TAG_NAME;
    c->tag.n = 0;
    c->attribute.n = 0;
    c->is_end_tag = is_end_tag;
    c->has_http_equiv = false;
    c->posts = false;
    return wrong;
}

/* A literal value of an attribute ends here. */
static void end_value(struct htc_context *c)
{
    c->posts = c->posts || (name_is(&c->tag, "form") && name_is(&c->attribute, "method") &&
                            name_is(&c->value, "post"));
}

static void end_tag(struct htc_context *c)
{
    c->state = HTC_TEXT;
    c->matched = 0;
    c->is_inline = false;
    if (c->is_end_tag)
        return;
    c->owes_token = c->posts;
    if (name_in(&c->tag, raw_elements))
        c->state = HTC_RAW;
    else if (name_in(&c->tag, plain_elements))
        c->state = HTC_PLAIN;
    c->raw = c->tag;
}

/* An attribute's name is complete. */
static const char *end_name(struct htc_context *c)
{
    if (name_is(&c->attribute, "style"))
        return "style attribute: use a class";
    if (is_handler(&c->attribute))
        return "event handler: scripts do not stand in pages";
    c->has_http_equiv = c->has_http_equiv || name_is(&c->attribute, "http-equiv");
    return NULL;
}

static const char *step_tag(struct htc_context *c, char ch)
{
    const char *wrong = NULL;
    if (c->state == HTC_ATTR_NAME && (is_space(ch) || ch == '=' || ch == '>' || ch == '/'))
        wrong = end_name(c);
    if (ch == '>') {
        end_tag(c);
    } else if (is_space(ch) || ch == '/') {
        c->state = HTC_IN_TAG;
    } else if (c->state == HTC_TAG_NAME) {
        name_add(&c->tag, ch);
    } else if (ch == '=') {
        c->state = HTC_BEFORE_VALUE;
    } else {
        if (c->state == HTC_IN_TAG)
            c->attribute.n = 0;
        c->state = HTC_ATTR_NAME;
        name_add(&c->attribute, ch);
    }
    return wrong;
}

static void step_before_value(struct htc_context *c, char ch)
{
    c->value_begun = false;
    c->value.n = 0;
    if (ch == '"' || ch == '\'') {
        c->state = HTC_VALUE;
        c->quote = ch;
    } else if (ch == '>') {
        end_tag(c);
    } else if (!is_space(ch)) {
        c->state = HTC_VALUE_UNQUOTED;
        name_add(&c->value, ch);
    }
}

static const char *step_tag_open(struct htc_context *c, char ch)
{
    const char *wrong = NULL;
    if (is_letter(ch)) {
        wrong = begin_tag(c, false);
        name_add(&c->tag, ch);
    } else if (ch == '/') {
        wrong = begin_tag(c, true);
    } else {
        c->state = ch == '!' ? HTC_DECLARATION : HTC_TEXT;
        c->matched = 0;
    }
    return wrong;
}

static void step_declaration(struct htc_context *c, char ch)
{
    c->matched = ch == '-' ? c->matched + 1 : 100; /* two dashes right behind <! */
    if (c->matched == 2) {
        c->state = HTC_COMMENT;
        c->matched = 0;
    } else if (ch == '>') {
        c->state = HTC_TEXT;
    }
}

static void step_comment(struct htc_context *c, char ch)
{
    if (ch == '>' && c->matched >= 2)
        c->state = HTC_TEXT;
    c->matched = ch == '-' ? c->matched + 1 : 0;
}

/* Looks for </name> of the element that was opened. */
static const char *step_raw(struct htc_context *c, char ch)
{
    const bool is_code = name_is(&c->raw, "script") || name_is(&c->raw, "style");
    const size_t n = c->raw.n;
    const char lower = ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch;
    if (c->matched == n + 2 && (is_space(ch) || ch == '/' || ch == '>')) {
        (void)begin_tag(c, true);
        c->tag = c->raw;
        (void)step_tag(c, ch);
    } else if ((c->matched == 1 && ch == '/') ||
               (c->matched >= 2 && c->matched < n + 2 && lower == c->raw.p[c->matched - 2])) {
        c->matched++;
    } else {
        c->matched = ch == '<';
        if (is_code && !c->is_inline && !c->matched && !is_space(ch)) {
            c->is_inline = true;
            return "script or style within a page: browsers are told to refuse it";
        }
    }
    return NULL;
}

const char *htc_step(struct htc_context *c, char ch)
{
    switch (c->state) {
    case HTC_TEXT:
        if (ch == '<')
            c->state = HTC_TAG_OPEN;
        break;
    case HTC_TAG_OPEN: return step_tag_open(c, ch);
    case HTC_TAG_NAME:
    case HTC_IN_TAG:
    case HTC_ATTR_NAME: return step_tag(c, ch);
    case HTC_BEFORE_VALUE: step_before_value(c, ch); break;
    case HTC_VALUE:
        if (ch == c->quote) {
            c->state = HTC_IN_TAG;
            end_value(c);
        } else {
            name_add(&c->value, ch);
        }
        c->value_begun = true;
        break;
    case HTC_VALUE_UNQUOTED:
        if (is_space(ch) || ch == '>')
            end_value(c);
        if (is_space(ch))
            c->state = HTC_IN_TAG;
        else if (ch == '>')
            end_tag(c);
        else
            name_add(&c->value, ch);
        break;
    case HTC_DECLARATION: step_declaration(c, ch); break;
    case HTC_COMMENT: step_comment(c, ch); break;
    case HTC_RAW:
    case HTC_PLAIN: return step_raw(c, ch);
    }
    return NULL;
}

/* ---- values ---- */

static enum htc_sink sink_of_attribute(const struct htc_context *c, const char **why)
{
    if (name_in(&c->attribute, forbidden_attributes) ||
        (c->has_http_equiv && name_is(&c->attribute, "content"))) {
        *why = "a value may not decide what a page loads or does";
        return HTC_SINK_NONE;
    }
    if (!name_in(&c->attribute, url_attributes))
        return HTC_SINK_ATTR;
    if (name_in(&c->tag, loading_elements)) {
        *why = "a value may not decide which code or style a page loads";
        return HTC_SINK_NONE;
    }
    return c->value_begun ? HTC_SINK_URL_PART : HTC_SINK_URL;
}

enum htc_sink htc_sink_of(const struct htc_context *c, const char **why)
{
    switch (c->state) {
    case HTC_TEXT: return HTC_SINK_TEXT;
    case HTC_PLAIN: return HTC_SINK_ATTR;
    case HTC_VALUE: return sink_of_attribute(c, why);
    case HTC_TAG_OPEN:
    case HTC_TAG_NAME: *why = "a value in a tag name"; break;
    case HTC_IN_TAG:
    case HTC_ATTR_NAME: *why = "a value as attribute name"; break;
    case HTC_BEFORE_VALUE:
    case HTC_VALUE_UNQUOTED: *why = "a value in an attribute without quotes"; break;
    case HTC_DECLARATION:
    case HTC_COMMENT: *why = "a value in a comment or declaration"; break;
    case HTC_RAW: *why = "a value in a script, style or other raw element"; break;
    }
    return HTC_SINK_NONE;
}

void htc_token_put(struct htc_context *c)
{
    c->owes_token = false;
}

void htc_value_put(struct htc_context *c)
{
    c->value_begun = c->state == HTC_VALUE;
    c->matched = 0;
}

static bool same_name(const struct htc_name *a, const struct htc_name *b)
{
    return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

/* How far a value is matters where its beginning decides what it is. */
static bool same_beginning(const struct htc_context *a, const struct htc_context *b)
{
    return a->value_begun == b->value_begun || !name_in(&a->attribute, url_attributes);
}

bool htc_same(const struct htc_context *a, const struct htc_context *b)
{
    if (a->state != b->state)
        return false;
    switch (a->state) {
    case HTC_TEXT: return a->owes_token == b->owes_token;
    case HTC_TAG_OPEN: return true;
    case HTC_TAG_NAME:
    case HTC_IN_TAG:
        return same_name(&a->tag, &b->tag) && a->is_end_tag == b->is_end_tag &&
               a->has_http_equiv == b->has_http_equiv;
    case HTC_RAW:
    case HTC_PLAIN:
    case HTC_DECLARATION:
    case HTC_COMMENT: return a->matched == b->matched && same_name(&a->raw, &b->raw);
    default:
        return same_name(&a->tag, &b->tag) && same_name(&a->attribute, &b->attribute) &&
               a->is_end_tag == b->is_end_tag && a->quote == b->quote && same_beginning(a, b) &&
               a->has_http_equiv == b->has_http_equiv;
    }
}
