/* SPDX-License-Identifier: EUPL-1.2 */
/* The pages of linking as data stewards use them. */
#include "app/linking/linking_int.h"
#include "app/register/register.h"
#include "web/accounts/place_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct municipality_id almere = {34};

struct desk {
    struct party_id organisation, sanne, otto;
    struct covenant_id covenant;
    struct link_run_id run;
    struct record_id a, b;
};

static struct deed acting(struct place *p, struct party_id id, unsigned roles)
{
    struct deed deed = place_deed(p);
    deed.viewer = (struct viewer){.id = id, .is_active = true, .has_second = true, .roles = roles};
    return deed;
}

static struct party_id steward(struct place *p, struct party_id organisation, const char *name,
                               const char *email)
{
    const struct party_id id = place_person(p, name, email, ACCESS_STEWARD);
    struct deed deed = acting(p, id, 0);
    assert_int_equal(
        account_change(&deed, p->store->d, str_of(name), STR(""), organisation, LANG_NL, &p->info),
        OK);
    return id;
}

static err tell(void *with, const struct intake_sink *sink, struct err_info *info)
{
    const struct intake_head head = {.format = STR("bus"),
                                     .law = INTAKE_PARTICIPATION,
                                     .identification = STR("B1"),
                                     .dated = 20000};
    static const char *const keys[] = {"1", "2"}, *const names[] = {"Bakker", "Baker"};
    (void)with;
    err e = sink->head(sink->to, &head, info);
    for (size_t i = 0; e == OK && i < 2; i++) {
        const struct intake_person person = {.key = str_of(keys[i]),
                                             .name = {.surname = str_of(names[i])},
                                             .address_from = INTAKE_DAY_NONE,
                                             .address_to = INTAKE_DAY_NONE,
                                             .died = INTAKE_DAY_NONE};
        struct intake_record record = {
            .kind = INTAKE_PERSON, .law = INTAKE_PARTICIPATION, .person = &person};
        record.place.line = (int64_t)i + 2;
        record.place.hash[0] = (unsigned char)i;
        e = sink->take(sink->to, &record, info);
    }
    return e;
}

static err remember(void *to, const struct register_person *r, struct err_info *info)
{
    struct desk *d = to;
    (void)info;
    d->b = r->id;
    if (d->a.v == 0)
        d->a = r->id;
    return OK;
}

static err put_run(db_tx *tx, void *arg, struct err_info *info)
{
    struct desk *d = arg;
    int64_t n;
    err e = link_run_put(
        tx,
        (struct link_run_put_in){.m = almere,
                                 .id = d->run,
                                 .covenant = d->covenant,
                                 .now = store_test_now_ms,
                                 .figures = STR("{\"n_records\":2,\"links\":[0,0,1,0]}"),
                                 .model = STR("{}")},
        info);
    if (e == OK)
        e = link_pair_put(tx,
                          (struct link_pair_put_in){
                              .m = almere,
                              .run = d->run,
                              .a = d->a,
                              .b = d->b,
                              .status = LINKAGE_UNSURE,
                              .probability = 0.5,
                              .harm = 0.5,
                              .told = STR("[{\"field\":\"surname\",\"level\":\"x\",\"bits\":3,"
                                          "\"a\":\"B*****\",\"b\":\"B****\"}]")},
                          info);
    return e == OK
               ? link_run_count(tx, (struct link_run_count_in){.m = almere, .id = d->run}, &n, info)
               : e;
}

/* A run with one pair in doubt, whose judge is Sanne. */
static struct desk desk_of(struct place *p)
{
    struct desk d = {0};
    struct deed admin = acting(p, (struct party_id){0}, ACCESS_ADMIN | ACCESS_STEWARD);
    const struct organisation o = {.type = ORG_MUNICIPALITY,
                                   .name = STR("Almere"),
                                   .region = STR("Flevoland"),
                                   .code = STR("GM0034")};
    struct register_receipt receipt;
    const struct register_import from = {.municipality = almere,
                                         .file = STR("bus.csv"),
                                         .hash = seal_hash_bytes(STR("x")),
                                         .read = tell};
    assert_int_equal(organisation_save(&admin, p->store->d, &o, &d.organisation, &p->info), OK);
    d.sanne = steward(p, d.organisation, "Sanne Smit", "s@x.nl");
    d.otto = steward(p, d.organisation, "Otto Ander", "o@x.nl");
    const struct covenant c = {.name = STR("Samen Voordeur"),
                               .purpose = STR("study"),
                               .ground = STR("Wmo 2015, artikel 5.3.6"),
                               .steward = d.sanne,
                               .from = 0,
                               .to = 40000};
    assert_int_equal(covenant_add(&admin, p->store->d, almere, &c, &d.covenant, &p->info), OK);
    assert_int_equal(register_import(&admin, p->store->d, &from, &receipt, &p->info), OK);
    assert_int_equal(register_persons(&admin, p->store->d, almere, remember, &d, &p->info), OK);
    d.run = (struct link_run_id){db_new_id(p->store->d)};
    assert_int_equal(db_tx_do(p->store->d, put_run, &d, &p->info), OK);
    return d;
}

static bool page_has(struct browser *b, const char *path, const char *text)
{
    out answer = browser_get(b, path);
    const bool has = client_status(&answer) == 200 && client_has(&answer, text);
    out_free(&answer);
    return has;
}

static void a_steward_reads_figures_and_judges_the_pair_once(void **state)
{
    struct place *p = *state;
    const struct desk d = desk_of(p);
    struct browser b = place_browser(p, d.sanne, true);
    char fields[128];
    snprintf(fields, sizeof fields, "a=%lld&b=%lld&answer=same", (long long)d.a.v,
             (long long)d.b.v);

    assert_true(page_has(&b, "/nl/koppelen", "Samen Voordeur"));
    assert_true(page_has(&b, "/nl/koppelen", "/nl/koppelen/beoordelen"));
    assert_true(page_has(&b, "/en/linking/review", "B*****"));
    assert_int_equal(browser_post_status(&b, "/nl/koppelen/beoordelen", "a=1&b=2&answer=same"),
                     404);
    assert_true(page_has(&b, "/nl/koppelen/beoordelen", "B*****"));
    assert_int_equal(browser_post_status(&b, "/nl/koppelen/beoordelen", fields), 303);

    assert_false(page_has(&b, "/nl/koppelen/beoordelen", "B*****"));
    assert_false(page_has(&b, "/nl/koppelen", "/nl/koppelen/beoordelen"));
}

static void to_another_steward_there_is_no_pair_and_to_others_no_page(void **state)
{
    struct place *p = *state;
    const struct desk d = desk_of(p);
    struct browser otto = place_browser(p, d.otto, true), weak = place_browser(p, d.sanne, false);

    assert_true(page_has(&otto, "/nl/koppelen", "Samen Voordeur"));
    assert_false(page_has(&otto, "/nl/koppelen", "/nl/koppelen/beoordelen"));
    assert_false(page_has(&otto, "/nl/koppelen/beoordelen", "B*****"));
    assert_int_not_equal(browser_get_status(&weak, "/nl/koppelen/beoordelen"), 200);
    assert_int_not_equal(browser_get_status(&weak, "/nl/koppelen"), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_steward_reads_figures_and_judges_the_pair_once,
                                        place_set_up, place_tear_down),
        cmocka_unit_test_setup_teardown(to_another_steward_there_is_no_pair_and_to_others_no_page,
                                        place_set_up, place_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
