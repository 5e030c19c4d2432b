/* SPDX-License-Identifier: EUPL-1.2 */
/* Allocations of profiles over teams, and draws of the wild bootstrap, in fixed blocks. */
#include "base/real.h"
#include "base/rng.h"
#include "engine/effect/teams_int.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 64, WEBB_BELOW = 12, SIGNS_MAX = 30, GRAIN = 1024, GRAIN_OF_ONE = 32 };

#define EXACT_MAX 1e15 /* counts below are whole */

struct job {
    const struct teams_design *d;
    struct teams_table *t;
    const struct progress *progress;
    uint64_t seed;
    size_t base;     /* the profile of most teams */
    size_t *number;  /* n_profiles: teams of each */
    uint32_t *minor; /* n_minor: the profiles of teams not of the base, in order of teams */
    size_t n_minor;
    uint32_t *profile; /* workers x n: scratch */
    uint32_t *place;   /* workers x n: 0 .. n - 1 between draws */
    size_t *left;      /* workers x n_profiles */
    double *weight;    /* workers x n */
    size_t block;      /* allocations or draws in a block */
    size_t first;      /* block of this round */
};

/* ---- how many ---- */

double teams_count_allocations(size_t n, const uint32_t *profile, size_t n_profiles, arena *a)
{
    size_t *number = ARENA_NEW(a, size_t, n_profiles);
    double count = 1, logarithm = real_lgamma((double)n + 1);
    size_t seen = 0;
    for (size_t i = 0; number && i < n; i++)
        number[profile[i]]++;
    for (size_t p = 0; number && p < n_profiles; p++) {
        logarithm -= real_lgamma((double)number[p] + 1);
        for (size_t i = 1; i <= number[p] && count < EXACT_MAX; i++)
            count = count * (double)++seen / (double)i; /* stays whole: a binomial of i + 1 steps */
    }
    return !number ? REAL_NAN : count < EXACT_MAX ? count : real_exp(logarithm);
}

/* ---- all allocations ---- */

/*
 * The allocation of this rank: of all that are left, the share number / left starts with a
 * profile.
 */
static void unrank(const struct job *job, size_t rank, size_t *left, uint32_t *profile)
{
    size_t total = job->t->n;
    memcpy(left, job->number, job->d->n_profiles * sizeof *left);
    for (size_t i = 0; i < job->d->n; i++) {
        uint32_t p = 0;
        size_t part = total * left[p] / (job->d->n - i);
        while (rank >= part) {
            rank -= part;
            part = total * left[++p] / (job->d->n - i);
        }
        profile[i] = p;
        total = part;
        left[p]--;
    }
}

/* ---- a random one ---- */

/* A number below n from 64 random bits. */
static size_t below(uint64_t bits, size_t n)
{
    return (size_t)(((unsigned __int128)bits * n) >> 64);
}

/* The first steps of a shuffle place the few that differ; undone afterwards. */
static void shuffle(const struct job *job, size_t draw, uint32_t *place, uint32_t *profile)
{
    const struct rng_key key = {job->seed, rng_stream("effect.allocation", draw)};
    const size_t n = job->d->n;
    for (size_t i = 0; i < n; i++) {
        profile[i] = (uint32_t)job->base;
        place[i] = (uint32_t)i;
    }
    for (size_t i = 0; i < job->n_minor; i++) {
        const size_t j = i + below(rng_u64(key, i), n - i);
        const uint32_t chosen = place[j];
        place[j] = place[i];
        place[i] = chosen;
        profile[chosen] = job->minor[i];
    }
}

static void allocate_block(void *ctx, size_t block, unsigned worker)
{
    const struct job *job = ctx;
    const struct teams_design *d = job->d;
    uint32_t *profile = job->profile + worker * d->n;
    const size_t from = (job->first + block) * job->block;
    const size_t to = from + job->block < job->t->n ? from + job->block : job->t->n;
    for (size_t i = from; i < to; i++) {
        if (job->t->is_complete)
            unrank(job, i, job->left + worker * d->n_profiles, profile);
        else
            shuffle(job, i, job->place + worker * d->n, profile);
        d->evaluate(d->evaluate_ctx, profile, worker, &job->t->draw[i]);
    }
}

static err describe(struct job *job, arena *a, struct err_info *info)
{
    const struct teams_design *d = job->d;
    job->number = ARENA_NEW(a, size_t, d->n_profiles);
    job->minor = ARENA_NEW(a, uint32_t, d->n);
    if (!job->number || !job->minor)
        return err_nomem(info);
    for (size_t i = 0; i < d->n; i++)
        job->number[d->profile[i]]++;
    for (size_t p = 1; p < d->n_profiles; p++)
        job->base = job->number[p] > job->number[job->base] ? p : job->base;
    for (size_t i = 0; i < d->n; i++)
        if (d->profile[i] != job->base)
            job->minor[job->n_minor++] = d->profile[i];
    return OK;
}

