/* SPDX-License-Identifier: EUPL-1.2 */
/* i18n_int: the table that tools/poc makes from po/ for i18n.c. */
#ifndef ONTSCHOT_BASE_I18N_INT_H
#define ONTSCHOT_BASE_I18N_INT_H

#include "base/i18n.h"

enum { I18N_ONE, I18N_OTHER, I18N_FORMS };

struct i18n_entry {
    const char *key;
    bool has_plural;
    const char *form[LANG_COUNT][I18N_FORMS]; /* without a plural both are the same */
};

extern const struct i18n_entry i18n_table[]; /* sorted by key, bytewise */
extern const size_t i18n_table_n;

#endif
