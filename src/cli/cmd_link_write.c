/* SPDX-License-Identifier: EUPL-1.2 */
/* What a run leaves: a folder with persons, links, the model, what changed, and its record. */
#include "base/date.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_load.h"
#include "base/seal.h"
#include "cli/cmd_link_int.h"
#include "engine/report/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 16, PIECE_MAX = 1 << 22, RECORD_MAX = 1 << 20 };
enum { LEVEL_KEY_HEAD = 14 }; /* a level is called by its message key without the room */

static const char *const statuses[] = {
    [LINKAGE_LINKED] = "linked",
    [LINKAGE_CUT] = "cut",
    [LINKAGE_UNSURE] = "unsure",
    [LINKAGE_REFUSED] = "refused",
};

/* ---- A file of rows, written in pieces ---- */

struct sheet {
    file_writer *w;
    out text;
};

static str path_in(struct cli *c, str folder, const char *name)
{
    out o;
    out_init(&o, PIECE);
    out_str(&o, folder);
    out_char(&o, '/');
    out_cstr(&o, name);
    const str path = arena_str(c->memory, out_view(&o));
    out_free(&o);
    return path;
}

static err sheet_open(struct cli *c, str folder, const char *name, struct sheet *s,
                      struct err_info *info)
{
    const str path = path_in(c, folder, name);
    out_init(&s->text, PIECE_MAX);
    return path.p ? file_writer_open(path, &s->w, info) : err_nomem(info);
}

static void sheet_row(struct sheet *s)
{
    out_char(&s->text, '\n');
    if (s->text.n < PIECE)
        return;
    file_writer_put(s->w, s->text.p, s->text.n);
    if (s->text.error == OK)
        out_clear(&s->text);
}

static err sheet_close(struct sheet *s, err e, struct err_info *info)
{
    if (e == OK)
        e = out_error(&s->text, info);
    if (e == OK) {
        file_writer_put(s->w, s->text.p, s->text.n);
        e = file_writer_commit(s->w, info);
    } else {
        file_writer_abort(s->w);
    }
    out_free(&s->text);
    return e;
}

/* "1,name" */
static void put_record(const struct link_work *w, uint32_t record, out *o)
{
    const size_t first = table_rows(w->table[0]);
    out_cstr(o, record < first ? "1," : "2,");
    report_csv_text(o, linkage_name_of(w->names, record));
}

static err write_persons(struct cli *c, const struct link_work *w, str folder,
                         struct err_info *info)
{
    struct sheet s = {0};
    const uint32_t *person = linkage_persons(w->run);
    err e = sheet_open(c, folder, "persons.csv", &s, info);
    if (e != OK)
        return e;
    out_cstr(&s.text, "source,record,person\n");
    for (uint32_t i = 0; i < linkage_figures(w->run)->n_records; i++) {
        if (w->is_hidden[i])
            continue;
        put_record(w, i, &s.text);
        out_char(&s.text, ',');
        out_int(&s.text, person[i]);
        sheet_row(&s);
    }
    return sheet_close(&s, OK, info);
}

static err write_links(struct cli *c, const struct link_work *w, str folder, struct err_info *info)
{
    struct sheet s = {0};
    size_t n;
    const struct linkage_link *link = linkage_links(w->run, &n);
    err e = sheet_open(c, folder, "links.csv", &s, info);
    if (e != OK)
        return e;
    out_cstr(&s.text, "link,source_a,record_a,source_b,record_b,bits,probability,status,rule\n");
    for (size_t i = 0; i < n; i++) {
        if (w->is_hidden[link[i].a] || w->is_hidden[link[i].b])
            continue;
        out_int(&s.text, (int64_t)i + 1);
        out_char(&s.text, ',');
        put_record(w, link[i].a, &s.text);
        out_char(&s.text, ',');
        put_record(w, link[i].b, &s.text);
        out_char(&s.text, ',');
        out_fixed(&s.text, link[i].bits, 2);
        out_char(&s.text, ',');
        out_fixed(&s.text, linkage_probability(link[i].bits), 6);
        out_char(&s.text, ',');
        out_cstr(&s.text, statuses[link[i].status]);
        out_char(&s.text, ',');
        report_csv_text(&s.text, linkage_rule_text(w->settings, link[i].rule));
        sheet_row(&s);
    }
    return sheet_close(&s, OK, info);
}

