/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"
#include "folder_int.h"
#include "manifest_int.h"
#include "results_int.h"
#include "study_int.h"

#include <string.h>

enum { RUN_MEMORY_MAX = 1 << 29 };

/* One run, from the plan to the sealed folder. */
struct running {
    arena *memory;
    const struct study_run_options *options;
    struct errs *errors;
    struct err_info info;
    struct study study;
    str journal_path;
    struct journal journal;
    table *data;
    struct manifest manifest;
    struct results results;
    struct folder folder;
    str longer_journal; /* with this run */
};

/* Puts the detail of a failed step among the errors. */
static err failed(struct running *r, err e)
{
    if (e != OK)
        *errs_next(r->errors) = r->info;
    return e;
}

/* ---- input ---- */

/* The data are hashed before and after they are read, so that the hash is of what was read. */
static err read_data(struct running *r)
{
    struct manifest_file *in = &r->manifest.input[MANIFEST_IN_DATA];
    struct seal_hash after;
    uint64_t size, size_after;
    const str path = r->options->data.n ? r->options->data : study_data_path(r->memory, &r->study);
    if (!path.p)
        return failed(r, err_nomem(&r->info));
    err e = failed(r, seal_hash_file(path, &in->hash, &size, &r->info));
    if (e == OK)
        e = study_open_data(&r->study, path, r->options->pool, r->options->progress, &r->data,
                            r->errors);
    if (e == OK)
        e = failed(r, seal_hash_file(path, &after, &size_after, &r->info));
    if (e == OK && !seal_hash_eq(in->hash, after))
        e = failed(r, err_text(&r->info, E_CONFLICT, "study.data-moved", path));
    in->name = r->study.data.file;
    in->bytes = (int64_t)size;
    return e;
}

static err read_input(struct running *r, str path)
{
    err e = study_read(r->memory, path, &r->study, r->errors);
    if (e != OK)
        return e;
    r->journal_path = journal_path(r->memory, path);
    if (!r->journal_path.p)
        return failed(r, err_nomem(&r->info));
    e = failed(r, journal_read(r->memory, r->journal_path, &r->journal, &r->info));
    return e == OK ? read_data(r) : e;
}

/* "pilot.run-3" beside "pilot.yaml" */
static str default_folder(struct running *r, size_t run)
{
    static const str tail = {".journal.jsonl", 14};
    out o;
    out_init(&o, r->journal_path.n + 64);
    out_str(&o, str_cut(r->journal_path, 0, r->journal_path.n - tail.n));
    out_cstr(&o, ".run-");
    out_int(&o, (int64_t)run);
    const str path = o.error == OK ? arena_str(r->memory, out_view(&o)) : (str){NULL, 0};
    out_free(&o);
    return path;
}

static err open_folder(struct running *r)
{
    struct study_status status;
    journal_status(&r->journal, r->journal.n, r->study.hash, &status);
    const str path =
        r->options->folder.n ? r->options->folder : default_folder(r, status.n_runs + 1);
    if (!path.p)
        return failed(r, err_nomem(&r->info));
    return failed(r, folder_open(r->memory, path, &r->folder, &r->info));
}

/* ---- results ---- */

static err compute(struct running *r)
{
    const struct results_about about = {
        .journal = &r->journal,
        .n_before = r->journal.n,
        .date = r->manifest.date,
        .signer = r->manifest.signer,
        .data = r->manifest.input[MANIFEST_IN_DATA].hash,
    };
    err e = results_compute(&r->study, &about, r->data, r->options->pool, r->options->progress,
                            &r->results, &r->info);
    if (e == OK)
        e = results_write(&r->results, r->folder.temporary, &r->info);
    return failed(r, e);
}

static err hash_results(struct running *r)
{
    struct manifest *m = &r->manifest;
    str name[RESULTS_FILES_MAX];
    m->n_results = results_names(&r->study, r->memory, name);
    for (size_t i = 0; i < m->n_results; i++) {
        const str path = name[i].p ? folder_path(r->memory, r->folder.temporary, name[i]) : name[i];
        uint64_t size;
        if (!path.p)
            return failed(r, err_nomem(&r->info));
        const err e = seal_hash_file(path, &m->result[i].hash, &size, &r->info);
        if (e != OK)
            return failed(r, e);
        m->result[i].name = name[i];
        m->result[i].bytes = (int64_t)size;
    }
    return OK;
}

/* ---- seal ---- */

