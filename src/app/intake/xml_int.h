/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * xml: reads a message of iWmo or iJw by its form.
 *
 * Does: stream the file through libxml2, hold every element against the tables of form.c, keep the
 *       values of what is being read, and say when something is whole (form_event).
 * Does not: know what a message means (message.c).
 *
 * No document type, so no entities of one's own; no attributes, no processing instructions, UTF-8
 * alone; nothing is fetched. What is kept is bounded by XML_KEPT_MAX, however large the file.
 */
#ifndef ONTSCHOT_APP_INTAKE_XML_INT_H
#define ONTSCHOT_APP_INTAKE_XML_INT_H

#include "app/intake/form_int.h"
#include "app/intake/source_int.h"
#include "base/err.h"

enum { XML_KEPT_MAX = 1 << 18, XML_DEPTH_MAX = 16, XML_NAME_MAX = 64 };

struct xml_value {
    str text; /* p NULL: not given */
    int64_t number;
};

struct xml_reader;

/* What message.c is told. `line` is where the element began, `within` the element around it. */
struct xml_told {
    err (*event)(struct xml_reader *r, enum form_event event, int64_t line, const char *within,
                 struct err_info *info);
    void *to;
};

struct xml_reader {
    const struct form_message *message;
    int law; /* 0 Wmo, 1 youth */
    struct xml_value value[FORM_SLOTS];
    struct xml_told told;
    /* the rest is xml.c's */
    struct intake_source *source;
    struct err_info *info;
    err failed;
    void *parser;
    const unsigned char *base_space, *message_space;
    struct xml_frame {
        const struct form_group *group;
        const struct form_element *self; /* whose inside this is */
        size_t at;                       /* the element that may come again or was last */
        size_t count;                    /* how often it came */
        size_t kept;                     /* bytes kept when it began */
        int64_t line;
    } frame[XML_DEPTH_MAX];
    int depth;
    const struct form_element *leaf; /* whose value is being read */
    int64_t leaf_line;
    size_t leaf_from; /* in kept */
    bool leaf_has_note;
    char *kept;
    size_t n_kept;
};

/*
 * Reads all of `source`. E_INPUT with file, line and reason; E_LIMIT, E_NOMEM, E_CANCELLED; or
 * what `told` returned.
 */
WARN_UNUSED err xml_read(struct intake_source *source, const struct xml_told *told,
                         struct err_info *info);

#endif
