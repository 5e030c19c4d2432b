/* SPDX-License-Identifier: EUPL-1.2 */
/* register_int: what the files of this room share. */
#ifndef ONTSCHOT_APP_REGISTER_INT_H
#define ONTSCHOT_APP_REGISTER_INT_H

#include "app/audit/audit.h"
#include "app/job/failure.h"
#include "app/register/pack.h"
#include "app/register/queries.h"
#include "app/register/register.h"

enum {
    PRINT_BYTES = 16,
    NUMBER_TEXT_MAX = 200, /* bytes of what stood in place of a citizen service number */
    REASON_BYTES_MAX = 16 << 10,
};

/* ---- mark.c: what stands for a person, and what is kept of the number ---- */

struct print {
    unsigned char byte[PRINT_BYTES];
};
enum print_use { PRINT_SUBJECT = 1, PRINT_RECORD, PRINT_MARK, PRINT_RELATION };
/* Keyed, of one use in one municipality. */
struct print print_of(const struct app *app, struct municipality_id m, enum print_use use,
                      str bytes);
enum { PRINT_TEXT = 2 * PRINT_BYTES };
void print_text(struct print p, char text[PRINT_TEXT]);

enum { SEALED_MAX = 40 + 16 + NUMBER_TEXT_MAX };
/* The number or what stood there, bound to its record. Gives the length. */
size_t number_seal(const struct app *app, struct municipality_id m, struct record_id record,
                   str text, unsigned char sealed[SEALED_MAX]);
/* False when it is not what was sealed for this record. */
bool number_unseal(const struct app *app, struct municipality_id m, struct record_id record,
                   str sealed, struct bsn *bsn);

/* ---- prints.c: the persons of a delivery ---- */

struct prints; /* prints, each with an id */
struct prints *prints_new(void);
void prints_free(struct prints *s);
/* The id that the print has, or 0 after giving it `id`. E_LIMIT, E_NOMEM. */
WARN_UNUSED err prints_ask(struct prints *s, struct print p, int64_t id, int64_t *found,
                           struct err_info *info);

/* ---- stage.c: a delivery on its way ---- */

struct stage {
    const struct deed *deed;
    db *d;
    const struct register_import *from;
    struct delivery_id id; /* v == 0: a dry run */
    bool has_head;
    str source;              /* whose numbers the keys of persons are */
    struct intake_head head; /* in the memory of the deed */
    struct register_sum sum[INTAKE_KINDS];
    struct prints *persons;
    out rows;    /* what waits to be written, see rows.c */
    out scratch; /* of one person or reason */
};
WARN_UNUSED err stage_open(struct stage *s, const struct deed *deed, db *d,
                           const struct register_import *from, struct err_info *info);
void stage_close(struct stage *s);
struct intake_sink stage_sink(struct stage *s);
/* Writes what waits. E_CONFLICT when another has taken the delivery for left behind. */
WARN_UNUSED err stage_flush(struct stage *s, struct err_info *info);

/* ---- rows.c: from bytes to rows ---- */

enum row_tag { ROW_PERSON, ROW_RELATION, ROW_RECORD, ROW_ASIDE };
/* Writes one of the rows of a stage; `rest` moves behind it. */
WARN_UNUSED err rows_write(db_tx *tx, const struct stage *s, str *rest, struct err_info *info);

/* ---- accept.c ---- */

WARN_UNUSED err stage_accept(struct stage *s, struct err_info *info);
/* Keeps why; what was staged is swept. Its own troubles are not told: `why` is. */
void stage_refuse(struct stage *s, const struct err_info *why);

WARN_UNUSED err check_steward(const struct deed *deed, struct err_info *info);

#endif
