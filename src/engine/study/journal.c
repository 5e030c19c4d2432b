/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/date.h"
#include "base/file.h"
#include "base/json.h"
#include "journal_int.h"
#include "study_int.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const char *const kind_names[] = {
    [JOURNAL_FREEZE] = "freeze", [JOURNAL_AMEND] = "amend", [JOURNAL_RUN] = "run"};

enum { LINE_BYTES_MAX = 1 << 23 }; /* a plan of YAML_BYTES_MAX, each byte as \u00xx */

/* ---- time ---- */

static void two_digits(int64_t v, char text[2])
{
    text[0] = (char)('0' + v / 10 % 10);
    text[1] = (char)('0' + v % 10);
}

void journal_print_time(int64_t ms, char text[STUDY_TIME_TEXT])
{
    enum { DAY_S = 86400 };
    const int64_t s = ms / 1000;
    const int64_t in_day = s % DAY_S;
    memcpy(text, "0000-00-00T00:00:00Z", STUDY_TIME_TEXT);
    date_print_iso((int32_t)(s / DAY_S), text);
    two_digits(in_day / 3600, text + 11);
    two_digits(in_day / 60 % 60, text + 14);
    two_digits(in_day % 60, text + 17);
}

/* ---- writing ---- */

str journal_path(arena *a, str plan_path)
{
    const str tail = str_ends(plan_path, STR(".yaml"))  ? STR(".yaml")
                     : str_ends(plan_path, STR(".yml")) ? STR(".yml")
                                                        : STR("");
    out o;
    out_init(&o, plan_path.n + 64);
    out_str(&o, str_cut(plan_path, 0, plan_path.n - tail.n));
    out_cstr(&o, ".journal.jsonl");
    const str path = o.error == OK ? arena_str(a, out_view(&o)) : (str){NULL, 0};
    out_free(&o);
    return path;
}

static void add_hash(json *j, const char *key, struct seal_hash h)
{
    char text[SEAL_HASH_HEX];
    seal_print_hash(h, text);
    json_key_str(j, key, (str){text, sizeof text});
}

/*
 * One line. What is signed is the line up to the signature: every other member
 * comes before it. `signature` is asked for when the text before it is there.
 */
static void print_body(json *j, const struct journal_entry *entry, size_t number,
                       struct seal_hash previous)
{
    char signer[SEAL_PUBLIC_TEXT];
    seal_print_public(entry->signer, signer);
    json_open_object(j);
    json_key_str(j, "kind", str_of(kind_names[entry->kind]));
    json_key_int(j, "number", (int64_t)number);
    json_key_str(j, "date", entry->date);
    add_hash(j, "plan", entry->plan);
    if (entry->kind == JOURNAL_RUN) {
        add_hash(j, "data", entry->data);
        add_hash(j, "results", entry->results);
    }
    if (entry->kind == JOURNAL_AMEND)
        json_key_str(j, "note", entry->note);
    if (entry->kind != JOURNAL_RUN)
        json_key_str(j, "text", entry->text);
    add_hash(j, "previous", previous);
    json_key_str(j, "signer", (str){signer, sizeof signer});
}

static void print_signature(json *j, struct seal_signature s)
{
    char text[SEAL_SIGNATURE_HEX];
    seal_print_signature(s, text);
    json_key_str(j, "signature", (str){text, sizeof text});
    json_close_object(j);
}

err journal_extend(arena *a, const struct journal *j, struct journal_entry entry,
                   const seal_key *key, str *text, struct err_info *info)
{
    out line;
    json to;
    out all;
    if (j->n == STUDY_RUNS_MAX) {
        err_set(info, E_LIMIT, "study.journal-full");
        msg_int(&info->msg, STUDY_RUNS_MAX);
        return E_LIMIT;
    }
    entry.signer = seal_key_public(key);
    out_init(&line, LINE_BYTES_MAX);
    json_init_line(&to, &line);
    print_body(&to, &entry, j->n + 1, j->head);
    print_signature(&to, seal_sign(key, out_view(&line)));
    out_char(&line, '\n');

    out_init(&all, JOURNAL_BYTES_MAX);
    out_str(&all, j->text);
    out_str(&all, out_view(&line));
    err e = out_error(&line, info);
    if (e == OK)
        e = out_error(&all, info);
    if (e == OK) {
        *text = arena_str(a, out_view(&all));
        if (!text->p)
            e = err_nomem(info);
    }
    out_free(&line);
    out_free(&all);
    return e;
}

/* ---- reading ---- */

/* The line of an entry, printed again, must be the line that was read: one spelling for each. */
static bool is_line(const struct journal_entry *entry, struct seal_signature signature,
                    size_t number, struct seal_hash previous, str line, bool *signed_well)
{
    out o;
    json to;
    out_init(&o, LINE_BYTES_MAX);
    json_init_line(&to, &o);
    print_body(&to, entry, number, previous);
    *signed_well = seal_verify(entry->signer, out_view(&o), signature);
    print_signature(&to, signature);
    const bool same = o.error == OK && str_eq(out_view(&o), line);
    out_free(&o);
    return same;
}

