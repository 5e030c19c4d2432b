/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What happens when memory is out. The linker sends every allocation of the
 * program through here; each job runs again and again with its first, second,
 * third, ... allocation refused. It must say E_NOMEM, leave its output alone
 * and give back all it had, until there are no more allocations to refuse.
 */
#include "base/file.h"
#include "base/out.h"
#include "base/par.h"
#include "engine/effect/effect.h"
#include "engine/scba/scba.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* The names are the linker's (--wrap). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);
void __wrap_free(void *p);

static atomic_size_t calls, refused_call; /* from 1; 0: none is refused */
static atomic_long held;                  /* blocks given out and not given back */

static bool is_refused(void)
{
    return atomic_fetch_add(&calls, 1) + 1 == atomic_load(&refused_call);
}

static void *given(void *p)
{
    if (p)
        atomic_fetch_add(&held, 1);
    return p;
}

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : given(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return is_refused() ? NULL : given(__real_calloc(n, size));
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    return is_refused() ? NULL : given(__real_aligned_alloc(align, size));
}

/* A block that is made smaller stays where it is, and is never refused. */
void *__wrap_realloc(void *p, size_t size)
{
    if (!(p && size <= malloc_usable_size(p)) && is_refused())
        return NULL;
    void *q = __real_realloc(p, size);
    return p ? q : given(q);
}

void __wrap_free(void *p)
{
    if (p)
        atomic_fetch_sub(&held, 1);
    __real_free(p);
}

/* ---- a job, with every allocation refused in turn ---- */

enum { CALLS_MAX = 100000 };

static void *const untouched = &calls;

/* Makes something, writes it to *made, and frees it again when that went well. */
typedef err (*job_run)(void *ctx, par *pool, void **made, struct err_info *info);

static size_t refuse_each(job_run job, void *ctx, par *pool)
{
    for (size_t n = 1; n < CALLS_MAX; n++) {
        struct err_info info = {0};
        void *made = untouched;
        const long before = atomic_load(&held);
        atomic_store(&calls, 0);
        atomic_store(&refused_call, n);
        const err e = job(ctx, pool, &made, &info);
        atomic_store(&refused_call, 0);

        if (atomic_load(&held) != before)
            fail_msg("allocation %zu refused: %ld blocks lost", n, atomic_load(&held) - before);
        if (atomic_load(&calls) < n) { /* all have been refused once */
            assert_int_equal(e, OK);
            return n - 1;
        }
        if (e != E_NOMEM)
            fail_msg("allocation %zu refused: error %d, %s", n, (int)e,
                     info.msg.key ? info.msg.key : "none");
        assert_int_equal(info.code, E_NOMEM);
        assert_ptr_equal(made, untouched);
    }
    fail_msg("more than %d allocations", CALLS_MAX);
    return 0;
}

/* Alone and on two threads. Fewer than `least` refusals: the job did not do what it should. */
static void each_refusal_is_clean(job_run job, void *ctx, size_t least)
{
    struct err_info info;
    par *pool;
    assert_int_equal(par_new(2, &pool, &info), OK);

    assert_true(refuse_each(job, ctx, NULL) >= least);
    assert_true(refuse_each(job, ctx, pool) >= least);

    par_free(pool);
}

/* ---- tables ---- */

static const char *fixture(const char *name)
{
    static char path[4096];
    const char *root = getenv("ONTSCHOT_SOURCE");
    snprintf(path, sizeof path, "%s/tests/data/%s", root ? root : ".", name);
    return path;
}

static err open_table(void *ctx, par *pool, void **made, struct err_info *info)
{
    table *t = untouched;
    const err e = table_open(str_of(ctx), NULL, pool, NULL, &t, info);
    if (e == OK)
        table_free(t);
    else
        *made = t;
    return e;
}

static err write_table(void *ctx, par *pool, void **made, struct err_info *info)
{
    (void)made;
    return table_write(ctx, STR("memory_test.ot"), STR("countyreal"), STR("year"), pool, NULL,
                       info);
}

static err select_rows(void *ctx, par *pool, void **made, struct err_info *info)
{
    (void)pool;
    static uint8_t keep[614];
    table *t = untouched;
    memset(keep, 1, sizeof keep / 2);
    const err e = table_select(ctx, keep, &t, info);
    if (e == OK)
        table_free(t);
    else
        *made = t;
    return e;
}

static table *opened(const char *path)
{
    struct err_info info;
    table *t = NULL;
    if (table_open(str_of(path), NULL, NULL, NULL, &t, &info) != OK)
        fail_msg("%s: %s", path, info.msg.key);
    return t;
}

static void reading_a_text_file(void **state)
{
    (void)state;
    char path[4096];
    strcpy(path, fixture("lalonde_614.tab")); /* words, missing row name, numbers */

    each_refusal_is_clean(open_table, path, 10);
}

