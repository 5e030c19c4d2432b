/* SPDX-License-Identifier: EUPL-1.2 */
/* Which passwords are refused, and the gate before their hashes. */
#include "app/access/access_int.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { HASHED_IN = 4 << 20 };

static const struct app app = {.site_name = STR("Kennisplein Voorbeeldstad")};

static const char *refusal(arena *a, const char *password)
{
    const struct deed deed = {.app = &app, .memory = a};
    struct err_info info;
    const err e = password_check(&deed, str_of(password), STR("Sanne de Vries"),
                                 STR("s.devries@wijkteam-oost.nl"), &info);
    return e == OK ? "" : info.msg.key;
}

static void passwords_that_are_guessed_first_are_refused(void **state)
{
    static const char *const wrong[][2] = {
        {"kort", "access.password-short"},
        {"elf tekens!", "access.password-short"},
        {"ééééééééééé", "access.password-short"}, /* eleven characters in 22 bytes */
        {"aaaaaaaaaaaaaaaa", "access.password-repeated"},
        {"121212121212", "access.password-repeated"},
        {"zeilbootzeilboot", "access.password-repeated"},
        {"zeilbootzeilbootzeil", "access.password-repeated"},
        {"abcdefghijklmnop", "access.password-run"},
        {"qwertyuiop1234567890", "access.password-run"},
        {"0987654321poiuytrewq", "access.password-run"},
        {"1qaz2wsx3edc4rfv", "access.password-run"},
        {"Welkom2026!!!!", "access.password-common"},
        {"welkom123456", "access.password-run"},
        {"welkom2026!?!", "access.password-common"},
        {"W3lk0m2026!!", "access.password-common"},
        {"!!!Zomer2026!!!", "access.password-common"},
        {"Password1234!", "access.password-common"},
        {"P@ssw0rd2026", "access.password-common"},
        {"Voetbal 2026!", "access.password-common"},
        {"correcthorsebatterystaple", "access.password-common"},
        {"Sanne de Vries!", "access.password-own"},
        {"sannedevries26", "access.password-own"},
        {"Voorbeeldstad2026", "access.password-own"},
        {"wijkteamoost26", "access.password-own"},
    };
    arena *a = arena_new(1 << 20);

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *key = refusal(a, wrong[i][0]);
        if (strcmp(key, wrong[i][1]) != 0)
            fail_msg("%s: \"%s\"", wrong[i][0], key);
    }
    arena_free(a);
}

static void a_sentence_or_a_manager_s_password_is_fine(void **state)
{
    static const char *const fine[] = {
        "vier fietsers in de regen",
        "de zomer was nat en lang", /* begins with a listed word, and goes on */
        "mijn hond eet graag appels",
        "xK9#mQ2v!pL7",
        "f8Jz-w2Qp-9sLx",
        "een twee drie vier vijf",
        "пароль из четырёх слов",
        "zes woorden zonder hoofdletters of cijfers",
        "sanne fietst door de duinen",
    };
    arena *a = arena_new(1 << 20);

    (void)state;
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        const char *key = refusal(a, fine[i]);
        if (*key)
            fail_msg("%s: %s", fine[i], key);
    }
    arena_free(a);
}

static void a_password_may_be_long_but_not_without_end(void **state)
{
    char text[ACCESS_PASSWORD_MAX + 2] = "";
    arena *a = arena_new(1 << 20);

    (void)state;
    for (size_t i = 0; i <= ACCESS_PASSWORD_MAX; i++)
        text[i] = (char)('a' + (i * i + i / 7) % 26);
    assert_string_equal(refusal(a, text), "access.password-long");
    text[ACCESS_PASSWORD_MAX] = '\0';

    assert_string_equal(refusal(a, text), "");
    arena_free(a);
}

/* ---- the gate ---- */

/*
 * What libsodium hashes in is mapped: the program's own mmap comes before the C library's. It says
 * no to what is that large as long as memory is out. The thread sanitizer maps before it can watch.
 */
static volatile bool is_out;

__attribute__((visibility("default"), no_sanitize("thread"))) void *
given_map(void *at, size_t n, int prot, int flags, int fd, off_t from) __asm__("mmap");

void *given_map(void *at, size_t n, int prot, int flags, int fd, off_t from)
{
    if (is_out && fd < 0 && n >= HASHED_IN) {
        errno = ENOMEM;
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, at, n, prot, flags, fd, from);
}