static err write_events(struct cli *c, const struct link_work *w, str folder, struct err_info *info)
{
    struct sheet s = {0};
    size_t n;
    const struct linkage_event *event = linkage_events(w->run, &n);
    err e = sheet_open(c, folder, "changes.csv", &s, info);
    if (e != OK)
        return e;
    out_cstr(&s.text, "change,person,into\n");
    for (size_t i = 0; i < n; i++) {
        out_cstr(&s.text, event[i].kind == LINKAGE_MERGED ? "merged," : "split,");
        out_int(&s.text, event[i].from);
        out_char(&s.text, ',');
        out_int(&s.text, event[i].into);
        sheet_row(&s);
    }
    return sheet_close(&s, OK, info);
}

/* ---- The record of a run ---- */

static err put_input(json *j, str path, struct err_info *info)
{
    struct seal_hash hash;
    uint64_t size;
    char text[SEAL_HASH_HEX];
    const err e = seal_hash_file(path, &hash, &size, info);
    if (e != OK)
        return e;
    seal_print_hash(hash, text);
    json_open_object(j);
    json_key_str(j, "path", path);
    json_key_str(j, "blake2b", (str){text, sizeof text});
    json_key_int(j, "bytes", (int64_t)size);
    json_close_object(j);
    return OK;
}

static err put_named(json *j, const char *key, str path, struct err_info *info)
{
    json_key(j, key);
    return put_input(j, path, info);
}

static void put_figures(json *j, const struct link_work *w)
{
    const struct linkage_figures *f = linkage_figures(w->run);
    json_key(j, "figures");
    json_open_object(j);
    json_key_int(j, "records", (int64_t)f->n_records);
    json_key_int(j, "persons", (int64_t)f->n_persons);
    json_key_int(j, "largest_person", (int64_t)f->largest_person);
    json_key_int(j, "pairs", f->n_pairs);
    json_key_int(j, "candidates", f->n_candidates);
    json_key_int(j, "left_out", f->n_left_out);
    for (int s = 0; s <= LINKAGE_REFUSED; s++)
        json_key_int(j, statuses[s], (int64_t)f->n_links[s]);
    json_key_real(j, "found", f->found);
    json_key_real(j, "expected_false", f->expected_false);
    json_key_real(j, "expected_missed", f->expected_missed);
    json_key_int(j, "persons_kept", (int64_t)f->n_kept);
    json_key_int(j, "merged", (int64_t)f->n_merged);
    json_key_int(j, "split", (int64_t)f->n_split);
    json_key_int(j, "objections", (int64_t)w->n_objections);
    json_key_int(j, "records_hidden", (int64_t)w->n_hidden);
    json_close_object(j);
}

static err put_run(struct cli *c, const struct link_work *w, out *o, struct err_info *info)
{
    char when[20];
    json j;
    date_print_utc(c->now_ms(), when);
    json_init(&j, o);
    json_open_object(&j);
    json_key_str(&j, "program", STR("ontschot " ONTSCHOT_VERSION));
    json_key_str(&j, "when", (str){when, sizeof when});
    json_key_str(&j, "purpose", w->warrant.purpose);
    json_key_str(&j, "ground", w->warrant.ground);
    json_key_str(&j, "covenant", w->warrant.covenant);
    json_key_int(&j, "seed", (int64_t)w->seed);
    json_key(&j, "settings");
    err e = put_input(&j, w->settings_path, info);
    json_key(&j, "tables");
    json_open_array(&j);
    for (size_t t = 0; e == OK && t < w->n_tables; t++)
        e = put_input(&j, w->path[t], info);
    json_close_array(&j);
    if (e == OK && w->labels_path.n)
        e = put_named(&j, "labels", w->labels_path, info);
    if (e == OK && w->objections_path.n)
        e = put_named(&j, "objections", w->objections_path, info);
    put_figures(&j, w);
    json_close_object(&j);
    out_char(o, '\n');
    return e;
}

