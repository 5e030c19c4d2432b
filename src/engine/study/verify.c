/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/file.h"
#include "compare_int.h"
#include "folder_int.h"
#include "manifest_int.h"
#include "results_int.h"
#include "study_int.h"

#include <string.h>

enum { VERIFY_MEMORY_MAX = 1 << 29 };

/*
 * One verification. A step returns an error only when it could not do its work;
 * what it finds wrong goes to `findings`, and the next step goes on as long as
 * it has something to stand on.
 */
struct verifying {
    arena *memory;
    const struct study_verify_options *options;
    struct errs *findings;
    struct err_info info;
    str folder;
    struct manifest manifest;
    bool has_manifest;
    struct study study;
    struct journal journal;
    struct study_verification *v;
};

static err failed(struct verifying *v, err e)
{
    if (e != OK)
        *errs_next(v->findings) = v->info;
    return e;
}

static struct msg *finding(struct verifying *v, const char *key, str file)
{
    struct err_info *info = errs_next(v->findings);
    err_set(info, E_INPUT, key);
    err_at(info, file, 0, 0);
    return &info->msg;
}

static str in_folder(struct verifying *v, str name)
{
    return folder_path(v->memory, v->folder, name);
}

/* ---- the seal ---- */

/* A small file of the folder; an absent one is a finding and gives an empty text. */
static err read_small(struct verifying *v, str name, str *text)
{
    const str path = in_folder(v, name);
    *text = (str){"", 0};
    if (!path.p)
        return failed(v, err_nomem(&v->info));
    const err e = file_read(v->memory, path, JOURNAL_BYTES_MAX, text, &v->info);
    if (e == E_NOT_FOUND) {
        finding(v, "study.verify-absent", name);
        return OK;
    }
    return failed(v, e);
}

static void keep(str from, char *to, size_t size)
{
    const size_t n = from.n < size ? from.n : size - 1;
    memcpy(to, from.p, n);
    to[n] = '\0';
}

static void keep_signer(struct verifying *v)
{
    const str name = seal_signer_name(v->options->signers, v->manifest.signer);
    v->v->signer = v->manifest.signer;
    v->v->signer_known = name.n > 0;
    keep(name, v->v->signer_name, sizeof v->v->signer_name);
    keep(v->manifest.date, v->v->date, sizeof v->v->date);
    keep(v->manifest.program, v->v->program, sizeof v->v->program);
}

static err check_signature(struct verifying *v)
{
    str text, written;
    struct seal_signature signature;
    err e = read_small(v, MANIFEST_FILE, &text);
    if (e == OK)
        e = read_small(v, MANIFEST_SIGNATURE, &written);
    if (e != OK || !text.n || !written.n)
        return e;
    if (!manifest_parse(v->memory, text, &v->manifest)) {
        finding(v, "study.verify-bad-manifest", MANIFEST_FILE);
        return OK;
    }
    if (written.n != SEAL_SIGNATURE_HEX + 1 || written.p[SEAL_SIGNATURE_HEX] != '\n' ||
        !seal_parse_signature(str_cut(written, 0, SEAL_SIGNATURE_HEX), &signature)) {
        finding(v, "study.verify-bad-signature-file", MANIFEST_SIGNATURE);
        return OK;
    }
    if (!seal_verify(v->manifest.signer, text, signature)) {
        finding(v, "study.verify-bad-signature", MANIFEST_FILE);
        return OK;
    }
    v->has_manifest = true;
    keep_signer(v);
    return OK;
}

/* ---- the files ---- */

/* E_NOT_FOUND, with the finding `absent`, when it is not there. */
static err check_file(struct verifying *v, const struct manifest_file *file, str path,
                      const char *absent)
{
    struct seal_hash hash;
    uint64_t size;
    if (!path.p)
        return failed(v, err_nomem(&v->info));
    const err e = seal_hash_file(path, &hash, &size, &v->info);
    if (e == E_NOT_FOUND) {
        finding(v, absent, file->name);
        return e;
    }
    if (e != OK)
        return failed(v, e);
    if ((int64_t)size != file->bytes) {
        struct msg *m = finding(v, "study.verify-other-size", file->name);
        msg_int(m, (int64_t)size);
        msg_int(m, file->bytes);
    } else if (!seal_hash_eq(hash, file->hash)) {
        finding(v, "study.verify-changed", file->name);
    }
    return OK;
}

