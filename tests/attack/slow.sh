#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# A thousand connections that dawdle, over headers, bodies and answers, while others read on: their
# p99 stays below twice of what it is without. As TAP. slow.sh PROGRAM PACED [SECONDS]
program=$(realpath "${1:?program}")
paced=$(realpath "${2:?the program that reads}")
seconds=${3:-10}
here=$(realpath "$(dirname "$0")")
. "$here/../tap.sh"
. "$here/serve.sh"
tool slowhttptest ss

# What a reader meets who asks 200 times a second: p99 in microseconds, the median of three times.
p99() {
    for _ in 1 2 3; do
        "$paced" "${address##*:}" /nl/ $((seconds * 200)) | cut -d ' ' -f 2
    done | sort -n | sed -n 2p
}

connections() {
    ss -Htn state established "sport = :${address##*:}" | wc -l
}

# attack NAME OPTION...: slowhttptest goes on while others ask
attack() {
    name=$1
    shift
    normal=$(p99) # just before: machines have other things to do, too
    slowhttptest -c 1000 -r 500 -i 5 -l 240 -p 3 "$@" > slow 2>&1 &
    slow=$!
    open=0
    for _ in $(seq 100); do # a machine that is busy takes a while
        open=$(connections)
        [ "$open" -ge 900 ] && break
        sleep 0.1
    done
    met=$(p99)
    kill $slow 2> /dev/null
    wait $slow 2> /dev/null
    echo "# $name: $open connections open, p99 $met us, without $normal us"
    [ "$open" -ge 900 ] && [ "$met" -lt $((normal * 2)) ]
    result "$name by a thousand leaves others below twice their p99"
}

[ "$(p99)" -gt 0 ]
result "others are served"
attack "slow headers" -H -u "$address/nl/"
attack "slow bodies" -B -t POST -s 8192 -u "$address/nl/inloggen"
attack "slow reading" -X -w 10 -y 20 -n 5 -z 32 -k 3 -u "$address/nl/"
curl -sf "$address/health/ready" > out 2> err
result "the site is there afterwards"
finish
