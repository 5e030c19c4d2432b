/* SPDX-License-Identifier: EUPL-1.2 */
/* A delivery counts wholly or not at all, in whatever order deliveries come. */
#include "app/audit/audit.h"
#include "app/db/store_test.h"
#include "app/register/pack.h"
#include "app/register/register.h"
#include "base/date.h"
#include "base/rng.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { BSN = 123456782, OTHER_BSN = 111222333, LINES_MAX = 64 };

static const struct municipality_id almere = {34}, zeewolde = {50};

static int64_t now(void)
{
    return store_test_now_ms;
}

static void chance(void *to, size_t n)
{
    static unsigned char next;
    for (size_t i = 0; i < n; i++)
        ((unsigned char *)to)[i] = next++;
}

static const struct app_keys keys = {.seal = "seal", .hash = "hash", .log = "log"};
static const struct app app = {.now_ms = now, .random_bytes = chance, .keys = &keys};

static struct deed deed_of(arena *a, unsigned roles)
{
    return (struct deed){.app = &app,
                         .viewer = {.is_active = true, .has_second = true, .roles = roles},
                         .now_ms = now(),
                         .memory = a};
}

static struct deed steward(const struct store_fixture *f)
{
    return deed_of(f->a, ACCESS_STEWARD | ACCESS_RESIDENT_DATA);
}

static int32_t day(int month, int of_month)
{
    return date_day_of((struct date_ymd){2025, month, of_month});
}

/* ---- deliveries as a reader would tell them ---- */

struct told {
    struct intake_head head;
    struct intake_record record[LINES_MAX];
    size_t n;
    size_t n_times; /* the records are told so often; 0: once */
    size_t n_aside; /* so many more are set aside, of 7 cents each */
    struct err_info fails;
    void (*before_end)(void *with); /* when all is told and nothing accepted */
    void *with;
};

static struct intake_person person(uint32_t bsn, const char *surname)
{
    return (struct intake_person){
        .bsn = {bsn},
        .name = {.first = STR("Anna"), .surname = str_of(surname), .use = 'E'},
        .birth = {1980, 2, 29},
        .sex = 'F',
        .address = {.postcode = STR("1315AB"), .number = 12, .street = STR("Stationsstraat")},
        .address_from = day(1, 1),
        .address_to = INTAKE_DAY_NONE,
        .died = INTAKE_DAY_NONE};
}

static err tell(void *with, const struct intake_sink *sink, struct err_info *info)
{
    const struct told *t = with;
    struct msg reason;
    err e = sink->head(sink->to, &t->head, info);

    for (size_t k = 0; k < (t->n_times ? t->n_times : 1); k++)
        for (size_t i = 0; e == OK && i < t->n; i++)
            e = sink->take(sink->to, &t->record[i], info);
    msg_set(&reason, "register.no-person");
    msg_text(&reason, STR("WMO"));
    for (size_t i = 0; e == OK && i < t->n_aside; i++)
        e = sink->set_aside(sink->to, INTAKE_CLAIM_LINE,
                            (struct intake_place){.line = 900 + (int64_t)i}, 7, &reason, info);
    if (e == OK && t->before_end)
        t->before_end(t->with);
    if (e == OK && t->fails.code != OK) {
        *info = t->fails;
        return t->fails.code;
    }
    return e;
}

/* Of two deliveries with the same content the hash is the same. */
static struct register_import import_of(struct told *t, const char *file)
{
    return (struct register_import){.municipality = almere,
                                    .file = str_of(file),
                                    .hash = seal_hash_bytes(str_of(file)),
                                    .read = tell,
                                    .with = t};
}

static err bring(const struct store_fixture *f, struct told *t, const char *file,
                 struct register_receipt *receipt, struct err_info *info)
{
    const struct deed deed = steward(f);
    const struct register_import from = import_of(t, file);
    return register_import(&deed, f->d, &from, receipt, info);
}

