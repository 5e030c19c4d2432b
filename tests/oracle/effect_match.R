# SPDX-License-Identifier: EUPL-1.2
# Independent figures for src/engine/effect/matching_test.c, from base R 4.2.2:
#   Rscript tests/oracle/effect_match.R
# Pairs by looking at every free control each time, errors of least squares by
# their textbook formula.

d <- read.table("tests/data/lalonde_614.tab", header = TRUE)
g <- glm(treat ~ age + educ + race + married + nodegree + re74 + re75, binomial, d,
         control = glm.control(epsilon = 1e-15, maxit = 50))
show <- function(name, ...) cat(sprintf("%-24s %s\n", name, paste(sprintf("%.12g", c(...)), collapse = " ")))

# Among controls as near: below before above, below the last row, else the first.
choose <- function(s, i, control) {
  apart <- abs(s[control] - s[i]); near <- control[apart == min(apart)]
  below <- near[s[near] < s[i]]
  if (length(below)) max(below) else min(near)
}
pairs_of <- function(s, ratio = 1, width = Inf, replace = FALSE) {
  treated <- which(d$treat == 1); treated <- treated[order(-s[treated], treated)]
  free <- which(d$treat == 0); pair <- NULL
  for (k in seq_len(ratio)) for (i in treated) {
    left <- if (replace) setdiff(free, pair[pair[, 1] == i, 2]) else free
    if (!length(left)) next
    j <- choose(s, i, left)
    if (abs(s[j] - s[i]) > width) next
    if (!replace) free <- setdiff(free, j)
    pair <- rbind(pair, c(i, j))
  }
  pair
}
effect_of <- function(pair, robust = FALSE) {
  mates <- table(pair[, 1]); w <- numeric(nrow(d)); group <- seq_len(nrow(d))
  w[unique(pair[, 1])] <- 1
  for (r in seq_len(nrow(pair))) {
    w[pair[r, 2]] <- w[pair[r, 2]] + 1 / mates[[as.character(pair[r, 1])]]
    group[pair[r, 2]] <- pair[r, 1]
  }
  m <- lm(re78 ~ treat, d[w > 0, ], weights = w[w > 0])
  X <- model.matrix(m); u <- X * w[w > 0] * residuals(m); A <- solve(crossprod(X * sqrt(w[w > 0])))
  n <- nrow(X); S <- if (robust) u else rowsum(u, group[w > 0]); G <- nrow(S)
  factor <- if (robust) n / (n - 2) else G / (G - 1) * (n - 1) / (n - 2)
  c(nrow(pair), coef(m)[[2]], sqrt((A %*% crossprod(S) %*% A)[2, 2] * factor))
}
p <- fitted(g); l <- predict(g)
show("one to one", effect_of(pairs_of(p)))
show("caliper on score", effect_of(pairs_of(p, width = 0.2 * sd(p))))
show("caliper on logit", effect_of(pairs_of(l, width = 0.2 * sd(l))))
show("one to two", effect_of(pairs_of(p, 2)))
show("one to three", effect_of(pairs_of(p, 3)))
show("one to two, caliper", effect_of(pairs_of(p, 2, 0.2 * sd(p))))
show("replacement", effect_of(pairs_of(p, replace = TRUE), TRUE))
show("replacement, two", effect_of(pairs_of(p, 2, replace = TRUE), TRUE))
