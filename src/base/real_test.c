/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/real.h"

#include "base/real_int.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KERNEL_FILE "base/real_kernel_int.h"
#include "base/kernels.h"

/* Splitmix64 (Steele, Lea and Flood 2014): a source for tests that shares nothing with base/rng. */
static uint64_t random_state;

static double random_unit(void)
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static double random_between(double low, double high)
{
    return low + (high - low) * random_unit();
}

/* The distance from the truth in units of the last place of the truth. */
static double ulps(double got, long double want)
{
    const double near = (double)want;
    if (got == near)
        return (double)(fabsl(got - want) / (nextafter(fabs(near), INFINITY) - fabs(near)));
    const double unit = fabs(near) < DBL_MIN ? 0x1p-1074 : scalbn(DBL_EPSILON, ilogb(near));
    return (double)(fabsl(got - want) / unit);
}

static void assert_close(double got, double want, double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want)))
        fail_msg("got %.17g, want %.17g", got, want);
}

/* --- against the C library's wider type -------------------------------- */

enum { POINTS = 1000000 };

static void assert_all_within(double bound, double (*f)(double), long double (*truth)(long double),
                              double low, double high)
{
    for (int i = 0; i < POINTS; i++) {
        const double x = random_between(low, high);
        const double got = f(x);
        if (!(ulps(got, truth(x)) < bound))
            fail_msg("%a: got %a, %.3f units away", x, got, ulps(got, truth(x)));
    }
}

static void exponentials_are_below_one_unit(void **state)
{
    (void)state;
    random_state = 1;
    assert_all_within(0.75, real_exp, expl, -708, 709.7);
    assert_all_within(0.75, real_exp, expl, -1, 1);
    assert_all_within(1.0, real_exp, expl, -745.2, -708); /* subnormal results */
    assert_all_within(0.75, real_expm1, expm1l, -2, 2);
    assert_all_within(0.75, real_expm1, expm1l, -1e-3, 1e-3);
    assert_all_within(0.75, real_expm1, expm1l, -60, 709);
}

static void logarithms_are_below_one_unit(void **state)
{
    (void)state;
    random_state = 2;
    assert_all_within(0.75, real_log, logl, 0, 4);
    assert_all_within(0.75, real_log, logl, 0.999, 1.001);
    assert_all_within(0.75, real_log, logl, 0, 1e308);
    assert_all_within(0.75, real_log, logl, 0, 1e-310);
    assert_all_within(0.75, real_log1p, log1pl, -1, 1);
    assert_all_within(0.75, real_log1p, log1pl, -1e-8, 1e-8);
    assert_all_within(0.75, real_log1p, log1pl, -0.3, 1e6);
}

static void powers_are_below_one_unit(void **state)
{
    (void)state;
    random_state = 3;
    for (int i = 0; i < POINTS; i++) {
        const double x = i % 2 ? random_between(0.5, 1.5) : exp(random_between(-700, 700));
        const double y = random_between(-700, 700) / log(x);
        const double got = real_pow(x, y);

        if (!(ulps(got, powl(x, y)) < 1.0))
            fail_msg("%a ^ %a: got %a, %.3f units away", x, y, got, ulps(got, powl(x, y)));
    }
}

static void arrays_give_the_bits_of_single_calls_at_every_width(void **state)
{
    (void)state;
    random_state = 4;
    enum { N = 4001 };
    double x[N], y[N], in_place[N];
    for (size_t i = 0; i < N; i++)
        x[i] = random_between(-800, 800);
    x[0] = 0;
    x[1] = -0.0;
    x[2] = NAN;
    x[3] = INFINITY;
    x[4] = -INFINITY;

    real_exp_n(x, N, y);
    memcpy(in_place, x, sizeof x);
    real_exp_n(in_place, N, in_place);
    for (size_t i = 0; i < N; i++) {
        const double one = real_exp(x[i]);
        assert_true(isnan(one) ? isnan(y[i]) : memcmp(&one, &y[i], sizeof one) == 0);
        assert_true(isnan(one) ? isnan(in_place[i]) : one == in_place[i]);
    }
    real_logistic_n(x, N, y);
    for (size_t i = 0; i < N; i++) {
        const double one = real_logistic(x[i]);
        assert_true(isnan(one) ? isnan(y[i]) : memcmp(&one, &y[i], sizeof one) == 0);
    }

    double plain[N];
    exp_n_plain(x + 5, N - 5, plain);
#ifdef __x86_64__
    if (KERNEL_HAS_AVX2) {
        exp_n_avx2(x + 5, N - 5, y);
        assert_memory_equal(plain, y, (N - 5) * sizeof *y);
    }
    if (KERNEL_HAS_AVX512) {
        exp_n_avx512(x + 5, N - 5, y);
        assert_memory_equal(plain, y, (N - 5) * sizeof *y);
    }
#endif
}