static bool is_own_plan(const struct journal_entry *e)
{
    return e->kind == JOURNAL_RUN || seal_hash_eq(seal_hash_bytes(e->text), e->plan);
}

static err fail_line(str name, size_t line, const char *key, struct err_info *info)
{
    err_set(info, E_INPUT, key);
    err_at(info, name, (int64_t)line, 1);
    return E_INPUT;
}

static err read_line(arena *a, str line, str name, size_t number, struct seal_hash previous,
                     struct journal_entry *entry, struct err_info *info)
{
    struct seal_signature signature;
    struct seal_hash written_previous;
    bool signed_well = false;
    if (!journal_line_parse(a, line, entry, &written_previous, &signature))
        return fail_line(name, number, "study.journal-bad-line", info);
    if (!seal_hash_eq(written_previous, previous))
        return fail_line(name, number, "study.journal-broken-chain", info);
    if (!is_line(entry, signature, number, previous, line, &signed_well) || !is_own_plan(entry))
        return fail_line(name, number, "study.journal-bad-line", info);
    return signed_well ? OK : fail_line(name, number, "study.journal-bad-signature", info);
}

static size_t count_lines(str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return n;
}

err journal_parse(arena *a, str text, str name, struct journal *j, struct err_info *info)
{
    const size_t n = count_lines(text);
    if (text.n && text.p[text.n - 1] != '\n')
        return fail_line(name, n + 1, "study.journal-bad-line", info);
    struct journal_entry *entry = ARENA_NEW(a, struct journal_entry, n);
    if (!entry)
        return err_nomem(info);
    struct journal read = {.text = text, .entry = entry};
    str rest = text, line;
    while (str_next(&rest, '\n', &line)) {
        const err e = read_line(a, line, name, read.n + 1, read.head, &entry[read.n], info);
        if (e != OK)
            return e;
        read.head = seal_hash_bytes(line);
        read.n++;
    }
    *j = read;
    return OK;
}

err journal_read(arena *a, str path, struct journal *j, struct err_info *info)
{
    str text = {"", 0};
    const err e = file_read(a, path, JOURNAL_BYTES_MAX, &text, info);
    if (e != OK && e != E_NOT_FOUND)
        return e;
    return journal_parse(a, text, path, j, info);
}

/* ---- replacing ---- */

/* The folder is locked for the moment between looking and renaming. */
static int lock_folder(str path)
{
    char folder[4096];
    size_t n = path.n;
    while (n && path.p[n - 1] != '/')
        n--;
    if (n >= sizeof folder)
        return -1;
    memcpy(folder, path.p, n);
    folder[n] = '\0';
    const int fd = open(n ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

err journal_replace(str path, str before, str after, struct err_info *info)
{
    arena *a = arena_new(JOURNAL_BYTES_MAX + (1 << 16));
    if (!a)
        return err_nomem(info);
    const int lock = lock_folder(path);
    str now = {"", 0};
    err e = file_read(a, path, JOURNAL_BYTES_MAX, &now, info);
    if (lock < 0)
        e = err_io(info, "study.cannot-lock", path);
    else if (e == OK || e == E_NOT_FOUND)
        e = str_eq(now, before) ? file_write(path, after, info)
                                : err_text(info, E_CONFLICT, "study.journal-moved", path);
    if (lock >= 0)
        close(lock); /* releases it */
    arena_free(a);
    return e;
}

/* ---- meaning ---- */

static void keep_time(str date, char text[STUDY_TIME_TEXT + 1])
{
    memcpy(text, date.p, STUDY_TIME_TEXT);
    text[STUDY_TIME_TEXT] = '\0';
}

/* Whatever it is called, the first fixing of a plan is the freezing, and a later one an amendment.
 */
static void take_fixing(const struct journal_entry *e, struct study_status *s)
{
    if (s->state == STUDY_FROZEN) {
        s->n_amendments++;
        keep_time(e->date, s->amended_at);
        return;
    }
    s->state = STUDY_FROZEN;
    s->frozen_by = e->signer;
    keep_time(e->date, s->frozen_at);
}

void journal_status(const struct journal *j, size_t n, struct seal_hash plan,
                    struct study_status *status)
{
    struct study_status s = {.state = STUDY_EXPLORATORY};
    struct seal_hash frozen = {{0}};
    for (size_t i = 0; i < n; i++) {
        const struct journal_entry *e = &j->entry[i];
        if (e->kind == JOURNAL_RUN) {
            s.n_runs++;
            s.n_runs_before_freeze += s.state == STUDY_EXPLORATORY;
            s.n_runs_changed += s.state == STUDY_FROZEN && !seal_hash_eq(e->plan, frozen);
        } else {
            take_fixing(e, &s);
            frozen = e->plan;
        }
    }
    if (s.state == STUDY_FROZEN && !seal_hash_eq(frozen, plan))
        s.state = STUDY_CHANGED;
    *status = s;
}
