/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * app: what the rooms of the second floor are given from outside.
 *
 * Does: name the clock, chance and keys that the program made at its start, and who does a
 *       thing, when. Tests pass their own.
 * Does not: own any of them, or hold a database: a connection belongs to one thread and is passed
 *           beside it.
 */
#ifndef ONTSCHOT_APP_APP_H
#define ONTSCHOT_APP_APP_H

#include "app/access/viewer.h"
#include "base/arena.h"

struct password_gate;
struct access_holding;
struct once_key;

enum { APP_KEY_BYTES = 32 };

/*
 * Keys of this installation, read from its key folder at the start and kept nowhere else: a copy of
 * the database alone opens no second factor and forges no log.
 */
struct app_keys {
    unsigned char seal[APP_KEY_BYTES]; /* encrypts what must be read back: second factors */
    unsigned char hash[APP_KEY_BYTES]; /* hashes what must only be recognised: tokens, throttles */
    unsigned char log[APP_KEY_BYTES];  /* chains the audit log */
};

struct app {
    int64_t (*now_ms)(void);                  /* UTC */
    void (*random_bytes)(void *to, size_t n); /* fit for secrets */
    const struct app_keys *keys;
    struct password_gate *gate; /* bounds how many passwords are hashed at once */
    str base_url;               /* "https://voorbeeldstad.nl", without a slash at the end */
    str site_name;
    /* What each room keeps about people, see access/holding.h: for their export and erasure. */
    const struct access_holding *const *holding;
    size_t n_holdings;
    str data_folder; /* absolute: uploaded files, results of long work, keys; see app/job */
};

/* Who does something, when, and where its results live. */
struct deed {
    const struct app *app;
    struct viewer viewer;
    int64_t now_ms; /* the same for the whole request: what was visible at its start stays so */
    arena *memory;  /* of the request or job */
    /* the request that may come twice, see app/once; NULL: each call makes something new */
    const struct once_key *once;
};

#endif
