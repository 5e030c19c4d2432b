/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The PostgreSQL driver: backups by pg_dump and pg_restore, which know PostgreSQL better than we
 * do.
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

enum { ENVIRONMENT_MAX = 4096, TOOL_ARGS_MAX = 20 };

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

/*
 * Runs one of PostgreSQL's own programs on the database of this connection; `args` has room for
 * where that is, after its first `n`. Its exit code, or -1 when it could not be started.
 */
static int run_tool(PGconn *h, char *args[TOOL_ARGS_MAX], size_t n)
{
    char password[STORE_URL_MAX + 16], host[STORE_URL_MAX];
    snprintf(password, sizeof password, "PGPASSWORD=%s", PQpass(h));
    snprintf(host, sizeof host, "--host=%s", PQhost(h) ? PQhost(h) : "");
    char *const where[] = {"--no-password", host,       "--port", PQport(h), "--username",
                           PQuser(h),       "--dbname", PQdb(h),  NULL};
    for (size_t i = 0; i < sizeof where / sizeof *where; i++)
        args[n + i] = where[i];
    char **environment = environment_with(password);
    pid_t child;
    int status = -1;
    if (environment && posix_spawnp(&child, args[0], NULL, NULL, args, environment) == 0)
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
    free(environment);
    explicit_bzero(password, sizeof password);
    return status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int dump(PGconn *h, const char *path)
{
    char *args[TOOL_ARGS_MAX] = {"pg_dump", "--format=custom", "--file", (char *)path};
    return run_tool(h, args, 4);
}

/* All of it or nothing; as the user we are, whoever owned it. */
static int undump(PGconn *h, const char *path)
{
    char *args[TOOL_ARGS_MAX] = {"pg_restore",      "--single-transaction", "--no-owner",
                                 "--no-privileges", "--schema=public",      (char *)path};
    return run_tool(h, args, 6);
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
    bool ours = false, others = false;
    db *d = NULL;
    if (access(path, R_OK) != 0)
        return db_error(s, info, E_INPUT, "db.cannot-open");
    err e = pg_connect(s, true, &d, info);
    if (e != OK)
        return e;
    e = s->driver->has_tables(d, &ours, &others, info);
    if (e == OK && (ours || others))
        e = db_error(s, info, E_CONFLICT, "db.not-empty");
    if (e == OK && undump(((struct pg_db *)d)->h, path) != 0)
        e = db_error(s, info, E_INPUT, "db.restore-pg-restore");
    pg_disconnect(d);
    return e;
}