/* One claim of January with `n` lines of 100, 101, ... cents. */
static void make_claim(struct told *t, const struct intake_person *who, const char *number,
                       size_t n, int32_t dated)
{
    *t = (struct told){.head = {.format = STR("iwmo-3.2/323"),
                                .law = INTAKE_WMO,
                                .sender = STR("75001234"),
                                .receiver = STR("0034"),
                                .identification = str_of(number),
                                .dated = dated,
                                .from = day(1, 1),
                                .to = day(2, 1)},
                       .n = n + 1};
    t->record[0] = (struct intake_record){.kind = INTAKE_CLAIM,
                                          .law = INTAKE_WMO,
                                          .place = {.line = 1},
                                          .is.claim = {.number = str_of(number),
                                                       .provider = STR("75001234"),
                                                       .from = day(1, 1),
                                                       .to = day(2, 1),
                                                       .dated = dated,
                                                       .granted_cents = INTAKE_NONE}};
    static const char *const reference[] = {"R0", "R1", "R2", "R3", "R4", "R5", "R6", "R7"};
    for (size_t i = 0; i < n; i++) {
        t->record[i + 1] =
            (struct intake_record){.kind = INTAKE_CLAIM_LINE,
                                   .law = INTAKE_WMO,
                                   .place = {.line = 10 + (int64_t)i},
                                   .person = who,
                                   .is.claim_line = {.claim = str_of(number),
                                                     .reference = str_of(reference[i]),
                                                     .product = {STR("02"), STR("02A05")},
                                                     .from = day(1, 1),
                                                     .to = day(2, 1),
                                                     .quantity_milli = 1000,
                                                     .unit = 4,
                                                     .tariff_cents = INTAKE_NONE,
                                                     .cents = 100 + (int64_t)i}};
        t->record[0].is.claim.total_cents += 100 + (int64_t)i;
    }
}

struct seen_lines {
    int64_t n, cents, n_rejected, n_answered;
};

static err see_line(void *to, const struct register_claim_line *r, struct err_info *info)
{
    struct seen_lines *s = to;
    (void)info;
    s->n++;
    s->cents += r->cents;
    s->n_rejected += r->is_rejected;
    s->n_answered += r->is_answered;
    return OK;
}

static struct seen_lines lines_of(const struct store_fixture *f, db *d)
{
    const struct deed deed = steward(f);
    struct seen_lines s = {0};
    struct err_info info;
    assert_int_equal(
        register_claim_lines(&deed, d, almere, day(1, 1), day(2, 1), see_line, &s, &info), OK);
    return s;
}

/* ---- receipts ---- */

struct asides {
    int64_t n, line, cents;
    bool has_reason;
};

static err see_aside(void *to, const struct register_aside *a, struct err_info *info)
{
    struct asides *s = to;
    (void)info;
    s->n++;
    s->line += a->line;
    s->cents += a->cents;
    s->has_reason = !strcmp(a->reason.key, "register.no-person") && a->reason.n_args == 1;
    return OK;
}

static void a_receipt_adds_up_to_what_was_delivered(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Jansen");
    const struct deed deed = steward(f);
    struct register_receipt r;
    struct asides asides = {0};
    struct err_info info;
    struct told t;
    make_claim(&t, &anna, "D1", 3, day(2, 3));
    t.n_aside = 2;

    assert_int_equal(bring(f, &t, "d1.xml", &r, &info), OK);
    assert_int_equal(register_asides(&deed, f->d, almere, r.delivery.id, see_aside, &asides, &info),
                     OK);

    assert_int_equal(r.delivery.state, REGISTER_ACCEPTED);
    assert_int_equal(r.sum[INTAKE_CLAIM_LINE].n_accepted, 3);
    assert_int_equal(r.sum[INTAKE_CLAIM_LINE].n_aside, 2);
    assert_int_equal(r.sum[INTAKE_CLAIM_LINE].cents_accepted, 303);
    assert_int_equal(r.sum[INTAKE_CLAIM_LINE].cents_aside, 14);
    assert_int_equal(r.sum[INTAKE_CLAIM].cents_accepted, 303);
    assert_int_equal(asides.n, 2);
    assert_int_equal(asides.line, 900 + 901);
    assert_int_equal(asides.cents, 14);
    assert_true(asides.has_reason);
    assert_int_equal(lines_of(f, f->d).cents, 303);
}

static void a_dry_run_tells_the_same_and_changes_nothing(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Jansen");
    const struct deed deed = steward(f);
    struct register_receipt r;
    uint64_t before, after;
    struct err_info info;
    struct told t;
    make_claim(&t, &anna, "D1", 3, day(2, 3));
    struct register_import from = import_of(&t, "d1.xml");
    from.is_dry = true;
    assert_true(store_test_print(f->url, &before));

    assert_int_equal(register_import(&deed, f->d, &from, &r, &info), OK);

    assert_true(store_test_print(f->url, &after));
    assert_int_equal(before, after);
    assert_true(r.is_dry);
    assert_int_equal(r.sum[INTAKE_CLAIM_LINE].cents_accepted, 303);
}

