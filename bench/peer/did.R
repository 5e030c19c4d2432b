# SPDX-License-Identifier: EUPL-1.2
# Times the R packages did and fastdid on the panel that did_bench --panel FILE writes.
#
#   Rscript did.R PANEL.csv CASE
#   did, fastdid             analytic
#   did-unit, fastdid-unit   1,000 draws by person, with the event study
#   did-team                 1,000 draws by team, with the event study
#
# Prints the same line as did_bench: the estimation is timed, reading is not;
# the simple average of a bootstrap case is computed untimed from its estimates.
# fastdid takes covariates from a person's first row: give it a --fixed panel.
# Exit 4 when the package is not installed.
arguments <- commandArgs(trailingOnly = TRUE)
case <- arguments[2]
package <- sub("-.*", "", case)
for (name in c(package, "data.table"))
    if (!requireNamespace(name, quietly = TRUE)) quit(status = 4)
library(data.table)
setDTthreads(2)
panel <- fread(arguments[1])

status_mb <- function(name) as.numeric(gsub("[^0-9]", "",
    grep(name, readLines("/proc/self/status"), value = TRUE))) / 1024

# An expression's value, with its seconds on the clock and of processor time.
timed <- function(expression) {
    started <- proc.time()
    value <- force(expression)
    used <- proc.time() - started
    list(value = value, wall = used[["elapsed"]], cpu = used[["user.self"]] + used[["sys.self"]])
}

effects_did <- function(frame, bootstrap, cluster) {
    gt <- did::att_gt(yname = "y", tname = "time", idname = "unit", gname = "first_treated",
                      xformla = ~ x1 + x2, data = frame, control_group = "nevertreated",
                      est_method = "dr", bstrap = bootstrap, cband = bootstrap, biters = 1000,
                      clustervars = cluster, base_period = "universal")
    type <- if (bootstrap) "dynamic" else "simple"
    list(gt, did::aggte(gt, type = type, bstrap = bootstrap, cband = bootstrap, biters = 1000))
}

run_did <- function(bootstrap, cluster) {
    frame <- as.data.frame(panel)
    run <- timed(effects_did(frame, bootstrap, cluster))
    run$peak <- status_mb("VmHWM")
    simple <- did::aggte(run$value[[1]], type = "simple", bstrap = FALSE, cband = FALSE)
    run$simple <- simple$overall.att
    run$error <- simple$overall.se
    run
}

# The simple average weighs each event time by the persons seen then.
average_of_event_study <- function(fit) {
    cohorts <- panel[is.finite(cohort) & time == min(time), .(persons = .N), by = cohort]
    last <- max(panel$time)
    after <- fit[fit$event_time >= 0, ]
    persons <- sapply(after$event_time, function(e)
        sum(cohorts$persons[cohorts$cohort + e <= last]))
    sum(after$att * persons) / sum(persons)
}

run_fastdid <- function(bootstrap) {
    panel[, cohort := ifelse(first_treated == 0, Inf, first_treated)]
    run <- timed(fastdid::fastdid(panel, timevar = "time", cohortvar = "cohort", unitvar = "unit",
        outcomevar = "y", result_type = if (bootstrap) "dynamic" else "simple",
        control_type = "dr", control_option = "never", covariatesvar = c("x1", "x2"),
        boot = bootstrap, cband = bootstrap, biters = 1000, base_period = "universal"))
    run$peak <- status_mb("VmHWM")
    fit <- as.data.frame(run$value)
    run$simple <- if (bootstrap) average_of_event_study(fit) else fit$att[fit$type == "post"][1]
    run$error <- if (bootstrap) NA else fit$se[fit$type == "post"][1]
    run
}

run <- switch(case,
    "did" = run_did(FALSE, NULL),
    "did-unit" = run_did(TRUE, NULL),
    "did-team" = run_did(TRUE, "team"),
    "fastdid" = run_fastdid(FALSE),
    "fastdid-unit" = run_fastdid(TRUE),
    stop("unknown case"))
cat(sprintf("%-12s %9d rows  %.3f s  %.3f s cpu  simple %.9f (%.9f)  %.0f MB\n",
            case, nrow(panel), run$wall, run$cpu, run$simple, run$error, run$peak))
