/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Messages that are not as they should be: each is refused with its line and reason, and nothing
 * of it is told but what stood before.
 */
#include "app/intake/intake_test_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static arena *memory;

static str fixture(const char *name)
{
    char path[1024];
    str text;
    struct err_info info;
    const char *root = getenv("ONTSCHOT_SOURCE");
    (void)snprintf(path, sizeof path, "%s/tests/data/messages/%s", root ? root : ".", name);
    assert_int_equal(file_read(memory, str_of(path), 1 << 20, &text, &info), OK);
    return text;
}

/* The message with the n-th `from` in it replaced by `to`. */
static str change(str text, const char *from, const char *to)
{
    const char *at = strstr(text.p, from);
    assert_non_null(at);
    const size_t before = (size_t)(at - text.p), cut = strlen(from), add = strlen(to);
    char *made = ARENA_NEW(memory, char, text.n - cut + add + 1);
    memcpy(made, text.p, before);
    memcpy(made + before, to, add);
    memcpy(made + before + add, at + cut, text.n - before - cut);
    return (str){made, text.n - cut + add};
}

static err read_bytes(str text, struct counting_sink *c, struct err_info *info)
{
    const struct intake_options options = {.mapping = STR(""), .schemas = STR("")};
    counting_sink_init(c);
    *info = (struct err_info){0};
    return intake_read_bytes(text, STR("message.xml"), &options, &c->sink, info);
}

static const struct {
    const char *file, *from, *to, *key;
    int64_t line;
} faults[] = {
    {"WMO323.xml", "UTF-8", "ISO-8859-1", "intake.encoding", 1},
    {"WMO323.xml", "<b:Bericht", "<!DOCTYPE x [<!ENTITY a 'b'>]><b:Bericht", "intake.document-type",
     2},
    {"WMO323.xml", "<b:Bericht", "<!DOCTYPE x SYSTEM 'file:///etc/passwd'><b:Bericht",
     "intake.document-type", 2},
    {"WMO323.xml", "<b:Header>", "<?do it?><b:Header>", "intake.instruction", 3},
    {"WMO323.xml", "D0417", "&bomb;", "intake.entity", 19},
    {"WMO323.xml", "iwmo/3_2/wmo323", "iwmo/3_1/wmo323", "intake.release-other", 2},
    {"WMO323.xml", "iwmo/3_2/wmo323", "iwmo/3_2/wmo303", "intake.message-unknown", 2},
    {"WMO323.xml", "istandaarden.nl/iwmo/3_2/wmo323", "voorbeeld.invalid", "intake.namespace", 2},
    {"WMO323.xml", "iwmo/3_2/basisschema", "iwmo/3_1/basisschema", "intake.namespace-element", 10},
    {"WMO323.xml", ">484<", ">490<", "intake.message-code", 3},
    {"WMO323.xml", "Versie>3<", "Versie>2<", "intake.message-version", 3},
    {"WMO323.xml", "<b:Header>", "<b:Header x=\"1\">", "intake.attribute", 3},
    {"WMO323.xml", "<b:Header>", "<b:Header>text", "intake.text-between", 4},
    {"WMO323.xml", "2022-04-01", "2022-02-30", "intake.date-impossible", 21},
    {"WMO323.xml", ">5920<", ">-5920<", "intake.value-wrong", 48},
    {"WMO323.xml", ">5920<", ">999999999999999999999<", "intake.value-wrong", 48},
    {"WMO323.xml", ">5920<", "><", "intake.value-empty", 48},
    {"WMO323.xml", "Eenheid>04", "Eenheid>99", "intake.code-unknown", 45},
    {"WMO323.xml", "ProductCategorie>01", "ProductCategorie>45", "intake.code-unknown", 38},
    {"WMO323.xml", ">999990019<", ">12345678<", "intake.value-wrong-hidden", 31},
    {"WMO323.xml", "TotaalBedrag>63680", "TotaalBedrag>63681", "intake.rule-total", 18},
    {"WMO323.xml", "2022-04-30", "2022-04-29", "intake.rule-claim-month", 29},
    {"WMO301.xml", "<b:Ingangsdatum>2022-01-01</b:Ingangsdatum>", "", "intake.element-missing",
     174},
    {"WMO301.xml", "<b:Geslacht>1</b:Geslacht>",
     "<b:Geslacht>1</b:Geslacht><b:Geslacht>1</b:Geslacht>", "intake.element-twice", 23},
    {"JW325.xml", "TotaalBedrag>36720", "TotaalBedrag>36721", "intake.rule-granted", 30},
};

