/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/xml_int.h"

#include "base/num.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <stdlib.h>
#include <string.h>

static xmlParserCtxt *parser_of(const struct xml_reader *r)
{
    return r->parser;
}

static int64_t line_of(const struct xml_reader *r)
{
    const int line = xmlSAX2GetLineNumber(r->parser);
    return line > 0 ? line : 1;
}

/* Keeps the first failure. Returns where values of the message go; NULL when there was one. */
static struct msg *fail(struct xml_reader *r, err code, const char *key, int64_t line)
{
    if (r->failed)
        return NULL;
    r->failed = err_set(r->info, code, key);
    err_at(r->info, r->source->name, line, 0);
    return &r->info->msg;
}

/*
 * The same, and ends the parser. For callbacks about content only: libxml2 frees its input, which
 * it goes on using after a callback that reads or that reports an error.
 */
static struct msg *refuse(struct xml_reader *r, err code, const char *key, int64_t line)
{
    struct msg *m = fail(r, code, key, line);
    if (m)
        xmlStopParser(parser_of(r));
    return m;
}

static void refuse_with(struct xml_reader *r, const char *key, int64_t line, const char *a,
                        const char *b)
{
    struct msg *m = refuse(r, E_INPUT, key, line);
    if (m && a)
        msg_text(m, str_of(a));
    if (m && b)
        msg_text(m, str_of(b));
}

/* What a callback of the reader's user returned. */
static void hear(struct xml_reader *r, err e)
{
    if (!e || r->failed)
        return;
    r->failed = e;
    if (r->info->line == 0 && r->info->file[0] == '\0')
        err_at(r->info, r->source->name, line_of(r), 0);
    xmlStopParser(parser_of(r));
}

/* ---- occurrence ---- */

static bool applies(const struct xml_reader *r, const struct form_element *el)
{
    switch (el->occurs) {
    case FORM_BACK_ONE:
    case FORM_BACK_MAY: return r->message->is_return;
    case FORM_YOUTH_MAY: return r->law == 1;
    default: return true;
    }
}

static bool is_required(const struct xml_reader *r, const struct form_element *el)
{
    switch (el->occurs) {
    case FORM_ONE:
    case FORM_MANY: return true;
    case FORM_BACK_ONE: return r->message->is_return;
    case FORM_ONE_UNLESS_BACK: return !r->message->is_return;
    default: return false;
    }
}

static bool is_in_group(const struct xml_reader *r, const struct form_group *group,
                        const char *name)
{
    for (size_t i = 0; i < group->n; i++)
        if (applies(r, &group->element[i]) && strcmp(group->element[i].name, name) == 0)
            return true;
    return false;
}

static void refuse_element(struct xml_reader *r, const struct xml_frame *f, const char *name)
{
    const char *around = f->self ? f->self->name : "Bericht";
    const int64_t line = line_of(r);
    const bool is_code = strcmp(name, "RetourCode") == 0 || strcmp(name, "RetourCodes") == 0;
    if (is_in_group(r, f->group, name))
        refuse_with(r, "intake.element-order", line, name, around);
    else if (is_code)
        refuse_with(r, "intake.return-code-place", line, name, around);
    else
        refuse_with(r, "intake.element-unknown", line, name, around);
}

/* The element that `name` is at this place; NULL when none, and the message is refused. */
static const struct form_element *step(struct xml_reader *r, struct xml_frame *f, const char *name)
{
    const struct form_group *g = f->group;
    for (size_t i = f->at; i < g->n; i++) {
        const struct form_element *el = &g->element[i];
        const bool is_same = i == f->at && f->count > 0;
        if (!applies(r, el))
            continue;
        if (strcmp(el->name, name) == 0) {
            if (is_same && el->occurs != FORM_MANY) {
                refuse_with(r, "intake.element-twice", line_of(r), name, NULL);
                return NULL;
            }
            f->count = is_same ? f->count + 1 : 1;
            f->at = i;
            return el;
        }
        if (is_required(r, el) && !is_same) {
            if (is_in_group(r, g, name))
                refuse_with(r, "intake.element-missing", line_of(r), el->name,
                            f->self ? f->self->name : "Bericht");
            else
                refuse_element(r, f, name);
            return NULL;
        }
    }
    refuse_element(r, f, name);
    return NULL;
}

