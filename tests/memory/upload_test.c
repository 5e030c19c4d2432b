/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A file of 300 MB sent to a form: found whole, and never in memory. The sender
 * is another process, so that what this one holds at its peak is the server's.
 */
#include "web/http/client_test.h"
#include "web/site/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { FILE_BYTES = 300 << 20, PIECE_BYTES = 1 << 20, PEAK_KB_MAX = 20 << 10 };

static const char head[] =
    "--XX\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhoi\r\n--XX\r\n"
    "Content-Disposition: form-data; name=\"f\"; filename=\"a.csv\"\r\n\r\n";
static const char tail[] = "\r\n--XX--\r\n";

static err take(struct req *r, struct err_info *info)
{
    const struct form_limits limits = {.files = 1};
    struct form f;
    err e = req_form(r, &limits, &f, info);
    if (e != OK)
        return e;
    const struct form_file *file = form_file(&f, "f");
    if (!file)
        return err_set(info, E_INPUT, "form.cut");
    out_str(&r->answer->body, form_value(&f, "note"));
    out_char(&r->answer->body, ' ');
    out_int(&r->answer->body, (int64_t)file->size);
    return OK;
}

static const struct route routes[] = {
    ROUTE("take", HTTP_POST, "/nl/stuur", "/en/send", take, &rule_anyone, RATE_UPLOAD,
          .body = ROUTE_BODY_UPLOAD),
    {0},
};

/* In the other process; the answer's body must be as expected. */
static int send_file(const http_server *server)
{
    char *piece = calloc(1, PIECE_BYTES);
    char request[512];
    const int fd = client_connect(server);
    const long long length = (long long)(sizeof head - 1) + FILE_BYTES + (long long)sizeof tail - 1;
    const int n = snprintf(request, sizeof request,
                           "POST /nl/stuur HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                           "Content-Type: multipart/form-data; boundary=XX\r\n"
                           "Content-Length: %lld\r\n\r\n",
                           length);
    if (!piece)
        return 1;
    client_send(fd, request, (size_t)n);
    client_send(fd, head, sizeof head - 1);
    for (int i = 0; i < FILE_BYTES / PIECE_BYTES; i++)
        client_send(fd, piece, PIECE_BYTES);
    client_send(fd, tail, sizeof tail - 1);
    out answer = client_receive(fd);
    const bool is_whole = str_eq(client_body(&answer), STR("hoi 314572800"));
    if (!is_whole)
        print_error("%s\n", answer.p);
    out_free(&answer);
    free(piece);
    return is_whole ? 0 : 1;
}

/* Of this program alone: getrusage also counts what its parent held before this one was begun. */
static long peak_kb(void)
{
    char line[256];
    long kb = -1;
    FILE *f = fopen("/proc/self/status", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kb = strtol(line + 6, NULL, 10);
    assert_int_equal(fclose(f), 0);
    return kb;
}

static void a_large_upload_takes_little_memory(void **state)
{
    (void)state;
    static const struct route *const tables[] = {routes, NULL};
    const struct site_config c = {.tables = tables, .upload_bytes = 301ull << 20};
    const struct http_config h = {.listen = STR("127.0.0.1:0"), .workers = 1, .spool = STR(".")};
    struct err_info info;
    http_server *server;
    site *s;
    int status = -1;
    assert_int_equal(site_new(&c, &s, &info), OK);
    assert_int_equal(http_start(&h, site_http(s), &server, &info), OK);

    const pid_t sender = fork();
    assert_true(sender >= 0);
    if (sender == 0)
        _exit(send_file(server));
    assert_int_equal(waitpid(sender, &status, 0), sender);

    assert_int_equal(status, 0);
    const long peak = peak_kb();
    print_message("# peak %ld kB\n", peak);
    assert_in_range(peak, 1, PEAK_KB_MAX);
    http_server_stop(server);
    site_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_upload_takes_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
