/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/http/form.h"

#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#define URLENCODED "application/x-www-form-urlencoded"
#define MULTIPART  "multipart/form-data; boundary=XX"

static int open_arena(void **state)
{
    *state = arena_new(64 << 20);
    return *state ? 0 : -1;
}

static int close_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static struct http_body in_memory(str text)
{
    return (struct http_body){.size = text.n, .text = text, .fd = -1};
}

/* The same bytes in a nameless file; the caller closes body.fd. */
static struct http_body in_file(str text)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
    assert_int_equal(fflush(f), 0);
    const int fd = dup(fileno(f));
    assert_true(fd >= 0);
    assert_int_equal(fclose(f), 0);
    return (struct http_body){.size = text.n, .fd = fd};
}

static err parse(arena *a, const char *type, str text, const struct form_limits *limits,
                 struct form *f, struct err_info *info)
{
    static struct http_body body; /* files point to it */
    body = in_memory(text);
    return form_parse(a, &body, str_of(type), limits, f, info);
}

/* Refused with this key, in memory and in a file alike, and nothing is left in the form. */
static void assert_refused(arena *a, const char *type, str text, const struct form_limits *limits,
                           err code, const char *key)
{
    struct http_body bodies[] = {in_memory(text), in_file(text)};
    for (size_t i = 0; i < 2; i++) {
        struct form f = {.n_fields = 7};
        struct err_info info = {0};
        const err e = form_parse(a, &bodies[i], str_of(type), limits, &f, &info);
        if (e != code || strcmp(info.msg.key, key) != 0)
            print_error("%.*s: %s\n", (int)(text.n < 200 ? text.n : 200), text.p, info.msg.key);
        assert_int_equal(e, code);
        assert_string_equal(info.msg.key, key);
        assert_int_equal(f.n_fields, 0);
        assert_int_equal(f.n_files, 0);
    }
    close(bodies[1].fd);
}

/* ---- urlencoded ---- */

static void pairs_are_decoded_in_order(void **state)
{
    struct form f;
    struct err_info info;
    size_t at = 0;
    str value;

    assert_int_equal(parse(*state, URLENCODED "; charset=UTF-8",
                           STR("naam=Ren%C3%A9e+B.&k=1&k=2&leeg=&vink&&tekst=a%0D%0Ab%0Ac"), NULL,
                           &f, &info),
                     OK);

    assert_true(str_eq(form_value(&f, "naam"), STR("Ren\xc3\xa9"
                                                   "e B.")));
    assert_true(form_next(&f, "k", &at, &value) && str_eq(value, STR("1")));
    assert_true(form_next(&f, "k", &at, &value) && str_eq(value, STR("2")));
    assert_false(form_next(&f, "k", &at, &value));
    assert_true(form_has(&f, "leeg") && form_value(&f, "leeg").n == 0);
    assert_true(form_has(&f, "vink"));
    assert_false(form_has(&f, "nee"));
    assert_true(str_eq(form_value(&f, "tekst"), STR("a\nb\nc")));
}

static void a_broken_urlencoded_form_is_refused(void **state)
{
    const struct form_limits few = {.fields = 2, .field_bytes = 5};
    char long_name[FORM_NAME_MAX + 3];
    memset(long_name, 'n', sizeof long_name);

    assert_refused(*state, URLENCODED, STR("a=%zz"), NULL, E_INPUT, "form.not-utf8");
    assert_refused(*state, URLENCODED, STR("a=%ff"), NULL, E_INPUT, "form.not-utf8");
    assert_refused(*state, URLENCODED, STR("a=x%00y"), NULL, E_INPUT, "form.not-utf8");
    assert_refused(*state, URLENCODED, STR("a%=x"), NULL, E_INPUT, "form.broken");
    assert_refused(*state, URLENCODED, STR("a=1&b=2&c=3"), &few, E_LIMIT, "form.too-many-fields");
    assert_refused(*state, URLENCODED, STR("a=123456"), &few, E_LIMIT, "form.field-too-large");
    assert_refused(*state, URLENCODED, (str){long_name, sizeof long_name}, NULL, E_LIMIT,
                   "form.name-too-long");
    assert_refused(*state, "text/plain", STR("a=1"), NULL, E_INPUT, "form.type");
    assert_refused(*state, "", STR("a=1"), NULL, E_INPUT, "form.type");
    assert_refused(*state, "multipart/mixed; boundary=X", STR(""), NULL, E_INPUT, "form.type");
}

