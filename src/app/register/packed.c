/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * packed: a delivery as a file of bytes. The process that reads a delivery has no database, and the
 * one that has a database reads no delivery; this goes between them.
 */
#include "app/register/register_int.h"
#include "base/file.h"

enum {
    EVENT_BYTES_MAX = 64 << 20,
    RELATIONS_MAX = 10000, /* of one record */
    PROGRESS_EACH = 256,   /* records between two looks whether to go on */
    ROW_MEMORY_MAX = 16 << 20,
};
enum event { EVENT_HEAD, EVENT_RECORD, EVENT_ASIDE, EVENT_END };

static const str magic = STR("ontschot delivery 1\n");

/* ---- packing ---- */

struct packing {
    file_writer *to;
    out event;
    int64_t n;
};

static err put_event(struct packing *p, struct err_info *info)
{
    const err e = out_error(&p->event, info);
    if (e == OK)
        file_writer_put(p->to, p->event.p, p->event.n);
    out_clear(&p->event);
    p->n++;
    return e;
}

static err put_head(void *to, const struct intake_head *h, struct err_info *info)
{
    struct packing *p = to;
    pack_int(&p->event, EVENT_HEAD);
    pack_head(&p->event, h);
    return put_event(p, info);
}

static err put_record(void *to, const struct intake_record *r, struct err_info *info)
{
    struct packing *p = to;
    const struct intake_person *partner = pack_partner(r);

    pack_int(&p->event, EVENT_RECORD);
    pack_record(&p->event, r);
    pack_int(&p->event, r->person != NULL);
    if (r->person)
        pack_person(&p->event, r->person);
    pack_int(&p->event, partner != NULL);
    if (partner)
        pack_person(&p->event, partner);
    pack_int(&p->event, (int64_t)r->n_relations);
    for (size_t i = 0; i < r->n_relations; i++) {
        pack_int(&p->event, r->relation[i].code);
        pack_person(&p->event, &r->relation[i].other);
    }
    return put_event(p, info);
}

static err put_aside(void *to, enum intake_kind kind, struct intake_place place, int64_t cents,
                     const struct msg *reason, struct err_info *info)
{
    const struct err_info whole = {.code = E_INPUT, .msg = *reason};
    struct packing *p = to;
    out text;

    out_init(&text, REASON_BYTES_MAX);
    job_failures_print(&text, &whole, 1, 1);
    pack_int(&p->event, EVENT_ASIDE);
    pack_int(&p->event, kind);
    pack_int(&p->event, place.line);
    pack_text(&p->event, (str){(const char *)place.hash, sizeof place.hash});
    pack_int(&p->event, cents);
    pack_text(&p->event, out_view(&text));
    const err e = out_error(&text, info);
    out_free(&text);
    return e == OK ? put_event(p, info) : e;
}

err register_pack(str path,
                  err (*read)(void *with, const struct intake_sink *sink, struct err_info *info),
                  void *with, struct err_info *info)
{
    struct packing p = {.n = 0};
    const struct intake_sink sink = {put_head, put_record, put_aside, &p};

    out_init(&p.event, EVENT_BYTES_MAX);
    err e = file_writer_open(path, &p.to, info);
    if (e != OK)
        return e;
    file_writer_put(p.to, magic.p, magic.n);
    e = read(with, &sink, info);
    if (e == OK) {
        pack_int(&p.event, EVENT_END);
        pack_int(&p.event, p.n);
        e = put_event(&p, info);
    }
    if (e == OK)
        e = file_writer_commit(p.to, info);
    else
        file_writer_abort(p.to);
    out_free(&p.event);
    return e;
}

/* ---- telling it again ---- */

struct unpacking {
    str rest;
    size_t n_bytes;
    int64_t n;
    bool is_whole;
    const struct intake_sink *sink;
    arena *memory; /* of one event */
};

static err broken(struct err_info *info)
{
    return err_set(info, E_INPUT, "register.pack-broken");
}

static bool unpack_flag(str *from, bool *flag)
{
    int64_t v;
    *flag = false;
    if (!unpack_int(from, &v))
        return false;
    *flag = v == 1;
    return v == 0 || v == 1;
}

