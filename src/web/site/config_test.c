/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/site/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static int open_arena(void **state)
{
    *state = arena_new(16 << 20);
    return *state ? 0 : -1;
}

static int close_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static err parse(arena *a, const char *text, struct config *c, struct errs *errors)
{
    struct err_info info;
    assert_int_equal(errs_init(errors, a, ERRS_LIMIT, &info), OK);
    return config_parse(a, str_of(text), STR("ontschot.yaml"), c, errors);
}

static void a_short_file_gets_the_defaults(void **state)
{
    struct config c;
    struct errs errors;

    assert_int_equal(parse(*state, "store: sqlite:a.db\ndata: /srv/ontschot\n", &c, &errors), OK);

    assert_true(str_eq(c.listen, STR("127.0.0.1:8080")));
    assert_true(str_eq(c.store, STR("sqlite:a.db")));
    assert_int_equal(c.node_number, CONFIG_NODE_NONE);
    assert_int_equal(c.language, LANG_NL);
    assert_int_equal(c.limits.connections, HTTP_CONNECTIONS_MAX);
    assert_memory_equal(c.limits.rates, site_rates, sizeof c.limits.rates);
    const struct http_config h = config_http(&c);
    assert_true(str_eq(h.listen, c.listen));
    assert_false(h.has_tls);
    assert_int_equal(h.n_names, 0);
    assert_true(str_eq(h.spool, STR("/srv/ontschot")));
}

static const char full[] = "listen: 0.0.0.0:80\n"
                           "base-url: https://ontschot.example.nl:8443\n"
                           "names: [www.example.nl]\n"
                           "trusted-proxies: [10.0.0.0/8, \"::1\"]\n"
                           "site-name: 'De \"buurt\"'\n"
                           "language: en\n"
                           "store: postgresql://ontschot@/ontschot\n"
                           "data: /srv/ontschot\n"
                           "node: 7\n"
                           "log-level: warn\n"
                           "workers: {http: 3, jobs: 1}\n"
                           "limits:\n"
                           "  upload-megabytes: 50\n"
                           "  rates:\n"
                           "    sign-in: {per-minute: 2.5, burst: 4}\n"
                           "mail:\n"
                           "  server: smtps://mail.example.nl\n"
                           "  from: Ontschot <noreply@example.nl>\n"
                           "  user: ontschot\n"
                           "  password-file: /etc/ontschot/mail\n"
                           "registrations: false\n"
                           "sign-in:\n"
                           "  issuer: https://login.example.nl\n"
                           "  client-id: ontschot\n"
                           "  client-secret-file: /etc/ontschot/oidc\n"
                           "  name: Example\n"
                           "  second-factor: mfa otp\n"
                           "  links-known-addresses: true\n";

static void assert_full(const struct config *c)
{
    assert_int_equal(c->language, LANG_EN);
    assert_int_equal(c->log_level, LOG_WARN);
    assert_int_equal(c->node_number, 7);
    assert_int_equal(c->workers.http, 3);
    assert_int_equal(c->limits.upload_megabytes, 50);
    assert_int_equal(c->limits.queue, HTTP_QUEUE_MAX);
    assert_true(c->limits.rates[RATE_SIGN_IN].per_minute == 2.5);
    assert_true(c->limits.rates[RATE_SIGN_IN].burst == 4);
    assert_memory_equal(&c->limits.rates[RATE_PAGE], &site_rates[RATE_PAGE],
                        sizeof site_rates[RATE_PAGE]);
    assert_true(str_eq(c->site_name, STR("De \"buurt\"")));
    assert_true(str_eq(c->mail.password_file, STR("/etc/ontschot/mail")));
    assert_false(c->registrations);
    assert_true(str_eq(c->sign_in.issuer, STR("https://login.example.nl")));
    assert_true(str_eq(c->sign_in.secret_file, STR("/etc/ontschot/oidc")));
    assert_true(str_eq(c->sign_in.second, STR("mfa otp")));
    assert_true(c->sign_in.links_known);
    assert_false(c->sign_in.trusts_email);
    const struct http_config h = config_http(c);
    assert_true(h.has_tls);
    assert_true(h.n_names >= 2);
    assert_true(str_eq(h.names[0], STR("ontschot.example.nl")));
    assert_int_equal(h.n_proxies, 2);
}

static void without_a_store_it_lies_in_the_data_folder(void **state)
{
    struct config c;
    struct errs errors;

    assert_int_equal(parse(*state, "data: x\n", &c, &errors), OK);

    assert_int_equal(c.store.n, 0);
    assert_true(c.registrations);
    assert_int_equal(c.sign_in.issuer.n, 0);
}

static void every_key_arrives(void **state)
{
    struct config c;
    struct errs errors;

    assert_int_equal(parse(*state, full, &c, &errors), OK);

    assert_full(&c);
}

