#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# A panel several times as large as the memory the program may have gives the
# same bytes as with all the memory of the machine, as TAP. stream.sh PROGRAM
#
# `ulimit -d` bounds what a process keeps for itself, stacks of threads included; a mapped file is
# not that.
program=$(realpath "${1:?program}")
. "$(dirname "$0")/tap.sh"
allowed=28672 # kilobytes
within() { ulimit -s 1024 && ulimit -d $allowed && "$@"; }

# 120,000 persons in 24 months; 60 teams, 20 of which start in five different months; one in a
# hundred persons moves to another team half-way. No randomness is needed for an exact comparison.
awk 'BEGIN {
    OFS = ","
    print "unit", "time", "home", "team", "first", "half", "x", "y"
    for (i = 0; i < 120000; i++) {
        home = i % 60
        first = home < 20 ? 7 + 3 * (home % 5) : 0
        for (t = 1; t <= 24; t++)
            print i + 1, t, home, (i % 100 || t < 13 ? home : (home + 7) % 60), first, \
                int(i / 60) % 2 ? "odd" : "even", (i * 31 + t * 7) % 101 / 8, \
                (i * 7919 % 1009) / 100 + home * t / 200 + (first && t >= first) / 4 + \
                    (i * 31 + t * 17) * (i + t) % 997 / 500
    }
}' > panel.csv
"$program" table import panel.csv panel.ot --unit unit --time time > out 2> err
size=$(($(wc -c < panel.ot) / 1024))
[ "$size" -gt $((4 * allowed)) ]
result "the panel ($size kB) is more than four times as large as what is allowed ($allowed kB)"

estimate() { # NAME OPTION...
    name=$1
    shift
    "$program" effect --data panel.ot --outcome y --unit unit --time time --first-treated first \
        --cluster home --threads 2 --format json "$@" > "$name" 2> err
}

# did keeps what does not fit in files without a name beside the data, or in a folder that is named.
! (within estimate out --method did --scratch absent) && grep -q '^absent: .*working files' err
result "what keeps the panel does not fit in memory alone"
mkdir work
! (trap '' XFSZ && ulimit -f 4096 && within estimate out --method did --scratch work) &&
    grep -q 'working files' err && rmdir work
result "a full disk is told, and nothing is left behind"

# Fixed effects have the earlier start that is looked at by default.
for options in "--method did" "--method did --control not-yet --bootstrap 200" \
    "--method did --covariates x" "--method did --covariates team --base universal" "--method twfe" \
    "--method twfe --fixed-effects team" "--method twfe --event-study" "--method sunab"; do
    # shellcheck disable=SC2086 # options are words
    estimate free $options && [ -s free ] && (within estimate tight $options) &&
        cmp free tight > err
    result "$options: the same bytes in $allowed kB"
done

# A byte a row for the column, one for those who count, and four for each row that does.
allowed=40960
for options in "--method twfe" "--method sunab"; do
    # shellcheck disable=SC2086 # options are words
    estimate free $options --subgroups half && grep -q '"value": "even"' free &&
        (within estimate tight $options --subgroups half) && cmp free tight > err
    result "$options --subgroups: the same bytes in $allowed kB"
done

compress() {
    "$program" effect compress --data panel.ot --outcome y --unit unit --time time \
        --first-treated first --cluster home --threads 2 > "$1" 2> err
}
allowed=34816 # its sums for each team, with the counts behind them, in each block of rows
compress free && [ -s free ] && (within compress tight) && cmp free tight > err
result "compress: the same bytes in $allowed kB"
finish
