/* SPDX-License-Identifier: EUPL-1.2 */
/* qr: a text as a QR code that a page shows, drawn from the squares that libqrencode finds. */
#include "web/accounts/accounts_int.h"

#include <errno.h>

#include <qrencode.h>

enum { QUIET = 4, SVG_MAX = 256 << 10 }; /* QUIET: the white edge that the standard asks */

static bool is_dark(const QRcode *code, int x, int y)
{
    return (code->data[y * code->width + x] & 1) != 0;
}

/* Each row's runs of dark squares as one shape: M x y h n v1 h-n z. */
static void draw(out *o, const QRcode *code)
{
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width; x++) {
            const int from = x;
            while (x < code->width && is_dark(code, x, y))
                x++;
            if (x == from)
                continue;
            out_char(o, 'M');
            out_int(o, from + QUIET);
            out_char(o, ' ');
            out_int(o, y + QUIET);
            out_char(o, 'h');
            out_int(o, x - from);
            out_cstr(o, "v1h-");
            out_int(o, x - from);
            out_char(o, 'z');
        }
}

static void print(out *o, const QRcode *code, str label)
{
    const int side = code->width + 2 * QUIET;
    out_cstr(o, "<svg class=\"o-qr\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ");
    out_int(o, side);
    out_char(o, ' ');
    out_int(o, side);
    out_cstr(o, "\" role=\"img\" aria-label=\"");
    html_escape(o, label);
    out_cstr(o, "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h");
    out_int(o, side);
    out_char(o, 'v');
    out_int(o, side);
    out_cstr(o, "H0z\"/><path fill=\"#000\" d=\"");
    draw(o, code);
    out_cstr(o, "\"/></svg>");
}

err qr_svg(arena *a, str text, str label, safe_html *svg, struct err_info *info)
{
    const str copy = arena_str(a, text);
    if (!copy.p)
        return err_nomem(info);
    QRcode *code = QRcode_encodeString8bit(copy.p, 0, QR_ECLEVEL_M);
    if (!code)
        return errno == ENOMEM ? err_nomem(info) : err_set(info, E_LIMIT, "accounts.qr-too-long");
    out o;
    out_init(&o, SVG_MAX);
    print(&o, code, label);
    QRcode_free(code);
    err e = out_error(&o, info);
    if (e == OK) {
        svg->html = arena_str(a, out_view(&o));
        e = svg->html.p ? OK : err_nomem(info);
    }
    out_free(&o);
    return e;
}