static void the_same_file_again_changes_nothing_and_says_so(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Jansen");
    struct register_receipt first, again;
    uint64_t before, after;
    struct err_info info;
    struct told t;
    make_claim(&t, &anna, "D1", 3, day(2, 3));
    assert_int_equal(bring(f, &t, "d1.xml", &first, &info), OK);
    assert_true(store_test_print(f->url, &before));

    assert_int_equal(bring(f, &t, "d1.xml", &again, &info), OK);

    assert_true(store_test_print(f->url, &after));
    assert_int_equal(before, after);
    assert_true(again.is_again);
    assert_int_equal(again.delivery.id.v, first.delivery.id.v);
    assert_int_equal(again.sum[INTAKE_CLAIM_LINE].n_accepted, 3);
}

static void a_delivery_replaces_the_one_before(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Jansen");
    const struct deed deed = steward(f);
    struct register_receipt first, second, looked;
    struct err_info info;
    struct told t;
    make_claim(&t, &anna, "D1", 3, day(2, 3));
    assert_int_equal(bring(f, &t, "d1.xml", &first, &info), OK);
    make_claim(&t, &anna, "D1", 2, day(2, 4));

    assert_int_equal(bring(f, &t, "d1-mended.xml", &second, &info), OK);

    assert_int_equal(lines_of(f, f->d).n, 2);
    assert_int_equal(register_receipt_find(&deed, f->d, almere, first.delivery.id, &looked, &info),
                     OK);
    assert_int_equal(looked.delivery.state, REGISTER_SUPERSEDED);
    assert_int_equal(looked.delivery.superseded_by.v, second.delivery.id.v);
}

static void an_older_delivery_does_not_replace_a_newer_one(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Jansen");
    struct register_receipt r;
    struct err_info info;
    struct told t;
    make_claim(&t, &anna, "D1", 2, day(2, 4));
    assert_int_equal(bring(f, &t, "newer.xml", &r, &info), OK);
    make_claim(&t, &anna, "D1", 3, day(2, 3));

    assert_int_equal(bring(f, &t, "older.xml", &r, &info), E_CONFLICT);

    assert_string_equal(info.msg.key, "register.older");
    assert_int_equal(lines_of(f, f->d).n, 2);
}

static void a_file_that_is_refused_leaves_only_its_reason(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Vreemdenaam");
    const struct deed deed = steward(f);
    struct register_delivery *list;
    struct register_receipt r;
    char where[200];
    struct err_info info;
    struct told t;
    size_t n;
    make_claim(&t, &anna, "D1", 7, day(2, 3));
    t.n_times = 3000; /* more than waits at once */
    err_set(&t.fails, E_INPUT, "register.two-heads");
    err_at(&t.fails, STR("d1.xml"), 77, 0);

    assert_int_equal(bring(f, &t, "d1.xml", &r, &info), E_INPUT);
    assert_int_equal(
        register_deliveries(&deed, f->d, almere, (struct delivery_id){0}, 10, &list, &n, &info),
        OK);

    assert_int_equal(n, 1);
    assert_int_equal(list[0].state, REGISTER_REFUSED);
    assert_true(list[0].has_failure);
    assert_int_equal(list[0].failure.line, 77);
    assert_string_equal(list[0].failure.msg.key, "register.two-heads");
    assert_false(store_test_holds(f, "Vreemdenaam", where));
    assert_false(store_test_holds(f, "02A05", where));
}

struct onlooker {
    struct store_fixture *f;
    int64_t n_seen;
};

static void look_on(void *with)
{
    struct onlooker *o = with;
    db *d;
    struct err_info info;
    assert_int_equal(db_open(o->f->s, &d, &info), OK);
    o->n_seen = lines_of(o->f, d).n;
    db_close(d);
}

static void what_is_staged_is_not_seen_before_it_is_accepted(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Jansen");
    struct onlooker o = {f, -1};
    struct register_receipt r;
    struct err_info info;
    struct told t;
    make_claim(&t, &anna, "D1", 7, day(2, 3));
    t.n_times = 3000;
    t.before_end = look_on;
    t.with = &o;

    assert_int_equal(bring(f, &t, "d1.xml", &r, &info), OK);

    assert_int_equal(o.n_seen, 0);
    assert_int_equal(r.sum[INTAKE_CLAIM_LINE].n_accepted, 21000);
}

static void sweep_later(void *with)
{
    struct store_fixture *f = with;
    struct err_info info;
    db *d;
    store_test_now_ms += REGISTER_ALIVE_MS + 1;
    assert_int_equal(db_open(f->s, &d, &info), OK);
    assert_int_equal(register_sweep(&app, d, &info), OK);
    db_close(d);
}

