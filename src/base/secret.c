/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* A title, the bytes, and the head of their hash, which tells a damaged file from a whole one. */
#define TITLE "ontschot secret key 1\n"
enum {
    TITLE_BYTES = sizeof TITLE - 1,
    HEX = 2 * SECRET_BYTES,
    CHECK_BYTES = crypto_generichash_BYTES_MIN,
    CHECK_HEX = 2 * CHECK_BYTES,
    FILE_BYTES = TITLE_BYTES + HEX + 1 + CHECK_HEX + 1,
};

struct secret {
    unsigned char byte[SECRET_BYTES];
};

static void print_file(const secret *s, char text[FILE_BYTES + 1])
{
    unsigned char check[CHECK_BYTES];
    memcpy(text, TITLE, TITLE_BYTES);
    char *at = text + TITLE_BYTES;
    sodium_bin2hex(at, HEX + 1, s->byte, sizeof s->byte);
    at[HEX] = '\n';
    crypto_generichash(check, sizeof check, s->byte, sizeof s->byte, NULL, 0);
    sodium_bin2hex(at + HEX + 1, CHECK_HEX + 1, check, sizeof check);
    at[HEX + 1 + CHECK_HEX] = '\n';
}

/* Right when printing what was read gives the file again. */
static bool parse_file(const char text[FILE_BYTES], secret *s)
{
    char again[FILE_BYTES + 1];
    size_t n = 0;
    if (sodium_hex2bin(s->byte, sizeof s->byte, text + TITLE_BYTES, HEX, NULL, &n, NULL) != 0 ||
        n != sizeof s->byte)
        return false;
    print_file(s, again);
    const bool is_same = sodium_memcmp(again, text, FILE_BYTES) == 0;
    sodium_memzero(again, sizeof again);
    return is_same;
}

/* NULL when memory is out. Guarded, locked, left out of core dumps. */
static secret *secret_new(void)
{
    return sodium_init() < 0 ? NULL : sodium_malloc(sizeof(secret));
}

static err read_open(int fd, str path, secret *s, struct err_info *info)
{
    char text[FILE_BYTES + 1]; /* one byte more than a key, to see a longer file */
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_io(info, "secret.cannot-read", path);
    if (!S_ISREG(st.st_mode))
        return err_text(info, E_INPUT, "secret.no-key", path);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return err_text(info, E_INPUT, "secret.readable-by-others", path);
    const ssize_t n = read(fd, text, sizeof text);
    err e = OK;
    if (n < 0)
        e = err_io(info, "secret.cannot-read", path);
    else if (n != FILE_BYTES || !parse_file(text, s))
        e = err_text(info, E_INPUT, "secret.no-key", path);
    sodium_memzero(text, sizeof text);
    return e;
}

static bool terminate(str path, char name[PATH_MAX])
{
    const int n =
        snprintf(name, PATH_MAX, "%.*s", (int)(path.n < PATH_MAX ? path.n : PATH_MAX), path.p);
    return n > 0 && n < PATH_MAX && strlen(name) == path.n;
}

err secret_read(str path, secret **s, struct err_info *info)
{
    char name[PATH_MAX];
    if (!terminate(path, name))
        return err_text(info, E_INPUT, "secret.no-key", path);
    secret *made = secret_new();
    if (!made)
        return err_nomem(info);
    const int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const err e =
        fd < 0 ? err_io(info, "secret.cannot-read", path) : read_open(fd, path, made, info);
    if (fd >= 0)
        close(fd);
    if (e != OK) {
        secret_free(made);
        return e;
    }
    *s = made;
    return OK;
}

/* Linked under its name when it is all there: nobody sees half a key, and none is written over. */
static err write_new(str path, const char *name, const secret *s, struct err_info *info)
{
    char temporary[PATH_MAX], text[FILE_BYTES + 1];
    const int n = snprintf(temporary, sizeof temporary, "%s.%08x", name, randombytes_random());
    if (n < 0 || (size_t)n >= sizeof temporary)
        return err_text(info, E_INPUT, "secret.path-long", path);
    const int fd = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return err_io(info, "secret.cannot-write", path);
    print_file(s, text);
    errno = ENOSPC; /* a write that stops halfway does not say why */
    const bool is_written = write(fd, text, FILE_BYTES) == FILE_BYTES && fsync(fd) == 0;
    sodium_memzero(text, sizeof text);
    err e = is_written ? OK : err_io(info, "secret.cannot-write", path);
    close(fd);
    if (e == OK && link(temporary, name) != 0)
        e = errno == EEXIST ? err_text(info, E_CONFLICT, "secret.is-there", path)
                            : err_io(info, "secret.cannot-write", path);
    unlink(temporary);
    return e;
}

err secret_make(str path, struct err_info *info)
{
    char name[PATH_MAX];
    if (!terminate(path, name))
        return err_text(info, E_INPUT, "secret.path-long", path);
    secret *s = secret_new();
    if (!s)
        return err_nomem(info);
    randombytes_buf(s->byte, sizeof s->byte);
    const err e = write_new(path, name, s, info);
    secret_free(s);
    return e;
}

err secret_of(const unsigned char byte[SECRET_BYTES], secret **s, struct err_info *info)
{
    secret *made = secret_new();
    if (!made)
        return err_nomem(info);
    memcpy(made->byte, byte, SECRET_BYTES);
    *s = made;
    return OK;
}

void secret_free(secret *s)
{
    sodium_free(s); /* wipes */
}

const unsigned char *secret_bytes(const secret *s)
{
    return s->byte;
}

void secret_forbid_dumps(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none); /* lowering a limit cannot fail */
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