static bool get_persons(struct unpacking *u, struct intake_record *r, struct intake_person *person)
{
    struct intake_person *partner = r->kind == INTAKE_BENEFIT     ? &r->is.benefit.partner
                                    : r->kind == INTAKE_DEBT_CASE ? &r->is.debt_case.partner
                                                                  : NULL;
    bool has_person, has_partner;
    int64_t n;
    if (!unpack_flag(&u->rest, &has_person) || (has_person && !unpack_person(&u->rest, person)) ||
        !unpack_flag(&u->rest, &has_partner) ||
        (has_partner && (!partner || !unpack_person(&u->rest, partner))) ||
        !unpack_int(&u->rest, &n) || n < 0 || n > RELATIONS_MAX)
        return false;
    struct intake_relation *relation = ARENA_NEW(u->memory, struct intake_relation, (size_t)n);
    for (int64_t i = 0; i < n; i++) {
        int64_t code;
        if (!relation || !unpack_int(&u->rest, &code) || code < 0 || code > INT_MAX ||
            !unpack_person(&u->rest, &relation[i].other))
            return false;
        relation[i].code = (int)code;
    }
    r->person = has_person ? person : NULL;
    r->relation = relation;
    r->n_relations = (size_t)n;
    return true;
}

static err get_record(struct unpacking *u, struct err_info *info)
{
    struct intake_person person;
    struct intake_record r;
    if (!unpack_record(&u->rest, &r) || !get_persons(u, &r, &person))
        return broken(info);
    return u->sink->take(u->sink->to, &r, info);
}

static err get_aside(struct unpacking *u, struct err_info *info)
{
    struct intake_place place = {0};
    struct err_info *reason;
    int64_t kind, cents;
    size_t n, n_found;
    str hash, text;

    if (!unpack_int(&u->rest, &kind) || kind < 0 || kind >= INTAKE_KINDS ||
        !unpack_int(&u->rest, &place.line) || !unpack_text(&u->rest, &hash) ||
        hash.n != sizeof place.hash || !unpack_int(&u->rest, &cents) ||
        !unpack_text(&u->rest, &text) ||
        !job_failures_parse(u->memory, text, &reason, &n, &n_found))
        return broken(info);
    for (size_t i = 0; i < hash.n; i++)
        place.hash[i] = (unsigned char)hash.p[i];
    return u->sink->set_aside(u->sink->to, (enum intake_kind)kind, place, cents, &reason[0].msg,
                              info);
}

static err get_event(struct unpacking *u, struct err_info *info)
{
    struct intake_head head;
    int64_t event, n;

    arena_reset(u->memory);
    if (!unpack_int(&u->rest, &event))
        return broken(info);
    u->n++;
    switch (event) {
    case EVENT_HEAD:
        return unpack_head(&u->rest, &head) ? u->sink->head(u->sink->to, &head, info)
                                            : broken(info);
    case EVENT_RECORD: return get_record(u, info);
    case EVENT_ASIDE: return get_aside(u, info);
    case EVENT_END:
        u->is_whole = unpack_int(&u->rest, &n) && n == u->n - 1 && u->rest.n == 0;
        return u->is_whole ? OK : broken(info);
    default: return broken(info);
    }
}

static err get_all(struct unpacking *u, const struct progress *progress, struct err_info *info)
{
    err e = OK;
    while (e == OK && !u->is_whole) {
        e = get_event(u, info);
        if (e != OK || u->n % PROGRESS_EACH)
            continue;
        progress_report(progress, "register.step-keep", (double)(u->n_bytes - u->rest.n),
                        (double)u->n_bytes);
        if (progress_cancelled(progress))
            e = err_set(info, E_CANCELLED, "error.cancelled");
    }
    return e;
}

err register_unpack(str path, const struct intake_sink *sink, const struct progress *progress,
                    struct err_info *info)
{
    struct file_map map;
    err e = file_map_open(path, &map, info);
    if (e != OK)
        return e;
    struct unpacking u = {.rest = {(const char *)map.p, map.n},
                          .n_bytes = map.n,
                          .sink = sink,
                          .memory = arena_new(ROW_MEMORY_MAX)};
    if (!u.memory)
        e = err_nomem(info);
    else if (!str_starts(u.rest, magic))
        e = broken(info);
    u.rest = str_cut(u.rest, magic.n, u.rest.n);
    if (e == OK)
        e = get_all(&u, progress, info);
    arena_free(u.memory);
    file_map_close(&map);
    return e;
}