static void an_import_that_was_left_behind_cannot_be_accepted(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Vreemdenaam");
    struct register_receipt r;
    char where[200];
    struct err_info info;
    struct told t;
    make_claim(&t, &anna, "D1", 7, day(2, 3));
    t.n_times = 3000;
    t.before_end = sweep_later;
    t.with = f;

    assert_int_equal(bring(f, &t, "d1.xml", &r, &info), E_CONFLICT);

    assert_string_equal(info.msg.key, "register.left-behind");
    assert_int_equal(lines_of(f, f->d).n, 0);
    assert_false(store_test_holds(f, "Vreemdenaam", where));
}

static void a_file_for_another_municipality_is_refused(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Jansen");
    struct register_receipt r;
    struct err_info info;
    struct told t;
    make_claim(&t, &anna, "D1", 1, day(2, 3));
    t.head.receiver = STR("0050");

    assert_int_equal(bring(f, &t, "d1.xml", &r, &info), E_INPUT);

    assert_string_equal(info.msg.key, "register.other-municipality");
}

static void only_those_with_the_role_bring_or_read(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Jansen");
    const struct deed admin = deed_of(f->a, ACCESS_ADMIN), reader = deed_of(f->a, ACCESS_STEWARD);
    struct register_delivery *list;
    struct register_receipt r;
    struct seen_lines s = {0};
    struct err_info info;
    struct told t;
    size_t n;
    make_claim(&t, &anna, "D1", 1, day(2, 3));
    const struct register_import from = import_of(&t, "d1.xml");

    assert_int_equal(register_import(&admin, f->d, &from, &r, &info), E_DENIED);
    assert_int_equal(
        register_deliveries(&admin, f->d, almere, (struct delivery_id){0}, 10, &list, &n, &info),
        E_DENIED);
    assert_int_equal(
        register_claim_lines(&reader, f->d, almere, day(1, 1), day(2, 1), see_line, &s, &info),
        E_DENIED);
}

/* ---- numbers ---- */

struct first_person {
    struct record_id id;
    char mark[REGISTER_MARK_TEXT], subject[REGISTER_MARK_TEXT];
    size_t n;
};

static err see_person(void *to, const struct register_person *r, struct err_info *info)
{
    struct first_person *p = to;
    (void)info;
    if (p->n++ == 0) {
        p->id = r->id;
        memcpy(p->mark, r->mark.p, sizeof p->mark);
        memcpy(p->subject, r->subject.p, sizeof p->subject);
    }
    return OK;
}

static void a_number_is_kept_apart_and_shown_with_a_purpose_only(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Jansen");
    const struct deed deed = steward(f);
    char mark[REGISTER_MARK_TEXT], elsewhere[REGISTER_MARK_TEXT], where[200];
    struct first_person p = {0};
    struct register_receipt r;
    struct err_info info;
    struct bsn bsn;
    struct told t;
    make_claim(&t, &anna, "D1", 3, day(2, 3));
    assert_int_equal(bring(f, &t, "d1.xml", &r, &info), OK);

    assert_int_equal(register_persons(&deed, f->d, almere, see_person, &p, &info), OK);
    register_mark(&app, almere, anna.bsn, mark);
    register_mark(&app, zeewolde, anna.bsn, elsewhere);

    assert_int_equal(p.n, 1); /* of three lines */
    assert_memory_equal(p.mark, mark, sizeof mark);
    assert_memory_not_equal(p.mark, elsewhere, sizeof mark);
    assert_memory_not_equal(p.subject, mark, sizeof mark);
    assert_false(store_test_holds(f, "123456782", where));
    assert_int_equal(register_number(&deed, f->d, almere, p.id, STR(""), &bsn, &info), E_INPUT);
    assert_int_equal(register_number(&deed, f->d, zeewolde, p.id, STR("letter"), &bsn, &info),
                     E_NOT_FOUND);
    assert_int_equal(register_number(&deed, f->d, almere, p.id, STR("letter"), &bsn, &info), OK);
    assert_int_equal(bsn.v, BSN);
}

static void a_number_that_fails_its_test_is_kept_as_evidence_unread(void **state)
{
    struct store_fixture *f = *state;
    struct intake_person anna = person(0, "Jansen");
    const struct deed deed = steward(f);
    struct register_receipt r;
    char where[200];
    struct err_info info;
    struct bsn bsn;
    struct told t;
    anna.key = STR("K1");
    anna.bsn_written = STR("123456789");
    make_claim(&t, &anna, "D1", 1, day(2, 3));

    assert_int_equal(bring(f, &t, "d1.xml", &r, &info), OK);

    assert_false(store_test_holds(f, "123456789", where));
    assert_int_equal(
        register_number(&deed, f->d, almere, (struct record_id){1}, STR("letter"), &bsn, &info),
        E_NOT_FOUND);
}

