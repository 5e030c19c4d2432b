#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Measures the site as its readers use it and prints each figure with its bar. See bench/README.md.
#
#   bench/site.sh [--runs N] [--seconds N] [--publications N] [--only PART]
#
# Each run lasts --seconds (10), medians of --runs (5); lists are asked of --publications (1,000,000).
# PART: sqlite, postgresql (pages on that store), study (beside pages), lists. Exits 1 when a bar is not met.
set -eu
export LC_ALL=C TZ=UTC

runs=5 seconds=10 publications=1000000 only=all
while [ $# -gt 0 ]; do
    case "$1" in
    --runs) runs=$2 ;;
    --seconds) seconds=$2 ;;
    --publications) publications=$2 ;;
    --only) only=$2 ;;
    *)
        sed -n 's/^# \{0,1\}//; 3,9p' "$0" >&2
        exit 2
        ;;
    esac
    shift 2
done

cd "$(dirname "$0")/.."
for need in wrk curl; do
    command -v $need > /dev/null || { echo "$need is not installed"; exit 2; }
done
if [ ! -d build/bench ]; then
    tools/npm.sh assets src/web/assets > /dev/null
    meson setup build/bench -Dbuildtype=release -Dbench=true -Dtests=false > /dev/null
fi
ninja -C build/bench ontschot bench/site_fill bench/knowledge_bench bench/did_bench > /dev/null
bin=$PWD/build/bench
room=$(mktemp -d "${TMPDIR:-/tmp}/ontschot-bench.XXXXXX")
site=
wiki=
finish() {
    [ -z "$site" ] || kill "$site" 2> /dev/null || true
    [ -z "$wiki" ] || kill "$wiki" 2> /dev/null || true
    wait
    rm -rf "$room"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

missed=0
say() { # WHAT FIGURE UNIT at-least|at-most BAR
    verdict=$(awk -v v="$2" -v bar="$5" -v how="$4" \
        'BEGIN { print (how == "at-least" ? v >= bar : v <= bar) ? "met" : "MISSED" }')
    [ "$verdict" = met ] || missed=1
    printf '%-52s %9s %-5s %s %s  %s\n' "$1" "$2" "$3" "$4" "$5" "$verdict"
}
note() { printf '%-52s %9s %s\n' "$@"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
load() { cut -d' ' -f1 /proc/loadavg; }

# ---- the servers ----

free_port() { echo $((20000 + ($(od -An -N2 -tu2 /dev/urandom) % 10000))); }

start_site() { # FOLDER STORE WORK
    cat > "$1/site.yaml" << END
data: $1/data
store: $2
listen: 127.0.0.1:0
workers: {jobs: 1}
limits:
  rates:
    page: {per-minute: 0, burst: 1000}
END
    # shellcheck disable=SC2086
    "$bin/ontschot" serve $3 --config "$1/site.yaml" > "$1/address" 2> "$1/log" < /dev/null &
    site=$!
    for _ in $(seq 200); do
        grep -qs http "$1/address" && break
        sleep 0.05
    done
    url=$(sed -n '1s|/ .*|/|; 1p' "$1/address")
}
stop_site() {
    kill -TERM "$site"
    wait "$site" || true
    site=
}
start_wiki() { # FOLDER
    export HOME="$1"
    fossil init --admin-user bench "$1/wiki.fossil" > /dev/null
    for text in "$1"/wiki/*.md; do
        fossil wiki create "post-$(basename "$text" .md)" "$text" -M text/x-markdown -U bench \
            -R "$1/wiki.fossil" > /dev/null
    done
    port=$(free_port)
    fossil server --localhost -P "$port" "$1/wiki.fossil" > "$1/wiki.log" 2>&1 &
    wiki=$!
    wiki_url=http://127.0.0.1:$port/
    sleep 1
    curl -sf "${wiki_url}wiki?name=post-1" | grep -q 'Lees ook' || { echo "no wiki page"; exit 1; }
}

# ---- one measurement ----

# Clock ticks that a process and those it waited for took; of Fossil each page is a process.
ticks() { awk '{ print $14 + $15 + $16 + $17 }' "/proc/$1/stat"; }

# FOLDER site|read|wiki|once PROCESS URL SECONDS CONNECTIONS [gzip]: requests/s, p95 and p99 in ms, microseconds
# of processor time each, answers that were no page
measure() {
    before=$(ticks "$3")
    wrk -t1 "-c$6" "-d$5" -s bench/site.lua "$4" -- "$1" "$2" "${7:-}" > "$room/wrk"
    after=$(ticks "$3")
    awk -v ticks=$((after - before)) -v hz="$(getconf CLK_TCK)" '$1 == "result" {
        printf "%.0f %.2f %.2f %.0f %d\n", $2 / $3 * 1e6, $5 / 1e3, $6 / 1e3, ticks / hz * 1e6 / $2, $7 + $8
    }' "$room/wrk"
}
column() { cut -d' ' -f"$1" "$2" | median; }

# What is measured is a page: a hundred posts, every other one by somebody who is signed in.
check_pages() { # FOLDER
    n=0
    shuf -n 100 --random-source="$1/posts" "$1/posts" > "$room/sample"
    while read -r id is_public title; do
        cookie=
        if [ $((n % 2)) -eq 0 ] || [ "$is_public" -eq 0 ]; then
            cookie=session=$(sed -n "$((n + 2))p" "$1/sessions")
        fi
        code=$(curl -s -o "$room/page" -w '%{http_code}' -H "Cookie: $cookie" "${url}nl/verhalen/$id")
        [ "$code" = 200 ] && grep -qF "<title>$title " "$room/page" &&
            grep -q 'class="o-prose\|Zo ' "$room/page" && grep -q '</html>' "$room/page" &&
            { [ -z "$cookie" ] || grep -q 'Robin van den Berg' "$room/page"; } ||
            { echo "post $id was answered $code without its page"; exit 1; }
        n=$((n + 1))
    done < "$room/sample"
}

# ---- parts ----

measure_pages() { # FOLDER NAME
    : > "$room/site" > "$room/wiki" > "$room/ratio"
    for _ in $(seq "$runs"); do
        measure "$1" site "$site" "$url" "$seconds" 64 >> "$room/site"
        if [ -n "$wiki" ]; then
            measure "$1" wiki "$wiki" "$wiki_url" "$seconds" 64 >> "$room/wiki"
            echo "$(tail -n 1 "$room/site" | cut -d' ' -f1) $(tail -n 1 "$room/wiki" | cut -d' ' -f1)" |
                awk '{ printf "%.1f\n", $1 / ($2 ? $2 : 1) }' >> "$room/ratio"
        fi
    done
    if [ "$2" = sqlite ]; then
        say "$2: pages a second" "$(column 1 "$room/site")" "" at-least 8000
        say "$2: p99" "$(column 3 "$room/site")" ms at-most 25
    else # its own processes take of the same two cores
        note "$2: pages a second" "$(column 1 "$room/site")" ""
        note "$2: p99" "$(column 3 "$room/site")" ms
    fi
    say "$2: answers that were no page" "$(cut -d' ' -f5 "$room/site" | sort -n | tail -n 1)" "" at-most 0
    note "$2: processor time of a page" "$(column 4 "$room/site")" us
    if [ -n "$wiki" ]; then
        say "$2: times Fossil's wiki page" "$(column 1 "$room/ratio")" "x" at-least 10
        note "    Fossil: pages a second" "$(column 1 "$room/wiki")" ""
        note "    Fossil: processor time of a page" "$(column 4 "$room/wiki")" us
    fi
    measure "$1" site "$site" "$url" "$seconds" 64 gzip > "$room/gzip"
    note "$2: pages a second, compressed" "$(column 1 "$room/gzip")" ""
    say "$2: most memory" "$(awk '/VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$site/status")" MB at-most 100
}

# The plan of did_bench's panel: 1.2 million rows, with bootstrap and other looks.
write_study() { # FOLDER
    "$bin/bench/did_bench" --panel "$1/panel.csv"
    sed -e 's/mpdta.csv/panel.csv/; s/^  unit: countyreal/  unit: unit/; s/^  time: year/  time: time/' \
        -e 's/^  first_treated: first.treat/  first_treated: first_treated/; s/column: lemp/column: y/' \
        -e 's/covariates: \[lpop\]/covariates: [x1, x2]/; s/column: first.treat/column: first_treated/' \
        -e 's/values: \[0, 2004\]/values: [0, 4]/; s/window: {to: 2006}/window: {to: 10}/' \
        -e '/^design:/a\  covariates: [x1, x2]\n  bootstrap: 9999' \
        tests/data/mpdta-study.yaml > "$1/panel.yaml"
}
send_study() { # FOLDER
    session=$(head -n 1 "$1/sessions")
    token=$(curl -s -H "Cookie: session=$session" "${url}nl/studies/nieuw" |
        sed -n 's/.*name="csrf" value="\([0-9a-f]*\)".*/\1/p' | tail -n 1)
    curl -s -o "$room/sent" -w '%{http_code} %{redirect_url}\n' -H "Cookie: session=$session" -F "csrf=$token" \
        -F title=Proef -F "files=@$1/panel.yaml" -F "files=@$1/panel.csv" "${url}nl/studies/nieuw" > "$room/job"
    grep -q '^303 ' "$room/job" || { echo "the study was refused: $(cat "$room/job")"; exit 1; }
}
is_running() { pgrep -P "$(pgrep -P "$site" | head -n 1)" > /dev/null; }

# What the study does to readers: first to 64 of them who ask for about 5,000 pages a second together, then,
# for the record, to 8 who keep both cores busy without a pause. There no scheduler can help: a core that is
# never idle does not take over what waits for the other.
measure_study() { # FOLDER
    write_study "$1"
    for pace in "read 64" "site 8"; do
        # shellcheck disable=SC2086
        set -- "$1" $pace
        : > "$room/alone" > "$room/beside"
        for _ in $(seq "$runs"); do
            measure "$1" "$2" "$site" "$url" 3 "$3" >> "$room/alone"
            send_study "$1"
            for _ in $(seq 100); do is_running && break; sleep 0.1; done
            measure "$1" "$2" "$site" "$url" 3 "$3" >> "$room/beside"
            is_running || { echo "the study ended before the measurement did"; missed=1; }
            while is_running; do sleep 0.2; done
        done
        tell_study "$2"
    done
}
tell_study() { # read|site
    if [ "$1" = read ]; then
        note "pages a second before a study" "$(column 1 "$room/alone")" ""
        note "p95" "$(column 2 "$room/alone")" ms
        note "p95 while a study runs" "$(column 2 "$room/beside")" ms
        say "p95 while a study runs, times normal" "$(times_normal)" x at-most 2
    else
        note "    without a pause: pages a second" "$(column 1 "$room/alone")" ""
        note "    without a pause: p95, times normal" "$(times_normal)" x
    fi
}
times_normal() {
    paste -d' ' "$room/alone" "$room/beside" | awk '{ printf "%.2f\n", $7 / $2 }' | median
}

pages_on() { # NAME STORE
    folder=$room/$1
    mkdir -p "$folder/wiki"
    "$bin/bench/site_fill" "$folder/data" "$folder" ${2:+"$2"}
    start_site "$folder" "${2:-sqlite:$folder/data/ontschot.db}" --no-work
    check_pages "$folder"
    # each is read once before: its text is rendered then, and kept
    wrk -t1 -c64 -d30 -s bench/site.lua "$url" -- "$folder" once > "$room/first"
    if command -v fossil > /dev/null; then start_wiki "$folder"; else echo "fossil is not installed"; fi
    measure_pages "$folder" "$1"
    [ -z "$wiki" ] || kill "$wiki"
    wiki=
    stop_site
}

study_beside() {
    folder=$room/study
    mkdir -p "$folder/wiki"
    "$bin/bench/site_fill" "$folder/data" "$folder"
    start_site "$folder" "sqlite:$folder/data/ontschot.db" ""
    wrk -t1 -c64 -d10 -s bench/site.lua "$url" -- "$folder" once > "$room/first"
    measure_study "$folder"
    stop_site
}

lists_on() { # NAME STORE
    "$bin/bench/knowledge_bench" "$2" "$publications" > "$room/lists"
    sed "s/^/$1: /" "$room/lists"
    for who in visitor member; do
        say "$1: newest 20 of $publications, $who, p99" \
            "$(sed -n "s/^newest 20, $who *p50 [0-9.]* ms  p99 \([0-9.]*\) ms.*/\1/p" "$room/lists")" ms at-most 6
    done
}

# On PostgreSQL both parts run within tests/stores.sh, which starts one of its own.
on_postgresql() { # PART
    env STORES_FSYNC=on tests/stores.sh postgresql "$0" --runs "$runs" --seconds "$seconds" \
        --publications "$publications" --only "inner-$1" || missed=1
}

case "$only" in
inner-pages) pages_on postgresql "$ONTSCHOT_TEST_STORE" && exit $missed ;;
inner-lists) lists_on postgresql "$ONTSCHOT_TEST_STORE" && exit $missed ;;
esac
echo "$(date '+%Y-%m-%d %H:%M') UTC, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sort -u)," \
    "$(nproc) cores, load $(load)"
case "$only" in all | sqlite) pages_on sqlite "" ;; esac
case "$only" in all | study) study_beside ;; esac
case "$only" in all | postgresql) on_postgresql pages ;; esac
case "$only" in
all | lists)
    lists_on sqlite "sqlite:$room/lists.db"
    rm -f "$room"/lists.db*
    on_postgresql lists
    ;;
esac
case "$only" in
all)
    bench/start.sh "$bin/ontschot" > "$room/start" || missed=1
    sed 's/^/from nothing to an answer: /' "$room/start"
    ;;
esac
echo "load $(load)"
exit $missed
