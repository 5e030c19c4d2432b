# SPDX-License-Identifier: EUPL-1.2
# Independent figures for src/engine/effect/twfe_test.c, from base R 4.2.2:
#   Rscript tests/oracle/effect_fixed.R
# lm with a dummy for every unit, period and value; clustered covariance by its
# textbook formula. The panel is made by whole-number arithmetic, as in the test.

d <- expand.grid(t = 1:6, i = 1:40)
d$g <- c(3, 5, 0, 4)[d$i %% 4 + 1]
d$d <- as.numeric(d$g > 0 & d$t >= d$g)
d$x <- ((d$i * 13 + d$t * 29) %% 31) / 8
d$w <- 1 + ((d$i * d$t) %% 4) / 2
d$f <- (d$i + (d$t > 3) * (d$i %% 3)) %% 4
d$team <- d$i %% 10
d$y <- ((d$i * 37 + d$t^2 * 11 + d$i * d$t * 5) %% 101) / 16 + 1.5 * d$d
d <- d[(d$i * 5 + d$t * 3) %% 7 != 0, ]

# nested: which dummies (by the start of their name) lie within clusters
fixed <- function(name, formula, cluster, nested, weights = rep(1, nrow(d))) {
  d$weight <- weights
  m <- lm(formula, d, weights = weight)
  X <- model.matrix(m)[, !is.na(coef(m))]
  A <- solve(crossprod(X * weights, X)); e <- d$y - X %*% coef(m)[!is.na(coef(m))]
  S <- rowsum(X * weights * as.vector(e), cluster); G <- nrow(S); n <- nrow(X)
  K <- sum(!Reduce(`|`, lapply(nested, function(p) startsWith(colnames(X), p)), FALSE))
  se <- sqrt((A %*% crossprod(S) %*% A)["d", "d"] * G / (G - 1) * (n - 1) / (n - K))
  p <- 2 * pt(-abs(coef(m)[["d"]] / se), G - 1)
  cat(sprintf("%-30s %.15g %.15g %.15g\n", name, coef(m)[["d"]], se, p))
}
unit <- "factor(i)"
fixed("two-way", y ~ factor(i) + factor(t) + d, d$i, unit)
fixed("weights, covariate, team", y ~ factor(i) + factor(t) + x + d, d$team, unit, d$w)
fixed("three-way, weights, covariate", y ~ factor(i) + factor(t) + factor(f) + x + d, d$i, unit, d$w)
fixed("clusters that units change", y ~ factor(i) + factor(t) + factor(f) + d, d$f, "factor(f)")

# Sun and Abraham (2021): a dummy for each start in each period but the one before
# it; averages by the weight of the rows, taken as given.
d$cell <- factor(ifelse(d$g > 0 & d$t != d$g - 1, paste(d$g, d$t), "0"))
m <- lm(y ~ factor(i) + factor(t) + x + cell, d, weights = w)
X <- model.matrix(m); A <- solve(crossprod(X * d$w, X)); n <- nrow(X); G <- 40
S <- rowsum(X * d$w * as.vector(d$y - X %*% coef(m)), d$i)
V <- A %*% crossprod(S) %*% A * G / (G - 1) * (n - 1) / (n - sum(!startsWith(colnames(X), unit)))
for (e in c("att", -4, -3, -2, 0, 1, 2, 3)) {
  rows <- d$g > 0 & if (e == "att") d$t >= d$g else d$t - d$g == as.numeric(e)
  share <- tapply(d$w[rows], paste0("cell", d$cell[rows]), sum); b <- 0 * coef(m)
  b[names(share)] <- share / sum(share)
  cat(sprintf("sunab %-4s %.15g %.15g\n", e, sum(b * coef(m)), sqrt(sum(b * (V %*% b)))))
}

# Goodman-Bacon (2021): each comparison by lm on its own rows, each weight by the
# paper's equations 10a, 10b and 10c as they are printed there.
m <- read.csv("tests/data/mpdta.csv"); names(m)[names(m) == "first.treat"] <- "g"
m$d <- as.numeric(m$g > 0 & m$year >= m$g)
n <- sapply(split(m$countyreal, m$g), function(i) length(unique(i))) / length(unique(m$countyreal))
D <- function(g) if (g == 0) 0 else mean(sort(unique(m$year)) >= g)
V <- mean(resid(lm(d ~ factor(countyreal) + factor(year), m))^2)
for (k in c(2004, 2006, 2007)) for (l in c(2004, 2006, 2007, 0)) if (k != l) {
  nk <- n[[as.character(k)]]; nl <- n[[as.character(l)]]; p <- nk / (nk + nl)
  later <- l == 0 || l > k
  rows <- m$g %in% c(k, l) & (l == 0 | (if (later) m$year < l else m$year >= l))
  b <- coef(lm(lemp ~ factor(countyreal) + factor(year) + d, m[rows, ]))[["d"]]
  w <- if (l == 0) (nk + nl)^2 * p * (1 - p) * D(k) * (1 - D(k))
       else if (later) ((nk + nl) * (1 - D(l)))^2 * p * (1 - p) * (D(k) - D(l)) / (1 - D(l)) * (1 - D(k)) / (1 - D(l))
       else ((nk + nl) * D(l))^2 * p * (1 - p) * D(k) / D(l) * (D(l) - D(k)) / D(l)
  cat(sprintf("%d / %-10d %25.15g %.15g\n", k, l, b, w / V))
}