static void a_logistic_is_right_at_both_ends(void **state)
{
    (void)state;
    assert_true(real_logistic(0) == 0.5);
    assert_true(real_logistic(1000) == 1);
    assert_true(real_logistic(-1000) == 0);
    random_state = 5;
    for (int i = 0; i < POINTS; i++) {
        const double x = random_between(-700, 700);
        assert_close(real_logistic(x), (double)(1 / (1 + expl(-(long double)x))), 5e-16);
    }
}

/* --- special values (C17 annex F) -------------------------------------- */

static void elementary_functions_know_the_ends_of_the_line(void **state)
{
    (void)state;
    assert_true(real_exp(0) == 1 && real_exp(-INFINITY) == 0 && real_exp(INFINITY) == INFINITY);
    assert_true(real_exp(710) == INFINITY && real_exp(-746) == 0 && isnan(real_exp(NAN)));
    assert_true(real_exp(-745) == 0x1p-1074);
    assert_true(real_expm1(-INFINITY) == -1 && real_expm1(INFINITY) == INFINITY);
    assert_true(signbit(real_expm1(-0.0)) && isnan(real_expm1(NAN)));
    assert_true(real_log(0) == -INFINITY && real_log(INFINITY) == INFINITY && real_log(1) == 0);
    assert_true(isnan(real_log(-1)) && isnan(real_log(NAN)));
    assert_true(real_log1p(-1) == -INFINITY && isnan(real_log1p(-1.5)));
    assert_true(signbit(real_log1p(-0.0)) && real_log1p(INFINITY) == INFINITY);
}

static void powers_of_special_values_are_those_of_the_c_library(void **state)
{
    (void)state;
    static const double v[] = {0.0, -0.0, 1,      -1,     2,       -2,   0.5,         -0.5,
                               3,   -3,   1e300,  -1e300, 1e-300,  7,    INFINITY,    -INFINITY,
                               NAN, 2.5,  0x1p53, 0x1p60, -1e-300, 1e19, 1.0000000001};
    enum { N = sizeof v / sizeof *v };
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            const double got = real_pow(v[i], v[j]), want = pow(v[i], v[j]);
            if (isnan(want) ? !isnan(got)
                            : !(got == want || fabs(got - want) <= 0x1p-51 * fabs(want)) ||
                                  signbit(got) != signbit(want))
                fail_msg("%g ^ %g: got %g, want %g", v[i], v[j], got, want);
        }
}

/* --- published truth: mpmath 1.3 with 50 digits ------------------------ */

