/* SPDX-License-Identifier: EUPL-1.2 */
/* The pages of studies as an analyst uses them, without a worker. */
#include "app/job/queries.h"
#include "web/accounts/place_test.h"

struct work {
    struct job_id id;
    struct party_id owner;
    bool has_ended;
};

static err put(db_tx *tx, void *arg, struct err_info *info)
{
    const struct work *w = arg;
    int64_t changed;
    err e = job_add(tx,
                    (struct job_add_in){.id = w->id,
                                        .kind = STR("study.run"),
                                        .owner = w->owner,
                                        .title = STR("Wijkteams"),
                                        .args = STR(""),
                                        .now = store_test_now_ms},
                    info);
    if (e == OK && w->has_ended)
        e = job_lease(tx,
                      (struct job_lease_in){.id = w->id,
                                            .lease = 1,
                                            .until = store_test_now_ms + 1000,
                                            .now = store_test_now_ms},
                      info);
    if (e == OK && w->has_ended)
        e = job_end(tx,
                    (struct job_end_in){.id = w->id,
                                        .lease = 1,
                                        .state = 3, /* failed */
                                        .now = store_test_now_ms,
                                        .failure = STR(""),
                                        .result = STR("")},
                    &changed, info);
    return e;
}

static struct browser analyst_with(struct place *p, struct work *w)
{
    w->id.v = 77;
    w->owner = place_person(p, "Bram Jansen", "bram@x.nl", ACCESS_ANALYST);
    assert_int_equal(db_tx_do(p->store->d, put, w, &p->info), OK);
    return place_browser(p, w->owner, true);
}

static void assert_stopping_shows(struct browser *b, const char *text)
{
    out answer = browser_post(b, "/nl/studies/77/stoppen", "");
    assert_int_equal(client_status(&answer), 303);
    assert_true(answer_leads_to(&answer, "/nl/studies/77?done=cancelled"));
    out_free(&answer);
    answer = browser_get(b, "/nl/studies/77?done=cancelled");
    assert_int_equal(client_status(&answer), 200);
    assert_true(client_has(&answer, text));
    out_free(&answer);
}

static void what_waits_is_stopped(void **state)
{
    struct work w = {.has_ended = false};
    struct browser b = analyst_with(*state, &w);

    assert_stopping_shows(&b, "Gestopt");
    assert_stopping_shows(&b, "Gestopt"); /* by who pressed twice */
}

static void what_ended_before_it_was_stopped_is_shown_as_it_ended(void **state)
{
    struct work w = {.has_ended = true};
    struct browser b = analyst_with(*state, &w);

    assert_stopping_shows(&b, "Niet gelukt");
}

static void another_neither_sees_nor_stops_it(void **state)
{
    struct place *p = *state;
    struct work w = {.has_ended = false};
    analyst_with(p, &w);
    struct browser b =
        place_browser(p, place_person(p, "Carla Smit", "carla@x.nl", ACCESS_ANALYST), true);

    assert_int_equal(browser_get_status(&b, "/nl/studies/77"), 404);
    assert_int_equal(browser_post_status(&b, "/nl/studies/77/stoppen", ""), 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define PLACE_TEST(f) cmocka_unit_test_setup_teardown(f, place_set_up, place_tear_down)
        PLACE_TEST(what_waits_is_stopped),
        PLACE_TEST(what_ended_before_it_was_stopped_is_shown_as_it_ended),
        PLACE_TEST(another_neither_sees_nor_stops_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
