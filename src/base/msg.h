/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * msg: a sentence that is still a key and its values.
 *
 * Does: carry a message of po/ with up to MSG_ARGS_MAX values, by value, so
 *       that it can be stored, copied and compared without ownership.
 * Does not: know languages; base/i18n fills {1}, {2}, ... in a translation.
 */
#ifndef ONTSCHOT_BASE_MSG_H
#define ONTSCHOT_BASE_MSG_H

#include "base/str.h"

enum { MSG_ARGS_MAX = 6, MSG_TEXT_MAX = 480, MSG_VALUE_MAX = 160 };

enum msg_kind {
    MSG_TEXT, /* shown as it is */
    MSG_INT,
    MSG_REAL, /* shown with `decimals` in the reader's notation */
    MSG_KEY,  /* itself a message key, translated where it stands */
};

struct msg_arg {
    enum msg_kind kind;
    int decimals;
    int64_t i;
    double d;
    uint16_t at, n; /* the text within msg.text */
};

struct msg {
    const char *key; /* NULL: no message */
    uint16_t n_args, used;
    struct msg_arg arg[MSG_ARGS_MAX];
    char text[MSG_TEXT_MAX];
};

void msg_set(struct msg *m, const char *key);

/*
 * Each adds the next value. A text over MSG_VALUE_MAX bytes keeps its head and
 * ends in an ellipsis; control characters and broken UTF-8 become U+FFFD, so
 * that hostile input cannot write on the reader's terminal.
 */
void msg_text(struct msg *m, str value);
void msg_int(struct msg *m, int64_t value);
void msg_real(struct msg *m, double value, int decimals);
void msg_key(struct msg *m, const char *key);

#endif