static void what_is_shown_reads_back_the_same(void **state)
{
    struct config c, again;
    struct errs errors;
    out first, second;
    out_init(&first, 1 << 16);
    out_init(&second, 1 << 16);
    assert_int_equal(parse(*state, full, &c, &errors), OK);

    config_print(&c, &first);
    out_char(&first, '\0');
    assert_int_equal(parse(*state, first.p, &again, &errors), OK);

    assert_full(&again);
    again.n_names--; /* that of base-url is now also given */
    again.names++;
    config_print(&again, &second);
    out_char(&second, '\0');
    assert_string_equal(first.p, second.p);
    out_free(&first);
    out_free(&second);
}

static void a_mistake_is_named_with_its_place(void **state)
{
    static const struct {
        const char *text, *key;
        int line, column;
    } cases[] = {
        {"store: sqlite:a\n", "schema.missing-key", 1, 1},
        {"store: sqlite:a\ndata: x\nlisen: 127.0.0.1:80\n", "schema.unknown-key-near", 3, 1},
        {"store: mysql:a\ndata: x\n", "config.bad-store", 1, 8},
        {"store: sqlite:a\ndata: x\nlisten: here\n", "config.bad-listen", 3, 9},
        {"store: sqlite:a\ndata: x\nlisten: 0.0.0.0:80\n", "config.url-needed", 3, 9},
        {"store: sqlite:a\ndata: x\nbase-url: example.nl\n", "config.bad-url", 3, 11},
        {"store: sqlite:a\ndata: x\nbase-url: https://example.nl/pad\n", "config.bad-url", 3, 11},
        {"store: sqlite:a\ndata: x\nbase-url: https://a@b\n", "config.bad-url", 3, 11},
        {"store: sqlite:a\ndata: x\nnames: [\"https://b\"]\n", "config.bad-name", 3, 8},
        {"store: sqlite:a\ndata: x\ntrusted-proxies: [10.0.0.1/8]\n", "config.bad-proxy", 3, 18},
        {"store: sqlite:a\ndata: x\nnode: 1024\n", "schema.out-of-both-bounds", 3, 7},
        {"store: sqlite:a\ndata: x\nlog-level: loud\n", "schema.not-word", 3, 12},
        {"store: sqlite:a\ndata: x\nlimits: {rates: {pages: {per-minute: 1, burst: 1}}}\n",
         "config.unknown-rate-near", 3, 25},
        {"store: sqlite:a\ndata: x\nmail: {server: mail.nl, from: a@b}\n", "config.bad-mail-server",
         3, 16},
        {"store: sqlite:a\ndata: x\nmail: {server: 'smtp://a', from: a@b, user: c}\n",
         "config.mail-half", 3, 45},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config c = {.node_number = 99};
        struct errs errors;
        assert_int_equal(parse(*state, cases[i].text, &c, &errors), E_INPUT);
        const struct err_info *first = &errors.item[0];
        if (strcmp(first->msg.key, cases[i].key) != 0 || first->column != cases[i].column)
            print_error("%s%s %d:%d\n", cases[i].text, first->msg.key, (int)first->line,
                        (int)first->column);
        assert_int_equal(errors.n_found, 1);
        assert_string_equal(first->msg.key, cases[i].key);
        assert_int_equal(first->line, cases[i].line);
        assert_int_equal(first->column, cases[i].column);
        assert_int_equal(c.node_number, 99);
    }
}

static void a_file_that_is_not_there_is_said_so(void **state)
{
    struct config c;
    struct errs errors;
    struct err_info info;
    assert_int_equal(errs_init(&errors, *state, ERRS_LIMIT, &info), OK);

    assert_int_equal(config_read(*state, STR("no-such.yaml"), &c, &errors), E_NOT_FOUND);

    assert_int_equal(errors.n_found, 1);
}

static void the_defaults_are_a_site_for_this_machine(void **state)
{
    struct config c;
    struct err_info info;

    assert_int_equal(config_default(*state, &c, &info), OK);

    assert_true(str_eq(c.listen, STR("127.0.0.1:8080")));
    assert_true(str_eq(c.data, STR("ontschot-data")));
    assert_int_equal(c.store.n, 0); /* a file in that folder */
    assert_memory_equal(c.limits.rates, site_rates, sizeof c.limits.rates);
}

static void the_rules_are_a_json_schema(void **state)
{
    (void)state;
    out o;
    out_init(&o, 1 << 20);

    config_print_schema(&o);

    json_t *schema = json_loadb(o.p, o.n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(schema);
    assert_non_null(json_object_get(json_object_get(schema, "properties"), "trusted-proxies"));
    json_decref(schema);
    out_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_file_gets_the_defaults),
        cmocka_unit_test(without_a_store_it_lies_in_the_data_folder),
        cmocka_unit_test(every_key_arrives),
        cmocka_unit_test(what_is_shown_reads_back_the_same),
        cmocka_unit_test(a_mistake_is_named_with_its_place),
        cmocka_unit_test(a_file_that_is_not_there_is_said_so),
        cmocka_unit_test(the_defaults_are_a_site_for_this_machine),
        cmocka_unit_test(the_rules_are_a_json_schema),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
