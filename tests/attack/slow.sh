#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# A thousand connections that dawdle, over headers, bodies and answers, while others read on: their
# p99 stays below twice of what it is without. As TAP. slow.sh PROGRAM [SECONDS]
program=$(realpath "${1:?program}")
seconds=${2:-10}
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/serve.sh"
tool slowhttptest wrk

# What 8 others meet: p99 in microseconds, the median of three times.
p99() {
    for _ in 1 2 3; do
        wrk -t1 -c8 -d"${seconds}s" --latency "$address/nl/" 2>&1 |
            awk '$1 == "99%" { v = $2 + 0; if ($2 ~ /ms$/) v *= 1000; else if ($2 ~ /[0-9]s$/) v *= 1e6;
                               printf "%d\n", v }'
    done | sort -n | sed -n 2p
}

# attack NAME OPTION...: slowhttptest goes on while others ask
attack() {
    name=$1
    shift
    slowhttptest -c 1000 -r 500 -i 5 -l $((seconds * 4)) -p 3 -u "$address/nl/" "$@" > slow 2>&1 &
    slow=$!
    sleep 3
    open=$(ss -Htn state established "sport = :${address##*:}" | wc -l)
    met=$(p99)
    kill $slow 2> /dev/null
    wait $slow
    echo "# $name: $open connections open, p99 $met us, without $normal us"
    [ "$open" -ge 500 ] && [ "$met" -lt $((normal * 2)) ]
    result "$name by a thousand leaves others below twice their p99"
}

normal=$(p99)
[ "${normal:-0}" -gt 0 ]
result "others are served"
attack "slow headers" -H
attack "slow bodies" -B -t POST
attack "slow reading" -X -w 10 -y 20 -n 5 -z 32 -k 3
curl -sf "$address/health/ready" > out 2> err
result "the site is there afterwards"
finish
