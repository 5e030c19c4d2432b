/* SPDX-License-Identifier: EUPL-1.2 */
/* keys: the secrets of this installation, in a folder that only its user can read. */
#include "app/access/access_int.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A title, and each key in hexadecimal on its own line. */
#define TITLE     "ontschot installation keys 1\n"
#define FILE_NAME "installation.keys"
enum {
    TITLE_BYTES = sizeof TITLE - 1,
    KEY_LINE = 2 * APP_KEY_BYTES + 1,
    KEYS = 3,
    FILE_BYTES = TITLE_BYTES + KEYS * KEY_LINE,
    PATH_BYTES_MAX = 4096,
};

static unsigned char *key_at(struct app_keys *k, int i)
{
    return i == 0 ? k->seal : i == 1 ? k->hash : k->log;
}

static bool parse(const char text[FILE_BYTES], struct app_keys *k)
{
    if (memcmp(text, TITLE, TITLE_BYTES) != 0)
        return false;
    for (int i = 0; i < KEYS; i++) {
        const char *line = text + TITLE_BYTES + i * KEY_LINE;
        size_t n = 0;
        if (line[KEY_LINE - 1] != '\n' ||
            sodium_hex2bin(key_at(k, i), APP_KEY_BYTES, line, KEY_LINE - 1, NULL, &n, NULL) != 0 ||
            n != APP_KEY_BYTES)
            return false;
    }
    return true;
}

static void print(char text[FILE_BYTES], struct app_keys *k)
{
    char hex[KEY_LINE]; /* with the terminator, where the line ends */

    memcpy(text, TITLE, TITLE_BYTES);
    for (int i = 0; i < KEYS; i++) {
        sodium_bin2hex(hex, sizeof hex, key_at(k, i), APP_KEY_BYTES);
        memcpy(text + TITLE_BYTES + i * KEY_LINE, hex, KEY_LINE - 1);
        text[TITLE_BYTES + (i + 1) * KEY_LINE - 1] = '\n';
    }
    sodium_memzero(hex, sizeof hex);
}

/* Whose it is, and who else could read it. */
static err check_owner(int fd, str path, struct err_info *info)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_io(info, "access.keys-unreadable", path);
    if (st.st_uid != geteuid() || (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return err_text(info, E_INPUT, "access.keys-open", path);
    return OK;
}

/* Makes the folder and opens it: what follows happens in this one, whatever its name becomes. */
static err open_folder(const char *path, int *fd, struct err_info *info)
{
    const char *slash = strrchr(path, '/');

    if (slash && slash != path) {
        const err e = file_make_folder((str){path, (size_t)(slash - path)}, info);
        if (e != OK)
            return e;
    }
    if (mkdir(path, S_IRWXU) != 0 && errno != EEXIST)
        return err_io(info, "access.keys-unwritable", str_of(path));
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0)
        return err_io(info, "access.keys-unreadable", str_of(path));
    const err e = check_owner(*fd, str_of(path), info);
    if (e != OK)
        close(*fd);
    return e;
}

/* E_NOT_FOUND when there is none yet. */
static err read_keys(int folder, const char *path, struct app_keys *k, struct err_info *info)
{
    char text[FILE_BYTES + 1]; /* one more, to see a longer file */
    const int fd = openat(folder, FILE_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0)
        return err_io(info, "access.keys-unreadable", str_of(path));
    err e = check_owner(fd, str_of(path), info);
    if (e == OK && (read(fd, text, sizeof text) != FILE_BYTES || !parse(text, k)))
        e = err_text(info, E_INPUT, "access.keys-damaged", str_of(path));
    sodium_memzero(text, sizeof text);
    close(fd);
    return e;
}

static err write_file(int folder, const char *name, const char *path, struct app_keys *k,
                      struct err_info *info)
{
    char text[FILE_BYTES];
    const int fd = openat(folder, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);

    if (fd < 0)
        return err_io(info, "access.keys-unwritable", str_of(path));
    print(text, k);
    errno = ENOSPC; /* a write that stops halfway does not say why */
    const bool is_written = write(fd, text, sizeof text) == FILE_BYTES && fsync(fd) == 0;
    const err e = is_written ? OK : err_io(info, "access.keys-unwritable", str_of(path));
    sodium_memzero(text, sizeof text);
    close(fd);
    return e;
}

/* Under its name only when all is written, and never over keys that another program just made. */
static err make_keys(int folder, const char *path, struct app_keys *k, bool *made,
                     struct err_info *info)
{
    char temporary[64];

    snprintf(temporary, sizeof temporary, FILE_NAME ".%08x", randombytes_random());
    randombytes_buf(k, sizeof *k);
    err e = write_file(folder, temporary, path, k, info);
    *made = e == OK && linkat(folder, temporary, folder, FILE_NAME, 0) == 0;
    if (e == OK && !*made && errno != EEXIST)
        e = err_io(info, "access.keys-unwritable", str_of(path));
    unlinkat(folder, temporary, 0);
    if (e == OK && fsync(folder) != 0)
        e = err_io(info, "access.keys-unwritable", str_of(path));
    return e;
}

err access_keys_open(str folder, struct app_keys **keys, bool *made, struct err_info *info)
{
    char path[PATH_BYTES_MAX];
    int fd;

    *made = false;
    if (sodium_init() < 0)
        return err_set(info, E_IO, "seal.no-randomness");
    while (folder.n > 1 && folder.p[folder.n - 1] == '/')
        folder.n--;
    const int n = snprintf(path, sizeof path, "%.*s", (int)folder.n, folder.p);
    if (n <= 0 || n >= PATH_BYTES_MAX)
        return err_text(info, E_INPUT, "seal.path-too-long", folder);
    struct app_keys *k = sodium_malloc(sizeof *k);
    if (!k)
        return err_nomem(info);
    err e = open_folder(path, &fd, info);
    if (e == OK) {
        e = read_keys(fd, path, k, info);
        if (e == E_NOT_FOUND) {
            e = make_keys(fd, path, k, made, info);
            if (e == OK && !*made)
                e = read_keys(fd, path, k, info);
        }
        close(fd);
    }
    if (e == OK)
        *keys = k;
    else
        access_keys_close(k);
    return e;
}

void access_keys_close(struct app_keys *keys)
{
    sodium_free(keys); /* wipes */
}
