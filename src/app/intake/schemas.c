/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/schemas_int.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_LENGTH_MAX = 4096, IMPORTS_MAX = 4 };

static err unusable(const char *key, str path, struct err_info *info)
{
    return err_text(info, E_INPUT, key, path);
}

static err check_offline(const char *folder, const char *file, int depth, struct err_info *info);

static err check_import(const char *folder, xmlNode *node, int depth, struct err_info *info)
{
    xmlChar *location = xmlGetNoNsProp(node, (const xmlChar *)"schemaLocation");
    err e = OK;
    if (!location)
        return OK;
    /* only a file of the same folder: nothing is fetched, and nothing read elsewhere */
    if (strchr((const char *)location, '/') || strchr((const char *)location, ':'))
        e = unusable("intake.schema-elsewhere", str_of((const char *)location), info);
    else
        e = check_offline(folder, (const char *)location, depth + 1, info);
    xmlFree(location);
    return e;
}

/* A schema without document type, which imports only schemas of its own folder. */
static err check_offline(const char *folder, const char *file, int depth, struct err_info *info)
{
    char path[PATH_LENGTH_MAX];
    const int n = snprintf(path, sizeof path, "%s/%s", folder, file);
    if (n < 0 || (size_t)n >= sizeof path || depth > IMPORTS_MAX)
        return unusable("intake.schema-broken", str_of(file), info);
    xmlDoc *doc =
        xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (!doc) {
        err_text(info, E_NOT_FOUND, "intake.schema-absent", str_of(path));
        return E_NOT_FOUND;
    }
    err e = doc->intSubset ? unusable("intake.schema-broken", str_of(path), info) : OK;
    xmlNode *root = xmlDocGetRootElement(doc);
    for (xmlNode *at = root ? root->children : NULL; at && !e; at = at->next)
        if (at->type == XML_ELEMENT_NODE && (xmlStrEqual(at->name, (const xmlChar *)"import") ||
                                             xmlStrEqual(at->name, (const xmlChar *)"include") ||
                                             xmlStrEqual(at->name, (const xmlChar *)"redefine")))
            e = check_import(folder, at, depth, info);
    xmlFreeDoc(doc);
    return e;
}

/* ---- the pass ---- */

struct pass {
    const struct intake_source *source;
    size_t at;
    int line; /* of the first mistake; 0 none */
};

static int feed(void *ctx, char *to, int room)
{
    struct pass *p = ctx;
    const size_t left = p->source->bytes.n - p->at;
    const size_t n = left < (size_t)room ? left : (size_t)room;
    memcpy(to, p->source->bytes.p + p->at, n);
    p->at += n;
    return (int)n;
}

static void on_mistake(void *ctx, xmlError *error)
{
    struct pass *p = ctx;
    if (error->level != XML_ERR_WARNING && p->line == 0)
        p->line = error->line > 0 ? error->line : 1;
}

static void ignore(void *ctx, xmlError *error)
{
    (void)ctx, (void)error;
}

static err judge(xmlSchema *schema, struct pass *pass, struct err_info *info)
{
    xmlSchemaValidCtxt *valid = xmlSchemaNewValidCtxt(schema);
    xmlParserInputBuffer *buffer =
        valid ? xmlParserInputBufferCreateIO(feed, NULL, pass, XML_CHAR_ENCODING_NONE) : NULL;
    if (!buffer) {
        xmlSchemaFreeValidCtxt(valid);
        return err_nomem(info);
    }
    xmlSchemaSetValidStructuredErrors(valid, on_mistake, pass);
    const int verdict = xmlSchemaValidateStream(valid, buffer, XML_CHAR_ENCODING_NONE, NULL, NULL);
    xmlSchemaFreeValidCtxt(valid);
    if (verdict == 0 && pass->line == 0)
        return OK;
    err_set(info, E_INPUT, "intake.schema-broken-by");
    err_at(info, pass->source->name, pass->line, 0);
    return E_INPUT;
}

err intake_schema_check(str folder, const char *format, const struct intake_source *source,
                        struct err_info *info)
{
    char where[PATH_LENGTH_MAX], path[PATH_LENGTH_MAX + 16], file[16];
    const char *number = strchr(format, '/');
    struct pass pass = {.source = source};
    if (!number || folder.n >= sizeof where)
        return unusable("intake.schema-absent", folder, info);
    memcpy(where, folder.p, folder.n);
    where[folder.n] = '\0';
    (void)snprintf(file, sizeof file, "%s%.3s.xsd", format[1] == 'w' ? "WMO" : "JW", number + 1);
    err e = check_offline(where, file, 0, info);
    if (e)
        return e;
    (void)snprintf(path, sizeof path, "%s/%s", where, file);
    xmlSchemaParserCtxt *parser = xmlSchemaNewParserCtxt(path);
    if (!parser)
        return err_nomem(info);
    xmlSchemaSetParserStructuredErrors(parser, ignore, NULL);
    xmlSchema *schema = xmlSchemaParse(parser);
    xmlSchemaFreeParserCtxt(parser);
    e = schema ? judge(schema, &pass, info) : unusable("intake.schema-broken", str_of(path), info);
    xmlSchemaFree(schema);
    return e;
}
