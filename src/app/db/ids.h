/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ids: one type for each kind of thing that has an id, so that the compiler
 * refuses to take one for another. 0 is no id: an absent one, NULL in a database.
 *
 * A new kind is one line here; `NAME_id` is its type in queries.sql, too.
 */
#ifndef ONTSCHOT_APP_DB_IDS_H
#define ONTSCHOT_APP_DB_IDS_H

#include <stdint.h>

#define DB_ID(name)                                                                                \
    struct name##_id {                                                                             \
        int64_t v;                                                                                 \
    }

/* access */
DB_ID(party);
DB_ID(identity);
DB_ID(session);
DB_ID(token);

/* log */
DB_ID(entry);

/* knowledge */
DB_ID(space);
DB_ID(publication);
DB_ID(revision);
DB_ID(comment);

/* job and mail */
DB_ID(job);
DB_ID(file);
DB_ID(mail);

/* register: of one municipality, whose id is the number of its code (GM0034: 34) */
DB_ID(municipality);
DB_ID(delivery);
DB_ID(record);

/* linking */
DB_ID(covenant);
DB_ID(link_run);
DB_ID(person);

#undef DB_ID

#endif