/* What must still come when the group ends. */
static bool ends_whole(struct xml_reader *r, const struct xml_frame *f)
{
    for (size_t i = f->count ? f->at + 1 : f->at; i < f->group->n; i++)
        if (is_required(r, &f->group->element[i])) {
            refuse_with(r, "intake.element-missing", line_of(r), f->group->element[i].name,
                        f->self ? f->self->name : "Bericht");
            return false;
        }
    return true;
}

/* ---- the root: which message is this? ---- */

/* Cuts "http://www.istandaarden.nl/iwmo/3_2/wmo301/schema" in its parts. */
static bool cut_space(str uri, int *law, str *release, str *message)
{
    static const struct {
        str head, name;
    } laws[] = {{{"http://www.istandaarden.nl/iwmo/", 32}, {"wmo", 3}},
                {{"http://www.istandaarden.nl/ijw/", 31}, {"jw", 2}}};
    for (int i = 0; i < 2; i++) {
        if (!str_starts(uri, laws[i].head))
            continue;
        str rest = str_cut(uri, laws[i].head.n, uri.n), end;
        *law = i;
        return str_next(&rest, '/', release) && str_next(&rest, '/', message) &&
               str_next(&rest, '/', &end) && str_eq(end, STR("schema")) && rest.n == 0 &&
               str_starts(*message, laws[i].name);
    }
    return false;
}

static int message_number(str message)
{
    int n = 0;
    for (size_t i = 0; i < message.n; i++)
        if (message.p[i] >= '0' && message.p[i] <= '9')
            n = n < 1000 ? n * 10 + message.p[i] - '0' : n;
    return n;
}

static void open_message(struct xml_reader *r, const char *name, const unsigned char *uri)
{
    static const char *const bases[] = {"http://www.istandaarden.nl/iwmo/3_2/basisschema/schema",
                                        "http://www.istandaarden.nl/ijw/3_2/basisschema/schema"};
    str release = {0}, message = {0};
    if (!uri || !cut_space(str_of((const char *)uri), &r->law, &release, &message)) {
        refuse_with(r, "intake.namespace", line_of(r), uri ? (const char *)uri : "", NULL);
        return;
    }
    if (!str_eq(release, STR("3_2"))) {
        struct msg *m = refuse(r, E_INPUT, "intake.release-other", line_of(r));
        if (m)
            msg_text(m, release);
        return;
    }
    r->message = form_message_of(message_number(message));
    if (!r->message) {
        struct msg *m = refuse(r, E_INPUT, "intake.message-unknown", line_of(r));
        if (m)
            msg_text(m, message);
        return;
    }
    if (strcmp(name, "Bericht") != 0) {
        refuse_with(r, "intake.element-unknown", line_of(r), name, "");
        return;
    }
    r->message_space = uri;
    r->base_space = xmlDictLookup(parser_of(r)->dict, (const xmlChar *)bases[r->law], -1);
    r->frame[0] = (struct xml_frame){.group = r->message->root, .line = line_of(r)};
    r->depth = 1;
}

/* ---- elements ---- */

static void open_group(struct xml_reader *r, const struct form_element *el)
{
    if (r->depth == XML_DEPTH_MAX) {
        refuse(r, E_LIMIT, "intake.too-deep", line_of(r));
        return;
    }
    for (int slot = (int)el->scope; slot < (int)el->scope_to; slot++)
        r->value[slot] = (struct xml_value){0};
    const char *around = r->frame[r->depth - 1].self ? r->frame[r->depth - 1].self->name : "";
    r->frame[r->depth++] =
        (struct xml_frame){.group = el->group, .self = el, .line = line_of(r), .kept = r->n_kept};
    if (el->begins)
        hear(r, r->told.event(r, el->begins, line_of(r), around, r->info));
}

static bool is_foreign_attribute(const unsigned char *uri)
{
    return !uri || strcmp((const char *)uri, "http://www.w3.org/2001/XMLSchema-instance") != 0;
}