static err write_text(struct cli *c, str folder, const char *name, const out *o,
                      struct err_info *info)
{
    const str path = path_in(c, folder, name);
    const err e = out_error(o, info);
    if (e != OK)
        return e;
    return path.p ? file_write(path, out_view(o), info) : err_nomem(info);
}

static err write_files(struct cli *c, const struct link_work *w, str folder, struct err_info *info)
{
    out o;
    out_init(&o, RECORD_MAX);
    err e = write_persons(c, w, folder, info);
    if (e == OK)
        e = write_links(c, w, folder, info);
    if (e == OK && w->ask.previous)
        e = write_events(c, w, folder, info);
    if (e == OK) {
        linkage_model_write(linkage_model(w->run), w->settings, &o);
        e = write_text(c, folder, "model.json", &o, info);
    }
    out_clear(&o);
    if (e == OK)
        e = put_run(c, w, &o, info);
    if (e == OK)
        e = write_text(c, folder, "run.json", &o, info);
    out_free(&o);
    return e;
}

/* What was begun and will not be kept: it tells of people. */
static void remove_files(struct cli *c, str folder)
{
    static const char *const names[] = {"persons.csv", "links.csv", "changes.csv", "model.json",
                                        "run.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const str path = path_in(c, folder, names[i]);
        if (path.p)
            (void)unlink(path.p);
    }
    (void)rmdir(folder.p);
}

err link_write(struct cli *c, const struct link_work *w, str folder, struct err_info *info)
{
    str made;
    err e = file_make_temporary_folder(c->memory, folder, &made, info);
    if (e != OK)
        return e;
    e = write_files(c, w, made, info);
    if (e == OK && rename(made.p, folder.p) != 0)
        e = errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR
                ? err_text(info, E_CONFLICT, "linkage.folder-there", folder)
                : err_io(info, "file.cannot-write", folder);
    if (e != OK)
        remove_files(c, made);
    return e;
}

/* ---- Read back ---- */

static str text_of(struct cli *c, const json_t *object, const char *key)
{
    const char *s = json_string_value(json_object_get(object, key));
    return s ? arena_str(c->memory, str_of(s)) : STR("");
}

/* An input of the run, which must still be what it was: else numbers would tell of other people. */
static err read_input(struct cli *c, const json_t *item, str *path, struct err_info *info)
{
    struct seal_hash was, is;
    uint64_t size;
    *path = text_of(c, item, "path");
    if (path->n == 0 || !seal_parse_hash(text_of(c, item, "blake2b"), &was))
        return err_set(info, E_INPUT, "linkage.record-broken");
    const err e = seal_hash_file(*path, &is, &size, info);
    if (e != OK)
        return e;
    return seal_hash_eq(was, is) ? OK : err_text(info, E_CONFLICT, "linkage.input-changed", *path);
}

static err read_record(struct cli *c, struct link_work *w, const json_t *root,
                       struct err_info *info)
{
    const json_t *tables = json_object_get(root, "tables");
    w->warrant = (struct linkage_warrant){text_of(c, root, "purpose"), text_of(c, root, "ground"),
                                          text_of(c, root, "covenant")};
    w->seed = (uint64_t)json_integer_value(json_object_get(root, "seed"));
    w->n_tables = json_array_size(tables);
    if (w->n_tables < 1 || w->n_tables > 2)
        return err_set(info, E_INPUT, "linkage.record-broken");
    err e = read_input(c, json_object_get(root, "settings"), &w->settings_path, info);
    for (size_t t = 0; e == OK && t < w->n_tables; t++)
        e = read_input(c, json_array_get(tables, t), &w->path[t], info);
    const json_t *labels = json_object_get(root, "labels");
    const json_t *objections = json_object_get(root, "objections");
    if (e == OK && labels)
        e = read_input(c, labels, &w->labels_path, info);
    if (e == OK && objections)
        e = read_input(c, objections, &w->objections_path, info);
    return e;
}

