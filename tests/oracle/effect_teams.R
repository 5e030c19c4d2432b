# SPDX-License-Identifier: EUPL-1.2
# Independent figures for src/engine/effect/teams_test.c:
#   Rscript tests/oracle/effect_teams.R
# R 4.2.2 with clubSandwich 0.5.8 (CR2 and its degrees of freedom) and base R (CR3 as the
# jackknife that leaves teams out; the wild bootstrap with all signs, by refitting).
library(clubSandwich)

d <- expand.grid(t = 1:5, i = 1:36)
d$team <- d$i %% 12
d$g <- c(3, 3, 4, rep(0, 9))[d$team + 1]
d$d <- as.numeric(d$g > 0 & d$t >= d$g)
d$x <- ((d$i * 13 + d$t * 29) %% 31) / 8
d$y <- ((d$i * 37 + d$t^2 * 11 + d$i * d$t * 5) %% 101) / 16 + ((d$team * 7 + d$t * d$t * 3) %% 13) / 4 + 1.5 * d$d
d <- d[(d$i * 5 + d$t * 3) %% 7 != 0, ]

m <- lm(y ~ factor(i) + factor(t) + x + d, d)
b <- coef(m)[["d"]]
V <- vcovCR(m, cluster = d$team, type = "CR2")
test <- coef_test(m, V, test = "Satterthwaite", coefs = "d")
cat(sprintf("CR2 %.15g %.15g df %.10g\n", b, sqrt(V["d", "d"]), test[["df_Satt"]]))
drop <- sapply(0:11, function(g) coef(lm(y ~ factor(i) + factor(t) + x + d, d[d$team != g, ]))[["d"]])
cat(sprintf("CR3 %.15g\n", sqrt(11 / 12 * sum((drop - b)^2))))

X <- model.matrix(m); A <- solve(crossprod(X)); W <- X[, colnames(X) != "d"]
statistic <- function(y) {
  beta <- A %*% crossprod(X, y); e <- as.vector(y - X %*% beta)
  s <- rowsum(X * e, d$team) %*% A[, "d"]
  beta["d", ] / sqrt(sum(s^2))
}
r <- lm.fit(W, d$y); own <- abs(statistic(d$y))
signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), 12)))
t <- apply(signs, 1, function(v) abs(statistic(r$fitted.values + v[d$team + 1] * r$residuals)))
cat(sprintf("wild, all signs: %d of %d\n", sum(t >= own * (1 - 1e-9)), length(t)))

starts <- unique(t(combn(12, 3)))
courses <- do.call(rbind, lapply(seq_len(nrow(starts)), function(a) t(sapply(1:3, function(late) {
  s <- rep(0, 12); s[starts[a, ]] <- 3; s[starts[a, late]] <- 4; s }))))
t <- apply(courses, 1, function(s) { X[, "d"] <<- as.numeric(s[d$team + 1] > 0 & d$t >= s[d$team + 1])
  A <<- solve(crossprod(X)); abs(statistic(d$y)) })
cat(sprintf("randomisation: %d of %d\n", sum(t >= own * (1 - 1e-9)), length(t)))

# Effects by start (Sun and Abraham 2021) and by time since the start, averaged by rows: the same
# two tests of the average, in base R.
overall <- function(cell, counted) {
  M <- model.matrix(~ factor(i) + factor(t) + x, d)
  cells <- sort(unique(cell[!is.na(cell)]))
  Z <- sapply(cells, function(c) as.numeric(!is.na(cell) & cell == c))
  w <- colSums(Z) * (cells %in% cell[counted]); w <- w / sum(w)
  list(X = cbind(M, Z), form = c(rep(0, ncol(M)), w))
}
estimate <- function(o, y, A = solve(crossprod(o$X))) {
  l <- A %*% o$form; e <- as.vector(y - o$X %*% (A %*% crossprod(o$X, y)))
  c(sum((o$X %*% l) * y), sqrt(sum((rowsum(o$X * e, d$team) %*% l)^2)))
}
for (by_start in c(TRUE, FALSE)) {
  cells <- function(s) {
    since <- d$t - s[d$team + 1]
    cell <- ifelse(s[d$team + 1] > 0 & since != -1, if (by_start) s[d$team + 1] * 100 + d$t else since, NA)
    overall(cell, s[d$team + 1] > 0 & since >= 0)
  }
  start <- c(3, 3, 4, rep(0, 9))
  o <- cells(start); A <- solve(crossprod(o$X)); own <- estimate(o, d$y, A)
  l <- A %*% o$form                                # restricted: the average effect is 0
  b <- A %*% crossprod(o$X, d$y)
  fitted <- as.vector(o$X %*% (b - l * own[1] / sum(l * o$form))); r <- d$y - fitted
  t <- apply(signs, 1, function(v) { z <- estimate(o, fitted + v[d$team + 1] * r, A); abs(z[1] / z[2]) })
  # columns that no team fills make another number of parameters: the usual factor of the variance
  n <- nrow(d); k <- function(o) ncol(o$X) - length(unique(d$i)) + 1
  ri <- apply(courses, 1, function(s) { p <- cells(s); z <- estimate(p, d$y)
    abs(z[1] / z[2]) * sqrt((n - k(p)) / (n - k(o))) })
  own <- c(own, abs(own[1] / own[2]))
  cat(sprintf("%s %.15g, wild %d of %d, randomisation %d of %d\n", if (by_start) "by start" else "events",
    own[1], sum(t >= own[3] * (1 - 1e-9)), length(t), sum(ri >= own[3] * (1 - 1e-9)), length(ri)))
}
