/* SPDX-License-Identifier: EUPL-1.2 */
/* The pages of deliveries as a data steward uses them. */
#include "app/register/register.h"
#include "web/accounts/place_test.h"

#include <stdio.h>

static struct party_id municipality(struct place *p, const char *name, const char *code)
{
    struct deed deed = place_deed(p);
    const struct organisation o = {.type = ORG_MUNICIPALITY,
                                   .name = str_of(name),
                                   .region = STR("Flevoland"),
                                   .code = str_of(code)};
    struct party_id id = {0};
    deed.viewer = (struct viewer){.is_active = true, .has_second = true, .roles = ACCESS_ADMIN};
    assert_int_equal(organisation_save(&deed, p->store->d, &o, &id, &p->info), OK);
    return id;
}

static struct browser steward_of(struct place *p, const char *email, struct party_id organisation)
{
    const struct party_id id = place_person(p, "Sanne Smit", email, ACCESS_STEWARD);
    struct deed deed = place_deed(p);
    deed.viewer = (struct viewer){.id = id, .is_active = true};
    if (organisation.v)
        assert_int_equal(account_change(&deed, p->store->d, STR("Sanne Smit"), STR(""),
                                        organisation, LANG_NL, &p->info),
                         OK);
    return place_browser(p, id, true);
}

static err tell(void *with, const struct intake_sink *sink, struct err_info *info)
{
    const struct intake_head head = {.format = STR("iwmo-3.2/320"),
                                     .law = INTAKE_WMO,
                                     .identification = STR("K1"),
                                     .dated = 20000,
                                     .from = INTAKE_DAY_NONE,
                                     .to = INTAKE_DAY_NONE};
    const struct intake_record record = {
        .kind = INTAKE_RETURN, .law = INTAKE_WMO, .is.answer_to = {.of_message = STR("M1")}};
    struct msg reason;
    (void)with;
    msg_set(&reason, "register.no-person");
    err e = sink->head(sink->to, &head, info);
    if (e == OK)
        e = sink->take(sink->to, &record, info);
    if (e == OK)
        e = sink->set_aside(sink->to, INTAKE_CLAIM_LINE, (struct intake_place){.line = 4321}, 12345,
                            &reason, info);
    return e;
}

static void deliver(struct place *p, char path[80])
{
    struct deed deed = place_deed(p);
    struct register_receipt r;
    deed.viewer = (struct viewer){.is_active = true, .has_second = true, .roles = ACCESS_STEWARD};
    const struct register_import from = {.municipality = {34},
                                         .file = STR("terug.xml"),
                                         .hash = seal_hash_bytes(STR("x")),
                                         .read = tell};
    assert_int_equal(register_import(&deed, p->store->d, &from, &r, &p->info), OK);
    snprintf(path, 80, "/nl/leveringen/%lld", (long long)r.delivery.id.v);
}

static void assert_shows(struct browser *b, const char *path, const char *text)
{
    out answer = browser_get(b, path);
    assert_int_equal(client_status(&answer), 200);
    assert_true(client_has(&answer, text));
    out_free(&answer);
}

static void a_steward_reads_receipts_and_what_was_set_aside(void **state)
{
    struct place *p = *state;
    struct browser b = steward_of(p, "s@x.nl", municipality(p, "Almere", "GM0034"));
    char path[80], file[100];
    deliver(p, path);
    snprintf(file, sizeof file, "%s/apart.csv", path);

    assert_shows(&b, "/nl/leveringen", "terug.xml");
    assert_shows(&b, path, "4321");
    assert_shows(&b, path, "123,45");
    assert_shows(&b, path, "noemt er geen");
    assert_shows(&b, file, "4321,\"Declaratieregels\",12345,");
}

static void another_municipality_sees_nothing_of_it(void **state)
{
    struct place *p = *state;
    municipality(p, "Almere", "GM0034");
    struct browser b = steward_of(p, "s@x.nl", municipality(p, "Zeewolde", "GM0050"));
    char path[80];
    deliver(p, path);

    out list = browser_get(&b, "/nl/leveringen");
    assert_false(client_has(&list, "terug.xml"));
    out_free(&list);
    assert_int_equal(browser_get_status(&b, path), 404);
}

static void without_a_municipality_or_the_role_there_is_no_page(void **state)
{
    struct place *p = *state;
    struct browser lost = steward_of(p, "s@x.nl", (struct party_id){0});
    struct browser admin = place_browser(p, place_person(p, "A", "a@x.nl", ACCESS_ADMIN), true);

    assert_int_equal(browser_get_status(&lost, "/nl/leveringen"), 403);
    assert_int_equal(browser_get_status(&admin, "/nl/leveringen"), 403);
}

static void a_form_without_a_file_comes_back(void **state)
{
    struct place *p = *state;
    struct browser b = steward_of(p, "s@x.nl", municipality(p, "Almere", "GM0034"));

    assert_shows(&b, "/nl/leveringen/nieuw", "Bestand");
    assert_int_equal(browser_post_status(&b, "/nl/leveringen/nieuw", "mapping="), 422);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define PLACE_TEST(f) cmocka_unit_test_setup_teardown(f, place_set_up, place_tear_down)
        PLACE_TEST(a_steward_reads_receipts_and_what_was_set_aside),
        PLACE_TEST(another_municipality_sees_nothing_of_it),
        PLACE_TEST(without_a_municipality_or_the_role_there_is_no_page),
        PLACE_TEST(a_form_without_a_file_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
