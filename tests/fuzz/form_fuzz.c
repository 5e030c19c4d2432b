/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A form of either kind, by its first byte: '&' urlencoded, else multipart with
 * the boundary "XX". Read from memory and from a file it must be the same, and
 * whatever it is, stay within its limits.
 */
#include "web/http/form.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_text(str s)
{
    require(str_is_utf8(s) && (s.n == 0 || !memchr(s.p, '\0', s.n)));
}

static void check_form(const struct form *f, const struct form_limits *l, uint64_t body_size)
{
    require(f->n_fields <= l->fields && f->n_files <= l->files);
    for (size_t i = 0; i < f->n_fields; i++) {
        check_text(f->field[i].name);
        check_text(f->field[i].value);
        require(f->field[i].name.n <= FORM_NAME_MAX && f->field[i].value.n <= l->field_bytes);
    }
    for (size_t i = 0; i < f->n_files; i++) {
        const struct form_file *file = &f->file[i];
        check_text(file->filename);
        require(file->filename.n <= FORM_FILENAME_MAX && file->size <= l->file_bytes);
        require(file->from <= body_size && file->size <= body_size - file->from);
        for (size_t k = 0; k < file->filename.n; k++) {
            const unsigned char c = (unsigned char)file->filename.p[k];
            require(c >= 0x20 && c != 0x7f && c != '/' && c != '\\');
        }
    }
}

static void check_same(const struct form *a, const struct form *b)
{
    require(a->n_fields == b->n_fields && a->n_files == b->n_files);
    for (size_t i = 0; i < a->n_fields; i++)
        require(str_eq(a->field[i].name, b->field[i].name) &&
                str_eq(a->field[i].value, b->field[i].value));
    for (size_t i = 0; i < a->n_files; i++)
        require(a->file[i].from == b->file[i].from && a->file[i].size == b->file[i].size &&
                str_eq(a->file[i].filename, b->file[i].filename));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct form_limits limits = {
        .fields = 10, .field_bytes = 100, .files = 3, .file_bytes = 1 << 20};
    struct err_info info;
    struct form from_memory, from_file;
    const str type = n && data[0] == '&' ? STR("application/x-www-form-urlencoded")
                                         : STR("multipart/form-data; boundary=XX");
    const struct http_body memory = {.size = n, .text = {(const char *)data, n}, .fd = -1};
    struct http_body file = {.size = n, .fd = memfd_create("form", MFD_CLOEXEC)};
    arena *a = arena_new(64 << 20);
    if (a && file.fd >= 0 && write(file.fd, data, n) == (ssize_t)n) {
        const err e = form_parse(a, &memory, type, &limits, &from_memory, &info);
        require(form_parse(a, &file, type, &limits, &from_file, &info) == e);
        check_form(&from_memory, &limits, n);
        check_same(&from_memory, &from_file);
    }
    if (file.fd >= 0)
        close(file.fd);
    arena_free(a);
    return 0;
}
