/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/intake/intake_test_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/date.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int32_t day(int y, int m, int d)
{
    const struct date_ymd ymd = {y, m, d};
    return date_day_of(ymd);
}

static err read_text(const char *text, const char *mapping, struct counting_sink *c,
                     struct err_info *info)
{
    const struct intake_options options = {.mapping = str_of(mapping), .schemas = STR("")};
    counting_sink_init(c);
    *info = (struct err_info){0};
    return intake_read_bytes(str_of(text), STR("rows.csv"), &options, &c->sink, info);
}

static const char signals_head[] = "partner;soort;voorletters;voorvoegsel;achternaam;"
                                   "geboortedatum;postcode;huisnummer;datum;achterstand;maanden\n";

static void each_shipped_mapping_reads_its_file(void **state)
{
    (void)state;
    static const struct {
        const char *mapping, *text;
        enum intake_kind kind;
        size_t n, n_all;
    } files[] = {
        {"bus",
         "uitkering;regeling;maand;bsn;geboortedatum;geslacht;voornamen;voorvoegsel;achternaam;"
         "postcode;huisnummer;bsn_partner;geboortedatum_partner;datum_aanvang;datum_einde;norm;"
         "bruto;inkomsten;terugvordering\n"
         "U1;PW;2025-01;999990019;1980-05-01;M;Bram;de;Graaf;1399ZZ;3;;;2024-01-01;;paar;1400,10;"
         "0,00;0,00\n"
         "U1;PW;2025-02;999990019;1980-05-01;M;Bram;de;Graaf;1399ZZ;3;;;2024-01-01;;paar;1400,10;"
         "0,00;0,00\n",
         INTAKE_PAYMENT, 2, 3},
        {"srg",
         "bsn;geboortedatum;geslacht;soort;datum_aanvang;datum_einde;bedrag\n"
         "999990019;1980-05-01;M;loonkostensubsidie;2025-01-01;;120,50\n",
         INTAKE_REINTEGRATION, 1, 1},
        {"youth",
         "bsn;geboortedatum;geslacht;postcode;verwijzer;hulpvorm;datum_aanvang;"
         "datum_einde;reden_beeindiging\n"
         "999999999;2012-00-00;V;1399ZZ;02;11;2025-01-01;2025-03-31;34\n",
         INTAKE_ALLOCATION, 1, 1},
        {"wmo",
         "bsn;soort_maatwerkarrangement;soort_aanbieder;vorm_verstrekking;"
         "datum_beoogde_start;datum_beoogd_einde;datum_start;datum_einde;"
         "reden_beeindiging\n"
         "999990019;02;1;zin;2025-01-01;2025-12-31;2025-01-08;;\n",
         INTAKE_DELIVERY, 1, 2},
        {"persons",
         "record,bsn,first_names,initials,prefix,surname,partner_prefix,"
         "partner_surname,name_use,birth_date,sex,street,house_number,house_letter,"
         "house_addition,postcode,town\n"
         "T1,999990019,Noor,N,,Beek,,,E,1990-01-02,V,Kade,4,,,1399ZZ,Voorbeeldstad\n",
         INTAKE_PERSON, 1, 1},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct counting_sink c;
        struct err_info info;

        const err e = read_text(files[i].text, files[i].mapping, &c, &info);

        if (e || c.n_aside)
            print_message("%s: %s\n", files[i].mapping, e ? info.msg.key : c.reasons[0]);
        assert_int_equal(e, OK);
        assert_int_equal(c.n_aside, 0);
        assert_int_equal(c.taken[files[i].kind], files[i].n);
        assert_int_equal(c.n_taken, files[i].n_all);
        assert_string_equal(c.format, files[i].mapping);
    }
}

static void amounts_are_cents_and_last_days_become_the_day_after(void **state)
{
    (void)state;
    struct counting_sink c;
    struct err_info info;
    char text[512];
    (void)snprintf(text, sizeof text, "%s%s", signals_head,
                   "EB;rent;N;van;Beek;1990-01-02;1399 ZZ;4;2025-04-30;210,5;2\n");

    assert_int_equal(read_text(text, "signals", &c, &info), OK);

    assert_int_equal(c.taken_cents, 21050);
    assert_int_equal(c.last.is.signal.day, day(2025, 4, 30));
    assert_int_equal(c.last.is.signal.months, 2);
    assert_int_equal(c.last.place.line, 2);
    assert_int_equal(c.last.law, INTAKE_DEBT);
    assert_true(read_text("bsn;geboortedatum;geslacht;soort;datum_aanvang;datum_einde;bedrag\n"
                          ";;;x;2025-01-01;2025-01-31;1\n",
                          "srg", &c, &info) == OK);
    assert_int_equal(c.last.is.reintegration.to, day(2025, 2, 1));
}

