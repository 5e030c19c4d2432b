#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Measures ontschot beside its peers and prints one table. See bench/README.md.
#
#   bench/run.sh [--runs N] [--peer-runs N] [--megabytes N]
#
# Ours runs N times (5), a peer at most --peer-runs times (3; 0 leaves peers
# out), in turn: ours, peer, ours, peer, ... Every run is a new process. Exits 1
# when ours and a peer do not find the same effect to 1e-6.
set -eu
export LC_ALL=C TZ=UTC

runs=5 peer_runs=3 megabytes=500
while [ $# -gt 0 ]; do
    case "$1" in
    --runs) runs=$2 ;;
    --peer-runs) peer_runs=$2 ;;
    --megabytes) megabytes=$2 ;;
    *)
        sed -n 's/^# \{0,1\}//; 4,9p' "$0" >&2
        exit 2
        ;;
    esac
    shift 2
done

cd "$(dirname "$0")/.."
if [ ! -d build/bench ]; then
    tools/npm.sh assets src/web/assets >/dev/null
    meson setup build/bench -Dbuildtype=release -Dbench=true -Dtests=false >/dev/null
fi
ninja -C build/bench bench/did_bench bench/twfe_bench bench/match_bench bench/scba_bench bench/table_bench \
    >/dev/null
bin=build/bench/bench
work=$(mktemp -d "${TMPDIR:-/tmp}/ontschot-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

load() { cut -d' ' -f1 /proc/loadavg; }

say_machine() {
    echo "$(date '+%Y-%m-%d %H:%M') UTC, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sort -u)," \
        "$(nproc) cores, load $(load)"
    [ "$peer_runs" -gt 0 ] && command -v Rscript >/dev/null || return 0
    Rscript -e 'cat("peers:", R.version.string)
        for (p in c("did", "DRDID", "fastdid", "fixest", "data.table", "MatchIt"))
            cat(",", p, tryCatch(as.character(packageVersion(p)), error = function(e) "not installed"))
        cat("\n")' 2>/dev/null
}

# One peer run. Its lines collect in a file; no file means that it is not there.
run_peer() { # file, command...
    file=$1
    shift
    command -v "$1" >/dev/null || return 0
    code=0
    "$@" >>"$file" 2>"$work/stderr" || code=$?
    case $code in
    0) ;;
    4) rm -f "$file" ;;
    *)
        cat "$work/stderr" >&2
        exit 1
        ;;
    esac
}

# The median of a field of all lines of a file.
median() { # field file
    awk -v f="$1" '{ print $f }' "$2" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

agree() { # ours peer
    awk -v a="$(median 10 "$1")" -v b="$(median 10 "$2")" \
        'BEGIN { d = a - b; exit !(d < 1e-6 && d > -1e-6) }'
}

ours_columns='%-15s %7.3f %7.3f %6.0f'
columns="$ours_columns  %7.2f %7.2f %6.0f  %6.0fx %6.0fx %6.1fx  %5.0fx  %5.2f s  %s\n"

memory_field=12
print_row() { # case, least ratio, most seconds
    if [ -f "$work/peer" ]; then
        set -- "$@" "$(median 4 "$work/peer")" "$(median 6 "$work/peer")" "$(median $memory_field "$work/peer")"
    fi
    awk -v name="$1" -v least="$2" -v most="$3" -v peer="${4:-0}" -v peer_cpu="${5:-0}" \
        -v peer_mb="${6:-0}" -v wall="$(median 4 "$work/ours")" -v cpu="$(median 6 "$work/ours")" \
        -v mb="$(median $memory_field "$work/ours")" -v ours="$ours_columns" -v all="$columns" 'BEGIN {
            is_met = wall <= most && (peer == 0 || (peer >= least * wall && peer_mb >= 5 * mb))
            verdict = is_met ? "met" : "NOT MET"
            if (peer == 0)
                printf(ours "  peer not installed or not asked  %5.2f s  %s\n", name, wall, cpu, mb,
                    most, verdict)
            else
                printf(all, name, wall, cpu, mb, peer, peer_cpu, peer_mb, peer / wall,
                    peer_cpu / cpu, peer_mb / mb, least, most, verdict)
        }'
}

check_agreement() { # case
    if [ -f "$work/peer" ] && ! agree "$work/ours" "$work/peer"; then
        echo "$1: ours and the peer find different effects:" >&2
        cat "$work/ours" "$work/peer" >&2
        exit 1
    fi
}

# Ours and a peer in turn on the same panel.
compare() { # peer's case, our case, panel, least ratio, most seconds
    rm -f "$work/ours" "$work/peer"
    [ "$3" = fixed ] && flag=--fixed || flag=
    i=0
    while [ $i -lt "$runs" ]; do
        "$bin/did_bench" --case "$2" --rounds 1 $flag >>"$work/ours"
        [ $i -ge "$peer_runs" ] ||
            run_peer "$work/peer" Rscript bench/peer/did.R "$work/$3.csv" "$1"
        i=$((i + 1))
    done
    print_row "$1" "$4" "$5"
    check_agreement "$1"
}

