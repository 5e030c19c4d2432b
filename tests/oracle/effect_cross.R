# SPDX-License-Identifier: EUPL-1.2
# Independent figures for src/engine/effect/*_test.c, from base R 4.2.2:
#   Rscript tests/oracle/effect_cross.R
# lm and glm for least squares and logit; covariances by their textbook
# formulas; weighting and doubly robust as stacked estimating equations with a
# numerical Jacobian (so without the influence functions that we derive).

d <- read.table("tests/data/lalonde_614.tab", header = TRUE)
d$race <- factor(d$race, levels = unique(d$race))
show <- function(name, ...) cat(sprintf("%-34s %s\n", name, paste(sprintf("%.12g", c(...)), collapse = " ")))

# --- least squares -----------------------------------------------------------
errors_of <- function(model, cluster = NULL) {
  w <- if (is.null(weights(model))) rep(1, nobs(model)) else weights(model)
  X <- model.matrix(model); A <- solve(crossprod(X * w, X)); u <- w * (model$model[[1]] - X %*% coef(model))
  h <- w * rowSums((X %*% A) * X); n <- sum(w > 0); k <- ncol(X); t <- which(colnames(X) == "treat")
  V <- function(v) sqrt((A %*% crossprod(X * as.vector(v), X) %*% A)[t, t])
  S <- rowsum(X * as.vector(u), if (is.null(cluster)) seq_along(u) else cluster); G <- nrow(S)
  c(estimate = coef(model)[[t]], classical = sqrt(vcov(model)[t, t]), hc1 = V(u^2) * sqrt(n / (n - k)),
    hc2 = V(u^2 / (1 - h)), hc3 = V(u^2 / (1 - h)^2),
    cluster = sqrt((A %*% crossprod(S) %*% A)[t, t] * G / (G - 1) * (n - 1) / (n - k)))
}
x <- ~ age + educ + race + married + nodegree + re74 + re75
show("lalonde raw", errors_of(lm(re78 ~ treat, d), d$educ))
show("lalonde adjusted", errors_of(lm(update(x, re78 ~ treat + .), d), d$educ))
d$w <- d$age / 10
show("lalonde adjusted, w = age", errors_of(lm(update(x, re78 ~ treat + .), d, weights = w), d$educ))
n <- read.csv("tests/data/nsw_445.csv")
show("nsw", errors_of(lm(re78 ~ treat, n)))
m <- lm(update(x, re78 ~ treat + .), d)
show("lalonde adjusted, df, p, ci", m$df.residual, summary(m)$coefficients["treat", 4], confint(m)["treat", ])

# --- logit ---------------------------------------------------------------------
tight <- glm.control(epsilon = 1e-15, maxit = 50)
g <- glm(update(x, treat ~ .), binomial, d, control = tight)
show("logit coefficients", coef(g)); show("logit se", sqrt(diag(vcov(g))))
show("logit sum of scores, treated", sum(fitted(g)[d$treat == 1]))
gw <- suppressWarnings(glm(update(x, treat ~ .), binomial, d, weights = w, control = tight))
show("logit coefficients, w = age", coef(gw)); show("logit se, w = age", sqrt(diag(vcov(gw))))

# --- weighting and doubly robust -------------------------------------------------
newton <- function(f, at) for (i in 1:50) {
  J <- jacobian(f, at); step <- solve(J, colMeans(f(at))); at <- at - step
  if (max(abs(step)) < 1e-11 * (1 + max(abs(at)))) return(at)
}
jacobian <- function(f, at) sapply(seq_along(at), function(j) {
  e <- 1e-5 * max(1, abs(at[j])); b <- c <- at; b[j] <- b[j] + e; c[j] <- c[j] - e
  (colMeans(f(b)) - colMeans(f(c))) / (2 * e)
})
weighting <- function(y, t, X, w, kind, cluster = seq_along(y)) {
  scale <- sd(y); y <- y / scale
  X <- cbind(1, scale(X)); k <- ncol(X); w <- w / mean(w)
  g <- suppressWarnings(glm(t ~ X - 1, binomial, weights = w, control = tight))
  keep <- t == 1 | fitted(g) < 0.995
  b <- coef(lm(y ~ X - 1, weights = w * (1 - t)))
  f <- function(q) {
    p <- as.vector(plogis(X %*% q[1:k])); w1 <- w * t; w0 <- keep * w * (1 - t) * p / (1 - p)
    r <- if (kind == "dr") y - as.vector(X %*% q[k + 1:k]) else y
    ols <- if (kind == "dr") w * (1 - t) * r * X else matrix(q[k + 1:k], length(y), k, byrow = TRUE)
    m <- q[2 * k + 1:2]
    cbind(w * (t - p) * X, ols, w1 * (r - m[1]),
          if (kind == "ht") w0 * r - w1 * m[2] else w0 * (r - m[2]))
  }
  q <- newton(f, c(coef(g), if (kind == "dr") b else 0 * b, 0, 0))
  B <- crossprod(rowsum(f(q), cluster)); A <- solve(jacobian(f, q)); V <- (A %*% B %*% t(A)) / length(y)^2
  c(q[2 * k + 1] - q[2 * k + 2], sqrt(sum(V[2 * k + 1:2, 2 * k + 1:2] * c(1, -1, -1, 1)))) * scale
}
X <- model.matrix(x, d)[, -1]
for (kind in c("hajek", "ht", "dr")) {
  show(paste("lalonde", kind), weighting(d$re78, d$treat, X, rep(1, nrow(d)), kind))
  show(paste("lalonde w = age", kind), weighting(d$re78, d$treat, X, d$w, kind))
  show(paste("lalonde cluster educ", kind), weighting(d$re78, d$treat, X, rep(1, nrow(d)), kind, d$educ))
}
men <- read.csv("demo/supported-work/men.csv")
both <- men[men$sample != "control", ]
show("treated against cps", mean(both$re78[both$treat == 1]) - mean(both$re78[both$treat == 0]))
Z <- as.matrix(both[, c("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75")])
for (kind in c("hajek", "dr"))
  show(paste("treated against cps", kind), weighting(both$re78, both$treat, Z, rep(1, nrow(both)), kind))

# CR2 (Bell and McCaffrey 2002) by hat matrices, CR3 as the jackknife over clusters.
d <- read.table("tests/data/lalonde_614.tab", header = TRUE)
m <- lm(re78 ~ age + educ + re74 + re75 + treat, d)
x <- model.matrix(m)
bread <- solve(crossprod(x))
meat <- 0
for (g in unique(d$educ)) {
    i <- which(d$educ == g)
    e <- eigen(diag(length(i)) - x[i, , drop = FALSE] %*% bread %*% t(x[i, , drop = FALSE]), TRUE)
    root <- e$vectors %*% (ifelse(e$values > 1e-10, 1 / sqrt(e$values), 0) * t(e$vectors))
    score <- t(x[i, , drop = FALSE]) %*% root %*% resid(m)[i]
    meat <- meat + score %*% t(score)
}
without <- sapply(unique(d$educ), function(g) coef(update(m, data = d[d$educ != g, ]))["treat"])
n <- length(without)
cat("clusters:", coef(m)["treat"], sqrt((bread %*% meat %*% bread)["treat", "treat"]),
    sqrt((n - 1) / n * sum((without - coef(m)["treat"])^2)), "\n")