static err extend_journal(struct running *r)
{
    const struct journal_entry entry = {
        .kind = JOURNAL_RUN,
        .date = r->manifest.date,
        .plan = r->study.hash,
        .data = r->manifest.input[MANIFEST_IN_DATA].hash,
        .results = manifest_results_hash(&r->manifest),
    };
    return failed(r, journal_extend(r->memory, &r->journal, entry, r->options->actor.key,
                                    &r->longer_journal, &r->info));
}

static err put(struct running *r, str name, str content)
{
    const str path = folder_path(r->memory, r->folder.temporary, name);
    if (!path.p)
        return failed(r, err_nomem(&r->info));
    return failed(r, file_write(path, content, &r->info));
}

static struct manifest_file of_bytes(str name, str bytes)
{
    return (struct manifest_file){name, (int64_t)bytes.n, seal_hash_bytes(bytes)};
}

static void fill_manifest(struct running *r)
{
    struct manifest *m = &r->manifest;
    const struct study_status *s = &r->results.status;
    m->program = STR(ONTSCHOT_VERSION);
    m->seed = r->study.seed;
    m->state = str_of(study_state_name(s->state));
    m->run = (int64_t)s->n_runs + 1;
    m->n_runs_before_freeze = (int64_t)s->n_runs_before_freeze;
    m->n_runs_changed = (int64_t)s->n_runs_changed;
    m->n_amendments = (int64_t)s->n_amendments;
    m->input[MANIFEST_IN_PLAN] = of_bytes(MANIFEST_PLAN, r->study.bytes);
    m->input[MANIFEST_IN_JOURNAL] = of_bytes(MANIFEST_JOURNAL, r->longer_journal);
}

static err put_manifest(struct running *r)
{
    char signature[SEAL_SIGNATURE_HEX + 1];
    out o;
    fill_manifest(r);
    out_init(&o, MANIFEST_BYTES_MAX);
    manifest_print(&r->manifest, &o);
    err e = failed(r, out_error(&o, &r->info));
    if (e == OK)
        e = put(r, MANIFEST_FILE, out_view(&o));
    if (e == OK) {
        seal_print_signature(seal_sign(r->options->actor.key, out_view(&o)), signature);
        signature[SEAL_SIGNATURE_HEX] = '\n';
        e = put(r, MANIFEST_SIGNATURE, (str){signature, sizeof signature});
    }
    out_free(&o);
    return e;
}

static err seal(struct running *r)
{
    err e = hash_results(r);
    if (e == OK)
        e = extend_journal(r);
    if (e == OK)
        e = put(r, MANIFEST_PLAN, r->study.bytes);
    if (e == OK)
        e = put(r, MANIFEST_JOURNAL, r->longer_journal);
    if (e == OK)
        e = put_manifest(r);
    return e;
}

/* First the journal, then the folder: a result that exists is one that was counted. */
static err publish(struct running *r)
{
    err e = journal_replace(r->journal_path, r->journal.text, r->longer_journal, &r->info);
    if (e != OK) {
        folder_abort(&r->folder);
        return failed(r, e);
    }
    e = folder_commit(&r->folder, &r->info);
    if (e != OK) { /* no result, so no run */
        struct err_info ignored;
        const err undone =
            journal_replace(r->journal_path, r->longer_journal, r->journal.text, &ignored);
        (void)undone; /* what matters is why the folder could not be made */
    }
    return failed(r, e);
}

static err run_in_folder(struct running *r)
{
    err e = compute(r);
    if (e == OK)
        e = seal(r);
    if (e != OK) {
        folder_abort(&r->folder);
        return e;
    }
    return publish(r);
}

static void tell(const struct running *r, struct study_outcome_of_run *run)
{
    const size_t n = r->folder.final.n < sizeof run->folder ? r->folder.final.n : 0;
    run->status = r->results.status;
    memcpy(run->folder, r->folder.final.p, n);
    run->folder[n] = '\0';
}

err study_run(str path, const struct study_run_options *options, struct study_outcome_of_run *run,
              struct errs *errors)
{
    char date[STUDY_TIME_TEXT];
    struct running r = {.options = options, .errors = errors, .memory = arena_new(RUN_MEMORY_MAX)};
    if (!r.memory)
        return err_nomem(errs_next(errors));
    journal_print_time(options->actor.now_ms, date);
    r.manifest.date = (str){date, sizeof date};
    r.manifest.signer = seal_key_public(options->actor.key);

    err e = read_input(&r, path);
    if (e == OK)
        e = open_folder(&r);
    if (e == OK)
        e = run_in_folder(&r);
    if (e == OK)
        tell(&r, run);
    results_free(&r.results);
    table_free(r.data);
    arena_free(r.memory);
    return e;
}
