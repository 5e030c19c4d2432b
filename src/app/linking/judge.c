/* SPDX-License-Identifier: EUPL-1.2 */
/* judge: one pair after the other before the steward whom the covenant names. */
#include "app/audit/audit.h"
#include "app/linking/linking_int.h"

#include <jansson.h>
#include <string.h>

/* For anybody but the steward of the covenant there is nothing to judge. */
static err find_counting(const struct deed *deed, db *d, struct municipality_id m,
                         struct link_run_counting_row *run, struct err_info *info)
{
    err e = linking_check(deed, ACCESS_STEWARD, info);
    if (e == OK)
        e = link_run_counting(d, deed->memory, (struct link_run_counting_in){.m = m}, run, info);
    if (e == E_NOT_FOUND || (e == OK && run->steward_id.v != deed->viewer.id.v))
        return err_set(info, E_NOT_FOUND, "linking.no-pair");
    return e;
}

struct asking {
    const struct deed *deed;
    struct municipality_id m;
    struct record_id a, b;
    enum link_answer answer;
    struct link_pair_most_row row;
};

/* ---- showing ---- */

static err find_and_log(db_tx *tx, void *arg, struct err_info *info)
{
    struct asking *a = arg;
    struct link_run_counting_row run;

    err e = find_counting(a->deed, db_tx_db(tx), a->m, &run, info);
    if (e == OK)
        e = link_pair_most(
            db_tx_db(tx), a->deed->memory,
            (struct link_pair_most_in){.m = a->m, .run = run.id, .by = a->deed->viewer.id}, &a->row,
            info);
    if (e == E_NOT_FOUND)
        return err_set(info, E_NOT_FOUND, "linking.no-pair");
    out other;
    out_init(&other, 64);
    out_int(&other, a->row.b.v);
    if (e == OK)
        e = audit_add(tx, a->deed,
                      &(struct audit_row){.verb = "link.show",
                                          .object = "record",
                                          .object_id = a->row.a.v,
                                          .purpose = run.purpose,
                                          .field = {{"other", out_view(&other), false}},
                                          .n_fields = 1},
                      info);
    out_free(&other);
    return e;
}

static str copy_member(arena *a, const json_t *from, const char *name)
{
    const char *text = json_string_value(json_object_get(from, name));
    return text ? arena_str(a, str_of(text)) : (str){0};
}

static err read_evidence(arena *memory, str told, struct link_pair *pair, struct err_info *info)
{
    json_t *root = json_loadb(told.p, told.n, 0, NULL);
    pair->n_evidence = json_array_size(root);
    pair->evidence = ARENA_NEW(memory, struct link_evidence, pair->n_evidence);
    if (!root || !pair->evidence) {
        const err e = root ? err_nomem(info) : err_set(info, E_IO, "linking.told-broken");
        json_decref(root);
        return e;
    }
    for (size_t i = 0; i < pair->n_evidence; i++) {
        const json_t *one = json_array_get(root, i);
        pair->evidence[i] = (struct link_evidence){
            .field = copy_member(memory, one, "field"),
            .level = copy_member(memory, one, "level"),
            .a = copy_member(memory, one, "a"),
            .b = copy_member(memory, one, "b"),
            .bits = json_number_value(json_object_get(one, "bits")),
        };
    }
    json_decref(root);
    return OK;
}

err link_pair_next(const struct deed *deed, db *d, struct municipality_id m, struct link_pair *pair,
                   struct err_info *info)
{
    struct asking a = {.deed = deed, .m = m};
    const err e = db_tx_do(d, find_and_log, &a, info);
    if (e != OK)
        return e;
    *pair = (struct link_pair){.a = a.row.a,
                               .b = a.row.b,
                               .status = (enum linkage_status)a.row.status,
                               .probability = a.row.probability};
    return read_evidence(deed->memory, a.row.told, pair, info);
}

/* ---- answering ---- */

static err answer(db_tx *tx, void *arg, struct err_info *info)
{
    struct asking *a = arg;
    struct link_run_counting_row run;
    struct link_pair_is_there_row there;

    err e = find_counting(a->deed, db_tx_db(tx), a->m, &run, info);
    if (e == OK)
        e = link_pair_is_there(
            db_tx_db(tx), a->deed->memory,
            (struct link_pair_is_there_in){.m = a->m, .run = run.id, .a = a->a, .b = a->b}, &there,
            info);
    if (e == E_NOT_FOUND)
        return err_set(info, E_NOT_FOUND, "linking.no-pair");
    if (e == OK)
        e = link_label_put(tx,
                           (struct link_label_put_in){.m = a->m,
                                                      .a = a->a,
                                                      .b = a->b,
                                                      .by = a->deed->viewer.id,
                                                      .answer = a->answer,
                                                      .now = a->deed->now_ms},
                           info);
    out other;
    out_init(&other, 64);
    out_int(&other, a->b.v);
    static const char *const names[] = {"different", "same", "cannot-tell"};
    if (e == OK)
        e = audit_add(tx, a->deed,
                      &(struct audit_row){.verb = "link.judge",
                                          .object = "record",
                                          .object_id = a->a.v,
                                          .purpose = run.purpose,
                                          .field = {{"other", out_view(&other), false},
                                                    {"answer", str_of(names[a->answer]), false}},
                                          .n_fields = 2},
                      info);
    out_free(&other);
    return e;
}

err link_pair_judge(const struct deed *deed, db *d, struct municipality_id m, struct record_id a,
                    struct record_id b, enum link_answer given, struct err_info *info)
{
    struct asking ask = {.deed = deed, .m = m, .a = a, .b = b, .answer = given};
    if (given != LINK_DIFFERENT && given != LINK_SAME && given != LINK_CANNOT_TELL)
        return err_set(info, E_INPUT, "linking.answer-unknown");
    return db_tx_do(d, answer, &ask, info);
}
