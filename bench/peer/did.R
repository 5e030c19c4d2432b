# SPDX-License-Identifier: EUPL-1.2
# Times the R packages did and fastdid on the panel that did_bench --panel FILE writes.
# usage: Rscript did.R PANEL.csv CASE   with CASE: did | did-unit | did-team | fastdid | fastdid-boot
# Prints: CASE seconds simple-estimate peak-MB (estimation only; reading is not counted)
arguments <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(data.table))
setDTthreads(2)
panel <- fread(arguments[1])
case <- arguments[2]
formula <- ~ x1 + x2
peak_mb <- function() as.numeric(sub("[^0-9]*([0-9]+).*", "\\1",
    grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024

run_did <- function(bootstrap, cluster) {
    frame <- as.data.frame(panel)
    started <- proc.time()[["elapsed"]]
    gt <- did::att_gt(yname = "y", tname = "time", idname = "unit", gname = "first_treated",
                      xformla = formula, data = frame, control_group = "nevertreated",
                      est_method = "dr", bstrap = bootstrap, cband = bootstrap, biters = 1000,
                      clustervars = cluster, base_period = "universal")
    simple <- NA
    if (bootstrap) {
        event <- did::aggte(gt, type = "dynamic", bstrap = TRUE, cband = TRUE, biters = 1000)
        simple <- event$overall.att
    } else {
        simple <- did::aggte(gt, type = "simple", bstrap = FALSE, cband = FALSE)$overall.att
    }
    c(proc.time()[["elapsed"]] - started, simple)
}

run_fastdid <- function(bootstrap, result) {
    started <- proc.time()[["elapsed"]]
    fit <- fastdid::fastdid(panel, timevar = "time", cohortvar = "cohort", unitvar = "unit",
                            outcomevar = "y", result_type = result, control_type = "dr",
                            control_option = "never", covariatesvar = c("x1", "x2"),
                            boot = bootstrap, biters = 1000, base_period = "universal")
    c(proc.time()[["elapsed"]] - started, fit$att[fit$type == "post"][1])
}

if (startsWith(case, "fastdid"))
    panel[, cohort := ifelse(first_treated == 0, Inf, first_treated)]
value <- switch(case,
    "did" = run_did(FALSE, NULL),
    "did-unit" = run_did(TRUE, NULL),
    "did-team" = run_did(TRUE, "team"),
    "fastdid" = run_fastdid(FALSE, "simple"),
    "fastdid-boot" = run_fastdid(TRUE, "group_time"),
    "fastdid-boot-dynamic" = run_fastdid(TRUE, "dynamic"),
    stop("unknown case"))
cat(sprintf("%s %.3f %.6f %.0f\n", case, value[1], value[2], peak_mb()))