static void on_start(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
                     int n_spaces, const xmlChar **spaces, int n_attributes, int n_defaulted,
                     const xmlChar **attributes)
{
    struct xml_reader *r = ctx;
    const char *name = (const char *)local;
    (void)prefix, (void)n_spaces, (void)spaces, (void)n_defaulted;
    if (r->failed)
        return;
    for (int i = 0; i < n_attributes; i++)
        if (r->depth > 0 || is_foreign_attribute(attributes[(size_t)i * 5 + 2])) {
            refuse_with(r, "intake.attribute", line_of(r), (const char *)attributes[(size_t)i * 5],
                        name);
            return;
        }
    if (r->depth == 0) {
        open_message(r, name, uri);
        return;
    }
    if (r->leaf) {
        refuse_with(r, "intake.element-unknown", line_of(r), name, r->leaf->name);
        return;
    }
    struct xml_frame *f = &r->frame[r->depth - 1];
    if (uri != (f->group->is_base ? r->base_space : r->message_space)) {
        refuse_with(r, "intake.namespace-element", line_of(r), name, uri ? (const char *)uri : "");
        return;
    }
    const struct form_element *el = step(r, f, name);
    if (!el)
        return;
    if (el->group) {
        open_group(r, el);
        return;
    }
    r->leaf = el;
    r->leaf_line = line_of(r);
    r->leaf_from = r->n_kept;
    r->leaf_has_note = false;
}

static void refuse_value(struct xml_reader *r, enum form_fault fault, str text)
{
    static const char *const keys[] = {
        [FORM_EMPTY] = "intake.value-empty",    [FORM_LONG] = "intake.value-long",
        [FORM_WRONG] = "intake.value-wrong",    [FORM_NO_DAY] = "intake.date-impossible",
        [FORM_NO_CODE] = "intake.code-unknown",
    };
    static const char *const hidden[] = {
        [FORM_EMPTY] = "intake.value-empty",
        [FORM_LONG] = "intake.value-long",
        [FORM_WRONG] = "intake.value-wrong-hidden",
        [FORM_NO_DAY] = "intake.date-impossible-hidden",
        [FORM_NO_CODE] = "intake.code-unknown-hidden",
    };
    const struct form_type *type = r->leaf->type;
    struct msg *m =
        refuse(r, E_INPUT, type->is_private ? hidden[fault] : keys[fault], r->leaf_line);
    if (!m)
        return;
    msg_text(m, str_of(r->leaf->name));
    if (fault == FORM_LONG)
        msg_int(m, type->high);
    else if (fault != FORM_EMPTY && !type->is_private)
        msg_text(m, text);
}

/* Codes of one list stand behind each other, with a space between. */
static void keep_value(struct xml_reader *r, str text, int64_t number)
{
    struct xml_value *v = &r->value[r->leaf->slot];
    if (r->leaf->slot == SLOT_NONE) {
        r->n_kept = r->leaf_from;
    } else if (r->leaf->occurs == FORM_MANY && v->text.p &&
               v->text.p + v->text.n == r->kept + r->leaf_from && r->n_kept < XML_KEPT_MAX) {
        memmove(r->kept + r->leaf_from + 1, r->kept + r->leaf_from, text.n);
        r->kept[r->leaf_from] = ' ';
        v->text.n += 1 + text.n;
        r->n_kept++;
    } else {
        *v = (struct xml_value){text, number};
    }
}

/* A number is kept as one writes it: " +007" and "7" are the same allocation. */
static str plain_number(struct xml_reader *r, int64_t number)
{
    char digits[NUM_TEXT_MAX];
    const size_t n = num_print_int(number, digits);
    memcpy(r->kept + r->leaf_from, digits, n); /* never longer than what was read */
    r->n_kept = r->leaf_from + n;
    return (str){r->kept + r->leaf_from, n};
}

static void close_leaf(struct xml_reader *r)
{
    str text = {r->kept + r->leaf_from, r->n_kept - r->leaf_from};
    int64_t number = 0;
    const enum form_fault fault = r->leaf->type->check == FORM_NOTE
                                      ? (r->leaf_has_note ? FORM_FITS : FORM_EMPTY)
                                      : form_read_text(r->leaf->type, r->law, text, &number);
    if (!fault && r->leaf->type->check == FORM_WHOLE)
        text = plain_number(r, number);
    if (fault)
        refuse_value(r, fault, text);
    else
        keep_value(r, text, number);
    r->leaf = NULL;
}

