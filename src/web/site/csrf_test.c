/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/site/csrf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

static const unsigned char key[CSRF_KEY_BYTES] = {1, 2, 3}, other_key[CSRF_KEY_BYTES] = {1, 2, 4};

static void a_token_is_of_one_session_and_key(void **state)
{
    (void)state;
    char text[CSRF_TEXT];
    csrf_print(key, STR("session a"), randombytes_buf, text);
    const str token = {text, sizeof text};

    assert_true(csrf_is_token(key, STR("session a"), token));
    assert_false(csrf_is_token(key, STR("session b"), token));
    assert_false(csrf_is_token(other_key, STR("session a"), token));
}

static void every_page_has_another_token(void **state)
{
    (void)state;
    char one[CSRF_TEXT], two[CSRF_TEXT];

    csrf_print(key, STR("a"), randombytes_buf, one);
    csrf_print(key, STR("a"), randombytes_buf, two);

    assert_memory_not_equal(one, two, CSRF_TEXT / 2);
    assert_memory_not_equal(one + CSRF_TEXT / 2, two + CSRF_TEXT / 2, CSRF_TEXT / 2);
    assert_true(csrf_is_token(key, STR("a"), (str){one, CSRF_TEXT}));
    assert_true(csrf_is_token(key, STR("a"), (str){two, CSRF_TEXT}));
}

static void no_changed_token_passes(void **state)
{
    (void)state;
    char text[CSRF_TEXT + 1];
    csrf_print(key, STR("a"), randombytes_buf, text);
    for (size_t i = 0; i < CSRF_TEXT; i++) {
        const char kept = text[i];
        text[i] = kept == '0' ? '1' : '0';
        assert_false(csrf_is_token(key, STR("a"), (str){text, CSRF_TEXT}));
        text[i] = 'g';
        assert_false(csrf_is_token(key, STR("a"), (str){text, CSRF_TEXT}));
        text[i] = kept;
    }
    text[CSRF_TEXT] = '0';
    assert_false(csrf_is_token(key, STR("a"), (str){text, CSRF_TEXT - 1}));
    assert_false(csrf_is_token(key, STR("a"), (str){text, CSRF_TEXT + 1}));
    assert_false(csrf_is_token(key, STR("a"), (str){NULL, 0}));
}

static void a_foreign_page_is_seen(void **state)
{
    (void)state;
    const str none = {NULL, 0}, host = STR("example.nl:8080"), base = STR("https://example.nl");

    assert_true(csrf_is_same_site(STR("https://example.nl"), none, host, base));
    assert_false(csrf_is_same_site(STR("http://example.nl"), none, host, base));
    assert_false(csrf_is_same_site(STR("https://example.nl.evil"), none, host, base));
    assert_false(csrf_is_same_site(STR("null"), STR("same-origin"), host, base));
    assert_true(csrf_is_same_site(STR("http://Example.nl:8080"), none, host, STR("")));
    assert_false(csrf_is_same_site(STR("http://example.nl"), none, host, STR("")));
    assert_false(csrf_is_same_site(STR(""), none, STR(""), STR("")));
    assert_true(csrf_is_same_site(none, none, host, base));
    assert_true(csrf_is_same_site(none, STR("same-origin"), host, base));
    assert_true(csrf_is_same_site(none, STR("none"), host, base));
    assert_false(csrf_is_same_site(none, STR("cross-site"), host, base));
    assert_false(csrf_is_same_site(none, STR("same-site"), host, base));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_of_one_session_and_key),
        cmocka_unit_test(every_page_has_another_token),
        cmocka_unit_test(no_changed_token_passes),
        cmocka_unit_test(a_foreign_page_is_seen),
    };
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