static void an_objection_is_found_by_the_mark_of_a_number(void **state)
{
    struct store_fixture *f = *state;
    const struct deed deed = steward(f);
    const struct register_objection o = {{BSN}, STR("study"), false, day(3, 1), INTAKE_DAY_NONE};
    const struct register_objection bad = {{BSN + 1}, STR("study"), false, day(3, 1), day(4, 1)};
    char mark[REGISTER_MARK_TEXT], where[200];
    struct err_info info;
    size_t n_before, n_on;
    str *before, *on;

    assert_int_equal(register_objection_add(&deed, f->d, almere, &o, &info), OK);
    assert_int_equal(register_objection_add(&deed, f->d, almere, &bad, &info), E_INPUT);
    assert_int_equal(register_objections(&deed, f->d, almere, STR("study"), day(2, 1), false, f->a,
                                         &before, &n_before, &info),
                     OK);
    assert_int_equal(register_objections(&deed, f->d, almere, STR("study"), day(3, 1), false, f->a,
                                         &on, &n_on, &info),
                     OK);
    register_mark(&app, almere, o.bsn, mark);

    assert_int_equal(n_before, 0);
    assert_int_equal(n_on, 1);
    assert_memory_equal(on[0].p, mark, sizeof mark);
    assert_false(store_test_holds(f, "123456782", where));
}

/* ---- allocations: versions and snapshots ---- */

static void make_allocations(struct told *t, const struct intake_person *who, const char *message,
                             int32_t dated)
{
    *t = (struct told){.head = {.format = STR("iwmo-3.2/301"),
                                .law = INTAKE_WMO,
                                .sender = STR("0034"),
                                .receiver = STR("75001234"),
                                .identification = str_of(message),
                                .dated = dated,
                                .from = INTAKE_DAY_NONE,
                                .to = INTAKE_DAY_NONE,
                                .is_snapshot = true}};
    (void)who;
}

static void add_allocation(struct told *t, const struct intake_person *who, const char *number,
                           int32_t decided, int minute, int32_t to, int64_t volume)
{
    t->record[t->n++] = (struct intake_record){
        .kind = INTAKE_ALLOCATION,
        .law = INTAKE_WMO,
        .person = who,
        .is.allocation = {.number = str_of(number),
                          .provider = STR("75001234"),
                          .product = {STR("02"), STR("02A05")},
                          .decided_on = decided,
                          .decided_minute = minute,
                          .from = day(1, 1),
                          .to = to,
                          .size = {.volume = volume, .unit = 4, .frequency = 2},
                          .budget_cents = INTAKE_NONE}};
}

struct seen_allocations {
    int64_t n, volume;
};

static err see_allocation(void *to, const struct register_allocation *r, struct err_info *info)
{
    struct seen_allocations *s = to;
    (void)info;
    s->n++;
    s->volume += r->volume;
    return OK;
}

static struct seen_allocations allocations(const struct store_fixture *f, int32_t on)
{
    const struct deed deed = steward(f);
    struct seen_allocations s = {0};
    struct err_info info;
    assert_int_equal(register_allocations_on(&deed, f->d, almere, on, see_allocation, &s, &info),
                     OK);
    return s;
}

static void of_an_allocation_the_version_decided_last_counts(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Jansen");
    struct register_receipt r;
    struct err_info info;
    struct told later, earlier;
    make_allocations(&later, &anna, "M2", day(1, 20));
    add_allocation(&later, &anna, "A1", day(1, 19), 601, INTAKE_DAY_NONE, 5);
    make_allocations(&earlier, &anna, "M1", day(1, 20));
    add_allocation(&earlier, &anna, "A1", day(1, 19), 600, INTAKE_DAY_NONE, 3);

    assert_int_equal(bring(f, &later, "m2.xml", &r, &info), OK);
    assert_int_equal(bring(f, &earlier, "m1.xml", &r, &info), OK); /* comes last, counts not */

    assert_int_equal(allocations(f, day(3, 1)).n, 1);
    assert_int_equal(allocations(f, day(3, 1)).volume, 5);
}