static void a_number_that_fails_its_test_stays_as_evidence(void **state)
{
    (void)state;
    struct counting_sink c;
    struct err_info info;
    static const char text[] = "bsn;geboortedatum;geslacht;soort;datum_aanvang;datum_einde;bedrag\n"
                               "999990018;;;x;2025-01-01;;1\n"
                               "999999999;;;x;2025-01-01;;1\n";

    assert_int_equal(read_text(text, "srg", &c, &info), OK);

    assert_int_equal(c.n_taken, 2);
    assert_int_equal(c.n_aside, 0);
    assert_int_equal(c.record[0].bsn.v, 0);
    assert_int_equal(c.record[1].bsn.v, 0);
}

static void rows_that_cannot_be_read_are_set_aside_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        const char *row, *reason;
    } rows[] = {
        {"EB;rent;N;;Beek;1990-02-30;;4;2025-04-30;1;2\n", "intake.cell-date"},
        {"EB;rent;N;;Beek;;;4;31-04-2025;1;2\n", "intake.cell-date"},
        {"EB;rent;N;;Beek;;;4;2025-04-30;-1;2\n", "intake.cell-amount"},
        {"EB;rent;N;;Beek;;;4;2025-04-30;99999999999999999999;2\n", "intake.cell-amount"},
        {"EB;rent;N;;Beek;;;4;2025-04-30;1,234;2\n", "intake.cell-amount"},
        {"EB;rent;N;;Beek;;;four;2025-04-30;1;2\n", "intake.cell-number"},
        {"EB;;N;;Beek;;;4;2025-04-30;1;2\n", "intake.cell-missing"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct counting_sink c;
        struct err_info info;
        char text[512];
        (void)snprintf(text, sizeof text, "%s%s", signals_head, rows[i].row);

        assert_int_equal(read_text(text, "signals", &c, &info), OK);

        assert_int_equal(c.n_taken, 0);
        assert_int_equal(c.n_aside, 1);
        assert_string_equal(c.reasons[0], rows[i].reason);
    }
}

static void files_that_are_no_csv_of_the_mapping_are_refused_with_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *rows, *key;
        int64_t line;
    } files[] = {
        {"EB;rent\n", "intake.row-fields", 2},
        {"EB;rent;N;;Beek;;;4;2025-04-30;1;2\nEB;\"rent;N\n", "table.open-quote", 3},
        {"EB;rent;\xFF;;Beek;;;4;2025-04-30;1;2\n", "intake.not-utf8", 2},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct counting_sink c;
        struct err_info info;
        char text[512];
        (void)snprintf(text, sizeof text, "%s%s", signals_head, files[i].rows);

        assert_int_equal(read_text(text, "signals", &c, &info), E_INPUT);

        assert_string_equal(info.msg.key, files[i].key);
        assert_int_equal(info.line, files[i].line);
    }
}

/* A mapping of its own for one test, in memory; closed by the caller. */
static int write_mapping(char path[64], const char *text)
{
    const int fd = memfd_create("mapping", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    (void)snprintf(path, 64, "/proc/self/fd/%d", fd);
    return fd;
}

static void a_column_that_is_not_there_is_refused_with_both_lines(void **state)
{
    (void)state;
    struct counting_sink c;
    struct err_info info;
    char path[64];
    const int fd =
        write_mapping(path, "format: x\nlaw: debt\nrecords:\n  - kind: signal\n    columns:\n"
                            "      what: soort\n      day: wanneer\n      arrears: bedrag\n");

    assert_int_equal(read_text("soort;bedrag\nrent;1\n", path, &c, &info), E_INPUT);

    assert_string_equal(info.msg.key, "intake.column-absent");
    assert_string_equal(info.file, path);
    assert_int_equal(info.line, 7);
    assert_int_equal(info.msg.arg[2].i, 1); /* the line of the header */
    assert_int_equal(c.n_heads, 0);
    close(fd);
}

static void a_mapping_with_a_field_that_does_not_exist_is_refused(void **state)
{
    (void)state;
    struct counting_sink c;
    struct err_info info;
    char path[64];
    const int fd =
        write_mapping(path, "format: x\nlaw: debt\nrecords:\n  - kind: signal\n    columns:\n"
                            "      wat: soort\n");

    assert_int_equal(read_text("soort\nrent\n", path, &c, &info), E_INPUT);

    assert_string_equal(info.msg.key, "intake.field-unknown");
    assert_int_equal(info.line, 6);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_shipped_mapping_reads_its_file),
        cmocka_unit_test(amounts_are_cents_and_last_days_become_the_day_after),
        cmocka_unit_test(a_number_that_fails_its_test_stays_as_evidence),
        cmocka_unit_test(rows_that_cannot_be_read_are_set_aside_with_the_reason),
        cmocka_unit_test(files_that_are_no_csv_of_the_mapping_are_refused_with_the_line),
        cmocka_unit_test(a_column_that_is_not_there_is_refused_with_both_lines),
        cmocka_unit_test(a_mapping_with_a_field_that_does_not_exist_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
