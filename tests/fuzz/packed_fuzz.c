/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The file between the process that reads a delivery and the one that keeps it, as a child that was
 * taken over might write it. Whatever it is, it is refused or told; what is told is told the same
 * after it was packed again.
 */
#include "app/register/pack.h"
#include "app/register/register.h"
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What was told, packed again. */
static err take_head(void *to, const struct intake_head *head, struct err_info *info)
{
    pack_head(to, head);
    return out_error(to, info);
}

static err take_record(void *to, const struct intake_record *r, struct err_info *info)
{
    pack_record(to, r);
    if (r->person)
        pack_person(to, r->person);
    for (size_t i = 0; i < r->n_relations; i++)
        pack_person(to, &r->relation[i].other);
    return out_error(to, info);
}

static err take_aside(void *to, enum intake_kind kind, struct intake_place place, int64_t cents,
                      const struct msg *reason, struct err_info *info)
{
    pack_int(to, kind);
    pack_int(to, place.line);
    pack_int(to, cents);
    pack_text(to, str_of(reason->key));
    return out_error(to, info);
}

struct source {
    const char *path;
};

static err tell_again(void *with, const struct intake_sink *sink, struct err_info *info)
{
    const struct source *s = with;
    return register_unpack(str_of(s->path), sink, NULL, info);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char path[40], again_path[48];
    struct err_info info;
    out first, second;
    const int fd = memfd_create("packed", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, n) != (ssize_t)n)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    snprintf(again_path, sizeof again_path, "packed-%ld", (long)getpid());
    out_init(&first, (size_t)64 << 20);
    out_init(&second, (size_t)64 << 20);

    const struct intake_sink sink = {take_head, take_record, take_aside, &first};
    if (register_unpack(str_of(path), &sink, NULL, &info) == OK) {
        struct source s = {path};
        const struct intake_sink same = {take_head, take_record, take_aside, &second};
        if (register_pack(str_of(again_path), tell_again, &s, &info) != OK ||
            register_unpack(str_of(again_path), &same, NULL, &info) != OK ||
            !str_eq(out_view(&first), out_view(&second)))
            abort();
        (void)unlink(again_path);
    }
    out_free(&first);
    out_free(&second);
    close(fd);
    return 0;
}