static void what_a_later_snapshot_misses_is_past_from_then_on(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Jansen"), bert = person(OTHER_BSN, "Smit");
    struct register_receipt r;
    struct err_info info;
    struct told first, second;
    make_allocations(&first, &anna, "M1", day(1, 5));
    add_allocation(&first, &anna, "A1", day(1, 2), 0, INTAKE_DAY_NONE, 3);
    add_allocation(&first, &anna, "A2", day(1, 2), 0, INTAKE_DAY_NONE, 10);
    add_allocation(&first, &bert, "A3", day(1, 2), 0, INTAKE_DAY_NONE, 100);
    make_allocations(&second, &anna, "M2", day(2, 5));
    add_allocation(&second, &anna, "A2", day(1, 2), 0, INTAKE_DAY_NONE, 10);

    assert_int_equal(bring(f, &first, "m1.xml", &r, &info), OK);
    assert_int_equal(bring(f, &second, "m2.xml", &r, &info), OK);

    assert_int_equal(allocations(f, day(2, 4)).volume, 113);
    assert_int_equal(allocations(f, day(2, 5)).volume, 110);
}

static void a_deleted_allocation_counts_on_no_day(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Jansen");
    struct register_receipt r;
    struct err_info info;
    struct told first, second;
    make_allocations(&first, &anna, "M1", day(1, 5));
    add_allocation(&first, &anna, "A1", day(1, 2), 0, INTAKE_DAY_NONE, 3);
    make_allocations(&second, &anna, "M2", day(1, 9));
    add_allocation(&second, &anna, "A1", day(1, 8), 0, day(1, 2), 3);
    second.record[0].is.allocation.is_deleted = true;

    assert_int_equal(bring(f, &first, "m1.xml", &r, &info), OK);
    assert_int_equal(bring(f, &second, "m2.xml", &r, &info), OK);

    assert_int_equal(allocations(f, day(1, 1)).n, 0);
    assert_int_equal(allocations(f, day(3, 1)).n, 0);
}

static void an_answer_rejects_the_lines_it_lists_and_no_other(void **state)
{
    struct store_fixture *f = *state;
    const struct intake_person anna = person(BSN, "Jansen");
    struct register_receipt r;
    struct err_info info;
    struct told claim, answer;
    make_claim(&claim, &anna, "D1", 3, day(2, 3));
    make_claim(&answer, &anna, "D1", 2, day(2, 10));
    answer.head.format = STR("iwmo-3.2/325");
    answer.head.sender = STR("0034");
    answer.head.receiver = STR("75001234");
    answer.head.identification = STR("ANSWER");
    answer.record[0].is.claim.granted_cents = 102;
    for (size_t i = 1; i < answer.n; i++)
        answer.record[i].is.claim_line.is_rejected = true;
    assert_int_equal(bring(f, &claim, "d1.xml", &r, &info), OK);
    const struct seen_lines open = lines_of(f, f->d);

    assert_int_equal(bring(f, &answer, "a1.xml", &r, &info), OK);

    assert_int_equal(open.n_answered, 0);
    assert_int_equal(lines_of(f, f->d).n, 3);
    assert_int_equal(lines_of(f, f->d).n_answered, 3);
    assert_int_equal(lines_of(f, f->d).n_rejected, 2);
}

/* ---- the same deliveries give the same register ---- */

struct sum_of_rows {
    uint64_t sum;
    size_t n;
};

static void add_row(struct sum_of_rows *s, const char *text)
{
    s->sum += str_hash(str_of(text)); /* in any order */
    s->n++;
}

static err add_line(void *to, const struct register_claim_line *r, struct err_info *info)
{
    char text[300];
    (void)info;
    snprintf(text, sizeof text, "line %.*s %.*s %lld %d", STR_FMT(r->claim), STR_FMT(r->reference),
             (long long)r->cents, r->is_rejected);
    add_row(to, text);
    return OK;
}

static err add_held(void *to, const struct register_allocation *r, struct err_info *info)
{
    char text[300];
    (void)info;
    snprintf(text, sizeof text, "allocation %.*s %lld %lld", STR_FMT(r->number),
             (long long)r->volume, (long long)r->decided_at);
    add_row(to, text);
    return OK;
}

static err add_person(void *to, const struct register_person *r, struct err_info *info)
{
    char text[300];
    (void)info;
    snprintf(text, sizeof text, "person %.*s %.*s %.*s", STR_FMT(r->subject), STR_FMT(r->print),
             STR_FMT(r->mark));
    add_row(to, text);
    return OK;
}

static struct sum_of_rows sum_of(const struct store_fixture *f)
{
    const struct deed deed = steward(f);
    struct sum_of_rows s = {0};
    struct err_info info;
    assert_int_equal(
        register_claim_lines(&deed, f->d, almere, day(1, 1), day(2, 1), add_line, &s, &info), OK);
    for (int month = 1; month <= 6; month++)
        assert_int_equal(
            register_allocations_on(&deed, f->d, almere, day(month, 10), add_held, &s, &info), OK);
    assert_int_equal(register_persons(&deed, f->d, almere, add_person, &s, &info), OK);
    return s;
}