static void a_field_of_exactly_its_limit_is_read_from_a_file(void **state)
{
    const struct form_limits limits = {.field_bytes = 1000};
    struct form f;
    struct err_info info;
    out text;
    out_init(&text, 1 << 20);
    for (int i = 0; i < 50; i++) {
        out_cstr(&text, i ? "&v=" : "v=");
        for (int k = 0; k < 1000; k++)
            out_cstr(&text, "%41");
    }
    struct http_body body = in_file(out_view(&text));

    assert_int_equal(form_parse(*state, &body, STR(URLENCODED), &limits, &f, &info), OK);

    assert_int_equal(f.n_fields, 50);
    for (size_t i = 0; i < 50; i++)
        assert_int_equal(f.field[i].value.n, 1000);
    out_cstr(&text, "%41");
    assert_refused(*state, URLENCODED, out_view(&text), &limits, E_LIMIT, "form.field-too-large");
    close(body.fd);
    out_free(&text);
}

/* ---- multipart ---- */

static const char mixed[] =
    "--XX\r\nContent-Disposition: form-data; name=\"titel\"\r\n\r\nEen dag\r\nmee\r\n"
    "--XX\r\ncontent-disposition: form-data; name=leeg\r\n\r\n\r\n"
    "--XX  \r\nContent-Disposition: form-data; name=\"f\"; filename=\"a b.csv\"\r\n"
    "Content-Type: text/csv\r\n\r\nx;y\r\n\r\n--X\r\n"
    "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n"
    "Content-Type: application/octet-stream\r\n\r\n\r\n"
    "--XX\r\nContent-Disposition: form-data; name=\"q%22\\\"\"\r\n\r\nw\r\n"
    "--XX--\r\nepilogue";

static void assert_mixed(arena *a, const struct http_body *body)
{
    const struct form_limits limits = {.files = 3};
    struct form f;
    struct err_info info;
    char text[32];
    size_t got;

    assert_int_equal(form_parse(a, body, STR(MULTIPART), &limits, &f, &info), OK);

    assert_int_equal(f.n_fields, 3);
    assert_true(str_eq(form_value(&f, "titel"), STR("Een dag\nmee")));
    assert_true(form_has(&f, "leeg") && form_value(&f, "leeg").n == 0);
    assert_true(str_eq(form_value(&f, "q\"\""), STR("w")));
    assert_int_equal(f.n_files, 1);
    const struct form_file *file = form_file(&f, "f");
    assert_non_null(file);
    assert_null(form_file(&f, "g"));
    assert_true(str_eq(file->filename, STR("a b.csv")));
    assert_true(str_eq(file->type, STR("text/csv")));
    assert_int_equal(file->size, 10);
    assert_int_equal(form_file_read(file, 0, text, sizeof text, &got, &info), OK);
    assert_int_equal(got, 10);
    assert_memory_equal(text, "x;y\r\n\r\n--X", 10);
    assert_int_equal(form_file_read(file, 8, text, sizeof text, &got, &info), OK);
    assert_int_equal(got, 2);
    assert_int_equal(form_file_read(file, 10, text, sizeof text, &got, &info), OK);
    assert_int_equal(got, 0);
}

static void fields_and_files_are_told_apart(void **state)
{
    struct http_body memory = in_memory(str_of(mixed)), file = in_file(str_of(mixed));

    assert_mixed(*state, &memory);
    assert_mixed(*state, &file);

    close(file.fd);
}

/* A reader of files in a window must find a delimiter wherever the window cuts it. */
static void a_delimiter_is_found_across_any_cut(void **state)
{
    const struct form_limits limits = {.files = 1};
    for (size_t n = 65536 - 140; n < 65536 + 12; n++) {
        struct form f;
        struct err_info info;
        out text;
        out_init(&text, 1 << 20);
        out_cstr(&text, "--XX\r\nContent-Disposition: form-data; name=f; filename=g\r\n\r\n");
        for (size_t i = 0; i < n; i++)
            out_char(&text, '\r');
        out_cstr(&text, "\r\n--XX\r\nContent-Disposition: form-data; name=v\r\n\r\nw\r\n--XX--");
        struct http_body body = in_file(out_view(&text));

        assert_int_equal(form_parse(*state, &body, STR(MULTIPART), &limits, &f, &info), OK);

        assert_int_equal(f.file[0].size, n);
        assert_true(str_eq(form_value(&f, "v"), STR("w")));
        close(body.fd);
        out_free(&text);
        arena_reset(*state);
    }
}

#define PART(head, content) "--XX\r\n" head "\r\n\r\n" content "\r\n--XX--\r\n"
#define NAMED               "Content-Disposition: form-data; name=\"a\""