static void each_fault_refuses_the_message_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct counting_sink c;
        struct err_info info;
        const str text = fixture(faults[i].file);

        const err e = read_bytes(change(text, faults[i].from, faults[i].to), &c, &info);

        if (e != E_INPUT || strcmp(info.msg.key, faults[i].key) != 0 || info.line != faults[i].line)
            print_message("%zu: %s for %s, line %ld\n", i, e ? info.msg.key : "-", faults[i].key,
                          (long)info.line);
        assert_int_equal(e, E_INPUT);
        assert_string_equal(info.msg.key, faults[i].key);
        assert_int_equal(info.line, faults[i].line);
    }
}

static void a_message_cut_anywhere_is_refused(void **state)
{
    (void)state;
    const str text = fixture("WMO323.xml");
    for (size_t n = 0; n + 1 < text.n; n += 37) {
        struct counting_sink c;
        struct err_info info;

        assert_int_equal(read_bytes(str_cut(text, 0, n), &c, &info), E_INPUT);

        assert_true(info.line >= 1);
    }
}

static void no_byte_that_is_no_utf8_is_taken(void **state)
{
    (void)state;
    struct counting_sink c;
    struct err_info info;

    assert_int_equal(read_bytes(change(fixture("WMO301.xml"), "Molenaar", "M\xE9nard"), &c, &info),
                     E_INPUT);
    assert_string_equal(info.msg.key, "intake.not-utf8");
    assert_int_equal(read_bytes(STR("\xFF\xFE<\0?\0"), &c, &info), E_INPUT);
    assert_string_equal(info.msg.key, "intake.not-utf8");
}

static const struct {
    const char *file, *from, *to, *reason;
} broken[] = {
    {"WMO301.xml", "999990019", "999990018", "intake.rule-bsn"},
    {"WMO301.xml", "Frequentie>1", "Frequentie>2", NULL},
    {"WMO301.xml", "Toewijzingsdatum>2022-08-13", "Toewijzingsdatum>2023-08-13",
     "intake.rule-decided-later"},
    {"WMO301.xml", "Datum>1961-08-13", "Datum>2022-09-13", "intake.rule-born-later"},
    {"WMO301.xml", "Datum>1961-08-13", "Datum>1890-08-13", "intake.rule-too-old"},
    {"WMO305.xml", "Begindatum>2024-04-03", "Begindatum>2024-05-03", "intake.rule-started-later"},
    {"WMO307.xml", "Einddatum>2024-07-18", "Einddatum>2024-03-18", "intake.rule-order"},
    {"WMO319.xml", "<b:RedenAfwijzingVerzoek>7</b:RedenAfwijzingVerzoek>", "",
     "intake.rule-answer"},
};

static void each_rule_sets_its_record_aside(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct counting_sink c;
        struct err_info info;

        const err e =
            read_bytes(change(fixture(broken[i].file), broken[i].from, broken[i].to), &c, &info);

        assert_int_equal(e, OK);
        assert_int_equal(c.n_aside > 0, broken[i].reason != NULL);
        if (broken[i].reason)
            assert_string_equal(c.reasons[0], broken[i].reason);
    }
}

/* However a number is written, it is the same allocation: here that of another client. */
static void a_number_counts_and_not_how_it_is_written(void **state)
{
    (void)state;
    char written[256];
    struct counting_sink c;
    struct err_info info;
    (void)snprintf(written, sizeof written, "Nummer> +%0100d <", 720072);

    assert_int_equal(
        read_bytes(change(fixture("WMO323.xml"), "Nummer>720074<", written), &c, &info), OK);

    assert_int_equal(c.n_aside, 1);
    assert_string_equal(c.reasons[0], "intake.rule-owner");
}

/* A tariff of an hour with minutes: rounded once, at the end (TR346). */
static void minutes_may_be_paid_by_the_hour(void **state)
{
    (void)state;
    struct counting_sink c;
    struct err_info info;
    str text = fixture("WMO323.xml");
    text = change(text, "GeleverdVolume>4<", "GeleverdVolume>241<");
    text = change(text, "Eenheid>04", "Eenheid>01");
    text = change(text, ">5920<", ">5945<"); /* 241 x 1480 / 60 = 5944.67 */
    text = change(text, "TotaalBedrag>63680", "TotaalBedrag>63705");

    assert_int_equal(read_bytes(text, &c, &info), OK);

    assert_int_equal(c.n_aside, 0);
    assert_int_equal(c.taken_cents, 63705);
}