static void normal_probabilities_are_true_far_into_the_tail(void **state)
{
    (void)state;
    static const double row[][2] = {{-37.0, 5.7255712225245768227e-300},
                                    {-20.5, 1.0764673258790960335e-93},
                                    {-8.25, 7.919726314642477341e-17},
                                    {-3.0, 0.0013498980316300945267},
                                    {-1.959963984540054, 0.025000000000000010876},
                                    {-0.5, 0.30853753872598689636},
                                    {0.0, 0.5},
                                    {0.25, 0.59870632568292372424},
                                    {1.0, 0.84134474606854294859},
                                    {2.5, 0.99379033467422386483},
                                    {6.0, 0.99999999901341235496}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_close(real_norm_cdf(row[i][0]), row[i][1], 1e-15);
    assert_true(real_norm_cdf(-INFINITY) == 0 && real_norm_cdf(INFINITY) == 1);
    assert_true(isnan(real_norm_cdf(NAN)) && real_norm_pdf(INFINITY) == 0);
    assert_close(real_norm_pdf(1.5), 0.12951759566589172761, 1e-15);

    random_state = 6;
    for (int i = 0; i < POINTS; i++) {
        const double x = random_between(-37.5, 8);
        const double want = (double)(0.5L * erfcl(-x * 0.70710678118654752440084436210485L));
        assert_close(real_norm_cdf(x), want, 3e-15);
    }
}

static void normal_quantiles_are_true(void **state)
{
    (void)state;
    static const double row[][2] = {{1e-300, -37.047096299361199237},
                                    {1e-20, -9.2623400897984075796},
                                    {0.0009765625, -3.0972690781987844624},
                                    {0.025, -1.9599639845400542118},
                                    {0.0625, -1.5341205443525463117},
                                    {0.25, -0.6744897501960817432},
                                    {0.5, 0.0},
                                    {0.5625, 0.15731068461017069552},
                                    {0.975, 1.9599639845400538556},
                                    {0.9990234375, 3.0972690781987844624}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_close(real_norm_ppf(row[i][0]), row[i][1], 1e-15);
    assert_true(real_norm_ppf(0) == -INFINITY && real_norm_ppf(1) == INFINITY);
    assert_true(isnan(real_norm_ppf(-0.1)) && isnan(real_norm_ppf(1.1)) &&
                isnan(real_norm_ppf(NAN)));
}

static void log_gamma_is_true(void **state)
{
    (void)state;
    static const double row[][2] = {
        {1e-08, 18.420680738180208884},        {0.125, 2.0194183575537963453},
        {0.5, 0.57236494292470008707},         {0.99, 0.0058548067647097814532},
        {1.001, -0.00057639359828330615152},   {1.5, -0.12078223763524522235},
        {1.9999, -0.000042275208772153458011}, {2.75, 0.47521466691493713031},
        {7.5, 7.5343642367587329552},          {9.999, 12.799575780077413715},
        {10.5, 13.940625219403763633},         {171.5, 709.14316303092824227},
        {1e6, 12815504.56914761166},           {1e300, 6.8977552789821374147e+302}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_close(real_lgamma(row[i][0]), row[i][1], 1e-15);
    assert_true(real_lgamma(1) == 0 && real_lgamma(2) == 0 && real_lgamma(0) == INFINITY);
    assert_true(isnan(real_lgamma(-1)) && real_lgamma(INFINITY) == INFINITY);
}

static void incomplete_gamma_is_true(void **state)
{
    (void)state;
    static const double row[][3] = {
        {0.5, 0.25, 0.52049987781304653768},       {1.0, 1.0, 0.6321205588285576784},
        {2.5, 7.25, 0.98727331487759991522},       {10.0, 3.0, 0.0011024881301154797421},
        {10.0, 25.0, 0.99977852336175121642},      {100.0, 80.0, 0.017108313035133114166},
        {1000.0, 1100.0, 0.99894067674607002265},  {0.01, 0.5, 0.99437324380603281585},
        {50000.0, 50000.0, 0.50059470810479331139}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_close(real_gamma_p(row[i][0], row[i][1]), row[i][2], 1e-14);
    assert_true(real_gamma_p(2, 0) == 0 && real_gamma_p(2, INFINITY) == 1);
    assert_true(isnan(real_gamma_p(0, 1)) && isnan(real_gamma_p(1, -1)));
}

static void incomplete_beta_is_true(void **state)
{
    (void)state;
    static const double row[][4] = {{0.5, 0.5, 0.25, 0.33333333333333333333},
                                    {2.0, 3.0, 0.5, 0.6875},
                                    {10.0, 1.0, 0.875, 0.26307557616382837296},
                                    {0.125, 40.0, 0.0078125, 0.88815987663700470584},
                                    {250.0, 100.0, 0.6875, 0.13434444372299937344},
                                    {1.5, 1000.0, 0.0009765625, 0.41811030491664965894},
                                    {5000.0, 5000.0, 0.5078125, 0.94092150505286957871}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_close(real_beta_i(row[i][0], row[i][1], row[i][2]), row[i][3], 1e-14);
    assert_true(real_beta_i(2, 3, 0) == 0 && real_beta_i(2, 3, 1) == 1);
    assert_true(isnan(real_beta_i(0, 1, 0.5)) && isnan(real_beta_i(1, 1, 1.5)));
}

static void test_distributions_are_true(void **state)
{
    (void)state;
    static const double t[][3] = {{-2.5, 1.0, 0.12111894159084339872},
                                  {1.0, 2.0, 0.78867513459481288225},
                                  {-12.75, 3.0, 0.0005204455357926351849},
                                  {2.0, 30.0, 0.97268747751850844804},
                                  {-1e10, 1.0, 3.1830988618379067154e-11},
                                  {-2.0384786361797285, 1586296.0, 0.020751127317542442424},
                                  {-1.96, 1e9, 0.024997895286864797548},
                                  {0.001, 4.0, 0.50037499992187502052}};
    static const double chi2[][3] = {
        {3.841458820694124, 1.0, 0.050000000000000057435}, {10.0, 4.0, 0.04042768199451280258},
        {400.0, 3.0, 2.2138865931011177432e-86},           {50.5, 49.0, 0.41400958846886758298},
        {1000.0, 1000.0, 0.49405285382923964195},          {0.001, 2.0, 0.99950012497916927056}};
    static const double f[][4] = {{3.5, 2.0, 20.0, 0.049735022076097138052},
                                  {1.0, 10.0, 10.0, 0.5},
                                  {0.25, 5.0, 1000.0, 0.93988289629384955059},
                                  {12.0, 1.0, 7.5, 0.0094136392382556460113},
                                  {40.0, 3.0, 300.0, 8.9928296327519352265e-22}};

    for (size_t i = 0; i < sizeof t / sizeof *t; i++)
        assert_close(real_t_cdf(t[i][0], t[i][1]), t[i][2], 1e-14);
    for (size_t i = 0; i < sizeof chi2 / sizeof *chi2; i++)
        assert_close(real_chi2_sf(chi2[i][0], chi2[i][1]), chi2[i][2], 3e-14);
    for (size_t i = 0; i < sizeof f / sizeof *f; i++)
        assert_close(real_f_sf(f[i][0], f[i][1], f[i][2]), f[i][3], 2e-14);
    assert_true(real_t_cdf(0, 5) == 0.5 && real_t_cdf(-INFINITY, 5) == 0);
    assert_true(real_t_cdf(1.25, INFINITY) == real_norm_cdf(1.25));
    assert_true(real_chi2_sf(-1, 2) == 1 && real_chi2_sf(INFINITY, 2) == 0);
    assert_true(real_f_sf(0, 2, 2) == 1 && real_f_sf(INFINITY, 2, 2) == 0);
    assert_true(isnan(real_t_cdf(1, 0)) && isnan(real_chi2_sf(1, -1)) && isnan(real_f_sf(1, 0, 1)));
}

/* Student's and other tables, as every textbook prints them. */
static void quantiles_agree_with_printed_tables(void **state)
{
    (void)state;
    assert_true(fabs(real_t_ppf(0.975, 1) - 12.706) < 5e-4);
    assert_true(fabs(real_t_ppf(0.975, 10) - 2.228) < 5e-4);
    assert_true(fabs(real_t_ppf(0.995, 30) - 2.750) < 5e-4);
    assert_true(fabs(2 * real_gamma_ppf(0.95, 0.5) - 3.841) < 5e-4);
    assert_true(fabs(2 * real_gamma_ppf(0.05, 5) - 3.940) < 5e-4);
    assert_true(fabs(real_beta_ppf(0.025, 3, 8) - 0.0667) < 5e-5); /* Clopper-Pearson, 3 of 10 */
    assert_true(fabs(real_beta_ppf(0.975, 4, 7) - 0.6525) < 5e-5);
}

/* --- quantiles undo their distributions --------------------------------- */

static double random_p(void)
{
    const double p = random_unit();
    return p < 0.2 ? real_exp(-200 * random_unit()) : p; /* quantiles stay within a double */
}

/* Compares in the smaller tail, where a relative error means something. */
static void assert_tail_close(double p_back, double q_back, double p)
{
    if (p <= 0.5)
        assert_close(p_back, p, 5e-13);
    else
        assert_close(q_back, 1 - p, 5e-13);
}

static void quantiles_undo_their_distributions(void **state)
{
    (void)state;
    random_state = 7;
    for (int i = 0; i < 4000; i++) {
        const double p = random_p();
        const double a = real_exp(random_between(-1, 7)), b = real_exp(random_between(-1, 7));

        const double z = real_norm_ppf(p);
        assert_tail_close(real_norm_cdf(z), real_norm_cdf(-z), p);
        const double t = real_t_ppf(p, 1 + a);
        assert_tail_close(real_t_cdf(t, 1 + a), real_t_cdf(-t, 1 + a), p);
        const double g = real_gamma_ppf(p, a);
        assert_tail_close(real_gamma_p(a, g), real_chi2_sf(2 * g, 2 * a), p);
        const double x = real_beta_ppf(p, a, b); /* beside 1 a double cannot hold 1 - x */
        if (x < 0.5)
            assert_tail_close(real_beta_i(a, b, x), real_beta_i(b, a, 1 - x), p);
    }
}

/*
 * The first three are points of Patnaik, "The non-central chi-squared and
 * F-distributions and their applications", Biometrika 36, 1949; digits from R 4.2.2
 * (pchisq), and for F from integrating SciPy's chi-squared over the denominator.
 */
static void noncentral_distributions_are_true(void **state)
{
    (void)state;
    assert_close(real_chi2_cdf_noncentral(1.765, 4, 4), 0.0499993747147179, 1e-12);
    assert_close(real_chi2_cdf_noncentral(10, 4, 4), 0.711792816476956, 1e-12);
    assert_close(real_chi2_cdf_noncentral(17.309, 4, 4), 0.949995709379146, 1e-12);
    assert_close(real_chi2_cdf_noncentral(24, 7, 16), 0.586336839483671, 1e-12);
    assert_close(real_f_cdf_noncentral(2.5, 3, 20, 5), 0.516354999255267, 1e-12);
    assert_close(real_f_cdf_noncentral(4, 5, 7, 30), 0.158941163159019, 1e-12);
    assert_close(real_f_cdf_noncentral(1.2, 1, 100, 0.5), 0.613308121567807, 1e-12);

    assert_close(real_chi2_cdf_noncentral(3, 2, 0), 1 - real_chi2_sf(3, 2), 1e-13);
    assert_close(real_f_cdf_noncentral(3, 2, 9, 0), 1 - real_f_sf(3, 2, 9), 1e-13);
    assert_true(real_chi2_cdf_noncentral(0, 2, 1) == 0);
    assert_true(isnan(real_chi2_cdf_noncentral(1, 2, -1)));
    assert_true(isnan(real_f_cdf_noncentral(1, 2, 0, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponentials_are_below_one_unit),
        cmocka_unit_test(logarithms_are_below_one_unit),
        cmocka_unit_test(powers_are_below_one_unit),
        cmocka_unit_test(arrays_give_the_bits_of_single_calls_at_every_width),
        cmocka_unit_test(a_logistic_is_right_at_both_ends),
        cmocka_unit_test(elementary_functions_know_the_ends_of_the_line),
        cmocka_unit_test(powers_of_special_values_are_those_of_the_c_library),
        cmocka_unit_test(normal_probabilities_are_true_far_into_the_tail),
        cmocka_unit_test(normal_quantiles_are_true),
        cmocka_unit_test(log_gamma_is_true),
        cmocka_unit_test(incomplete_gamma_is_true),
        cmocka_unit_test(incomplete_beta_is_true),
        cmocka_unit_test(test_distributions_are_true),
        cmocka_unit_test(noncentral_distributions_are_true),
        cmocka_unit_test(quantiles_agree_with_printed_tables),
        cmocka_unit_test(quantiles_undo_their_distributions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
