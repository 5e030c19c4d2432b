# SPDX-License-Identifier: EUPL-1.2
# Times the R package fixest on the panel that twfe_bench --binary FILE writes.
#
#   Rscript twfe.R PANEL.bin CASE
#   twfe     person and month, clustered by team at baseline
#   twfe-3   the same and current team
#   iterations run in 2 threads; scores and residuals are kept as by default
#
# Prints the same line as twfe_bench: the estimation is timed, reading is not.
# "own" is the most memory held beyond what the loaded data took.
# Exit 4 when the package is not installed.
arguments <- commandArgs(trailingOnly = TRUE)
case <- arguments[2]
if (!requireNamespace("fixest", quietly = TRUE)) quit(status = 4)
suppressPackageStartupMessages(library(fixest))
setFixest_nthreads(2)
setFixest_notes(FALSE)

status_mb <- function(name) as.numeric(gsub("[^0-9]", "",
    grep(name, readLines("/proc/self/status"), value = TRUE))) / 1024

columns <- c("unit", "time", "home", "team", "first_treated")
n <- file.size(arguments[1]) / 8 / 6
file <- file(arguments[1], "rb")
panel <- lapply(setNames(nm = columns), function(name) readBin(file, "integer", n, size = 8))
panel$y <- readBin(file, "double", n)
close(file)
panel$d <- as.integer(panel$first_treated > 0 & panel$time >= panel$first_treated)
panel$first_treated <- NULL
panel <- as.data.frame(panel)
invisible(gc())
loaded <- status_mb("VmRSS")

started <- proc.time()
fit <- if (case == "twfe") {
    feols(y ~ d | unit + time, panel, cluster = ~home)
} else {
    feols(y ~ d | unit + time + team, panel, cluster = ~home)
}
error <- se(fit)[["d"]]
used <- proc.time() - started
peak <- status_mb("VmHWM")
cat(sprintf("%-8s %9d rows  %.3f s  %.3f s cpu  effect %.9f (%.9f)  %.0f MB  %.0f MB own\n",
            case, n, used[["elapsed"]], used[["user.self"]] + used[["sys.self"]],
            coef(fit)[["d"]], error, peak, peak - loaded))