static void writing_and_mapping_a_column_file(void **state)
{
    (void)state;
    char path[] = "memory_test.ot";
    table *t = opened(fixture("mpdta.csv"));

    each_refusal_is_clean(write_table, t, 5);
    each_refusal_is_clean(open_table, path, 5);

    table_free(t);
    unlink(path);
}

static void picking_rows(void **state)
{
    (void)state;
    table *t = opened(fixture("lalonde_614.tab"));

    assert_true(refuse_each(select_rows, t, NULL) >= 5);

    table_free(t);
}

/* ---- effects ---- */

struct question {
    table *t;
    struct effect_spec spec;
};

static err run_effect(void *ctx, par *pool, void **made, struct err_info *info)
{
    const struct question *q = ctx;
    struct effect_result *r = untouched;
    const err e = effect_run(q->t, &q->spec, pool, NULL, &r, info);
    if (e == OK)
        effect_result_free(r);
    else
        *made = r;
    return e;
}

/* Sums for each team, made, released and written. */
static err compress_panel(void *ctx, par *pool, void **made, struct err_info *info)
{
    const struct question *q = ctx;
    compressed *c = untouched;
    out o;
    err e = compressed_from_table(q->t, &q->spec, &q->spec.outcome, 1, pool, NULL, &c, info);
    if (e != OK) {
        *made = c;
        return e;
    }
    out_init(&o, COMPRESSED_BYTES_MAX);
    e = compressed_release(c, 10, info);
    if (e == OK)
        e = compressed_write(&o, c, STR("here"), info);
    out_free(&o);
    compressed_free(c);
    return e;
}

/* Read back, twice, together, and estimated from. */
struct two_files {
    str one, other;
    struct effect_spec spec;
};

static err run_from_files(void *ctx, par *pool, void **made, struct err_info *info)
{
    (void)pool;
    const struct two_files *f = ctx;
    compressed *c = untouched, *more = untouched;
    struct effect_result *r = untouched;
    err e = compressed_parse(f->one, STR("one"), &c, info);
    if (e != OK) {
        *made = c;
        return e;
    }
    e = compressed_parse(f->other, STR("other"), &more, info);
    if (e == OK) {
        e = compressed_add(c, more, info);
        compressed_free(more);
    }
    if (e == OK)
        e = effect_run_compressed(c, &f->spec, NULL, NULL, &r, info);
    if (e == OK)
        effect_result_free(r);
    else
        *made = r;
    compressed_free(c);
    return e;
}

static void staggered_starts(void **state)
{
    (void)state;
    struct question q = {.t = opened(fixture("mpdta.csv"))};
    effect_spec_init(&q.spec);
    q.spec.method = EFFECT_DID;
    q.spec.outcome = STR("lemp");
    q.spec.unit = STR("countyreal");
    q.spec.time = STR("year");
    q.spec.first_treated = STR("first.treat");
    q.spec.covariates[0] = STR("lpop");
    q.spec.n_covariates = 1;
    q.spec.bootstrap = 50;

    for (enum effect_estimator k = EFFECT_DR; k <= EFFECT_REG; k++) {
        q.spec.estimator = k;
        each_refusal_is_clean(run_effect, &q, 40);
    }
    q.spec.cluster = STR("countyreal");
    q.spec.drop_failed = true; /* memory that is out is not a cell that failed */
    each_refusal_is_clean(run_effect, &q, 40);

    table_free(q.t);
}

static void fixed_effects(void **state)
{
    (void)state;
    struct question q = {.t = opened(fixture("mpdta.csv"))};
    effect_spec_init(&q.spec);
    q.spec.method = EFFECT_TWFE;
    q.spec.outcome = STR("lemp");
    q.spec.unit = STR("countyreal");
    q.spec.time = STR("year");
    q.spec.first_treated = STR("first.treat");

    each_refusal_is_clean(run_effect, &q, 8);
    q.spec.event_study = true;
    q.spec.cluster = STR("lpop");
    each_refusal_is_clean(run_effect, &q, 8);
    table_free(q.t);
}

/* More levels than fit one small system: two for each of 300 persons. */
static void many_fixed_effects(void **state)
{
    (void)state;
    static char text[1 << 16];
    size_t n = (size_t)snprintf(text, sizeof text, "id,t,g,y,f\n");
    for (int i = 0; i < 900; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%d,%d,%d,%d,%d\n", i / 3, i % 3 + 1,
                              i / 3 % 2 * 3, i * i % 17, i / 3 * 2 + (i % 3 > 0));
    struct question q = {0};
    struct err_info info;
    assert_int_equal(table_parse(str_of(text), STR("made"), NULL, NULL, &q.t, &info), OK);
    effect_spec_init(&q.spec);
    q.spec.method = EFFECT_TWFE;
    q.spec.outcome = STR("y");
    q.spec.unit = STR("id");
    q.spec.time = STR("t");
    q.spec.first_treated = STR("g");
    q.spec.fixed_effects[0] = STR("f");
    q.spec.n_fixed_effects = 1;

    each_refusal_is_clean(run_effect, &q, 8);

    table_free(q.t);
}

