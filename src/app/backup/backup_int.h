/* SPDX-License-Identifier: EUPL-1.2 */
/* backup_int: what the files of this folder share. */
#ifndef ONTSCHOT_APP_BACKUP_BACKUP_INT_H
#define ONTSCHOT_APP_BACKUP_BACKUP_INT_H

#include "app/backup/backup.h"

enum { BACKUP_NAME_BYTES = 20 };

/* "2026-11-24T02-30-00Z" */
void backup_print_name(int64_t at_ms, char name[BACKUP_NAME_BYTES + 1]);
bool backup_read_name(str name, int64_t *at_ms);

/* The three in a row, zero-terminated; p is NULL when memory is out. */
str backup_path(arena *a, str folder, const char *between, str name);

/* When the copies in a folder were made, rising. */
WARN_UNUSED err backup_list(str folder, arena *a, int64_t **at_ms, size_t *n,
                            struct err_info *info);

/* A file or a whole folder; what cannot be removed stays. */
void backup_remove(str path);

/*
 * Copies the folder FROM, when it is there, to TO, which is not: every file flushed, readable by
 * its owner alone. One that BEFORE has under the same name and size is shared with it; p == NULL:
 * none. What disappears meanwhile is left out.
 */
WARN_UNUSED err backup_copy_tree(str from, str to, str before, struct err_info *info);

#endif