static str data_path(struct verifying *v)
{
    return v->options->data.n ? v->options->data : study_data_path(v->memory, &v->study);
}

static err check_sealed_file(struct verifying *v, const struct manifest_file *file)
{
    const err e = check_file(v, file, in_folder(v, file->name), "study.verify-absent");
    return e == E_NOT_FOUND ? OK : e;
}

static err check_files(struct verifying *v)
{
    const struct manifest *m = &v->manifest;
    err e = OK;
    for (size_t i = 0; e == OK && i < MANIFEST_IN_DATA; i++)
        e = check_sealed_file(v, &m->input[i]);
    for (size_t i = 0; e == OK && i < m->n_results; i++)
        e = check_sealed_file(v, &m->result[i]);
    return e;
}

static bool is_listed(const struct manifest *m, str name)
{
    bool listed = str_eq(name, MANIFEST_FILE) || str_eq(name, MANIFEST_SIGNATURE);
    for (size_t i = 0; i < MANIFEST_IN_DATA; i++)
        listed = listed || str_eq(name, m->input[i].name);
    for (size_t i = 0; i < m->n_results; i++)
        listed = listed || str_eq(name, m->result[i].name);
    return listed;
}

/* A link can lead to another file tomorrow, and a pipe can keep its reader waiting for ever. */
static void check_plain_files(struct verifying *v, const str *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!folder_has_file(v->memory, v->folder, names[i]))
            finding(v, "study.verify-no-file", names[i]);
}

/* A page put beside the sealed ones would be taken for one of them. */
static void check_no_more_files(struct verifying *v, const str *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_listed(&v->manifest, names[i]))
            finding(v, "study.verify-unsealed", names[i]);
}

/* ---- plan and journal ---- */

static err read_plan(struct verifying *v)
{
    str text;
    const str path = in_folder(v, STR("../plan.yaml")); /* the folder of results stands beside it */
    if (!path.p)
        return failed(v, err_nomem(&v->info));
    err e = read_small(v, MANIFEST_PLAN, &text);
    if (e == OK)
        e = study_parse(v->memory, text, path, &v->study, v->findings);
    if (e != OK)
        return e;
    if (read_small(v, MANIFEST_JOURNAL, &text) != OK)
        return v->info.code;
    return failed(v, journal_parse(v->memory, text, MANIFEST_JOURNAL, &v->journal, &v->info));
}

/* Neither more nor fewer files than the plan asks for. */
static bool has_all_results(struct verifying *v)
{
    str name[RESULTS_FILES_MAX];
    const struct manifest *m = &v->manifest;
    const size_t n = results_names(&v->study, v->memory, name);
    bool same = n == m->n_results;
    for (size_t i = 0; same && i < n; i++)
        same = str_eq(name[i], m->result[i].name);
    return same;
}

/* The journal must end in this run, and tell of the plan what the manifest tells. */
static void check_story(struct verifying *v)
{
    const struct manifest *m = &v->manifest;
    const size_t n = v->journal.n;
    const struct journal_entry *last = n ? &v->journal.entry[n - 1] : NULL;
    struct study_status *s = &v->v->status;
    if (!last || last->kind != JOURNAL_RUN || !str_eq(last->date, m->date) ||
        !seal_hash_eq(last->plan, v->study.hash) ||
        !seal_hash_eq(last->data, m->input[MANIFEST_IN_DATA].hash) ||
        !seal_hash_eq(last->results, manifest_results_hash(m)) ||
        memcmp(&last->signer, &m->signer, sizeof m->signer) != 0) {
        finding(v, "study.verify-other-run", MANIFEST_JOURNAL);
        return;
    }
    journal_status(&v->journal, n - 1, v->study.hash, s);
    if (!str_eq(m->state, str_of(study_state_name(s->state))) || m->run != (int64_t)s->n_runs + 1 ||
        m->n_runs_before_freeze != (int64_t)s->n_runs_before_freeze ||
        m->n_runs_changed != (int64_t)s->n_runs_changed ||
        m->n_amendments != (int64_t)s->n_amendments || m->seed != v->study.seed ||
        !has_all_results(v))
        finding(v, "study.verify-other-story", MANIFEST_FILE);
}