/* ---- official schemas ---- */

static err judge(const char *file, const char *from, const char *to, struct err_info *info)
{
    char folder[1024];
    struct counting_sink c;
    const char *root = getenv("ONTSCHOT_SOURCE");
    const str text = fixture(file);
    (void)snprintf(folder, sizeof folder, "%s/tests/data/schemas", root ? root : ".");
    const struct intake_options options = {.mapping = STR(""), .schemas = str_of(folder)};
    counting_sink_init(&c);
    *info = (struct err_info){0};
    return intake_read_bytes(from ? change(text, from, to) : text, STR("message.xml"), &options,
                             &c.sink, info);
}

static void schemas_judge_when_they_are_given(void **state)
{
    (void)state;
    struct err_info info;

    assert_int_equal(judge("WMO319.xml", NULL, NULL, &info), OK);
    assert_int_equal(judge("WMO319.xml", "VR-9003", "XX-9003", &info), E_INPUT);
    assert_string_equal(info.msg.key, "intake.schema-broken-by");
    assert_int_equal(info.line, 19);
}

static void schemas_are_neither_fetched_nor_made_up(void **state)
{
    (void)state;
    struct err_info info;

    assert_int_equal(judge("WMO323.xml", NULL, NULL, &info), E_INPUT);
    assert_string_equal(info.msg.key, "intake.schema-elsewhere");
    assert_int_equal(judge("WMO301.xml", NULL, NULL, &info), E_NOT_FOUND);
    assert_string_equal(info.msg.key, "intake.schema-absent");
}

static bool stops(void *ctx)
{
    (void)ctx;
    return true;
}

static void reading_stops_when_asked_to(void **state)
{
    (void)state;
    const struct progress progress = {.cancelled = stops};
    const struct intake_options options = {.mapping = STR(""), .schemas = STR("")};
    const char *root = getenv("ONTSCHOT_SOURCE");
    char path[1024];
    struct counting_sink c;
    struct err_info info = {0};
    (void)snprintf(path, sizeof path, "%s/tests/data/messages/WMO323.xml", root ? root : ".");
    counting_sink_init(&c);

    assert_int_equal(intake_read(str_of(path), &options, &c.sink, &progress, &info), E_CANCELLED);

    assert_string_equal(info.msg.key, "intake.cancelled");
}

/* Of garbage that goes on for ever no more is read than is needed to see it. */
static void a_gigabyte_of_garbage_takes_no_memory(void **state)
{
    (void)state;
    char path[64];
    const int fd = memfd_create("garbage", MFD_CLOEXEC);
    struct counting_sink c;
    struct err_info info = {0};
    struct rusage before, after;
    const struct intake_options options = {.mapping = STR("signals"), .schemas = STR("")};
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "<x", 2), 2);
    assert_int_equal(ftruncate(fd, (off_t)1 << 30), 0);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    getrusage(RUSAGE_SELF, &before);
    counting_sink_init(&c);

    assert_int_equal(intake_read(str_of(path), &options, &c.sink, NULL, &info), E_INPUT);

    getrusage(RUSAGE_SELF, &after);
    assert_true(after.ru_maxrss - before.ru_maxrss < 64 * 1024);
    close(fd);
}

static int begin(void **state)
{
    (void)state;
    memory = arena_new((size_t)64 << 20);
    return memory ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(memory);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_refuses_the_message_with_its_line),
        cmocka_unit_test(a_message_cut_anywhere_is_refused),
        cmocka_unit_test(no_byte_that_is_no_utf8_is_taken),
        cmocka_unit_test(each_rule_sets_its_record_aside),
        cmocka_unit_test(a_number_counts_and_not_how_it_is_written),
        cmocka_unit_test(minutes_may_be_paid_by_the_hour),
        cmocka_unit_test(schemas_judge_when_they_are_given),
        cmocka_unit_test(schemas_are_neither_fetched_nor_made_up),
        cmocka_unit_test(reading_stops_when_asked_to),
        cmocka_unit_test(a_gigabyte_of_garbage_takes_no_memory),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
