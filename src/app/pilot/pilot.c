/* SPDX-License-Identifier: EUPL-1.2 */
#include "app/pilot/pilot_int.h"

#include <string.h>

enum { HOURS = 3600000 };
#define MEMORY_MAX ((size_t)4 << 30)

static const struct job_kind kinds[] = {
    {PILOT_RUN, pilot_run, MEMORY_MAX, 4 * HOURS, NULL},
    {PILOT_VERIFY, pilot_verify, MEMORY_MAX, 4 * HOURS, NULL},
};

struct job_kinds pilot_kinds(void)
{
    return (struct job_kinds){kinds, sizeof kinds / sizeof *kinds};
}

err pilot_prepare(const struct app *app, struct err_info *info)
{
    seal_key *key;
    bool made;
    out folder;
    out_init(&folder, 4096);
    out_str(&folder, app->data_folder);
    out_cstr(&folder, "/keys");
    err e = out_error(&folder, info);
    if (e == OK)
        e = seal_key_open(out_view(&folder), &key, &made, info);
    if (e == OK)
        seal_key_free(key);
    out_free(&folder);
    return e;
}

/* Reading the data comes first, writing the results last; the analyses are what takes time. */
#define SHARE_READING   0.05
#define SHARE_ANALYSING 0.90

static void scale(void *ctx, const char *step, double done, double total)
{
    struct pilot_scale *s = ctx;
    const double inner = total > 0 ? done / total : 0;
    double share = SHARE_READING * inner;
    if (strcmp(step, "study.step-analysis") == 0) {
        s->done = done;
        s->total = total;
        share = SHARE_READING + SHARE_ANALYSING * inner;
    } else if (s->total > 0) {
        share = SHARE_READING + SHARE_ANALYSING * (s->done + inner) / s->total;
    }
    progress_report(s->to, step, share, 1);
}

void pilot_scale_init(struct pilot_scale *s, const struct progress *to)
{
    *s = (struct pilot_scale){.to = to};
    s->progress = (struct progress){.report = scale, .ctx = s};
}
