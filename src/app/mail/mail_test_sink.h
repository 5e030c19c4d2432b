/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mail_test_sink: a mail server on the loopback that keeps every letter and delivers none.
 *
 * Does: speak SMTP (RFC 5321) to several clients at once, each in a thread; know one user,
 *       ontschot with password geheim, and take letters without one, too; keep letters as they
 *       came, in memory and, when asked, as files of a folder; be as unpleasant as a test wants.
 *       With a certificate it speaks TLS, at once or when asked (STARTTLS).
 * Does not: relay, or look into letters.
 */
#ifndef ONTSCHOT_APP_MAIL_TEST_SINK_H
#define ONTSCHOT_APP_MAIL_TEST_SINK_H

#include "base/str.h"

enum sink_mood {
    SINK_TAKES,
    SINK_AWAY_AT_FIRST, /* 421 instead of a greeting */
    SINK_NO_LOGIN,      /* 535 to AUTH */
    SINK_NO_SENDER,     /* 550 to MAIL */
    SINK_LATER,         /* 451 to RCPT */
    SINK_NO_READER,     /* 550 to RCPT */
    SINK_NO_TEXT,       /* 554 behind the text */
    SINK_DROPS_BEFORE,  /* hangs up at DATA */
    SINK_DROPS_AFTER,   /* keeps the letter and hangs up before it says so */
    SINK_SLOW,          /* takes, after SINK_SLOW_MS */
};

enum { SINK_SLOW_MS = 20, SINK_LETTERS_MAX = 2000, SINK_LETTER_MAX = 1 << 20 };

typedef struct sink sink;

/* `port` 0: any free one. `folder` NULL: in memory only. NULL when it cannot listen. */
sink *sink_start(int port, const char *folder);

/* With a certificate and key (PEM). `at_once`: smtps; else it offers STARTTLS. */
sink *sink_start_tls(const char *certificate, const char *key, bool at_once);
void sink_stop(sink *s); /* NULL is fine */
int sink_port(const sink *s);

void sink_set_mood(sink *s, enum sink_mood mood);

/* How often somebody asked it to take a letter for a reader. */
int sink_asked(const sink *s);

/* How many letters it has; and letter `i`, in the order they came, valid until sink_stop. */
size_t sink_count(sink *s);
struct sink_letter {
    str from, to; /* of the envelope */
    str text;     /* without the dots that SMTP adds */
};
struct sink_letter sink_letter_at(sink *s, size_t i);

#endif
