/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"
#include "base/seal.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64]; /* of this test program, removed at its end */
static char keys[96], key_file[128], public_file[128];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "seal-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(keys, sizeof keys, "%s/share/keys", folder);
    snprintf(key_file, sizeof key_file, "%s/signing.key", keys);
    snprintf(public_file, sizeof public_file, "%s/signing.pub", keys);
    return 0;
}

static void remove_key(void)
{
    unlink(key_file);
    unlink(public_file);
}

static int drop_folder(void **state)
{
    (void)state;
    char share[96];
    remove_key();
    rmdir(keys);
    snprintf(share, sizeof share, "%s/share", folder);
    rmdir(share);
    return rmdir(folder);
}

static seal_key *open_key(bool *made)
{
    seal_key *key = NULL;
    struct err_info info;
    assert_int_equal(seal_key_open(str_of(keys), &key, made, &info), OK);
    return key;
}

static void put(const char *path, str content)
{
    struct err_info info;
    assert_int_equal(file_write(str_of(path), content, &info), OK);
}

static str slurp(arena *a, const char *path)
{
    str text;
    struct err_info info;
    assert_int_equal(file_read(a, str_of(path), 1 << 20, &text, &info), OK);
    return text;
}

/* ---- fingerprints ---- */

static void a_hash_is_blake2b_of_256_bits(void **state)
{
    (void)state;
    char text[SEAL_HASH_HEX];

    seal_print_hash(seal_hash_bytes(STR("abc")), text);

    /* b2sum -l 256, GNU coreutils 9.1 */
    assert_memory_equal(text, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319",
                        SEAL_HASH_HEX);
}

static void a_file_hashes_as_its_bytes_whatever_its_size(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/data", folder);
    const size_t sizes[] = {0, 1, 32767, 32768, 32769, 200000};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *bytes = malloc(sizes[i] + 1);
        assert_non_null(bytes);
        memset(bytes, (int)('a' + i), sizes[i]);
        const str content = {bytes, sizes[i]};
        struct seal_hash hash;
        struct err_info info;
        uint64_t size;
        put(path, content);

        assert_int_equal(seal_hash_file(str_of(path), &hash, &size, &info), OK);

        assert_true(seal_hash_eq(hash, seal_hash_bytes(content)));
        assert_int_equal(size, sizes[i]);
        free(bytes);
    }
    unlink(path);
}

static void an_absent_file_is_named(void **state)
{
    (void)state;
    struct seal_hash hash;
    struct err_info info;
    uint64_t size;

    assert_int_equal(seal_hash_file(STR("no/such/file"), &hash, &size, &info), E_NOT_FOUND);

    assert_string_equal(info.file, "no/such/file");
}

static void what_is_no_regular_file_is_refused(void **state)
{
    (void)state;
    char pipe[128];
    struct seal_hash hash;
    struct err_info info;
    uint64_t size;
    snprintf(pipe, sizeof pipe, "%s/pipe", folder);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    const char *const paths[] = {pipe, "/dev/zero", folder};

    for (int i = 0; i < 3; i++) {
        assert_int_equal(seal_hash_file(str_of(paths[i]), &hash, &size, &info), E_INPUT);
        assert_string_equal(info.msg.key, "file.not-regular");
    }
    unlink(pipe);
}

static void what_is_printed_can_be_read_back_and_nothing_else(void **state)
{
    (void)state;
    const struct seal_hash h = seal_hash_bytes(STR("x"));
    struct seal_hash back;
    char text[SEAL_HASH_HEX];
    seal_print_hash(h, text);

    assert_true(seal_parse_hash((str){text, sizeof text}, &back));
    assert_true(seal_hash_eq(h, back));

    assert_false(seal_parse_hash((str){text, sizeof text - 1}, &back));
    text[3] = 'A'; /* capitals would give one hash two spellings */
    assert_false(seal_parse_hash((str){text, sizeof text}, &back));
    text[3] = ' ';
    assert_false(seal_parse_hash((str){text, sizeof text}, &back));
}

/* ---- the key ---- */

