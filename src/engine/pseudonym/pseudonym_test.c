/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/pseudonym/pseudonym_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const unsigned char master_bytes[SECRET_BYTES] = "a key of thirty-two known bytes";

static pseudonym_key *key_of(const char *purpose, const char *receiver)
{
    struct err_info info;
    secret *master;
    pseudonym_key *key;
    assert_int_equal(secret_of(master_bytes, &master, &info), OK);
    assert_int_equal(pseudonym_key_new(master, str_of(purpose), str_of(receiver), &key, &info), OK);
    secret_free(master);
    return key;
}

static struct pseudonym make(const pseudonym_key *key, const char *number)
{
    struct pseudonym p;
    struct bsn bsn;
    assert_true(bsn_parse(str_of(number), &bsn));
    pseudonym_make(key, bsn, p.text);
    return p;
}

static void assert_hex(const unsigned char *byte, size_t n, const char *expected)
{
    char hex[256];
    assert_int_equal(2 * n, strlen(expected));
    sodium_bin2hex(hex, sizeof hex, byte, n);
    assert_string_equal(hex, expected);
}

static void assert_hkdf(str salt, str secret_text, str name, const char *prk_hex,
                        const char *output_hex)
{
    unsigned char prk[HKDF_BYTES], output[128];
    const size_t n = strlen(output_hex) / 2;

    hkdf_extract(salt, secret_text, prk);
    hkdf_expand(prk, name, output, n);

    assert_hex(prk, sizeof prk, prk_hex);
    assert_hex(output, n, output_hex);
}

static void count_up(unsigned char from, size_t n, char *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (char)(unsigned char)(from + i);
}