err link_read_record(struct cli *c, struct link_work *w, str folder, struct err_info *info)
{
    const str path = path_in(c, folder, "run.json");
    str text;
    json_t *root;
    json_error_t why;
    if (!path.p)
        return err_nomem(info);
    err e = file_read(c->memory, path, RECORD_MAX, &text, info);
    if (e != OK)
        return e;
    e = json_load(text, JSON_REJECT_DUPLICATES, &root, &why, info);
    if (e == E_INPUT)
        err_set(info, E_INPUT, "linkage.record-broken");
    if (e == OK) {
        e = read_record(c, w, root, info);
        json_decref(root);
    }
    if (e == E_INPUT)
        err_at(info, path, 0, 0);
    return e;
}

/* ---- The queue of review ---- */

struct queued {
    size_t link;
    double harm; /* of believing what is likelier */
};

static int by_harm(const void *p, const void *q)
{
    const struct queued *a = p, *b = q;
    return a->harm != b->harm ? (a->harm < b->harm) - (a->harm > b->harm)
                              : (a->link > b->link) - (a->link < b->link);
}

static void put_pair(const struct link_work *w, size_t number, const struct linkage_link *l, out *o)
{
    out_int(o, (int64_t)number + 1);
    out_char(o, ',');
    put_record(w, l->a, o);
    out_char(o, ',');
    put_record(w, l->b, o);
    out_cstr(o, ",,"); /* "same", for the reviewer */
    out_fixed(o, linkage_probability(l->bits), 4);
    for (size_t f = 0; f < linkage_n_fields(w->settings); f++) {
        const unsigned level = (unsigned)(l->pattern >> (4 * f)) & 15;
        out_char(o, ',');
        linkage_value_masked(w->run, l->a, f, o);
        out_char(o, ',');
        linkage_value_masked(w->run, l->b, f, o);
        out_char(o, ',');
        out_cstr(o, linkage_level_name(w->settings, f, level) + LEVEL_KEY_HEAD);
    }
    out_char(o, '\n');
}

err link_write_review(struct cli *c, const struct link_work *w, out *o, struct err_info *info)
{
    size_t n, k = 0;
    const struct linkage_link *link = linkage_links(w->run, &n);
    struct queued *queue = ARENA_NEW(c->memory, struct queued, n);
    if (!queue)
        return err_nomem(info);
    for (size_t i = 0; i < n; i++) {
        const double p = linkage_probability(link[i].bits);
        if ((link[i].status == LINKAGE_CUT || link[i].status == LINKAGE_UNSURE) &&
            !w->is_hidden[link[i].a] && !w->is_hidden[link[i].b])
            queue[k++] = (struct queued){i, p < 0.5 ? p : 1 - p};
    }
    qsort(queue, k, sizeof *queue, by_harm);
    out_cstr(o, "link,source_a,record_a,source_b,record_b,same,probability");
    for (size_t f = 0; f < linkage_n_fields(w->settings); f++)
        for (int part = 0; part < 3; part++) {
            static const char *const parts[] = {"_a", "_b", "_level"};
            out_char(o, ',');
            report_csv_text(o, linkage_field_name(w->settings, f));
            out_cstr(o, parts[part]);
        }
    out_char(o, '\n');
    for (size_t i = 0; i < k; i++)
        put_pair(w, queue[i].link, &link[queue[i].link], o);
    return OK;
}
