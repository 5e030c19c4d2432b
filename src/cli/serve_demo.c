/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * serve_demo: a site that was filled as a demonstration says how to sign in, and lets nobody else
 * near: everyone can read its passwords.
 */
#include "cli/serve_int.h"

#include "app/access/access.h"
#include "base/file.h"

enum { ACCOUNTS_BYTES_MAX = 64 << 10, COLUMN_EMAIL = 38, COLUMN_PASSWORD = 22 };

static err read_accounts(struct cli *c, str data, str *text, struct err_info *info)
{
    out path;
    out_init(&path, 4096);
    out_str(&path, data);
    out_cstr(&path, "/demo-accounts");
    const err e = file_read(c->memory, out_view(&path), ACCOUNTS_BYTES_MAX, text, info);
    out_free(&path);
    return e;
}

static void print_cell(out *o, str text, size_t width)
{
    out_visible(o, text);
    for (size_t n = text.n; n < width; n++)
        out_char(o, ' ');
}

bool serve_is_demo(struct cli *c, str data)
{
    struct err_info info;
    str text;
    return read_accounts(c, data, &text, &info) != E_NOT_FOUND;
}

/* Address, password, secret of the authenticator, name. */
static void print_account(out *o, str line, int64_t now_ms)
{
    unsigned char secret[ACCESS_SECOND_BYTES];
    str email, password, base32, name;
    char code[6];

    if (!str_next(&line, '\t', &email) || !str_next(&line, '\t', &password) ||
        !str_next(&line, '\t', &base32) || !str_next(&line, '\t', &name) ||
        !second_secret_parse(base32, secret))
        return;
    second_code(secret, sizeof secret, now_ms, code);
    out_cstr(o, "  ");
    print_cell(o, email, COLUMN_EMAIL);
    print_cell(o, password, COLUMN_PASSWORD);
    out_bytes(o, code, sizeof code);
    out_cstr(o, "  ");
    out_visible(o, name);
    out_char(o, '\n');
}

err serve_demo_print(struct cli *c, str data, const http_server *server, out *o,
                     struct err_info *info)
{
    str text, line;
    err e = read_accounts(c, data, &text, info);
    if (e == E_NOT_FOUND)
        return OK;
    if (e != OK)
        return e;
    if (!http_server_is_local(server))
        return err_set(info, E_INPUT, "cli.demo-not-local");
    out_str(o, tr(c->lang, "cli.demo-accounts"));
    out_char(o, '\n');
    while (str_next(&text, '\n', &line))
        print_account(o, line, c->now_ms());
    return OK;
}
