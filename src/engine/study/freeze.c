/* SPDX-License-Identifier: EUPL-1.2 */
#include "study_int.h"

enum { FREEZE_MEMORY_MAX = 1 << 28 };

const char *study_state_name(enum study_state s)
{
    static const char *const names[] = {[STUDY_EXPLORATORY] = "exploratory",
                                        [STUDY_FROZEN] = "frozen",
                                        [STUDY_CHANGED] = "changed"};
    return names[s];
}

/* A plan with its journal, for as long as a call lasts. */
struct file_set {
    arena *memory;
    struct study study;
    struct journal journal;
    str journal_path;
};

static err fail(struct errs *errors, const struct err_info *info)
{
    *errs_next(errors) = *info;
    return info->code;
}

static err open_set(str path, struct file_set *f, struct errs *errors)
{
    struct err_info info;
    f->memory = arena_new(FREEZE_MEMORY_MAX);
    if (!f->memory)
        return err_nomem(errs_next(errors));
    err e = study_read(f->memory, path, &f->study, errors);
    if (e != OK)
        return e;
    f->journal_path = journal_path(f->memory, path);
    if (!f->journal_path.p)
        return err_nomem(errs_next(errors));
    e = journal_read(f->memory, f->journal_path, &f->journal, &info);
    return e == OK ? OK : fail(errors, &info);
}

static void close_set(struct file_set *f)
{
    arena_free(f->memory);
}

err study_look_up(str path, struct study_status *status, struct errs *errors)
{
    struct file_set f = {0};
    const err e = open_set(path, &f, errors);
    if (e == OK)
        journal_status(&f.journal, f.journal.n, f.study.hash, status);
    close_set(&f);
    return e;
}

static err refuse_refreeze(const struct study_status *before, str path, struct err_info *info)
{
    err_text(info, E_CONFLICT, "study.frozen-differently", str_of(before->frozen_at));
    err_at(info, path, 0, 0);
    return E_CONFLICT;
}

static err add_fixing(struct file_set *f, const struct journal_entry *entry,
                      const struct study_actor *actor, struct study_status *status,
                      struct err_info *info)
{
    str text;
    struct journal longer;
    err e = journal_extend(f->memory, &f->journal, *entry, actor->key, &text, info);
    if (e != OK)
        return e;
    /* what is written is read first: it must hold together for every later reader */
    e = journal_parse(f->memory, text, f->journal_path, &longer, info);
    if (e != OK)
        return e;
    e = journal_replace(f->journal_path, f->journal.text, text, info);
    if (e == OK)
        journal_status(&longer, longer.n, f->study.hash, status);
    return e;
}

err study_freeze(str path, str reason, const struct study_actor *actor, struct study_status *status,
                 struct errs *errors)
{
    struct file_set f = {0};
    struct err_info info;
    struct study_status before;
    char date[STUDY_TIME_TEXT];

    err e = open_set(path, &f, errors);
    if (e != OK)
        goto out;
    journal_status(&f.journal, f.journal.n, f.study.hash, &before);
    if (before.state == STUDY_FROZEN) {
        *status = before;
        status->was_frozen = true;
        goto out;
    }
    if (reason.n > JOURNAL_NOTE_MAX) {
        err_set(&info, E_LIMIT, "study.reason-too-long");
        msg_int(&info.msg, JOURNAL_NOTE_MAX);
        e = fail(errors, &info);
        goto out;
    }
    if (before.state == STUDY_CHANGED && !reason.n) {
        refuse_refreeze(&before, path, &info);
        e = fail(errors, &info);
        goto out;
    }
    journal_print_time(actor->now_ms, date);
    const struct journal_entry entry = {
        .kind = before.state == STUDY_CHANGED ? JOURNAL_AMEND : JOURNAL_FREEZE,
        .date = {date, sizeof date},
        .plan = f.study.hash,
        .text = f.study.bytes,
        .note = before.state == STUDY_CHANGED ? reason : STR(""),
    };
    e = add_fixing(&f, &entry, actor, status, &info);
    if (e != OK)
        fail(errors, &info);
out:
    close_set(&f);
    return e;
}
