/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The PostgreSQL driver: backups by pg_dump, which knows PostgreSQL better than we do. Putting
 * one back is the operator's work, with pg_restore: the database may be shared.
 */
#include "app/db/pg_int.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { ENVIRONMENT_MAX = 4096 };

/* Our environment with the password in it: as an argument everybody on the machine could see it. */
static char **environment_with(char *password)
{
    size_t n = 0;
    while (environ[n])
        n++;
    char **made = n < ENVIRONMENT_MAX ? calloc(n + 2, sizeof *made) : NULL;
    if (!made)
        return NULL;
    size_t kept = 0;
    made[kept++] = password;
    for (size_t i = 0; i < n; i++)
        if (strncmp(environ[i], "PGPASSWORD=", strlen("PGPASSWORD=")) != 0)
            made[kept++] = environ[i];
    return made;
}

/* The exit code of pg_dump, or -1 when it could not be started. */
static int dump(PGconn *h, const char *path)
{
    char password[STORE_URL_MAX + 16], host[STORE_URL_MAX];
    snprintf(password, sizeof password, "PGPASSWORD=%s", PQpass(h));
    snprintf(host, sizeof host, "--host=%s", PQhost(h) ? PQhost(h) : "");
    char *const args[] = {
        "pg_dump", "--format=custom", "--no-password", "--file",   (char *)path, host, "--port",
        PQport(h), "--username",      PQuser(h),       "--dbname", PQdb(h),      NULL};
    char **environment = environment_with(password);
    pid_t child;
    int status = -1;
    if (environment && posix_spawnp(&child, "pg_dump", NULL, NULL, args, environment) == 0)
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
    free(environment);
    explicit_bzero(password, sizeof password);
    return status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static err file_error(const char *path, struct err_info *info)
{
    err_io(info, "db.backup-failed", str_of(path));
    return info->code = errno == EEXIST ? E_CONFLICT : E_IO;
}

err pg_backup(store *s, const char *path, struct err_info *info)
{
    db *d = NULL;
    err e;
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return file_error(path, info);
    close(fd);
    e = pg_connect(s, false, &d, info);
    if (e == OK) {
        if (dump(((struct pg_db *)d)->h, path) != 0)
            e = db_error(s, info, E_IO, "db.backup-pg-dump");
        pg_disconnect(d);
    }
    if (e != OK)
        unlink(path);
    return e;
}

err pg_restore(store *s, const char *path, struct err_info *info)
{
    (void)path;
    return db_error(s, info, E_INPUT, "db.restore-postgresql");
}
