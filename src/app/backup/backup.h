/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * backup: dated copies of a whole site in one folder, which of them are kept, and putting one back.
 *
 * Does: copy the store while it is in use and the files its rows name (uploads and results) into a
 *       folder FOLDER/2026-11-24T02-30-00Z that appears whole or not at all, with the head of the
 *       log of that moment; files that an earlier copy has are shared with it; drop copies that are
 *       older than the rule keeps.
 * Does not: copy keys, which belong elsewhere: who has a copy and the keys has everything. Nor
 *       encrypt copies or bring them to another machine.
 */
#ifndef ONTSCHOT_APP_BACKUP_BACKUP_H
#define ONTSCHOT_APP_BACKUP_BACKUP_H

#include "app/app.h"
#include "app/db/db.h"

/* The newest copy of each of the last days and of each of the last weeks (from Monday), in UTC. */
struct backup_rule {
    int64_t days, weeks;
};
enum { BACKUP_DAYS = 14, BACKUP_WEEKS = 8, BACKUP_COPIES_MAX = 10000 };

/*
 * Makes FOLDER when it is not there, and one copy in it; *made is its path. E_CONFLICT when there
 * is one of this second; E_IO.
 */
WARN_UNUSED err backup_make(const struct app *app, store *s, db *d, str folder, arena *a, str *made,
                            struct err_info *info);

/* Drops what the rule does not keep. Touches nothing but copies, and never the newest. */
WARN_UNUSED err backup_drop_old(str folder, const struct backup_rule *rule, int64_t now_ms,
                                arena *a, size_t *n_dropped, struct err_info *info);

/* When the newest copy was made; 0: there is none, or the folder cannot be read. */
int64_t backup_newest_ms(str folder);

/*
 * Which of the moments the rule keeps. `at_ms` rises; the last one is kept always, and so is what
 * is less than a day old or lies in the future.
 */
void backup_choose(const int64_t *at_ms, size_t n, const struct backup_rule *rule, int64_t now_ms,
                   bool *is_kept);

bool backup_is_copy(str path); /* a folder that backup_make made */

/*
 * Fills an empty store and a data folder without files from a copy. E_CONFLICT when either holds
 * something, E_INPUT when the copy is not whole; then nothing was changed. The store needs
 * store_migrate after it.
 */
WARN_UNUSED err backup_restore(const struct app *app, store *s, str copy, arena *a,
                               struct err_info *info);

#endif