enum { DELIVERIES = 14 };

struct rng {
    struct rng_key key;
    uint64_t at;
};

static size_t rng_below(struct rng *g, size_t n)
{
    return (size_t)(rng_u64(g->key, g->at++) % n);
}

/* Claims delivered again with other lines, and snapshots of what is allocated, all dated apart. */
static void make_delivery(struct told *t, const struct intake_person who[2], int which,
                          struct rng *g, char name[16])
{
    static const char *const claims[] = {"C0", "C1", "C2"}, *const numbers[] = {"A0", "A1", "A2"};
    static char message[DELIVERIES][8];
    const int32_t dated = day(1, 2) + 10 * which;

    snprintf(name, 16, "file-%d", which);
    if (which % 2) {
        make_claim(t, &who[rng_below(g, 2)], claims[rng_below(g, 3)], 1 + rng_below(g, 6), dated);
        return;
    }
    snprintf(message[which], sizeof message[which], "M%d", which);
    make_allocations(t, who, message[which], dated);
    for (unsigned i = 0; i < 3; i++)
        if (rng_below(g, 3))
            add_allocation(t, &who[i % 2], numbers[i], dated - 1, (int)rng_below(g, 1440),
                           INTAKE_DAY_NONE, 1 + (int64_t)rng_below(g, 50));
}

static void the_same_deliveries_in_any_order_give_the_same_register(void **state)
{
    const struct intake_person who[2] = {person(BSN, "Jansen"), person(OTHER_BSN, "Smit")};
    static struct told delivery[DELIVERIES];
    char name[DELIVERIES][16];
    struct sum_of_rows first = {0};
    struct register_receipt r;
    struct err_info info;
    struct rng g = {.key = {.seed = 20251124}};
    for (int i = 0; i < DELIVERIES; i++)
        make_delivery(&delivery[i], who, i, &g, name[i]);

    for (int round = 0; round < 6; round++) {
        assert_int_equal(store_tear_down(state), 0);
        assert_int_equal(store_set_up(state), 0);
        struct store_fixture *f = *state;
        bool was_brought[DELIVERIES] = {0};
        for (int left = DELIVERIES; left > 0;) { /* some come twice, and twice in between */
            const size_t i = rng_below(&g, DELIVERIES);
            const err e = bring(f, &delivery[i], name[i], &r, &info);
            if (e != OK)
                assert_string_equal(info.msg.key, "register.older");
            left -= !was_brought[i];
            was_brought[i] = true;
            arena_reset(f->a);
        }
        const struct sum_of_rows s = sum_of(f);
        if (round == 0)
            first = s;

        assert_true(s.n > 10);
        assert_int_equal(s.n, first.n);
        assert_int_equal(s.sum, first.sum);
    }
}

/* ---- killed in the middle ---- */

static void die(void *with)
{
    (void)with;
    raise(SIGKILL);
}

/* This program again, as one that dies when it has told everything. */
static int import_and_die(const char *url, const char *clock)
{
    const struct store_config config = {.url = str_of(url), .node = 7, .now_ms = now};
    const struct intake_person anna = person(BSN, "Vreemdenaam");
    struct store_fixture f = {.a = arena_new(64 << 20)};
    struct register_receipt r;
    struct err_info info;
    struct told t;

    store_test_now_ms = strtoll(clock, NULL, 10);
    if (store_open(&config, &f.s, &info) != OK || store_migrate(f.s, &info) != OK ||
        db_open(f.s, &f.d, &info) != OK)
        return 3;
    make_claim(&t, &anna, "D1", 7, day(2, 3));
    t.n_times = 3000;
    t.before_end = die;
    return bring(&f, &t, "d1.xml", &r, &info) == OK ? 4 : 5;
}

static void a_killed_import_leaves_nothing_that_counts(void **state)
{
    struct store_fixture *f = *state;
    char where[200], clock[32];
    struct err_info info;
    int status;
    snprintf(clock, sizeof clock, "%lld", (long long)now());

    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execl("/proc/self/exe", "register_test", "die", f->url, clock, NULL);
        _exit(9);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    const bool was_there = store_test_holds(f, "Vreemdenaam", where);
    const struct seen_lines seen = lines_of(f, f->d);
    assert_int_equal(register_sweep(&app, f->d, &info), OK); /* may yet be alive */
    const bool is_kept = store_test_holds(f, "Vreemdenaam", where);
    store_test_now_ms += REGISTER_ALIVE_MS + 1;
    assert_int_equal(register_sweep(&app, f->d, &info), OK);

    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_true(was_there);
    assert_int_equal(seen.n, 0);
    assert_true(is_kept);
    assert_false(store_test_holds(f, "Vreemdenaam", where));
}

