/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/start/keys.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* site.key: a title, and the secret as hexadecimal digits. */
#define TITLE "ontschot site key 1\n"
enum {
    TITLE_BYTES = sizeof TITLE - 1,
    SECRET_HEX = 2 * crypto_kdf_KEYBYTES,
    FILE_BYTES = TITLE_BYTES + SECRET_HEX + 1,
    PATH_BYTES_MAX = 4096,
};

/* Never renumbered: what a key was used for depends on it. */
enum key_use { KEY_SEAL = 1, KEY_HASH = 2, KEY_LOG = 3 };

static err read_secret(int fd, str path, unsigned char secret[crypto_kdf_KEYBYTES],
                       struct err_info *info)
{
    char text[FILE_BYTES + 1]; /* one byte more, to see a longer file */
    struct stat st;
    size_t n_bytes = 0;

    if (fstat(fd, &st) != 0)
        return err_io(info, "start.cannot-read-key", path);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return err_text(info, E_INPUT, "start.key-readable-by-others", path);
    const ssize_t n = read(fd, text, sizeof text);
    const bool is_ours = n == FILE_BYTES && memcmp(text, TITLE, TITLE_BYTES) == 0 &&
                         sodium_hex2bin(secret, crypto_kdf_KEYBYTES, text + TITLE_BYTES, SECRET_HEX,
                                        NULL, &n_bytes, NULL) == 0 &&
                         n_bytes == crypto_kdf_KEYBYTES;
    sodium_memzero(text, sizeof text);
    if (n < 0)
        return err_io(info, "start.cannot-read-key", path);
    return is_ours ? OK : err_text(info, E_INPUT, "start.key-damaged", path);
}

static err write_secret(int fd, str path, struct err_info *info)
{
    unsigned char secret[crypto_kdf_KEYBYTES];
    char text[FILE_BYTES + 1];

    crypto_kdf_keygen(secret);
    memcpy(text, TITLE, TITLE_BYTES);
    sodium_bin2hex(text + TITLE_BYTES, SECRET_HEX + 1, secret, sizeof secret);
    text[FILE_BYTES - 1] = '\n';
    errno = ENOSPC; /* a write that stops halfway does not say why */
    const bool is_written = write(fd, text, FILE_BYTES) == FILE_BYTES && fsync(fd) == 0;
    const err e = is_written ? OK : err_io(info, "start.cannot-write-key", path);
    sodium_memzero(text, sizeof text);
    sodium_memzero(secret, sizeof secret);
    return e;
}

/* Whole or not at all: linked under its name when all is written, and never over another. */
static err make_secret(const char *path, struct err_info *info)
{
    char temporary[PATH_BYTES_MAX + 16];
    (void)snprintf(temporary, sizeof temporary, "%s.%08x", path, randombytes_random());
    const int fd = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return err_io(info, "start.cannot-write-key", str_of(path));
    err e = write_secret(fd, str_of(path), info);
    close(fd);
    if (e == OK && link(temporary, path) != 0 && errno != EEXIST)
        e = err_io(info, "start.cannot-write-key", str_of(path));
    unlink(temporary);
    return e;
}

static err open_secret(const char *path, unsigned char secret[crypto_kdf_KEYBYTES],
                       struct err_info *info)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT) {
        const err e = make_secret(path, info);
        if (e != OK)
            return e;
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    }
    if (fd < 0)
        return err_io(info, "start.cannot-read-key", str_of(path));
    const err e = read_secret(fd, str_of(path), secret, info);
    close(fd);
    return e;
}

static void derive(unsigned char key[APP_KEY_BYTES], enum key_use use,
                   const unsigned char secret[crypto_kdf_KEYBYTES])
{
    (void)crypto_kdf_derive_from_key(key, APP_KEY_BYTES, (uint64_t)use, "ontschot", secret);
}

err keys_open(str folder, struct app_keys *keys, struct err_info *info)
{
    unsigned char secret[crypto_kdf_KEYBYTES];
    char path[PATH_BYTES_MAX];

    const int n = snprintf(path, sizeof path, "%.*s/site.key", (int)folder.n, folder.p);
    if (n < 0 || (size_t)n >= sizeof path)
        return err_text(info, E_LIMIT, "start.path-long", folder);
    err e = file_make_folder(folder, info);
    if (e == OK)
        e = open_secret(path, secret, info);
    if (e == OK) {
        derive(keys->seal, KEY_SEAL, secret);
        derive(keys->hash, KEY_HASH, secret);
        derive(keys->log, KEY_LOG, secret);
    }
    sodium_memzero(secret, sizeof secret);
    return e;
}