# The same for fixed effects. Memory is what is held beyond the loaded panel.
compare_fixed() { # our case, peer, least ratio, most seconds
    rm -f "$work/ours" "$work/peer"
    i=0
    while [ $i -lt "$runs" ]; do
        "$bin/twfe_bench" --case "$1" --rounds 1 >>"$work/ours"
        if [ $i -lt "$peer_runs" ]; then
            case $2 in
            fixest) run_peer "$work/peer" Rscript bench/peer/twfe.R "$work/fixed.bin" "$1" ;;
            pyfixest)
                run_peer "$work/peer" "${PEER_PYTHON:-python3}" bench/peer/twfe.py "$work/fixed.bin" "$1"
                ;;
            esac
        fi
        i=$((i + 1))
    done
    memory_field=14
    print_row "$1 $2" "$3" "$4"
    memory_field=12
    check_agreement "$1 $2"
}

say_machine
echo
echo "Group-time effects, doubly robust, 100,000 persons x 12 periods x 5 cohorts, 2 covariates"
echo "case               ours     cpu     MB     peer     cpu     MB   ratio     cpu  memory  asked   within"
"$bin/did_bench" --panel "$work/varying.csv"
"$bin/did_bench" --panel "$work/fixed.csv" --fixed
compare did did varying 40 0.24
compare fastdid did fixed 30 0.25
compare did-unit did-unit varying 60 0.50
compare fastdid-unit did-unit fixed 16 0.51
compare did-team did-team varying 45 0.25
echo "load $(load)"

# Matching: ours and the peer in turn on the same persons. The clock decides, as everywhere here:
# ours has two threads, the peer one.
compare_matching() { # case, least ratio
    rm -f "$work/ours" "$work/peer"
    i=0
    while [ $i -lt "$runs" ]; do
        "$bin/match_bench" --case "$1" --rounds 1 >>"$work/ours"
        if [ $i -lt "$peer_runs" ] && command -v Rscript >/dev/null; then
            Rscript bench/peer/match.R "$work/persons.csv" "$1" >>"$work/peer" 2>"$work/stderr" ||
                rm -f "$work/peer"
        fi
        i=$((i + 1))
    done
    wall=$(median 6 "$work/ours") cpu=$(median 8 "$work/ours")
    if [ ! -s "$work/peer" ]; then
        printf '%-13s %7.3f %7.3f  peer not installed or not asked\n' "$1" "$wall" "$cpu"
        return
    fi
    awk -v name="$1" -v wall="$wall" -v cpu="$cpu" -v peer="$(median 6 "$work/peer")" \
        -v peer_cpu="$(median 8 "$work/peer")" -v least="$2" -v a="$(median 11 "$work/ours")" \
        -v b="$(median 11 "$work/peer")" 'BEGIN {
            printf("%-13s %7.3f %7.3f  %7.2f %7.2f  %6.0fx %6.0fx  %5.0fx  %s%s\n", name, wall, cpu,
                peer, peer_cpu, peer / wall, peer_cpu / cpu, least,
                peer >= least * wall ? "met" : "NOT MET",
                a - b < 1e-6 && b - a < 1e-6 ? "" : "  (other pairs: effects differ)") }'
}

echo
echo "Matching, 5,000 treated of 100,000 persons"
echo "case             ours     cpu     peer     cpu   ratio     cpu   asked"
"$bin/match_bench" --data "$work/persons.csv"
compare_matching propensity 9
compare_matching mahalanobis 50
compare_matching cem 20
compare_matching balance 1
echo "load $(load)"

echo
echo "Fixed effects, 10 million rows: persons and 24 months, clustered by 60 teams; -3: current team, too"
echo "case               ours     cpu     MB     peer     cpu     MB   ratio     cpu  memory  asked   within"
"$bin/twfe_bench" --binary "$work/fixed.bin"
compare_fixed twfe fixest 15 0.24
compare_fixed twfe-3 fixest 20 0.24
compare_fixed twfe pyfixest 15 0.24
compare_fixed twfe-3 pyfixest 20 0.24
echo "load $(load)"

echo
echo "Fixed effects by size, persons and months"
echo "      rows   seconds  cpu  per million: seconds   cpu"
"$bin/twfe_bench" --curve --rounds 3 | awk '{
    m = $2 / 1e6
    printf "%10d  %8.3f  %5.3f  %19.3f %6.3f\n", $2, $4, $6, $4 / m, $6 / m }'
echo "load $(load)"

echo
echo "Cost by size, analytic"
echo "      rows   seconds  cpu  per million: seconds   cpu    MB"
"$bin/did_bench" --curve --rounds 3 | awk '{
    m = $2 / 1e6
    printf "%10d  %8.3f  %5.3f  %19.3f %6.3f %5.0f\n", $2, $4, $6, $4 / m, $6 / m, $12 }'
echo "load $(load)"

echo
echo "Import of a CSV of $megabytes MB (asked: 150 MB/s)"
"$bin/table_bench" "$megabytes" "$work"
echo "load $(load)"

echo
echo "Monte Carlo of costs and benefits (asked: within 1 s)"
"$bin/scba_bench"
echo "load $(load)"