/* A product, an address or a whole client is forgotten when it has been told. */
static bool is_forgotten(enum form_event event)
{
    return event == FORM_PRODUCT || event == FORM_UNCHANGED || event == FORM_CHANGED ||
           event == FORM_CLIENT;
}

static void close_group(struct xml_reader *r)
{
    struct xml_frame *f = &r->frame[r->depth - 1];
    if (!ends_whole(r, f))
        return;
    const struct xml_frame *outer = r->depth > 1 ? f - 1 : NULL;
    const char *around = outer && outer->self ? outer->self->name : "Bericht";
    if (f->self && f->self->ends)
        hear(r, r->told.event(r, f->self->ends, f->line, around, r->info));
    if (f->self && is_forgotten(f->self->ends)) {
        for (int slot = (int)f->self->scope; slot < (int)f->self->scope_to; slot++)
            r->value[slot] = (struct xml_value){0};
        r->n_kept = f->kept;
    }
    r->depth--;
}

static void on_end(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct xml_reader *r = ctx;
    (void)local, (void)prefix, (void)uri;
    if (r->failed)
        return;
    if (r->leaf)
        close_leaf(r);
    else
        close_group(r);
}

static void on_text(void *ctx, const xmlChar *p, int n)
{
    struct xml_reader *r = ctx;
    const str text = {(const char *)p, (size_t)n};
    if (r->failed)
        return;
    if (!r->leaf) {
        if (str_trim(text).n)
            refuse_with(r, "intake.text-between", line_of(r),
                        r->depth > 1 ? r->frame[r->depth - 1].self->name : "Bericht", NULL);
        return;
    }
    if (r->leaf->type->check == FORM_NOTE) {
        r->leaf_has_note |= str_trim(text).n > 0;
        return;
    }
    if (text.n > XML_KEPT_MAX - r->n_kept) {
        refuse(r, E_LIMIT, "intake.too-much-kept", line_of(r));
        return;
    }
    memcpy(r->kept + r->n_kept, text.p, text.n);
    r->n_kept += text.n;
}

/* ---- what is not taken at all ---- */

static void on_document_type(void *ctx, const xmlChar *name, const xmlChar *external,
                             const xmlChar *system)
{
    struct xml_reader *r = ctx;
    (void)name, (void)external, (void)system;
    refuse(r, E_INPUT, "intake.document-type", line_of(r));
}

static void on_instruction(void *ctx, const xmlChar *target, const xmlChar *data)
{
    struct xml_reader *r = ctx;
    (void)data;
    refuse_with(r, "intake.instruction", line_of(r), (const char *)target, NULL);
}

static const char *key_of(int code)
{
    switch (code) {
    case XML_ERR_DOCUMENT_EMPTY:
    case XML_ERR_DOCUMENT_END:
    case XML_ERR_TAG_NOT_FINISHED: return "intake.xml-ends";
    case XML_ERR_INVALID_CHAR:
    case XML_ERR_INVALID_ENCODING:
    case XML_ERR_UNKNOWN_ENCODING:
    case XML_ERR_UNSUPPORTED_ENCODING:
    case XML_I18N_CONV_FAILED: return "intake.not-utf8";
    case XML_ERR_UNDECLARED_ENTITY:
    case XML_WAR_UNDECLARED_ENTITY: return "intake.entity";
    case XML_ERR_TAG_NAME_MISMATCH: return "intake.tag-mismatch";
    case XML_ERR_INTERNAL_ERROR: return "intake.xml-limit";
    default: return "intake.xml-broken";
    }
}

static void on_error(void *ctx, xmlError *error)
{
    struct xml_reader *r = ctx;
    if (error->level == XML_ERR_WARNING)
        return;
    if (error->code == XML_ERR_NO_MEMORY)
        fail(r, E_NOMEM, "error.memory", 0);
    else
        fail(r, E_INPUT, key_of(error->code), error->line > 0 ? error->line : 1);
}

static const xmlSAXHandler handler = {
    .initialized = XML_SAX2_MAGIC,
    .internalSubset = on_document_type,
    .startElementNs = on_start,
    .endElementNs = on_end,
    .characters = on_text,
    .cdataBlock = on_text,
    .ignorableWhitespace = on_text,
    .processingInstruction = on_instruction,
    .serror = on_error,
};