static void a_key_is_made_on_first_use_and_found_again(void **state)
{
    (void)state;
    bool made;
    struct stat st;
    arena *a = arena_new(1 << 20);

    seal_key *first = open_key(&made);
    assert_true(made);
    seal_key *second = open_key(&made);
    assert_false(made);

    const struct seal_public p = seal_key_public(first), q = seal_key_public(second);
    char text[SEAL_PUBLIC_TEXT];
    seal_print_public(p, text);
    assert_memory_equal(&p, &q, sizeof p);
    assert_int_equal(stat(key_file, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    const str public = slurp(a, public_file);
    assert_int_equal(public.n, SEAL_PUBLIC_TEXT + 1);
    assert_memory_equal(public.p, text, SEAL_PUBLIC_TEXT);
    seal_key_free(first);
    seal_key_free(second);
    arena_free(a);
    remove_key();
}

static void a_key_that_others_may_read_is_refused(void **state)
{
    (void)state;
    bool made;
    seal_key *key = open_key(&made);
    seal_key_free(key);
    key = NULL;
    const mode_t modes[] = {0640, 0604, 0660, 0644};

    for (size_t i = 0; i < 4; i++) {
        struct err_info info;
        assert_int_equal(chmod(key_file, modes[i]), 0);

        assert_int_equal(seal_key_open(str_of(keys), &key, &made, &info), E_INPUT);

        assert_string_equal(info.msg.key, "seal.key-readable-by-others");
        assert_null(key);
    }
    remove_key();
}

static void one_changed_byte_anywhere_in_the_key_file_is_found(void **state)
{
    (void)state;
    bool made;
    arena *a = arena_new(1 << 20);
    seal_key *key = open_key(&made);
    seal_key_free(key);
    key = NULL;
    const str whole = slurp(a, key_file);
    char *broken = (char *)(uintptr_t)arena_str(a, whole).p;

    for (size_t i = 0; i <= whole.n; i++) { /* the last round: the file is cut short */
        struct err_info info;
        memcpy(broken, whole.p, whole.n);
        if (i < whole.n)
            broken[i] ^= 1;
        put(key_file, (str){broken, i < whole.n ? whole.n : whole.n / 2});
        assert_int_equal(chmod(key_file, 0600), 0);

        assert_int_equal(seal_key_open(str_of(keys), &key, &made, &info), E_INPUT);

        assert_string_equal(info.msg.key, "seal.key-damaged");
        assert_null(key);
    }
    arena_free(a);
    remove_key();
}

static void what_is_no_file_is_no_key(void **state)
{
    (void)state;
    bool made;
    seal_key_free(open_key(&made)); /* makes the folder */
    remove_key();
    for (int round = 0; round < 2; round++) {
        seal_key *key = NULL;
        struct err_info info;
        assert_int_equal(round ? mkdir(key_file, 0700) : mkfifo(key_file, 0600), 0);

        assert_int_equal(seal_key_open(str_of(keys), &key, &made, &info), E_INPUT);

        assert_string_equal(info.msg.key, "seal.key-damaged");
        assert_null(key);
        assert_int_equal(round ? rmdir(key_file) : unlink(key_file), 0);
    }
}

static void a_key_that_does_not_fit_on_the_disk_leaves_nothing_behind(void **state)
{
    (void)state;
    bool made;
    seal_key *key = NULL;
    struct err_info info;
    struct rlimit was;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    const struct rlimit tight = {.rlim_cur = 16, .rlim_max = was.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);

    const err e = seal_key_open(str_of(keys), &key, &made, &info);

    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(e, E_IO);
    assert_string_equal(info.msg.key, "seal.cannot-write");
    assert_false(made);
    assert_null(key);
    assert_int_equal(rmdir(keys), 0); /* empty */
}

static void a_folder_with_too_long_a_name_is_refused(void **state)
{
    (void)state;
    static char name[4096];
    bool made;
    seal_key *key = NULL;
    struct err_info info;
    memset(name, 'k', sizeof name);

    for (size_t less = 0; less < 20; less++) {
        assert_int_equal(seal_key_open((str){name, sizeof name - less}, &key, &made, &info),
                         E_INPUT);

        assert_string_equal(info.msg.key, "seal.path-too-long");
        assert_null(key);
    }
}

static void a_folder_that_cannot_be_made_is_named(void **state)
{
    (void)state;
    char file[128], below[160];
    bool made;
    seal_key *key = NULL;
    struct err_info info;
    snprintf(file, sizeof file, "%s/plain", folder);
    snprintf(below, sizeof below, "%s/keys", file);
    put(file, STR("x"));

    assert_int_not_equal(seal_key_open(str_of(below), &key, &made, &info), OK);

    assert_null(key);
    unlink(file);
}

/* ---- signatures ---- */

static void a_signature_holds_for_its_statement_and_signer_alone(void **state)
{
    (void)state;
    bool made;
    seal_key *key = open_key(&made);
    const struct seal_public signer = seal_key_public(key);
    struct seal_public other = signer;
    other.byte[0] ^= 1;

    struct seal_signature s = seal_sign(key, STR("effect 12"));

    assert_true(seal_verify(signer, STR("effect 12"), s));
    assert_false(seal_verify(signer, STR("effect 13"), s));
    assert_false(seal_verify(other, STR("effect 12"), s));
    for (size_t i = 0; i < sizeof s.byte; i++) {
        s.byte[i] ^= 4;
        assert_false(seal_verify(signer, STR("effect 12"), s));
        s.byte[i] ^= 4;
    }
    seal_key_free(key);
    remove_key();
}

static void the_signature_is_ed25519(void **state)
{
    (void)state;
    /* RFC 8032, section 7.1, test 2: the message is the one byte 72 */
    struct seal_public p;
    struct seal_signature s;
    assert_true(seal_parse_public(
        STR("ed25519:3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"), &p));
    assert_true(seal_parse_signature(STR("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223"
                                         "ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
                                         "b00d291612bb0c00"),
                                     &s));

    assert_true(seal_verify(p, STR("\x72"), s));
}

/* ---- signers ---- */

#define KEY_A "ed25519:3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
#define KEY_B "ed25519:fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"

static void known_signers_have_names(void **state)
{
    (void)state;
    arena *a = arena_new(1 << 20);
    struct seal_signers signers;
    struct seal_public p, unknown = {{7}};
    struct err_info info;
    assert_true(seal_parse_public(STR(KEY_B), &p));

    const err e = seal_signers_parse(
        a, STR("# those we know\n\n" KEY_A " Almere\r\n" KEY_B "  Gemeente Voorbeeldstad \n"),
        STR("signers"), &signers, &info);

    assert_int_equal(e, OK);
    assert_int_equal(signers.n, 2);
    assert_true(str_eq(seal_signer_name(&signers, p), STR("Gemeente Voorbeeldstad")));
    assert_int_equal(seal_signer_name(&signers, unknown).n, 0);
    assert_int_equal(seal_signer_name(NULL, p).n, 0);
    arena_free(a);
}

static void a_wrong_line_in_the_list_of_signers_is_named(void **state)
{
    (void)state;
    arena *a = arena_new(1 << 20);
    const struct {
        const char *text, *key;
    } wrong[] = {
        {"\n" KEY_A "\n", "seal.bad-signer-line"},
        {"\nAlmere " KEY_A "\n", "seal.bad-signer-line"},
        {"\ned25519:12 Almere\n", "seal.bad-signer-line"},
        {"\n" KEY_A " \xff\n", "seal.bad-signer-line"},
        {KEY_A " Almere\n" KEY_A " Zeist\n", "seal.signer-twice"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct seal_signers signers = {NULL, 77};
        struct err_info info;

        assert_int_equal(
            seal_signers_parse(a, str_of(wrong[i].text), STR("signers"), &signers, &info), E_INPUT);

        assert_string_equal(info.msg.key, wrong[i].key);
        assert_string_equal(info.file, "signers");
        assert_int_equal(info.line, 2);
        assert_int_equal(signers.n, 77);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_is_blake2b_of_256_bits),
        cmocka_unit_test(a_file_hashes_as_its_bytes_whatever_its_size),
        cmocka_unit_test(an_absent_file_is_named),
        cmocka_unit_test(what_is_no_regular_file_is_refused),
        cmocka_unit_test(what_is_printed_can_be_read_back_and_nothing_else),
        cmocka_unit_test(a_key_is_made_on_first_use_and_found_again),
        cmocka_unit_test(a_key_that_others_may_read_is_refused),
        cmocka_unit_test(one_changed_byte_anywhere_in_the_key_file_is_found),
        cmocka_unit_test(what_is_no_file_is_no_key),
        cmocka_unit_test(a_key_that_does_not_fit_on_the_disk_leaves_nothing_behind),
        cmocka_unit_test(a_folder_with_too_long_a_name_is_refused),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_named),
        cmocka_unit_test(a_signature_holds_for_its_statement_and_signer_alone),
        cmocka_unit_test(the_signature_is_ed25519),
        cmocka_unit_test(known_signers_have_names),
        cmocka_unit_test(a_wrong_line_in_the_list_of_signers_is_named),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
