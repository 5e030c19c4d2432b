/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/assets/assets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/file.h"

static const struct asset *asset_named(const char *name)
{
    return asset_find(asset_url(name));
}

static void a_file_is_found_by_the_address_that_pages_give_it(void **state)
{
    (void)state;
    size_t n;
    const struct asset *all = asset_list(&n);
    assert_true(n >= 7);
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(asset_find(all[i].url), &all[i]);
        assert_true(str_starts(all[i].url, STR("/assets/")));
        assert_true(all[i].bytes.n > 0);
        for (size_t j = 0; j < i; j++)
            assert_false(str_eq(all[i].url, all[j].url));
    }
    assert_null(asset_find(STR("/assets/site.css")));
    assert_null(asset_find(STR("/assets/")));
    assert_null(asset_find(STR("")));
}

static void the_packed_form_is_the_same_file(void **state)
{
    (void)state;
    size_t n;
    const struct asset *all = asset_list(&n);
    for (size_t i = 0; i < n; i++) {
        if (all[i].gzip.n == 0)
            continue;
        unsigned char *plain = malloc(all[i].bytes.n + 1);
        z_stream z = {.next_in = (unsigned char *)(uintptr_t)all[i].gzip.p,
                      .avail_in = (uInt)all[i].gzip.n,
                      .next_out = plain,
                      .avail_out = (uInt)all[i].bytes.n + 1};
        assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);

        assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);

        assert_int_equal(z.total_out, all[i].bytes.n);
        assert_memory_equal(plain, all[i].bytes.p, all[i].bytes.n);
        assert_true(all[i].gzip.n < all[i].bytes.n);
        inflateEnd(&z);
        free(plain);
    }
    assert_true(asset_named("nlds.css")->gzip.n > 0);
    assert_int_equal(asset_named("noto-sans.woff2")->gzip.n, 0); /* packed already */
}

static void style_sheets_name_files_by_their_addresses(void **state)
{
    (void)state;
    const str css = asset_named("site.css")->bytes, font = asset_url("noto-sans.woff2");
    char wanted[256];
    snprintf(wanted, sizeof wanted, "url(%.*s)", STR_FMT(font));
    assert_non_null(memmem(css.p, css.n, wanted, strlen(wanted)));
}

static void what_a_first_visit_loads_is_small(void **state)
{
    (void)state;
    static const char *const loaded[] = {"nlds.css",        "theme.css", "site.css",   "site.js",
                                         "noto-sans.woff2", "mark.svg",  "chevron.svg"};
    size_t bytes = 0;
    for (size_t i = 0; i < sizeof loaded / sizeof *loaded; i++) {
        const struct asset *a = asset_named(loaded[i]);
        bytes += a->gzip.n ? a->gzip.n : a->bytes.n;
    }
    assert_in_range(bytes, 1, 80 << 10); /* which leaves 20 KB for the page itself */
    assert_in_range(asset_named("site.js")->bytes.n, 1, 10 << 10);
}

static void licences_of_others_are_kept(void **state)
{
    (void)state;
    const str css = asset_named("nlds.css")->bytes, notice = asset_named("third-party.txt")->bytes;
    assert_true(str_starts(css, STR("/*! Components of NL Design System. Licence: EUPL-1.2.")));
    assert_non_null(memmem(css.p, css.n, "Gemeente Utrecht", 16));
    assert_non_null(memmem(notice.p, notice.n, "SIL Open Font License", 21));
    assert_non_null(memmem(notice.p, notice.n, "EUROPEAN UNION PUBLIC LICENCE", 29));
    assert_null(memmem(css.p, css.n, "http:", 5)); /* nothing is loaded from elsewhere */
    assert_null(memmem(css.p, css.n, "https:", 6));
}

static void a_municipality_may_bring_its_own_theme(void **state)
{
    (void)state;
    struct err_info info;
    struct asset theme = {.name = STR("unchanged")}, other;
    char path[] = "theme-XXXXXX";
    const int fd = mkstemp(path);
    arena *a = arena_new(4 << 20);
    assert_true(fd >= 0);
    close(fd);

    assert_int_equal(asset_theme_load(a, STR("absent.css"), &theme, &info), E_NOT_FOUND);
    assert_int_equal(file_write(str_of(path), STR(":root{\xff}"), &info), OK);
    assert_int_equal(asset_theme_load(a, str_of(path), &theme, &info), E_INPUT);
    assert_string_equal(info.msg.key, "assets.theme-not-text");
    assert_string_equal(theme.name.p, "unchanged");
    assert_int_equal(file_write(str_of(path), STR(":root{--o-ink:#000}"), &info), OK);
    assert_int_equal(asset_theme_load(a, str_of(path), &theme, &info), OK);
    assert_int_equal(file_write(str_of(path), STR(":root{--o-ink:#111}"), &info), OK);
    assert_int_equal(asset_theme_load(a, str_of(path), &other, &info), OK);

    assert_true(str_eq(theme.bytes, STR(":root{--o-ink:#000}")));
    assert_true(str_starts(theme.url, STR("/assets/theme.")) && str_ends(theme.url, STR(".css")));
    assert_false(str_eq(theme.url, other.url));
    assert_false(str_eq(theme.etag, other.etag));
    unlink(path);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_found_by_the_address_that_pages_give_it),
        cmocka_unit_test(the_packed_form_is_the_same_file),
        cmocka_unit_test(style_sheets_name_files_by_their_addresses),
        cmocka_unit_test(what_a_first_visit_loads_is_small),
        cmocka_unit_test(licences_of_others_are_kept),
        cmocka_unit_test(a_municipality_may_bring_its_own_theme),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