/* ---- the file ---- */

struct feed {
    struct xml_reader *reader;
    size_t at;
};

static int feed_read(void *ctx, char *to, int room)
{
    struct feed *f = ctx;
    struct intake_source *s = f->reader->source;
    const size_t left = s->bytes.n - f->at;
    const size_t n = left < (size_t)room ? left : (size_t)room;
    memcpy(to, s->bytes.p + f->at, n);
    f->at += n;
    if (!f->reader->failed)
        f->reader->failed = intake_source_passed(s, f->at, f->reader->info);
    return f->reader->failed ? 0 : (int)n; /* the end; of an error libxml2 would tell the world */
}

static err parse(struct xml_reader *r, struct err_info *info)
{
    struct feed feed = {.reader = r};
    xmlParserCtxt *parser = xmlNewParserCtxt();
    if (!parser)
        return err_nomem(info);
    err e = OK;
    r->parser = parser;
    *parser->sax = handler;
    parser->userData = r;
    /* libxml2 would turn other encodings into UTF-8, and tell the world when it cannot */
    xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    xmlParserInputBuffer *buffer =
        xmlParserInputBufferCreateIO(feed_read, NULL, &feed, XML_CHAR_ENCODING_NONE);
    xmlParserInput *input =
        buffer ? xmlNewIOInputStream(parser, buffer, XML_CHAR_ENCODING_NONE) : NULL;
    if (!input || inputPush(parser, input) < 0) {
        e = err_nomem(info);
        goto out;
    }
    (void)xmlParseDocument(parser);
    if (!r->failed && !parser->wellFormed)
        fail(r, E_INPUT, "intake.xml-broken", line_of(r));
    e = r->failed;
out:
    xmlFreeParserCtxt(parser);
    return e;
}

static bool begins_as_utf8(str s)
{
    return s.n < 2 || ((unsigned char)s.p[0] < 0xFE && s.p[0] != '\0' && s.p[1] != '\0');
}

/* What is behind `what`; empty when it does not occur. */
static str behind(str s, str what)
{
    for (size_t at = 0; at + what.n <= s.n; at++)
        if (str_starts(str_cut(s, at, s.n), what))
            return str_cut(s, at + what.n, s.n);
    return STR("");
}

/* The encoding that the XML declaration names; empty when it names none. */
static str declared_encoding(str s)
{
    enum { DECLARATION_MAX = 256 };
    const str bytes = str_starts(s, STR("\xEF\xBB\xBF")) ? str_cut(s, 3, s.n) : s;
    str head = str_cut(bytes, 0, DECLARATION_MAX), name;
    size_t end = 0;
    if (!str_starts(head, STR("<?xml")) || !str_find(head, '>', &end))
        return STR("");
    head = behind(str_cut(head, 0, end), STR("encoding"));
    if (!str_find(head, '"', &end) && !str_find(head, '\'', &end))
        return STR("");
    const char quote = head.p[end];
    head = str_cut(head, end + 1, head.n);
    return str_next(&head, quote, &name) ? name : STR("");
}

static err check_encoding(const struct intake_source *source, struct err_info *info)
{
    const str encoding = declared_encoding(source->bytes);
    if (!begins_as_utf8(source->bytes))
        err_set(info, E_INPUT, "intake.not-utf8");
    else if (encoding.n && !str_eq_nocase(encoding, STR("UTF-8")))
        err_text(info, E_INPUT, "intake.encoding", encoding);
    else
        return OK;
    err_at(info, source->name, 1, 0);
    return E_INPUT;
}

err xml_read(struct intake_source *source, const struct xml_told *told, struct err_info *info)
{
    err e = check_encoding(source, info);
    if (e)
        return e;
    struct xml_reader *r = calloc(1, sizeof *r);
    char *kept = malloc(XML_KEPT_MAX);
    if (r && kept) {
        *r = (struct xml_reader){.source = source, .told = *told, .info = info, .kept = kept};
        e = parse(r, info);
    } else {
        e = err_nomem(info);
    }
    free(kept);
    free(r);
    return e;
}
