/* SPDX-License-Identifier: EUPL-1.2 */
/* sqlc_code: what the compiler of queries writes: SQL for each database, and C. */
#ifndef ONTSCHOT_TOOLS_SQLC_CODE_H
#define ONTSCHOT_TOOLS_SQLC_CODE_H

#include "sqlc_parse.h"

enum sqlc_dialect { SQLC_SQLITE, SQLC_POSTGRESQL, SQLC_DIALECTS };

/* The text of one variant: the values of the switches are the digits of `variant`, first least. */
void sqlc_put_sql(out *o, const struct sqlc_query *q, size_t variant, enum sqlc_dialect dialect);

/* queries.h and queries.c of the room `room`; fragments are passed over. */
void sqlc_put_header(out *o, const struct sqlc_file *f, str room);
void sqlc_put_source(out *o, const struct sqlc_file *f, str room);

/* `const struct db_queries *const db_all_queries[]`, of all rooms, ending in NULL. */
void sqlc_put_list(out *o, const str *rooms, size_t n);

#endif