static void no_memory_to_hash_in_is_not_a_wrong_password(void **state)
{
    char hash[crypto_pwhash_STRBYTES], other[crypto_pwhash_STRBYTES];
    struct password_gate *gate;
    struct err_info info;
    bool is_right;

    (void)state;
    assert_int_equal(gate_new_sized(1, 0, 1, HASHED_IN, &gate, &info), OK);
    assert_int_equal(gate_hash(gate, STR("vier fietsers"), hash, &info), OK);
    is_out = true;
    for (int i = 0; i < 3; i++) { /* the right one, a wrong one, nobody's */
        const str asked = i == 1 ? STR("vijf fietsers") : STR("vier fietsers");
        const str kept = i == 2 ? (str){0} : str_of(hash);
        assert_int_equal(gate_verify(gate, asked, kept, &is_right, &info), E_BUSY);
        assert_string_equal(info.msg.key, "access.busy");
        assert_false(is_right);
    }
    assert_int_equal(gate_hash(gate, STR("vier fietsers"), other, &info), E_BUSY);
    is_out = false;

    assert_int_equal(gate_verify(gate, STR("vier fietsers"), str_of(hash), &is_right, &info), OK);
    assert_true(is_right);
    assert_int_equal(gate_verify(gate, STR("vijf fietsers"), str_of(hash), &is_right, &info), OK);
    assert_false(is_right);
    password_gate_free(gate);
}

static void a_hash_fits_its_password_only(void **state)
{
    char hash[crypto_pwhash_STRBYTES];
    struct password_gate *gate;
    struct err_info info;
    bool is_right;

    (void)state;
    assert_int_equal(gate_new_sized(1, 0, 1, 8192, &gate, &info), OK);
    assert_int_equal(gate_hash(gate, STR("vier fietsers"), hash, &info), OK);
    assert_int_equal(gate_verify(gate, STR("vier fietsers"), str_of(hash), &is_right, &info), OK);
    assert_true(is_right);
    assert_int_equal(gate_verify(gate, STR("vijf fietsers"), str_of(hash), &is_right, &info), OK);
    assert_false(is_right);
    assert_int_equal(gate_verify(gate, STR("vier fietsers"), (str){0}, &is_right, &info), OK);
    assert_false(is_right);
    assert_int_equal(gate_hashed(gate), 4);
    password_gate_free(gate);
}

enum { CALLERS = 12, AT_ONCE = 2, QUEUE = 3 };

struct crowd {
    struct password_gate *gate;
    pthread_barrier_t start;
    atomic_int n_ok, n_busy;
};

static void *call(void *arg)
{
    char hash[crypto_pwhash_STRBYTES];
    struct crowd *c = arg;
    struct err_info info;

    pthread_barrier_wait(&c->start);
    const err e = gate_hash(c->gate, STR("vier fietsers"), hash, &info);
    if (e == OK)
        c->n_ok++;
    if (e == E_BUSY)
        c->n_busy++;
    return NULL;
}

static long resident_kb(void)
{
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%ld %ld", &pages, &resident), 2);
    fclose(f);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void a_crowd_waits_in_a_short_queue_or_comes_back_and_leaves_no_memory(void **state)
{
    pthread_t thread[CALLERS];
    struct err_info info;
    struct crowd c;

    (void)state;
    memset(&c, 0, sizeof c);
    assert_int_equal(password_gate_new(AT_ONCE, QUEUE, &c.gate, &info), OK); /* full size */
    pthread_barrier_init(&c.start, NULL, CALLERS);
    const long before = resident_kb();
    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, call, &c), 0);
    for (int i = 0; i < CALLERS; i++)
        pthread_join(thread[i], NULL);
    const long after = resident_kb();

    assert_in_range(c.n_ok, AT_ONCE + QUEUE, CALLERS - 1);
    assert_int_equal(c.n_ok + c.n_busy, CALLERS);
    assert_int_equal(gate_hashed(c.gate), c.n_ok);
    print_message("# %d hashed, %d sent away; %ld kB before, %ld kB after\n", c.n_ok, c.n_busy,
                  before, after);
    assert_true(after - before < 16 * 1024); /* one hash takes 64 MB */
    pthread_barrier_destroy(&c.start);
    password_gate_free(c.gate);
}

/* ---- secrets ---- */

static void a_secret_reads_back_and_has_one_spelling(void **state)
{
    struct access_secret s, read;
    char text[ACCESS_SECRET_TEXT];

    (void)state;
    for (int i = 0; i < 256; i++) {
        memset(s.byte, i, sizeof s.byte);
        access_secret_print(s, text);
        assert_true(access_secret_parse((str){text, sizeof text}, &read));
        assert_memory_equal(s.byte, read.byte, sizeof s.byte);
    }
    text[ACCESS_SECRET_TEXT - 1]++; /* the last letter holds two bits that must be 0 */
    assert_false(access_secret_parse((str){text, sizeof text}, &read));
    text[0] = '+';
    assert_false(access_secret_parse((str){text, sizeof text}, &read));
    assert_false(access_secret_parse((str){text, sizeof text - 1}, &read));
    assert_false(access_secret_parse(STR(""), &read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords_that_are_guessed_first_are_refused),
        cmocka_unit_test(a_sentence_or_a_manager_s_password_is_fine),
        cmocka_unit_test(a_password_may_be_long_but_not_without_end),
        cmocka_unit_test(no_memory_to_hash_in_is_not_a_wrong_password),
        cmocka_unit_test(a_hash_fits_its_password_only),
        cmocka_unit_test(a_crowd_waits_in_a_short_queue_or_comes_back_and_leaves_no_memory),
        cmocka_unit_test(a_secret_reads_back_and_has_one_spelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