/* In rounds, between which a cancellation is heard. */
static err run_rounds(struct job *job, par *pool, void (*block)(void *, size_t, unsigned),
                      struct err_info *info)
{
    const size_t n_blocks = (job->t->n + job->block - 1) / job->block;
    const size_t grain = job->block == 1 ? GRAIN_OF_ONE : GRAIN;
    for (job->first = 0; job->first < n_blocks; job->first += grain) {
        const size_t left = n_blocks - job->first;
        if (progress_cancelled(job->progress))
            return err_set(info, E_CANCELLED, "error.cancelled");
        par_run(pool, left < grain ? left : grain, block, job);
        progress_report(job->progress, "effect.step-teams", (double)(job->first * job->block),
                        (double)job->t->n);
    }
    return OK;
}

/*
 * Without the allocations that have no estimate. Whether one exists depends on who is where, not
 * on outcomes, so that the test among the others is as good.
 */
static void leave_out_failed(struct teams_table *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (!isnan(t->draw[i].n0) && !isnan(t->draw[i].n1))
            t->draw[n++] = t->draw[i];
    t->n = n;
}

err teams_allocate(const struct teams_design *d, size_t most, uint64_t seed, par *pool,
                   const struct progress *progress, arena *a, struct teams_table *t,
                   struct err_info *info)
{
    const size_t workers = par_threads(pool);
    const double count = teams_count_allocations(d->n, d->profile, d->n_profiles, a);
    struct job job = {.d = d,
                      .t = t,
                      .progress = progress,
                      .seed = seed,
                      .block = d->most ? 1 : BLOCK, /* each costs an estimation */
                      .profile = ARENA_NEW(a, uint32_t, workers * d->n),
                      .place = ARENA_NEW(a, uint32_t, workers * d->n),
                      .left = ARENA_NEW(a, size_t, workers * d->n_profiles)};
    t->is_complete = count <= (double)most;
    t->n = t->is_complete ? (size_t)count : most;
    t->draw = ARENA_NEW(a, struct teams_draw, t->n);
    if (isnan(count) || !job.profile || !job.place || !job.left || !t->draw)
        return err_nomem(info);
    err e = describe(&job, a, info);
    if (e != OK)
        return e;
    d->evaluate(d->evaluate_ctx, d->profile, 0, &t->observed);
    e = run_rounds(&job, pool, allocate_block, info);
    leave_out_failed(t);
    return e;
}

/* ---- the wild bootstrap ---- */

static double webb(uint64_t bits)
{
    static const double size[] = {0.5, 1, 1.5};
    const size_t which = below(bits, 6);
    const double weight = sqrt(size[which / 2]);
    return which % 2 ? weight : -weight;
}

static void draw_weights(const struct job *job, size_t draw, double *weight)
{
    const struct rng_key key = {job->seed, rng_stream("effect.wild", draw)};
    const bool by_webb = job->d->n < WEBB_BELOW;
    for (size_t g = 0; g < job->d->n; g++)
        if (job->t->is_complete)
            weight[g] = draw >> g & 1 ? -1 : 1;
        else if (by_webb)
            weight[g] = webb(rng_u64(key, g));
        else
            weight[g] = rng_u64(key, g) & 1 ? -1 : 1;
}

static void resample_block(void *ctx, size_t block, unsigned worker)
{
    const struct job *job = ctx;
    const struct teams_design *d = job->d;
    double *weight = job->weight + worker * d->n;
    const size_t from = (job->first + block) * job->block;
    for (size_t i = from; i < from + job->block && i < job->t->n; i++) {
        draw_weights(job, i, weight);
        d->resample(d->resample_ctx, weight, worker, &job->t->draw[i]);
    }
}

err teams_resample(const struct teams_design *d, size_t most, uint64_t seed, par *pool,
                   const struct progress *progress, arena *a, struct teams_table *t,
                   struct err_info *info)
{
    struct job job = {.d = d,
                      .t = t,
                      .progress = progress,
                      .seed = seed,
                      .block = BLOCK,
                      .weight = ARENA_NEW(a, double, par_threads(pool) * d->n)};
    t->is_complete = d->n >= WEBB_BELOW && d->n <= SIGNS_MAX && ((size_t)1 << d->n) <= most;
    t->n = t->is_complete ? (size_t)1 << d->n : most;
    t->draw = ARENA_NEW(a, struct teams_draw, t->n);
    if (!job.weight || !t->draw)
        return err_nomem(info);
    return run_rounds(&job, pool, resample_block, info);
}
