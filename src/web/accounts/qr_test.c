/* SPDX-License-Identifier: EUPL-1.2 */
/* What is drawn is every dark square of the code and no other, with the white edge around it. */
#include "web/accounts/accounts_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <qrencode.h>

enum { SIDE_MAX = 200, EDGE = 4 };

/* The squares that a path of "M x y h n v1h-n z" covers. */
static void paint(const char *path, bool square[SIDE_MAX][SIDE_MAX])
{
    int x, y, n, used;
    while (sscanf(path, "M%d %dh%dv1h-%*dz%n", &x, &y, &n, &used) == 3) {
        for (int i = 0; i < n; i++) {
            assert_false(square[y][x + i]);
            square[y][x + i] = true;
        }
        path += used;
    }
    assert_int_equal(*path, '"');
}

static void the_picture_has_the_squares_of_the_code(void **state)
{
    static bool square[SIDE_MAX][SIDE_MAX];
    const char *text = "otpauth://totp/Site:sanne%40x.nl?secret=5MYHX6ODD42N3OLYPVVKRJRLTUAYFDYI";
    arena *a = arena_new(4 << 20);
    struct err_info info;
    safe_html svg;
    (void)state;

    assert_int_equal(qr_svg(a, str_of(text), STR("a \"label\""), &svg, &info), OK);

    const char *dark = strstr(svg.html.p, "fill=\"#000\" d=\"");
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    assert_non_null(dark);
    assert_non_null(code);
    assert_non_null(strstr(svg.html.p, "aria-label=\"a &#34;label&#34;\""));
    paint(dark + strlen("fill=\"#000\" d=\""), square);
    for (int y = 0; y < code->width + 2 * EDGE; y++)
        for (int x = 0; x < code->width + 2 * EDGE; x++) {
            const int i = x - EDGE, j = y - EDGE;
            const bool inside = i >= 0 && j >= 0 && i < code->width && j < code->width;
            assert_int_equal(square[y][x], inside && (code->data[j * code->width + i] & 1));
        }
    QRcode_free(code);
    arena_free(a);
}

static void a_text_that_is_too_long_is_refused(void **state)
{
    static char text[4000];
    arena *a = arena_new(4 << 20);
    struct err_info info;
    safe_html svg;
    (void)state;
    memset(text, 'a', sizeof text);

    assert_int_equal(qr_svg(a, (str){text, sizeof text}, STR(""), &svg, &info), E_LIMIT);

    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_picture_has_the_squares_of_the_code),
        cmocka_unit_test(a_text_that_is_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