/* ---- bytes ---- */

static void a_record_comes_back_as_it_went(void **state)
{
    const struct intake_person anna = person(BSN, "Jansen");
    struct told t;
    (void)state;
    make_claim(&t, &anna, "D1", 1, day(2, 3));
    t.record[1].is.claim_line.cents = INT64_MIN + 1;
    struct intake_person person_back;
    struct intake_record back;
    out o, again;
    out_init(&o, 1 << 16);
    out_init(&again, 1 << 16);

    pack_person(&o, &anna);
    pack_record(&o, &t.record[1]);
    str rest = out_view(&o);
    assert_true(unpack_person(&rest, &person_back));
    assert_true(unpack_record(&rest, &back));
    pack_person(&again, &person_back);
    pack_record(&again, &back);

    assert_int_equal(rest.n, 0);
    assert_int_equal(back.is.claim_line.cents, INT64_MIN + 1);
    assert_int_equal(back.is.claim_line.tariff_cents, INTAKE_NONE);
    assert_true(str_eq(out_view(&o), out_view(&again)));
    out_free(&o);
    out_free(&again);
}

static void bytes_that_end_early_are_refused(void **state)
{
    const struct intake_person anna = person(BSN, "Jansen");
    struct intake_person back;
    out o;
    (void)state;
    out_init(&o, 1 << 16);
    pack_person(&o, &anna);

    for (size_t n = 0; n < o.n; n++) {
        char *exact = malloc(n + 1); /* so that reading behind it is seen */
        memcpy(exact, o.p, n);
        str rest = {exact, n};
        assert_false(unpack_person(&rest, &back));
        free(exact);
    }
    out_free(&o);
}

static void codes_of_municipalities_are_read_and_printed(void **state)
{
    char text[REGISTER_MUNICIPALITY_TEXT];
    struct municipality_id m = {0};
    (void)state;

    assert_true(register_municipality_parse(STR("GM0034"), &m));
    assert_int_equal(m.v, 34);
    assert_true(register_municipality_parse(STR("1980"), &m));
    register_municipality_print(m, text);
    assert_memory_equal(text, "GM1980", sizeof text);
    assert_false(register_municipality_parse(STR("GM34"), &m));
    assert_false(register_municipality_parse(STR("GM0000"), &m));
    assert_false(register_municipality_parse(STR("WK003401"), &m));
    assert_false(register_municipality_parse(STR(""), &m));
}

#define ON_A_STORE(test) cmocka_unit_test_setup_teardown(test, store_set_up, store_tear_down)

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "die"))
        return import_and_die(argv[2], argv[3]);
    const struct CMUnitTest tests[] = {
        ON_A_STORE(a_receipt_adds_up_to_what_was_delivered),
        ON_A_STORE(a_dry_run_tells_the_same_and_changes_nothing),
        ON_A_STORE(the_same_file_again_changes_nothing_and_says_so),
        ON_A_STORE(a_delivery_replaces_the_one_before),
        ON_A_STORE(an_older_delivery_does_not_replace_a_newer_one),
        ON_A_STORE(a_file_that_is_refused_leaves_only_its_reason),
        ON_A_STORE(what_is_staged_is_not_seen_before_it_is_accepted),
        ON_A_STORE(an_import_that_was_left_behind_cannot_be_accepted),
        ON_A_STORE(a_file_for_another_municipality_is_refused),
        ON_A_STORE(only_those_with_the_role_bring_or_read),
        ON_A_STORE(a_number_is_kept_apart_and_shown_with_a_purpose_only),
        ON_A_STORE(a_number_that_fails_its_test_is_kept_as_evidence_unread),
        ON_A_STORE(an_objection_is_found_by_the_mark_of_a_number),
        ON_A_STORE(of_an_allocation_the_version_decided_last_counts),
        ON_A_STORE(what_a_later_snapshot_misses_is_past_from_then_on),
        ON_A_STORE(a_deleted_allocation_counts_on_no_day),
        ON_A_STORE(an_answer_rejects_the_lines_it_lists_and_no_other),
        ON_A_STORE(the_same_deliveries_in_any_order_give_the_same_register),
        ON_A_STORE(a_killed_import_leaves_nothing_that_counts),
        cmocka_unit_test(a_record_comes_back_as_it_went),
        cmocka_unit_test(bytes_that_end_early_are_refused),
        cmocka_unit_test(codes_of_municipalities_are_read_and_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
