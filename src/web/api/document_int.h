/* SPDX-License-Identifier: EUPL-1.2 */
/* document_int: the two halves of the description: operations, and the schemas they name. */
#ifndef ONTSCHOT_WEB_API_DOCUMENT_INT_H
#define ONTSCHOT_WEB_API_DOCUMENT_INT_H

#include "web/api/api_int.h"

struct document {
    json *j;
    const site_router *routes;
    enum lang lang;
};

/* Statuses of errors, ends in 0. */
extern const int document_problems[];

/* "New" as in "PublicationNew": a body has a schema of its own. */
const char *document_suffix(enum api_use use);

void document_put_header(const struct document *d, const char *name, const char *about);
void document_put_field(const struct document *d, const struct api_field *f, enum api_use use,
                        bool is_described);
/* What makes an object of a map: its type, description, members and which of them must be there. */
void document_put_members(const struct document *d, const struct api_map *map, enum api_use use);
void document_put_example(const struct document *d, const struct api_map *map, enum api_use use);
void document_put_components(const struct document *d);

#endif
