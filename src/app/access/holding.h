/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * holding: what a room keeps about people, and how it lets go of it.
 *
 * Does: let each room answer for its own tables, so that access can give somebody everything the
 * site keeps about them, and erase them, without knowing other rooms. Does not: say who may ask;
 * account_export and account_erase do (access.h).
 *
 * A room with a table that names people has one, `struct access_holding knowledge_holding`, in its
 * public header, and the program lists it in `struct app`: first the rooms that stand on others,
 * the log last, because erasing writes the log.
 */
#ifndef ONTSCHOT_APP_ACCESS_HOLDING_H
#define ONTSCHOT_APP_ACCESS_HOLDING_H

#include "app/app.h"
#include "app/db/db.h"

struct json; /* base/json.h */

struct access_holding {
    const char *name; /* of the room; the key of its part of the export */
    /* Writes keys and values into the object that was opened. All of it, or an error. */
    err (*write)(const struct deed *deed, db *d, struct party_id who, struct json *to,
                 struct err_info *info);
    /*
     * Takes away whatever names the person: afterwards no text of the room holds name or address.
     * What was published stays unless `with_publications`.
     */
    err (*erase)(db_tx *tx, const struct deed *deed, struct party_id who, bool with_publications,
                 struct err_info *info);
};

#endif
