/* SPDX-License-Identifier: EUPL-1.2 */
/* The server as a browser meets it: over a socket, with real files. */
#include "web/http/client_test.h"
#include "web/http/folder.h"

#include <sodium.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define PAGE  "<!doctype html><STYLE media=all>body{color:red}</style><p>hoi<style>p{}</style>"
#define LARGE ((size_t)3 << 20)

struct site {
    char folder[64];
    http_folder *served;
    http_server *server;
};

static void write_text(const struct site *s, const char *name, const char *text, size_t n)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", s->folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void make_folder(const struct site *s, const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", s->folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void make_link(const struct site *s, const char *to, const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", s->folder, name);
    assert_int_equal(symlink(to, path), 0);
}

static int open_site(void **state)
{
    struct site *s = calloc(1, sizeof *s);
    struct err_info info;
    char *large = calloc(1, LARGE);
    assert_non_null(s);
    assert_non_null(large);
    (void)snprintf(s->folder, sizeof s->folder, "http_test.XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    make_folder(s, "nl");
    make_folder(s, ".git");
    write_text(s, "index.html", PAGE, strlen(PAGE));
    write_text(s, "nl/index.html", "<p>nl", 5);
    make_folder(s, "run-1");
    write_text(s, "run-1/report-en.html", "<p>run", 6);
    make_folder(s, "empty");
    write_text(s, "a b.csv", "x;y\n", 4);
    write_text(s, ".secret", "s", 1);
    write_text(s, ".git/config", "s", 1);
    write_text(s, "large.bin", large, LARGE);
    write_text(s, "empty.txt", "", 0);
    make_link(s, "/etc/passwd", "passwd.txt");
    make_link(s, "nl", "en");
    {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/pipe", s->folder);
        assert_int_equal(mkfifo(path, 0600), 0);
    }
    free(large);
    assert_int_equal(
        http_serve_folder(str_of(s->folder), STR("127.0.0.1:0"), LANG_EN, &s->served, &info), OK);
    s->server = http_folder_server(s->served);
    *state = s;
    return 0;
}

static int close_site(void **state)
{
    struct site *s = *state;
    char command[128];
    http_folder_stop(s->served);
    (void)snprintf(command, sizeof command, "rm -r %s", s->folder);
    const int removed = system(command); /* NOLINT(cert-env33-c): a folder of our own */
    free(s);
    return removed;
}

static out ask_raw(const struct site *s, const char *request)
{
    return client_ask_raw(s->server, str_of(request));
}

static out ask(const struct site *s, const char *method, const char *path, const char *headers)
{
    return client_ask(s->server, method, path, headers, STR(""));
}

static bool has(const out *answer, const char *text)
{
    return strstr(answer->p, text) != NULL;
}

static void assert_status(const struct site *s, const char *path, const char *status)
{
    out answer = ask(s, "GET", path, "");
    if (!str_starts(out_view(&answer), str_of(status)))
        print_error("GET %s: %.40s\n", path, answer.p);
    assert_true(str_starts(out_view(&answer), str_of(status)));
    out_free(&answer);
}

static void a_page_allows_its_own_styles_and_nothing_else(void **state)
{
    const struct site *s = *state;
    unsigned char hash[crypto_hash_sha256_BYTES];
    char base64[64], expected[512];
    crypto_hash_sha256(hash, (const unsigned char *)"body{color:red}", 15);
    sodium_bin2base64(base64, sizeof base64, hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(expected, sizeof expected, "style-src 'self' 'sha256-%s' 'sha256-", base64);

    out answer = ask(s, "GET", "/", "");

    assert_true(has(&answer, "HTTP/1.1 200 OK\r\n"));
    assert_true(has(&answer, "Content-Security-Policy: default-src 'none'; "));
    assert_true(has(&answer, expected));
    assert_true(has(&answer, "Content-Type: text/html; charset=utf-8\r\n"));
    assert_true(has(&answer, "X-Content-Type-Options: nosniff\r\n"));
    assert_true(has(&answer, "Referrer-Policy: same-origin\r\n"));
    assert_true(str_ends(str_cut(out_view(&answer), 0, answer.n - 1), STR(PAGE)));
    out_free(&answer);
}

static void files_in_folders_are_found_by_their_encoded_names(void **state)
{
    const struct site *s = *state;

    assert_status(s, "/nl/", "HTTP/1.1 200");
    assert_status(s, "/nl/index.html?print=1", "HTTP/1.1 200");
    assert_status(s, "/a%20b.csv", "HTTP/1.1 200");
    assert_status(s, "/%69ndex.html", "HTTP/1.1 200");
    assert_status(s, "/empty.txt", "HTTP/1.1 200");
}

static void a_folder_of_results_shows_its_report(void **state)
{
    const struct site *s = *state;

    out answer = ask(s, "GET", "/run-1/", "");

    assert_true(has(&answer, "HTTP/1.1 200"));
    assert_true(has(&answer, "<p>run"));
    out_free(&answer);
    assert_status(s, "/empty/", "HTTP/1.1 404");
}

static void a_folder_without_slash_moves_to_the_one_with_it(void **state)
{
    const struct site *s = *state;

    out answer = ask(s, "GET", "/nl", "");
    assert_true(has(&answer, "HTTP/1.1 301"));
    assert_true(has(&answer, "Location: /nl/\r\n"));
    out_free(&answer);

    answer = ask(s, "GET", "//nl", "");
    assert_true(has(&answer, "HTTP/1.1 404"));
    assert_false(has(&answer, "Location:"));
    out_free(&answer);
}

static void nothing_outside_or_hidden_is_served(void **state)
{
    const struct site *s = *state;
    static const char *const paths[] = {
        "/none.html",
        "/../passwd",
        "/nl/../index.html",
        "/%2e%2e/passwd",
        "/..%2fpasswd",
        "/.secret",
        "/%2esecret",
        "/.git/config",
        "/passwd.txt",
        "/en/index.html",
        "/en/",
        "/pipe",
        "/nl/index.html/",
        "//",
        "/nl//index.html",
        "/./index.html",
        "/index.html%00.png",
        "/bad%zzescape",
        "/cut%2",
        "/index.html/x",
        "/nl%2findex.html",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_status(s, paths[i], "HTTP/1.1 404");
}

static void a_long_path_is_refused(void **state)
{
    const struct site *s = *state;
    char path[3000];
    memset(path, 'a', sizeof path - 1);
    path[0] = '/';
    path[sizeof path - 1] = '\0';

    assert_status(s, path, "HTTP/1.1 404");
}

static void only_reading_is_allowed(void **state)
{
    const struct site *s = *state;
    static const char *const methods[] = {"PUT", "DELETE", "OPTIONS", "TRACE"};

    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        out answer = ask(s, methods[i], "/index.html", "");
        assert_true(has(&answer, "HTTP/1.1 405"));
        assert_true(has(&answer, "Allow: GET, HEAD\r\n"));
        out_free(&answer);
    }
    out answer = ask(s, "POST", "/", "Content-Length: 3\r\n");
    assert_true(has(&answer, "HTTP/1.1 405"));
    out_free(&answer);
}

static void head_gives_the_headers_alone(void **state)
{
    const struct site *s = *state;

    out answer = ask(s, "HEAD", "/large.bin", "");

    assert_true(has(&answer, "HTTP/1.1 200"));
    assert_true(has(&answer, "Content-Length: 3145728\r\n"));
    assert_true(str_ends(str_cut(out_view(&answer), 0, answer.n - 1), STR("\r\n\r\n")));
    out_free(&answer);
}

static void a_large_file_arrives_whole(void **state)
{
    const struct site *s = *state;

    out answer = ask(s, "GET", "/large.bin", "");

    const char *body = strstr(answer.p, "\r\n\r\n");
    assert_non_null(body);
    assert_int_equal(answer.n - 1 - (size_t)(body + 4 - answer.p), LARGE);
    out_free(&answer);
}

static void an_unchanged_file_is_not_sent_again(void **state)
{
    const struct site *s = *state;
    char tag[128], header[256];

    out answer = ask(s, "GET", "/a%20b.csv", "");
    assert_int_equal(sscanf(strstr(answer.p, "ETag: "), "ETag: %127s", tag), 1);
    out_free(&answer);
    (void)snprintf(header, sizeof header, "If-None-Match: \"other\", W/%s\r\n", tag);

    answer = ask(s, "GET", "/a%20b.csv", header);
    assert_true(has(&answer, "HTTP/1.1 304"));
    assert_false(has(&answer, "x;y"));
    out_free(&answer);

    write_text(s, "a b.csv", "x;y;z\n", 6);
    answer = ask(s, "GET", "/a%20b.csv", header);
    assert_true(has(&answer, "HTTP/1.1 200"));
    assert_true(has(&answer, "x;y;z"));
    out_free(&answer);
}

static void one_connection_carries_several_questions(void **state)
{
    const struct site *s = *state;
    out answer = ask_raw(s, "GET /empty.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            "GET /nl/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    const char *first = strstr(answer.p, "HTTP/1.1 200");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, "HTTP/1.1 200"));
    assert_true(has(&answer, "<p>nl"));
    out_free(&answer);
}

static void a_question_with_a_body_is_hung_up_on(void **state)
{
    const struct site *s = *state;

    out answer = ask_raw(s, "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc");

    assert_false(has(&answer, "200 OK"));
    out_free(&answer);
    assert_status(s, "/", "HTTP/1.1 200");
}

static void garbage_does_not_stop_the_server(void **state)
{
    const struct site *s = *state;
    char big[HTTP_CONNECTION_BYTES + 4096];
    memset(big, 'h', sizeof big - 1);
    memcpy(big, "GET / HTTP/1.1\r\nHost: ", 22);
    big[sizeof big - 1] = '\0';

    out answer = ask_raw(s, "\r\n\x01\x02 nonsense\r\n\r\n");
    out_free(&answer);
    answer = ask_raw(s, big);
    out_free(&answer);

    assert_status(s, "/", "HTTP/1.1 200");
}

static void an_address_says_what_is_wrong_with_it(void **state)
{
    const struct site *s = *state;
    static const struct {
        const char *listen, *key;
        err code;
    } wrong[] = {
        {"8080", "http.bad-address", E_INPUT},
        {":8080", "http.bad-address", E_INPUT},
        {"127.0.0.1:", "http.bad-address", E_INPUT},
        {"127.0.0.1:65536", "http.bad-address", E_INPUT},
        {"127.0.0.1:-1", "http.bad-address", E_INPUT},
        {"127.0.0.1:80a", "http.bad-address", E_INPUT},
        {"no such host:80", "http.unknown-host", E_INPUT},
        {"192.0.2.1:0", "http.not-our-address", E_IO},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err_info info = {0};
        http_folder *server = NULL;
        assert_int_equal(
            http_serve_folder(str_of(s->folder), str_of(wrong[i].listen), LANG_NL, &server, &info),
            wrong[i].code);
        assert_string_equal(info.msg.key, wrong[i].key);
        assert_null(server);
    }
}

static void a_port_in_use_is_named(void **state)
{
    const struct site *s = *state;
    struct err_info info = {0};
    http_folder *second = NULL;
    char listen[32];
    (void)snprintf(listen, sizeof listen, "127.0.0.1:%u", (unsigned)client_port(s->server));

    assert_int_equal(http_serve_folder(str_of(s->folder), str_of(listen), LANG_NL, &second, &info),
                     E_IO);

    assert_string_equal(info.msg.key, "http.port-in-use");
}

static void a_folder_that_is_not_there_is_refused(void **state)
{
    (void)state;
    struct err_info info = {0};
    http_folder *server = NULL;

    assert_int_equal(
        http_serve_folder(STR("no-such-folder"), STR("127.0.0.1:0"), LANG_NL, &server, &info),
        E_NOT_FOUND);

    assert_string_equal(info.msg.key, "http.no-folder");
    assert_null(server);
}

static void only_loopback_is_local(void **state)
{
    const struct site *s = *state;
    struct err_info info;
    http_folder *open_to_all;

    assert_int_equal(
        http_serve_folder(str_of(s->folder), STR("0.0.0.0:0"), LANG_NL, &open_to_all, &info), OK);

    assert_true(http_server_is_local(s->server));
    assert_false(http_server_is_local(http_folder_server(open_to_all)));
    http_folder_stop(open_to_all);
}

static void a_stop_lets_an_answer_finish(void **state)
{
    const struct site *s = *state;
    struct err_info info;
    http_folder *server;
    char piece[65536];
    size_t have = 0;
    static const char request[] = "GET /large.bin HTTP/1.0\r\n\r\n";
    assert_int_equal(
        http_serve_folder(str_of(s->folder), STR("127.0.0.1:0"), LANG_NL, &server, &info), OK);
    const int fd = client_connect(http_folder_server(server));
    assert_int_equal(send(fd, request, sizeof request - 1, 0), sizeof request - 1);
    have += (size_t)recv(fd, piece, sizeof piece, 0); /* under way */

    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) { /* reads the rest while the parent stops */
        for (ssize_t n; (n = recv(fd, piece, sizeof piece, 0)) > 0;)
            have += (size_t)n;
        _exit(have > LARGE ? 0 : 1);
    }
    close(fd);
    http_folder_stop(server);

    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_allows_its_own_styles_and_nothing_else),
        cmocka_unit_test(files_in_folders_are_found_by_their_encoded_names),
        cmocka_unit_test(a_folder_of_results_shows_its_report),
        cmocka_unit_test(a_folder_without_slash_moves_to_the_one_with_it),
        cmocka_unit_test(nothing_outside_or_hidden_is_served),
        cmocka_unit_test(a_long_path_is_refused),
        cmocka_unit_test(only_reading_is_allowed),
        cmocka_unit_test(head_gives_the_headers_alone),
        cmocka_unit_test(a_large_file_arrives_whole),
        cmocka_unit_test(an_unchanged_file_is_not_sent_again),
        cmocka_unit_test(one_connection_carries_several_questions),
        cmocka_unit_test(a_question_with_a_body_is_hung_up_on),
        cmocka_unit_test(garbage_does_not_stop_the_server),
        cmocka_unit_test(an_address_says_what_is_wrong_with_it),
        cmocka_unit_test(a_port_in_use_is_named),
        cmocka_unit_test(a_folder_that_is_not_there_is_refused),
        cmocka_unit_test(only_loopback_is_local),
        cmocka_unit_test(a_stop_lets_an_answer_finish),
    };
    return cmocka_run_group_tests(tests, open_site, close_site);
}
