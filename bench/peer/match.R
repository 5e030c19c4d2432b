# SPDX-License-Identifier: EUPL-1.2
# The peer of match_bench:  Rscript bench/peer/match.R DATA.csv CASE
# CASE: propensity, mahalanobis, cem or balance. Prints one line in the form of
# match_bench: seconds on the clock, of processor time, and the effect. Exit code 4
# when MatchIt is not installed. Only the matching is timed, for `balance` only the
# table; the effect of the matched sample is for comparison.
case <- commandArgs(TRUE)[2]
if (!suppressWarnings(suppressMessages(require("MatchIt", quietly = TRUE)))) quit(status = 4)
d <- read.csv(commandArgs(TRUE)[1])
ten <- reformulate(paste0("x", 1:10), "treat"); six <- reformulate(paste0("x", c(1, 6:10)), "treat")
match_by <- function() switch(case,
  mahalanobis = matchit(ten, d, distance = "mahalanobis"),
  cem = matchit(six, d, method = "cem"),
  matchit(ten, d, distance = "glm", caliper = 0.2))
if (case == "balance") m <- match_by()
time <- system.time(if (case == "balance") summary(m) else m <- match_by())
w <- m$weights; k <- w > 0
effect <- coef(lm(y ~ treat, d[k, ], weights = w[k]))[[2]]
cat(sprintf("%-11s %6d treated %6d controls  %.4f s  %.4f s cpu  effect %.9f  MatchIt %s\n", case,
  sum(k & d$treat == 1), sum(k & d$treat == 0), time[["elapsed"]], time[["user.self"]] + time[["sys.self"]],
  effect, packageVersion("MatchIt")))
