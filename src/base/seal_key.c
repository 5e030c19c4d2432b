/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"
#include "base/out.h"
#include "base/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * signing.key: a title, the seed and the public key that follows from it, each
 * on its own line. The last tells a damaged file from a whole one.
 */
#define TITLE "ontschot signing key 1\n"
enum {
    TITLE_BYTES = sizeof TITLE - 1,
    SEED_HEX = 2 * crypto_sign_SEEDBYTES,
    FILE_BYTES = TITLE_BYTES + SEED_HEX + 1 + SEAL_PUBLIC_TEXT + 1,
    PATH_BYTES_MAX = 4096,
};

struct seal_key { /* in guarded memory that never reaches the swap file */
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    struct seal_public public;
};

struct paths {
    char secret[PATH_BYTES_MAX], public[PATH_BYTES_MAX], temporary[PATH_BYTES_MAX];
};

static bool join(char path[PATH_BYTES_MAX], str folder, const char *name)
{
    const int n = snprintf(path, PATH_BYTES_MAX, "%.*s/%s", (int)folder.n, folder.p, name);
    return n > 0 && n < PATH_BYTES_MAX;
}

static bool set_paths(struct paths *p, str folder)
{
    char temporary[64];
    snprintf(temporary, sizeof temporary, "signing.key.%08x", randombytes_random());
    return folder.n < PATH_BYTES_MAX && join(p->secret, folder, "signing.key") &&
           join(p->public, folder, "signing.pub") && join(p->temporary, folder, temporary);
}

static bool from_seed(seal_key *key, const unsigned char seed[crypto_sign_SEEDBYTES])
{
    return crypto_sign_seed_keypair(key->public.byte, key->secret, seed) == 0;
}

static bool parse_key(const char text[FILE_BYTES], seal_key *key)
{
    unsigned char seed[crypto_sign_SEEDBYTES];
    struct seal_public written;
    const char *seed_hex = text + TITLE_BYTES;
    const char *public = seed_hex + SEED_HEX + 1;
    size_t n = 0;
    const bool parsed =
        memcmp(text, TITLE, TITLE_BYTES) == 0 && seed_hex[SEED_HEX] == '\n' &&
        public[SEAL_PUBLIC_TEXT] == '\n' &&
        sodium_hex2bin(seed, sizeof seed, seed_hex, SEED_HEX, NULL, &n, NULL) == 0 &&
        n == sizeof seed && seal_parse_public((str){public, SEAL_PUBLIC_TEXT}, &written) &&
        from_seed(key, seed) && memcmp(&written, &key->public, sizeof written) == 0;
    sodium_memzero(seed, sizeof seed);
    return parsed;
}

/* The open file into `key`. One byte more than a key is asked for, to see a longer file. */
static err read_key(int fd, const char *path, seal_key *key, struct err_info *info)
{
    char text[FILE_BYTES + 1];
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_io(info, "seal.cannot-read", str_of(path));
    if (!S_ISREG(st.st_mode))
        return err_text(info, E_INPUT, "seal.key-damaged", str_of(path));
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return err_text(info, E_INPUT, "seal.key-readable-by-others", str_of(path));
    const ssize_t n = read(fd, text, sizeof text);
    err e = OK;
    if (n < 0)
        e = err_io(info, "seal.cannot-read", str_of(path));
    else if (n != FILE_BYTES || !parse_key(text, key))
        e = err_text(info, E_INPUT, "seal.key-damaged", str_of(path));
    sodium_memzero(text, sizeof text);
    return e;
}

static err write_secret(int fd, const struct paths *p, const seal_key *key, struct err_info *info)
{
    char text[FILE_BYTES + 1];
    char seed[SEED_HEX + 1];
    char public[SEAL_PUBLIC_TEXT];
    sodium_bin2hex(seed, sizeof seed, key->secret, crypto_sign_SEEDBYTES); /* the secret's head */
    seal_print_public(key->public, public);
    snprintf(text, sizeof text, TITLE "%s\n%.*s\n", seed, SEAL_PUBLIC_TEXT, public);
    errno = ENOSPC; /* a write that stops halfway does not say why */
    const bool written = write(fd, text, FILE_BYTES) == FILE_BYTES && fsync(fd) == 0;
    const err e = written ? OK : err_io(info, "seal.cannot-write", str_of(p->secret));
    sodium_memzero(text, sizeof text);
    sodium_memzero(seed, sizeof seed);
    return e;
}

/* Complete or not at all: linked under its name only when all is written, and never over a key. */
static err store_secret(const struct paths *p, const seal_key *key, bool *stored,
                        struct err_info *info)
{
    const int fd = open(p->temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return err_io(info, "seal.cannot-write", str_of(p->secret));
    err e = write_secret(fd, p, key, info);
    close(fd);
    *stored = e == OK && link(p->temporary, p->secret) == 0;
    if (e == OK && !*stored && errno != EEXIST)
        e = err_io(info, "seal.cannot-write", str_of(p->secret));
    unlink(p->temporary);
    return e;
}

static err make_key(str folder, const struct paths *p, seal_key *key, bool *made,
                    struct err_info *info)
{
    char line[SEAL_PUBLIC_TEXT + 1];
    err e = file_make_folder(folder, info);
    if (e != OK)
        return e;
    crypto_sign_keypair(key->public.byte, key->secret);
    e = store_secret(p, key, made, info);
    if (e != OK || !*made)
        return e;
    seal_print_public(key->public, line);
    line[SEAL_PUBLIC_TEXT] = '\n';
    return file_write(str_of(p->public), (str){line, sizeof line}, info);
}

static err load_key(const struct paths *p, seal_key *key, struct err_info *info)
{
    const int fd = open(p->secret, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe may never answer */
    if (fd < 0)
        return err_io(info, "seal.cannot-read", str_of(p->secret));
    const err e = read_key(fd, p->secret, key, info);
    close(fd);
    return e;
}

err seal_key_open(str folder, seal_key **key, bool *made, struct err_info *info)
{
    struct paths p;
    if (sodium_init() < 0)
        return err_set(info, E_IO, "seal.no-randomness");
    if (!set_paths(&p, folder))
        return err_text(info, E_INPUT, "seal.path-too-long", folder);
    seal_key *k = sodium_malloc(sizeof *k);
    if (!k)
        return err_nomem(info);

    *made = false;
    err e = load_key(&p, k, info);
    if (e == E_NOT_FOUND) {
        e = make_key(folder, &p, k, made, info);
        if (e == OK && !*made) /* another process made one at the same moment */
            e = load_key(&p, k, info);
    }
    if (e == OK)
        *key = k;
    else
        seal_key_free(k);
    return e;
}

void seal_key_free(seal_key *key)
{
    sodium_free(key); /* wipes */
}

struct seal_public seal_key_public(const seal_key *key)
{
    return key->public;
}

struct seal_signature seal_sign(const seal_key *key, str statement)
{
    struct seal_signature s;
    crypto_sign_detached(s.byte, NULL, (const unsigned char *)statement.p, statement.n,
                         key->secret);
    return s;
}
