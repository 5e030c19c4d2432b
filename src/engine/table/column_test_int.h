/* SPDX-License-Identifier: EUPL-1.2 */
/* For the tests of the column file: a folder to write in, and tables to write. Includes cmocka. */
#ifndef ONTSCHOT_ENGINE_COLUMN_TEST_INT_H
#define ONTSCHOT_ENGINE_COLUMN_TEST_INT_H

#include "engine/table/column_int.h"
#include "engine/table/table_test_int.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { DUMP_MAX = 1 << 26 };

/* ---- a folder of one's own ---- */

struct room {
    char folder[64];
    char path[96];
    arena *a;
};

static inline int make_room(void **state)
{
    struct room *r = calloc(1, sizeof *r);
    strcpy(r->folder, "column_test.XXXXXX");
    assert_non_null(mkdtemp(r->folder));
    snprintf(r->path, sizeof r->path, "%s/t.ot", r->folder);
    r->a = arena_new(1 << 26);
    *state = r;
    return 0;
}

static inline size_t count_files(const char *folder)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    for (const struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static inline int leave_room(void **state)
{
    struct room *r = *state;
    unlink(r->path);
    const int left = rmdir(r->folder);
    arena_free(r->a);
    free(r);
    return left;
}

/* ---- pieces ---- */

static inline table *parsed(str text)
{
    struct err_info info;
    table *t = NULL;
    const err e = table_parse(text, STR("text"), NULL, NULL, &t, &info);
    if (e != OK)
        fail_msg("%s at %d", info.msg.key, (int)info.line);
    return t;
}

static inline str dumped(arena *a, const table *t)
{
    out o;
    out_init(&o, DUMP_MAX);
    dump_table(&o, t);
    const str s = arena_str(a, out_view(&o));
    assert_non_null(s.p);
    out_free(&o);
    return s;
}

static inline table *opened(const struct room *r)
{
    struct err_info info;
    table *t = NULL;
    const err e = table_open(str_of(r->path), NULL, NULL, NULL, &t, &info);
    if (e != OK)
        fail_msg("%s", info.msg.key);
    return t;
}

static inline void written(const struct room *r, const table *t, const char *unit, const char *time)
{
    struct err_info info;
    assert_int_equal(table_write(t, str_of(r->path), str_of(unit), str_of(time), NULL, NULL, &info),
                     OK);
}

static inline str content(const struct room *r)
{
    struct err_info info;
    str s;
    assert_int_equal(file_read(r->a, str_of(r->path), 1 << 25, &s, &info), OK);
    return s;
}

#define EVERY_TYPE                                                                                 \
    "persoon;maand;team;bedrag;start\n"                                                            \
    "2;202401;zuid;1,5;2024-01-31\n"                                                               \
    "1;202402;noord;NA;\n"                                                                         \
    "2;202312;;-0,25;1-2-2023\n"                                                                   \
    "1;202401;Zoë;Inf;2023-12-31\n"

#endif
