/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A body or a query for the API, by its first byte: '?' is a query, '+' a body that makes a story,
 * anything else one that changes it. Whatever it is: what was accepted is within its limits, what
 * was refused says why, and a story that was written is read again as the same.
 */
#include "web/api/api_int.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_text(str s, size_t most)
{
    require(s.n <= most && str_is_utf8(s) && (s.n == 0 || !memchr(s.p, '\0', s.n)));
}

static void check_mistakes(err e, const struct errs *errors, const struct err_info *info)
{
    require(e == E_INPUT || e == E_NOMEM);
    require(info->msg.key != NULL);
    for (size_t i = 0; i < errors->n; i++)
        require(errors->item[i].msg.key != NULL);
}

static struct publication blank(void)
{
    return (struct publication){.publish_at = INT64_MAX,
                                .delete_at = INT64_MAX,
                                .title = STR("t"),
                                .summary = STR(""),
                                .body = STR("")};
}

static void check_same(const struct publication *a, const struct publication *b)
{
    require(str_eq(a->title, b->title) && str_eq(a->summary, b->summary) &&
            str_eq(a->body, b->body));
    require(a->space.v == b->space.v && a->twin.v == b->twin.v && a->level == b->level &&
            a->lang == b->lang && a->comments == b->comments);
}

static void check_story(const struct publication *p, arena *a, struct errs *errors)
{
    struct publication again = blank();
    struct err_info info;
    json j;
    out o;
    check_text(p->title, PUBLICATION_TITLE_MAX);
    check_text(p->summary, PUBLICATION_SUMMARY_MAX);
    check_text(p->body, PUBLICATION_BODY_MAX);
    require(p->level <= LEVEL_PUBLIC && p->lang < LANG_COUNT && p->comments <= COMMENTS_SIGNED_IN);
    require(p->space.v >= 0 && p->twin.v >= 0);
    out_init(&o, 8 << 20);
    json_init_line(&j, &o);
    api_put(&j, &api_publication_map, API_CHANGE, p);
    require(o.error == OK);
    const err e =
        api_read_json(&api_publication_map, API_CHANGE, out_view(&o), a, &again, errors, &info);
    require(e == OK);
    check_same(p, &again);
    out_free(&o);
}

static void try_query(str text, arena *a, struct errs *errors)
{
    const struct api_operation *o = api_publication_operations;
    struct api_asked asked = {.limit = API_LIMIT_DEFAULT};
    struct err_info info;
    const err e = api_read_query(o->query, text, a, &asked, errors, &info);
    if (e != OK)
        check_mistakes(e, errors, &info);
    else
        require(asked.limit >= 1 && asked.limit <= PAGE_ITEMS_MAX && asked.space.v >= 0 &&
                asked.cursor.id >= 0);
}

static void try_body(str text, enum api_use use, arena *a, struct errs *errors)
{
    struct publication p = blank();
    struct err_info info;
    const err e = api_read_json(&api_publication_map, use, text, a, &p, errors, &info);
    if (e != OK)
        check_mistakes(e, errors, &info);
    else
        check_story(&p, a, errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const str text = {(const char *)data + (n > 0), n ? n - 1 : 0};
    struct err_info info;
    struct errs errors;
    arena *a = arena_new(64 << 20);
    if (a && n > 0 && errs_init(&errors, a, ERRS_LIMIT, &info) == OK) {
        if (data[0] == '?')
            try_query(text, a, &errors);
        else
            try_body(text, data[0] == '+' ? API_MAKE : API_CHANGE, a, &errors);
    }
    arena_free(a);
    return 0;
}