static void a_broken_multipart_form_is_refused(void **state)
{
    const struct form_limits files = {.files = 1, .file_bytes = 4, .field_bytes = 4};
    static const struct {
        const char *text, *key;
        err code;
    } cases[] = {
        {"", "form.cut", E_INPUT},
        {"--XX", "form.cut", E_INPUT},
        {"--XX\r\n", "form.cut", E_INPUT},
        {"--XY\r\n", "form.cut", E_INPUT},
        {"--XX\r\n" NAMED "\r\n\r\nx", "form.cut", E_INPUT},
        {"--XX\r\n" NAMED "\r\n\r\nx\r\n--X", "form.cut", E_INPUT},
        {"--XX\r\n" NAMED "\r\n\r\nx\r\n--XX", "form.cut", E_INPUT},
        {"--XX\r\n" NAMED "\r\n\r\nx\r\n--XXz", "form.cut", E_INPUT},
        {"--XX\r\n" NAMED "\r\n\r\nx\r\n--XXzz", "form.broken", E_INPUT},
        {PART("X-Other: y", "x"), "form.broken", E_INPUT},
        {PART("no colon", "x"), "form.broken", E_INPUT},
        {PART("Content-Disposition: attachment; name=a", "x"), "form.broken", E_INPUT},
        {PART("Content-Disposition: form-data", "x"), "form.broken", E_INPUT},
        {PART("Content-Disposition: form-data; name=\"a", "x"), "form.broken", E_INPUT},
        {PART("Content-Disposition: form-data; name=a; name=b", "x"), "form.broken", E_INPUT},
        {PART(NAMED "\r\n" NAMED, "x"), "form.broken", E_INPUT},
        {PART(NAMED "; filename*=UTF-8''b", "x"), "form.broken", E_INPUT},
        {PART(NAMED "\r\nContent-Transfer-Encoding: base64", "x"), "form.broken", E_INPUT},
        {PART(NAMED, "12345"), "form.field-too-large", E_LIMIT},
        {PART(NAMED "; filename=b", "12345"), "form.file-too-large", E_LIMIT},
        {PART(NAMED, "\xff"), "form.not-utf8", E_INPUT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(*state, MULTIPART, str_of(cases[i].text), &files, cases[i].code,
                       cases[i].key);
    assert_refused(*state, MULTIPART, STR(PART(NAMED "; filename=b", "x")), NULL, E_INPUT,
                   "form.file-unexpected");
    assert_refused(*state, "multipart/form-data", str_of(mixed), NULL, E_INPUT, "form.broken");
    assert_refused(*state, "multipart/form-data; boundary=", str_of(mixed), NULL, E_INPUT,
                   "form.broken");
}

static void a_head_or_preamble_without_end_is_refused(void **state)
{
    out text;
    out_init(&text, 1 << 20);
    out_cstr(&text, "--XX\r\nX-Long: ");
    for (int i = 0; i < 200000; i++)
        out_char(&text, 'x');
    out_cstr(&text, "\r\n\r\n--XX--");
    assert_refused(*state, MULTIPART, out_view(&text), NULL, E_INPUT, "form.broken");

    out_clear(&text);
    for (int i = 0; i < FORM_PREAMBLE_MAX + 1; i++)
        out_char(&text, 'x');
    out_cstr(&text, "\r\n--XX--");
    assert_refused(*state, MULTIPART, out_view(&text), NULL, E_INPUT, "form.broken");
    out_free(&text);
}

static void a_file_name_is_cleaned(void **state)
{
    static const struct {
        const char *sent, *kept;
        bool had_path;
    } cases[] = {
        {"a.csv", "a.csv", false},
        {"../../etc/passwd", "passwd", true},
        {"C:\\\\Users\\\\jan\\\\a.csv", "a.csv", true},
        {"..", "", false},
        {"/", "", true},
        {".htaccess", "htaccess", false},
        {" a.csv. ", "a.csv", false},
        {"a\x01\x1b[2Jb\x7f.csv", "a[2Jb.csv", false},
        {"a\xe2\x80\xae"
         "vsc.exe",
         "avsc.exe", false}, /* turned round: RLO */
        {"caf\xc3\xa9.csv", "caf\xc3\xa9.csv", false},
        {"bro\xffken.csv", "broken.csv", false},
        {"a%0D%0Ab.csv", "a  b.csv", false},
    };
    const struct form_limits limits = {.files = 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        struct form f;
        struct err_info info;
        (void)snprintf(text, sizeof text, PART(NAMED "; filename=\"%s\"", "x"), cases[i].sent);
        assert_int_equal(parse(*state, MULTIPART, str_of(text), &limits, &f, &info), OK);
        if (!str_eq(f.file[0].filename, str_of(cases[i].kept)))
            print_error("%s: %.*s\n", cases[i].sent, STR_FMT(f.file[0].filename));
        assert_true(str_eq(f.file[0].filename, str_of(cases[i].kept)));
        assert_int_equal(f.file[0].had_path, cases[i].had_path);
    }
}

static void a_long_file_name_keeps_its_ending(void **state)
{
    const struct form_limits limits = {.files = 1};
    struct form f;
    struct err_info info;
    out text;
    out_init(&text, 1 << 12);
    out_cstr(&text, "--XX\r\n" NAMED "; filename=\"");
    for (int i = 0; i < 200; i++)
        out_cstr(&text, "\xc3\xa9");
    out_cstr(&text, ".xlsx\"\r\n\r\nx\r\n--XX--");

    assert_int_equal(parse(*state, MULTIPART, out_view(&text), &limits, &f, &info), OK);

    const str name = f.file[0].filename;
    assert_in_range(name.n, FORM_FILENAME_MAX - 1, FORM_FILENAME_MAX);
    assert_true(str_ends(name, STR("\xc3\xa9.xlsx")));
    assert_true(str_is_utf8(name));
    out_free(&text);
}

static void a_file_that_is_not_wanted_is_refused_with_the_reason(void **state)
{
    (void)state;
    static const char *const endings[] = {".csv", ".xlsx", NULL};
    struct http_body body = in_memory(STR("x"));
    static const struct {
        struct form_file file;
        const char *key;
    } cases[] = {
        {{.filename = STR("a.CSV"), .size = 1}, NULL},
        {{.filename = STR("a.csv"), .size = 0}, "form.file-empty"},
        {{.filename = STR("a.exe"), .size = 1}, "form.file-ending"},
        {{.filename = STR("csv"), .size = 1}, "form.file-ending"},
        {{.filename = STR(""), .size = 1}, "form.file-nameless"},
        {{.filename = STR("a.csv"), .size = 1, .had_path = true}, "form.file-path"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct form_file file = cases[i].file;
        struct err_info info = {0};
        file.body = &body;
        assert_int_equal(form_file_check(&file, endings, &info), cases[i].key ? E_INPUT : OK);
        if (cases[i].key)
            assert_string_equal(info.msg.key, cases[i].key);
    }
}

static void a_file_is_saved_whole(void **state)
{
    const struct form_limits limits = {.files = 1};
    struct form f;
    struct err_info info;
    str saved;
    out text;
    out_init(&text, 1 << 20);
    out_cstr(&text, "--XX\r\n" NAMED "; filename=a.bin\r\n\r\n");
    const size_t from = text.n;
    for (int i = 0; i < 200000; i++)
        out_char(&text, (char)(i * 7));
    const size_t n = text.n - from;
    out_cstr(&text, "\r\n--XX--");
    struct http_body body = in_file(out_view(&text));
    assert_int_equal(form_parse(*state, &body, STR(MULTIPART), &limits, &f, &info), OK);

    assert_int_equal(form_file_save(&f.file[0], STR("form_test.saved"), &info), OK);

    assert_int_equal(file_read(*state, STR("form_test.saved"), 1 << 20, &saved, &info), OK);
    assert_int_equal(unlink("form_test.saved"), 0);
    assert_true(str_eq(saved, str_cut(out_view(&text), from, from + n)));
    assert_int_equal(form_file_save(&f.file[0], STR("no/such/folder"), &info), E_NOT_FOUND);
    close(body.fd);
    out_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_are_decoded_in_order),
        cmocka_unit_test(a_broken_urlencoded_form_is_refused),
        cmocka_unit_test(a_field_of_exactly_its_limit_is_read_from_a_file),
        cmocka_unit_test(fields_and_files_are_told_apart),
        cmocka_unit_test(a_delimiter_is_found_across_any_cut),
        cmocka_unit_test(a_broken_multipart_form_is_refused),
        cmocka_unit_test(a_head_or_preamble_without_end_is_refused),
        cmocka_unit_test(a_file_name_is_cleaned),
        cmocka_unit_test(a_long_file_name_keeps_its_ending),
        cmocka_unit_test(a_file_that_is_not_wanted_is_refused_with_the_reason),
        cmocka_unit_test(a_file_is_saved_whole),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
