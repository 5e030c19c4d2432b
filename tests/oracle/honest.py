# SPDX-License-Identifier: EUPL-1.2
"""Bounds on effects under trends that are not parallel, by another way than the engine's.

The engine solves its linear programmes by hand and walks a path; here the first are
given to a solver at every effect of a grid, with critical values by simulation, and the
second to a convex solver. Needs numpy, scipy and cvxpy. Prints, for the seeded event
studies of honest_oracle_test.c, what stands there.
"""
import sys

import cvxpy as cp
import numpy as np
from scipy.optimize import brentq, linprog
from scipy.stats import norm, truncnorm


def study(seed, before, after):
    """An event study with a straight trend, an effect, and correlated noise."""
    rng = np.random.default_rng(seed)
    n = before + after
    a = rng.normal(size=(n, n + 3))
    s = a @ a.T
    r = 0.5 * s / np.sqrt(np.outer(np.diag(s), np.diag(s))) + 0.25 * (np.ones((n, n)) + np.eye(n))
    sd = np.exp(rng.normal(-3.5, 0.2, size=n))
    v = np.outer(sd, sd) * r
    time = np.r_[-np.arange(before, 0, -1), np.arange(1, after + 1)]
    effect = np.r_[np.zeros(before), 0.12 + 0.02 * np.arange(after)]
    b = effect + 0.005 * time + np.linalg.cholesky(v) @ rng.normal(size=n)
    return b.round(6), v.round(8), np.ones(after) / after


def smooth(b, v, l, before, m, level=0.95):
    """Armstrong and Kolesar's shortest interval, the trade-off curve traced by a convex solver."""
    after = len(l)
    n = before + after
    # second differences of (before, base, after); free slope: no bias of straight trends
    full = np.zeros((n - 1, n + 1))
    for i in range(n - 1):
        full[i, i:i + 3] = (1, -2, 1)
    d = np.delete(full, before, axis=1)
    time = np.r_[-np.arange(before, 0, -1), np.arange(1, after + 1)]
    root = np.linalg.cholesky(v)
    w = cp.Variable(before)
    u = cp.Variable(n - 1)  # bias = M |u|_1 with a = d'u + 0 * slope
    a = cp.hstack([w, l])
    sd = cp.Parameter(nonneg=True)
    straight = [a @ time == 0, d.T @ u == a]
    least = cp.Problem(cp.Minimize(cp.norm(root.T @ a)), straight)
    least.solve(solver=cp.CLARABEL)
    lowest = least.value

    def half(bias, s):
        r = bias / s
        q = brentq(lambda c: norm.cdf(c - r) - norm.cdf(-c - r) - level, 0, r + 10, xtol=1e-13)
        return s * q

    if m == 0:
        x = float(a.value @ b)
        return x - half(0, lowest), x + half(0, lowest)
    trade = cp.Problem(cp.Minimize(cp.norm1(u)), straight + [cp.norm(root.T @ a) <= sd])

    def length(s):
        sd.value = s
        trade.solve(solver=cp.CLARABEL)
        return half(m * trade.value, float(np.linalg.norm(root.T @ a.value)))

    bent = cp.Problem(cp.Minimize(cp.norm1(u)), straight)
    bent.solve(solver=cp.CLARABEL)
    low, high = lowest * (1 + 1e-6), float(np.linalg.norm(root.T @ a.value))
    golden = (np.sqrt(5) - 1) / 2
    for _ in range(60):
        x1, x2 = high - golden * (high - low), low + golden * (high - low)
        if length(x1) < length(x2):
            high = x2
        else:
            low = x1
    h = length((low + high) / 2)
    x = float(a.value @ b)
    return x - h, x + h


