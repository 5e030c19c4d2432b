/* SPDX-License-Identifier: EUPL-1.2 */
/* Letters over TLS, to a server that proves its name and to one that does not. */
#include "app/mail/mail_test_int.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct papers {
    char certificate[4096], key[4096];
    int fd;
    char file[64]; /* the certificate, in memory, for who trusts it */
};

/* Signed by itself, for these IPv4 addresses. */
static struct papers make_papers(const char *const *address, size_t n)
{
    struct papers p = {.fd = memfd_create("certificate", 0)};
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t c;
    size_t n_certificate = sizeof p.certificate - 1, n_key = sizeof p.key - 1;
    int e = gnutls_x509_privkey_init(&key) | gnutls_x509_crt_init(&c) |
            gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                         GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) |
            gnutls_x509_crt_set_version(c, 3) | gnutls_x509_crt_set_serial(c, "\1", 1) |
            gnutls_x509_crt_set_activation_time(c, time(NULL) - 3600) |
            gnutls_x509_crt_set_expiration_time(c, time(NULL) + 3600) |
            gnutls_x509_crt_set_dn(c, "CN=sink", NULL) | gnutls_x509_crt_set_key(c, key) |
            gnutls_x509_crt_set_basic_constraints(c, 1, 0);
    for (size_t i = 0; i < n; i++) {
        struct in_addr a;
        assert_int_equal(inet_pton(AF_INET, address[i], &a), 1);
        e |= gnutls_x509_crt_set_subject_alt_name(c, GNUTLS_SAN_IPADDRESS, &a, sizeof a,
                                                  GNUTLS_FSAN_APPEND);
    }
    e |= gnutls_x509_crt_sign2(c, c, key, GNUTLS_DIG_SHA256, 0) |
         gnutls_x509_crt_export(c, GNUTLS_X509_FMT_PEM, p.certificate, &n_certificate) |
         gnutls_x509_privkey_export(key, GNUTLS_X509_FMT_PEM, p.key, &n_key);
    assert_int_equal(e, 0);
    gnutls_x509_crt_deinit(c);
    gnutls_x509_privkey_deinit(key);
    assert_true(p.fd >= 0 && write(p.fd, p.certificate, n_certificate) == (ssize_t)n_certificate);
    snprintf(p.file, sizeof p.file, "/proc/self/fd/%d", p.fd);
    return p;
}

/* Sends one letter to a server with these papers; whether it took it. */
static bool crosses(struct post *p, const struct papers *papers, bool at_once, const char *where,
                    bool is_trusted)
{
    struct mail_server server = p->server;
    char url[64];
    int64_t n_sent;
    sink *s = sink_start_tls(papers->certificate, papers->key, at_once);
    assert_non_null(s);
    snprintf(url, sizeof url, "%s:%d", where, sink_port(s));
    server.url = str_of(url);
    if (is_trusted)
        server.ca_file = str_of(papers->file);
    put_well(p, &password_letter);
    const err e = send_with(p, &server, &n_sent);
    const size_t n = sink_count(s);
    assert_int_equal(e, n_sent == 1 ? OK : E_BUSY);
    assert_int_equal(n, n_sent);
    if (n == 0)
        assert_int_equal(sink_asked(s), 0);
    sink_stop(s);
    assert_int_equal(send_well(p), 0); /* what waits, waits */
    return n == 1;
}

static void letters_cross_the_net_to_a_server_that_proves_its_name(void **state)
{
    struct post *p = *state;
    const struct papers right = make_papers((const char *const[]){"127.0.0.1", "0.0.0.0"}, 2);
    const struct papers wrong = make_papers((const char *const[]){"192.0.2.1"}, 1);

    assert_true(crosses(p, &right, true, "smtps://127.0.0.1", true));
    assert_true(crosses(p, &right, false, "smtp://0.0.0.0", true)); /* by STARTTLS */
    assert_false(crosses(p, &right, true, "smtps://127.0.0.1", false));
    assert_false(crosses(p, &right, false, "smtp://0.0.0.0", false));
    assert_false(crosses(p, &wrong, true, "smtps://127.0.0.1", true));
    assert_false(crosses(p, &wrong, false, "smtp://0.0.0.0", true));
    close(right.fd);
    close(wrong.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_POST(letters_cross_the_net_to_a_server_that_proves_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
