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

# Mahalanobis: treated in the order of rows, or with a caliper largest score first; the
# distance is measured on z = L^-1 x, S = L L' being the covariance within the groups.
X <- model.matrix(g)[, -1]; treat <- d$treat == 1
S <- crossprod(rbind(scale(X[treat, ], scale = FALSE), scale(X[!treat, ], scale = FALSE))) / (nrow(d) - 2)
Z <- t(forwardsolve(t(chol(S)), t(X)))
in_space <- function(ratio = 1, s = NULL, width = Inf, same = rep(1, nrow(d)), replace = FALSE) {
  treated <- which(treat); if (!is.null(s)) treated <- treated[order(-s[treated], treated)]
  near <- if (is.null(s)) rep(0, nrow(d)) else s; free <- which(!treat); pair <- NULL
  for (k in seq_len(ratio)) for (i in treated) {
    left <- free[same[free] == same[i] & abs(near[free] - near[i]) <= width]
    if (replace) left <- setdiff(left, pair[pair[, 1] == i, 2])
    if (!length(left)) next
    j <- left[which.min(colSums((t(Z[left, , drop = FALSE]) - Z[i, ])^2))]
    if (!replace) free <- setdiff(free, j)
    pair <- rbind(pair, c(i, j))
  }
  pair
}
show("mahalanobis", effect_of(in_space()))
show("mahalanobis, two", effect_of(in_space(2)))
show("within race", effect_of(in_space(same = d$race)))
show("within 0.2 of score", effect_of(in_space(s = p, width = 0.2 * sd(p))))
show("within 0.2 of logit", effect_of(in_space(s = l, width = 0.2 * sd(l))))

# Strata: who is equal in `by`; a treated weighs 1, a control m1 / m0 of its stratum.
strata <- function(by, few = 20) {
  s <- as.integer(factor(do.call(paste, by))); m1 <- tapply(treat, s, sum)[s]; m0 <- tapply(!treat, s, sum)[s]
  k <- m1 > 0 & m0 > 0; w <- ifelse(treat, 1, m1 / m0)[k]
  w[!treat[k]] <- w[!treat[k]] * sum(!treat[k]) / sum(treat[k])
  m <- lm(re78 ~ treat, d[k, ], weights = w); x <- model.matrix(m); u <- x * w * residuals(m)
  A <- solve(crossprod(x * sqrt(w))); n <- nrow(x); G <- length(unique(s[k]))
  B <- if (G < few) u else rowsum(u, s[k])
  factor <- if (G < few) n / (n - 2) else G / (G - 1) * (n - 1) / (n - 2)
  c(G, sum(treat[k]), sum(!treat[k]), coef(m)[[2]], sqrt((A %*% crossprod(B) %*% A)[2, 2] * factor))
}
sturges <- function(x) { # classes of equal width, a value on a cut point in the higher one
  classes <- ceiling(log2(length(x)) + 1); at <- min(x) + seq_len(classes - 1) * diff(range(x)) / classes
  findInterval(x, at)
}
all <- d[c("age", "educ", "race", "married", "nodegree", "re74", "re75")]
number <- setdiff(names(all), "race"); even <- all; even[number] <- lapply(all[number], sturges); cut <- even
at <- list(age = c(25, 35), educ = c(9, 12), re74 = c(1, 5000), re75 = c(1, 5000))
for (v in names(at)) cut[[v]] <- findInterval(all[[v]], at[[v]])
show("cem, own classes", strata(even))
show("cem, cut points", strata(cut))
show("exact, three", strata(d[c("race", "married", "nodegree")]))
show("exact, four", strata(d[c("race", "married", "nodegree", "educ")]))