/* Data on people stay with who may hold them: who only has the results can check the seal. */
static err check_data(struct verifying *v)
{
    const err e =
        check_file(v, &v->manifest.input[MANIFEST_IN_DATA], data_path(v), "study.verify-no-data");
    if (e != E_NOT_FOUND && e != E_INPUT) /* the latter: a device or folder */
        return e;
    v->v->verdict = STUDY_SEALED;
    return OK;
}

/* ---- again ---- */

static err compute_again(struct verifying *v, const table *data, str scratch)
{
    struct results again = {0};
    const struct results_about about = {
        .journal = &v->journal,
        .n_before = v->journal.n - 1,
        .date = v->manifest.date,
        .signer = v->manifest.signer,
        .data = v->manifest.input[MANIFEST_IN_DATA].hash,
    };
    err e = results_compute(&v->study, &about, data, v->options->pool, v->options->progress, &again,
                            &v->info);
    if (e == OK)
        e = results_write(&again, scratch, &v->info);
    results_free(&again);
    return failed(v, e);
}

static void tell_difference(struct verifying *v, str name, const struct difference *d)
{
    struct err_info *info = errs_next(v->findings);
    err_set(info, E_INPUT, d->key.n ? "study.verify-differs-at-key" : "study.verify-differs");
    msg_int(&info->msg, (int64_t)d->offset);
    if (d->key.n)
        msg_text(&info->msg, d->key);
    err_at(info, name, d->line, d->column);
}

static err compare_all(struct verifying *v, str scratch)
{
    const struct manifest *m = &v->manifest;
    for (size_t i = 0; i < m->n_results; i++) {
        struct difference d;
        const str sealed = in_folder(v, m->result[i].name);
        const str again = folder_path(v->memory, scratch, m->result[i].name);
        if (!sealed.p || !again.p)
            return failed(v, err_nomem(&v->info));
        const err e = compare_files(v->memory, sealed, again, &d, &v->info);
        if (e != OK)
            return failed(v, e);
        if (d.found) {
            tell_difference(v, m->result[i].name, &d);
            v->v->verdict = STUDY_DIFFERENT;
        }
        v->v->n_files++;
        v->v->n_bytes += (uint64_t)m->result[i].bytes;
    }
    return OK;
}

static err recompute(struct verifying *v)
{
    struct folder scratch = {0};
    table *data = NULL;
    err e = study_open_data(&v->study, data_path(v), v->options->pool, v->options->progress, &data,
                            v->findings);
    if (e == OK)
        e = failed(v, folder_scratch(v->memory, v->options->scratch, &scratch, &v->info));
    if (e == OK)
        e = compute_again(v, data, scratch.temporary);
    if (e == OK)
        e = compare_all(v, scratch.temporary);
    if (e == E_INPUT) /* what once could be computed no longer can */
        v->v->verdict = STUDY_DIFFERENT;
    folder_abort(&scratch);
    table_free(data);
    return e;
}

/* A sealed plan or journal that cannot be read, although its hash fits, was never ours. */
static err conclude(struct verifying *v, err e)
{
    if (e == E_INPUT)
        e = OK;
    if (e == OK && v->findings->n_found && v->v->verdict == STUDY_SAME)
        v->v->verdict = STUDY_INVALID;
    return e;
}

static err verify(struct verifying *v)
{
    str *names;
    size_t n;
    err e = failed(v, folder_list(v->memory, v->folder, &names, &n, &v->info));
    if (e != OK)
        return e;
    check_plain_files(v, names, n);
    if (v->findings->n_found)
        return OK;
    e = check_signature(v);
    if (e != OK || !v->has_manifest)
        return e;
    e = check_files(v);
    if (e != OK)
        return e;
    check_no_more_files(v, names, n);
    if (v->findings->n_found)
        return OK;
    e = read_plan(v);
    if (e == OK)
        check_story(v);
    if (e != OK || v->findings->n_found)
        return e;
    e = check_data(v);
    if (e != OK || v->findings->n_found)
        return e;
    return recompute(v);
}

err study_verify(str folder, const struct study_verify_options *options,
                 struct study_verification *v, struct errs *findings)
{
    struct study_verification found = {.verdict = STUDY_SAME};
    struct verifying w = {.memory = arena_new(VERIFY_MEMORY_MAX),
                          .options = options,
                          .findings = findings,
                          .folder = folder,
                          .v = &found};
    if (!w.memory)
        return err_nomem(errs_next(findings));
    const err e = conclude(&w, verify(&w));
    if (e == OK)
        *v = found;
    arena_free(w.memory);
    return e;
}