def relative(b, v, l, before, m, points, level=0.95, draws=40000):
    """The hybrid test of Andrews, Roth and Pakes at each point, by linear programmes."""
    after = len(l)
    n = before + after
    step = np.zeros((n, n + 1))
    for i in range(n):
        step[i, i:i + 2] = (-1, 1)
    step = np.delete(step, before, axis=1)
    alpha = 1 - level
    kappa = alpha / 10
    kept = np.zeros(len(points), bool)
    for s in range(before):
        for sign in (-1, 1):
            bound = m * sign * step[s]
            rows = np.vstack([step[before:] - bound, -step[before:] - bound])
            kept |= hybrid(rows, b, v, l, before, points, alpha, kappa, draws)
    return kept


def hybrid(rows, b, v, l, before, points, alpha, kappa, draws):
    """Rows times (b - effects) <= 0 in expectation, weights times effects = point."""
    x = rows[:, before:]
    basis = np.linalg.svd(l[None, :])[2][1:].T if len(l) > 1 else np.zeros((1, 0))
    nuisance = x @ basis
    along = x @ (l / (l @ l))
    cov = rows @ v @ rows.T
    sd = np.sqrt(np.diag(cov))

    def largest(y):
        """max g'y over g >= 0, g'nuisance = 0, g'sd = 1, and the g."""
        r = linprog(-y, A_eq=np.vstack([nuisance.T, sd]), b_eq=np.r_[np.zeros(nuisance.shape[1]), 1],
                    bounds=(0, None), method="highs")
        return -r.fun, r.x

    rng = np.random.default_rng(1)
    vertices = vertices_of(nuisance, sd)
    noise = rng.multivariate_normal(np.zeros(len(cov)), cov, size=draws, method="svd")
    critical = np.quantile((noise @ vertices.T).max(axis=1), 1 - kappa)
    second = (alpha - kappa) / (1 - kappa)
    kept = np.zeros(len(points), bool)
    for i, theta in enumerate(points):
        y = rows @ b - along * theta
        eta, g = largest(y)
        if eta > critical:
            continue
        s = np.sqrt(g @ cov @ g)
        rho = vertices @ cov @ g / s**2
        rest = vertices @ y - rho * eta
        with np.errstate(divide="ignore", invalid="ignore"):
            at = rest / (1 - rho)
        low = np.max(at[rho < 1 - 1e-9], initial=-np.inf)
        high = min(np.min(at[rho > 1 + 1e-9], initial=np.inf), critical)
        cut = truncnorm.ppf(1 - second, low / s, high / s) * s
        kept[i] = eta <= max(cut, 0)
    return kept


def vertices_of(nuisance, sd):
    """All corners of {g >= 0, g'nuisance = 0, g'sd = 1}, by trying every set of rows."""
    from itertools import combinations
    a = np.vstack([nuisance.T, sd])
    e = np.r_[np.zeros(nuisance.shape[1]), 1]
    found = []
    for k in range(1, a.shape[0] + 1):
        for chosen in combinations(range(len(sd)), k):
            part = a[:, chosen]
            g, _, rank, _ = np.linalg.lstsq(part, e, rcond=None)
            if rank == k and np.allclose(part @ g, e, atol=1e-10) and (g > -1e-12).all():
                whole = np.zeros(len(sd))
                whole[list(chosen)] = np.maximum(g, 0)
                found.append(whole)
    return np.unique(np.round(found, 14), axis=0)


if __name__ == "__main__":
    for seed, before, after in ((1, 4, 3), (2, 5, 2), (3, 3, 4)):
        b, v, l = study(seed, before, after)
        effect, se = l @ b[before:], np.sqrt(l @ v[before:, before:] @ l)
        print("study", seed, before, after)
        print("estimate", *b)
        for row in v:
            print("covariance", *row)
        for m in (0, 0.005, 0.01, 0.02):
            print("smooth", m, *smooth(b, v, l, before, m))
        for m in (0.5, 1, 2):
            points = np.linspace(effect - 45 * se, effect + 45 * se, int(sys.argv[1]))
            kept = points[relative(b, v, l, before, m, points)]
            print("relative", m, kept.min(), kept.max(), "step", points[1] - points[0], flush=True)