/* RFC 5869, appendix A.1, A.2 and A.3 */
static void keys_are_derived_as_the_standard_says(void **state)
{
    (void)state;
    char salt[80], input[80], name[80];
    memset(input, 0x0b, 22);
    count_up(0, 13, salt);
    count_up(0xf0, 10, name);
    assert_hkdf((str){salt, 13}, (str){input, 22}, (str){name, 10},
                "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                "34007208d5b887185865");
    assert_hkdf(STR(""), (str){input, 22}, STR(""),
                "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                "9d201395faa4b61a96c8");
    count_up(0, 80, input);
    count_up(0x60, 80, salt);
    count_up(0xb0, 80, name);
    assert_hkdf((str){salt, 80}, (str){input, 80}, (str){name, 80},
                "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                "cc30c58179ec3e87c14c01d5c1f3434f1d87");
}

/* Computed apart, with the hmac and hashlib modules of Python. */
static void a_pseudonym_is_what_others_compute_by_the_description(void **state)
{
    (void)state;
    pseudonym_key *key = key_of("onderzoek 2027", "CBS");

    const struct pseudonym nine = make(key, "999900006"), eight = make(key, "10000008");

    assert_memory_equal(
        nine.text,
        "1|bsn|4ec2e91f|d641404b116013b40263e09474bd78578460170761b6b362ce7387f1105adc7a",
        PSEUDONYM_TEXT);
    assert_memory_equal(eight.text + 15,
                        "96f4e6ef0a22bcebb9670e9dc0ecfeef686a62f203c2ac07e1787835fca1cb10", 64);
    pseudonym_key_free(key);
}

static void purposes_and_receivers_have_keys_of_their_own(void **state)
{
    (void)state;
    static const char *const why[][2] = {
        {"onderzoek", "CBS"}, {"onderzoek", "NZa"}, {"controle", "CBS"}, {"onderzoekC", "BS"}};
    struct pseudonym p[4];
    for (size_t i = 0; i < 4; i++) {
        pseudonym_key *key = key_of(why[i][0], why[i][1]);
        p[i] = make(key, "999900006");
        pseudonym_key_free(key);
    }

    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < i; k++) {
            assert_memory_not_equal(p[i].text + 6, p[k].text + 6, PSEUDONYM_KEY_ID);
            assert_memory_not_equal(p[i].text + 15, p[k].text + 15, 2 * PSEUDONYM_BYTES);
        }
}

static void no_key_without_purpose_and_receiver(void **state)
{
    (void)state;
    struct err_info info;
    secret *master;
    pseudonym_key *key = NULL;
    char text[PSEUDONYM_WHY_MAX + 1];
    memset(text, 'a', sizeof text);
    assert_int_equal(secret_of(master_bytes, &master, &info), OK);

    assert_int_equal(pseudonym_key_new(master, STR(""), STR("CBS"), &key, &info), E_INPUT);
    assert_string_equal(info.msg.key, "pseudonym.no-purpose");
    assert_int_equal(pseudonym_key_new(master, STR("onderzoek"), STR(""), &key, &info), E_INPUT);
    assert_string_equal(info.msg.key, "pseudonym.no-receiver");
    assert_int_equal(pseudonym_key_new(master, STR("a\0b"), STR("CBS"), &key, &info), E_INPUT);
    assert_int_equal(pseudonym_key_new(master, (str){text, sizeof text}, STR("CBS"), &key, &info),
                     E_INPUT);

    assert_null(key);
    secret_free(master);
}

static void only_pseudonyms_of_the_key_pass(void **state)
{
    (void)state;
    struct err_info info;
    pseudonym_key *key = key_of("onderzoek", "CBS"), *other = key_of("onderzoek", "NZa");
    struct pseudonym p = make(key, "999900006");
    const str text = {p.text, PSEUDONYM_TEXT};

    assert_int_equal(pseudonym_check(key, text, &info), OK);
    assert_int_equal(pseudonym_check(other, text, &info), E_INPUT);
    assert_string_equal(info.msg.key, "pseudonym.other-key");
    assert_int_equal(pseudonym_check(key, str_cut(text, 0, text.n - 1), &info), E_INPUT);
    assert_string_equal(info.msg.key, "pseudonym.none");
    assert_int_equal(pseudonym_check(key, STR("999900006"), &info), E_INPUT);
    for (size_t i = 0; i < 6; i++) { /* version and kind */
        p.text[i] ^= 1;
        assert_int_equal(pseudonym_check(key, text, &info), E_INPUT);
        p.text[i] ^= 1;
    }
    pseudonym_key_free(key);
    pseudonym_key_free(other);
}

/* The numbers 9999xxxxx, which are for tests and nobody's. */
static struct rotate_ask test_range(const pseudonym_key *old_key, const pseudonym_key *new_key,
                                    struct pseudonym *list, size_t n)
{
    return (struct rotate_ask){old_key, new_key, list, n, 99990000, 100000000};
}

static void rotation_gives_what_the_new_key_would_have_made(void **state)
{
    (void)state;
    static const char *const numbers[] = {"999900006", "999990019", "999900018", "999900006"};
    struct err_info info;
    par *pool;
    size_t n_unknown = 9;
    pseudonym_key *old_key = key_of("onderzoek", "CBS"), *new_key = key_of("onderzoek 2", "CBS");
    struct pseudonym list[5];
    for (size_t i = 0; i < 4; i++)
        list[i] = make(old_key, numbers[i]);
    list[4] = list[0];
    list[4].text[20] = list[4].text[20] == 'a' ? 'b' : 'a'; /* of no number */
    const struct pseudonym unknown = list[4];
    const struct rotate_ask ask = test_range(old_key, new_key, list, 5);
    assert_int_equal(par_new(3, &pool, &info), OK);

    assert_int_equal(pseudonym_rotate_part(&ask, pool, NULL, &n_unknown, &info), OK);

    assert_int_equal(n_unknown, 1);
    for (size_t i = 0; i < 4; i++) {
        const struct pseudonym expected = make(new_key, numbers[i]);
        assert_memory_equal(list[i].text, expected.text, PSEUDONYM_TEXT);
    }
    assert_memory_equal(list[4].text, unknown.text, PSEUDONYM_TEXT);
    par_free(pool);
    pseudonym_key_free(old_key);
    pseudonym_key_free(new_key);
}

static void a_stranger_in_the_list_stops_rotation_before_it_starts(void **state)
{
    (void)state;
    struct err_info info;
    size_t n_unknown = 9;
    pseudonym_key *old_key = key_of("onderzoek", "CBS"), *new_key = key_of("onderzoek 2", "CBS");
    struct pseudonym list[] = {make(old_key, "999900006"), make(new_key, "999900018")};
    const struct pseudonym before = list[0];
    const struct rotate_ask ask = test_range(old_key, new_key, list, 2);

    assert_int_equal(pseudonym_rotate_part(&ask, NULL, NULL, &n_unknown, &info), E_INPUT);

    assert_memory_equal(list[0].text, before.text, PSEUDONYM_TEXT);
    assert_int_equal(n_unknown, 9);
    pseudonym_key_free(old_key);
    pseudonym_key_free(new_key);
}

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

static void rotation_that_is_stopped_changes_nothing(void **state)
{
    (void)state;
    struct err_info info;
    size_t n_unknown;
    const struct progress stop = {.cancelled = always};
    pseudonym_key *key = key_of("onderzoek", "CBS");
    struct pseudonym list[] = {make(key, "999900006")};
    const struct pseudonym before = list[0];
    const struct rotate_ask ask = test_range(key, key, list, 1);

    assert_int_equal(pseudonym_rotate_part(&ask, NULL, &stop, &n_unknown, &info), E_CANCELLED);

    assert_memory_equal(list[0].text, before.text, PSEUDONYM_TEXT);
    pseudonym_key_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_derived_as_the_standard_says),
        cmocka_unit_test(a_pseudonym_is_what_others_compute_by_the_description),
        cmocka_unit_test(purposes_and_receivers_have_keys_of_their_own),
        cmocka_unit_test(no_key_without_purpose_and_receiver),
        cmocka_unit_test(only_pseudonyms_of_the_key_pass),
        cmocka_unit_test(rotation_gives_what_the_new_key_would_have_made),
        cmocka_unit_test(a_stranger_in_the_list_stops_rotation_before_it_starts),
        cmocka_unit_test(rotation_that_is_stopped_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
