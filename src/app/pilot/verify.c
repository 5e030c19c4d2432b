/* SPDX-License-Identifier: EUPL-1.2 */
/* verify: the sealed results that somebody uploaded. */
#include "app/pilot/pilot_int.h"
#include "base/file.h"
#include "base/json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { ANSWER_BYTES_MAX = 1 << 20, PATH_BYTES = 512 };

/* {"data": "men.csv"}: which of the files the results were computed from. */
static err read_args(const struct job_run *run, str *data, struct err_info *info)
{
    json_t *root = json_loadb(run->args.p, run->args.n, 0, NULL);
    const json_t *name = json_object_get(root, "data");
    str found = {NULL, 0};
    for (size_t i = 0; json_is_string(name) && i < run->n_files; i++)
        if (str_eq(run->path[i], (str){json_string_value(name), json_string_length(name)}))
            found = run->path[i];
    const bool fits = root && (!name || found.p);
    json_decref(root);
    *data = found.p ? found : STR("../absent"); /* never what a plan names on this computer */
    return fits ? OK : err_set(info, E_INPUT, "pilot.data-not-there");
}

/* What was sealed, without the data, in the spare folder: it is verified as one that holds no more.
 */
static err gather(const struct job_run *run, str data, struct err_info *info)
{
    char to[PATH_BYTES];
    for (size_t i = 0; i < run->n_files; i++) {
        if (str_eq(run->path[i], data))
            continue;
        snprintf(to, sizeof to, "%.*s/%.*s", STR_FMT(run->spare), STR_FMT(run->path[i]));
        if (rename(run->path[i].p, to) != 0)
            return err_io(info, "file.cannot-write", run->path[i]);
    }
    return OK;
}

/* ---- the answer ---- */

static void print_sentences(json *j, const struct msg *m)
{
    for (int l = 0; l < LANG_COUNT; l++) {
        out o;
        out_init(&o, ANSWER_BYTES_MAX);
        tr_msg(&o, (enum lang)l, m);
        json_key_str(j, lang_tag((enum lang)l), out_view(&o));
        out_free(&o);
    }
}

static void print_findings(json *j, const struct errs *findings)
{
    json_key_int(j, "found", (int64_t)findings->n_found);
    json_key(j, "findings");
    json_open_array(j);
    for (size_t i = 0; i < findings->n; i++) {
        const struct err_info *f = &findings->item[i];
        json_open_object(j);
        json_key_str(j, "file", str_of(f->file));
        json_key_int(j, "line", f->line);
        json_key_int(j, "column", f->column);
        json_key_str(j, "key", str_of(f->msg.key));
        print_sentences(j, &f->msg);
        json_close_object(j);
    }
    json_close_array(j);
}

static void print_signer(json *j, const struct study_verification *v)
{
    char text[SEAL_PUBLIC_TEXT], fingerprint[SEAL_FINGERPRINT_TEXT];
    json_key(j, "signer");
    if (!v->date[0]) { /* no statement that could be believed */
        json_put_null(j);
        return;
    }
    seal_print_public(v->signer, text);
    seal_print_fingerprint(v->signer, fingerprint);
    json_open_object(j);
    json_key_bool(j, "here", v->signer_known);
    json_key_str(j, "key", (str){text, sizeof text});
    json_key_str(j, "fingerprint", (str){fingerprint, sizeof fingerprint});
    json_close_object(j);
}

static err write_answer(const struct job_run *run, const struct study_verification *v,
                        const struct errs *findings, struct err_info *info)
{
    static const char *const verdict[] = {[STUDY_SAME] = "same",
                                          [STUDY_SEALED] = "sealed",
                                          [STUDY_DIFFERENT] = "different",
                                          [STUDY_INVALID] = "invalid"};
    char path[PATH_BYTES];
    json j;
    out o;

    out_init(&o, ANSWER_BYTES_MAX);
    json_init(&j, &o);
    json_open_object(&j);
    json_key_str(&j, "verdict", str_of(verdict[v->verdict]));
    print_signer(&j, v);
    json_key_str(&j, "date", str_of(v->date));
    json_key_str(&j, "program", str_of(v->program));
    json_key_str(&j, "plan", str_of(study_state_name(v->status.state)));
    json_key_str(&j, "frozen_at", str_of(v->status.frozen_at));
    json_key_int(&j, "amendments", (int64_t)v->status.n_amendments);
    json_key_int(&j, "earlier_runs", (int64_t)v->status.n_runs);
    json_key_int(&j, "files", (int64_t)v->n_files);
    json_key_int(&j, "bytes", (int64_t)v->n_bytes);
    print_findings(&j, findings);
    json_close_object(&j);
    out_char(&o, '\n');
    snprintf(path, sizeof path, "%.*s/" PILOT_ANSWER, STR_FMT(run->folder));
    err e = out_error(&o, info);
    if (e == OK)
        e = file_write(str_of(path), out_view(&o), info);
    out_free(&o);
    return e;
}

static err verify(struct job_run *run, const struct seal_signer *here, str data,
                  struct err_info *info)
{
    const struct seal_signers signers = {here, 1};
    struct study_verification v;
    struct pilot_scale scale;
    struct errs findings;

    pilot_scale_init(&scale, run->progress);
    const struct study_verify_options options = {
        .signers = &signers,
        .data = data,
        .scratch = STR(".."),
        .pool = run->pool,
        .progress = &scale.progress,
    };
    err e = errs_init(&findings, run->memory, ERRS_LIMIT, info);
    if (e != OK)
        return e;
    e = study_verify(run->spare, &options, &v, &findings);
    if (e == OK)
        return write_answer(run, &v, &findings, info);
    *info = findings.item[findings.n - 1];
    return e;
}

err pilot_verify(struct job_run *run, struct err_info *info)
{
    seal_key *key = NULL;
    bool made;
    str data;

    err e = read_args(run, &data, info);
    if (e == OK)
        e = gather(run, data, info);
    if (e == OK)
        e = seal_key_open(run->keys, &key, &made, info);
    if (e != OK)
        return e;
    const struct seal_signer here = {seal_key_public(key), STR("ontschot")};
    e = verify(run, &here, data, info);
    seal_key_free(key);
    return e;
}