static void two_groups(void **state)
{
    (void)state;
    struct question q = {.t = opened(fixture("lalonde_614.tab"))};
    effect_spec_init(&q.spec);
    q.spec.outcome = STR("re78");
    q.spec.treatment = STR("treat");

    each_refusal_is_clean(run_effect, &q, 10);
    q.spec.covariates[0] = STR("race");
    q.spec.covariates[1] = STR("age");
    q.spec.n_covariates = 2;
    q.spec.cluster = STR("educ");
    for (enum effect_method m = EFFECT_REGRESSION; m <= EFFECT_DOUBLY_ROBUST; m++) {
        q.spec.method = m;
        q.spec.bootstrap = m == EFFECT_REGRESSION ? 0 : 50;
        each_refusal_is_clean(run_effect, &q, 10);
    }

    table_free(q.t);
}

static void exchanging_sums_for_each_team(void **state)
{
    (void)state;
    struct err_info info;
    struct question q = {.t = opened(fixture("compress-waterstad.csv"))};
    struct two_files f;
    compressed *c;
    out one, other;
    effect_spec_init(&q.spec);
    q.spec.method = EFFECT_SUNAB;
    q.spec.outcome = STR("kosten");
    q.spec.unit = STR("persoon");
    q.spec.time = STR("kwartaal");
    q.spec.first_treated = STR("start");
    q.spec.cluster = STR("team");
    q.spec.covariates[q.spec.n_covariates++] = STR("huur");
    out_init(&one, COMPRESSED_BYTES_MAX);
    out_init(&other, COMPRESSED_BYTES_MAX);
    assert_int_equal(compressed_from_table(q.t, &q.spec, &q.spec.outcome, 1, NULL, NULL, &c, &info),
                     OK);
    assert_int_equal(compressed_release(c, 10, &info), OK);
    assert_int_equal(compressed_write(&one, c, STR("one"), &info), OK);
    assert_int_equal(compressed_write(&other, c, STR("other"), &info), OK);
    f = (struct two_files){out_view(&one), out_view(&other), q.spec};

    each_refusal_is_clean(compress_panel, &q, 5);
    each_refusal_is_clean(run_from_files, &f, 5);

    out_free(&one);
    out_free(&other);
    compressed_free(c);
    table_free(q.t);
}

/* ---- costs and benefits ---- */

struct account {
    str text;
    struct scba_model model;
};

static err read_scba(void *ctx, par *pool, void **made, struct err_info *info)
{
    (void)pool;
    (void)made;
    const struct account *c = ctx;
    struct scba_model m;
    struct errs errors;
    arena *a = arena_new(1 << 26);
    err e = a ? errs_init(&errors, a, ERRS_LIMIT, info) : err_nomem(info);
    if (e == OK) {
        e = scba_parse(a, c->text, STR("f.yaml"), &m, &errors);
        if (e != OK)
            info->code = e;
    }
    arena_free(a);
    return e;
}

static err run_scba(void *ctx, par *pool, void **made, struct err_info *info)
{
    const struct account *c = ctx;
    struct scba_result *r = untouched;
    const err e = scba_run(&c->model, pool, NULL, &r, info);
    if (e == OK)
        scba_result_free(r);
    else
        *made = r;
    return e;
}

static void costs_and_benefits(void **state)
{
    (void)state;
    struct account c;
    struct errs errors;
    struct err_info info;
    arena *a = arena_new(1 << 26);
    assert_int_equal(file_read(a, str_of(fixture("scba-household.yaml")), 1 << 20, &c.text, &info),
                     OK);
    assert_int_equal(errs_init(&errors, a, ERRS_LIMIT, &info), OK);
    assert_int_equal(scba_parse(a, c.text, STR("f.yaml"), &c.model, &errors), OK);
    c.model.n_draws = 100;

    assert_true(refuse_each(read_scba, &c, NULL) >= 5);
    each_refusal_is_clean(run_scba, &c, 5);

    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchanging_sums_for_each_team),
        cmocka_unit_test(reading_a_text_file),
        cmocka_unit_test(writing_and_mapping_a_column_file),
        cmocka_unit_test(picking_rows),
        cmocka_unit_test(staggered_starts),
        cmocka_unit_test(fixed_effects),
        cmocka_unit_test(many_fixed_effects),
        cmocka_unit_test(two_groups),
        cmocka_unit_test(costs_and_benefits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
