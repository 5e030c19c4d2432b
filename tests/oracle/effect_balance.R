# SPDX-License-Identifier: EUPL-1.2
# Independent figures for src/engine/effect/balancing_test.c, from base R 4.2.2:
#   Rscript tests/oracle/effect_balance.R
# Weights by optim on the dual (entropy) or glm (overlap); errors by the sandwich of all
# estimating equations stacked, its bread by numerical differences.

d <- read.table("tests/data/lalonde_614.tab", header = TRUE)
d$race <- relevel(factor(d$race), "black")
show <- function(name, ...) cat(sprintf("%-28s %s\n", name, paste(sprintf("%.12g", c(...)), collapse = " ")))

design <- function(formula) {
  X <- model.matrix(formula, d)
  for (j in 2:ncol(X)) X[, j] <- (X[, j] - mean(X[, j])) / sd(X[, j])
  X
}

# theta minimises nothing in particular: it makes the sums of `equations(theta)` zero.
sandwich <- function(theta, equations, cluster) {
  h <- 1e-5
  A <- sapply(seq_along(theta), function(j) {
    up <- down <- theta; up[j] <- up[j] + h; down[j] <- down[j] - h
    (colSums(equations(up)) - colSums(equations(down))) / (2 * h)
  })
  S <- rowsum(equations(theta), cluster)
  V <- solve(A, crossprod(S)) %*% t(solve(A))
  a <- c(rep(0, length(theta) - 2), 1, -1)
  sqrt(drop(a %*% V %*% a))
}

entropy <- function(formula, w = rep(1, nrow(d)), cluster = seq_len(nrow(d))) {
  X <- design(formula); k <- ncol(X); y <- d$re78 / 1000; t <- d$treat
  target <- colSums(t * w * X)
  dual <- function(b) sum((1 - t) * w * exp(X %*% b)) - sum(target * b)
  slope <- function(b) colSums((1 - t) * w * drop(exp(X %*% b)) * X) - target
  b <- c(log(target[1] / sum((1 - t) * w)), rep(0, k - 1))
  b <- optim(b, dual, slope, method = "BFGS", control = list(maxit = 5000, reltol = 1e-16))$par
  for (i in 1:20) b <- b - solve(crossprod(X * sqrt((1 - t) * w * drop(exp(X %*% b)))), slope(b))
  w0 <- (1 - t) * w * drop(exp(X %*% b)); w1 <- t * w
  mu <- c(sum(w1 * y) / sum(w1), sum(w0 * y) / sum(w0))
  equations <- function(theta) {
    odds <- drop(exp(X %*% theta[1:k]))
    cbind(((1 - t) * w * odds - t * w) * X, t * w * (y - theta[k + 1]),
          (1 - t) * w * odds * (y - theta[k + 2]))
  }
  c(mu[1] - mu[2], sandwich(c(b, mu), equations, cluster)) * 1000 -> answer
  c(answer, sum(w0)^2 / sum(w0^2))
}

overlap <- function(formula, w = rep(1, nrow(d)), cluster = seq_len(nrow(d))) {
  X <- design(formula); k <- ncol(X); y <- d$re78 / 1000; t <- d$treat
  b <- suppressWarnings(glm(t ~ X - 1, binomial, weights = w,
                            control = glm.control(epsilon = 1e-15, maxit = 100)))$coefficients
  weights <- function(b) { p <- plogis(drop(X %*% b)); w * ifelse(t == 1, 1 - p, p) }
  v <- weights(b)
  mu <- c(sum(t * v * y) / sum(t * v), sum((1 - t) * v * y) / sum((1 - t) * v))
  equations <- function(theta) {
    b <- theta[1:k]; v <- weights(b)
    cbind(w * (t - plogis(drop(X %*% b))) * X, t * v * (y - theta[k + 1]),
          (1 - t) * v * (y - theta[k + 2]))
  }
  answer <- c(mu[1] - mu[2], sandwich(c(b, mu), equations, cluster)) * 1000
  c(answer, sum(t * v)^2 / sum(t * v^2), sum((1 - t) * v)^2 / sum((1 - t) * v^2))
}

all <- ~ age + educ + race + married + nodegree + re74 + re75
few <- ~ educ + married + re74 + re75
show("entropy", entropy(all))
show("entropy weights=age", entropy(few, w = d$age))
show("entropy cluster=educ", entropy(all, cluster = d$educ))
show("overlap", overlap(all))
show("overlap weights=age", overlap(few, w = d$age))
show("overlap cluster=educ", overlap(all, cluster = d$educ))
