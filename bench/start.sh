#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# bench/start.sh PROGRAM: how long a site takes until it answers, with its tables made already and
# for the first time, and how much memory it then holds; the median of five. Bounds: 300 ms, 100 MB.
set -eu
program=$(realpath "${1:?program}")
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
cd "$room"

once() { # FOLDER: milliseconds until it is ready, and kilobytes then
    rm -f out
    begun=$(date +%s%N)
    "$program" serve --no-work --data "$1" --listen 127.0.0.1:0 > out 2> err < /dev/null &
    server=$!
    while ! grep -qs . out; do sleep 0.002; done
    curl -sf -o ready "$(sed 's| .*||' out)health/ready"
    ended=$(date +%s%N)
    memory=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$server/status")
    kill -TERM $server
    wait $server
    echo "$(((ended - begun) / 1000000)) $memory"
}
median() { sort -n | sed -n 3p; }

for i in 1 2 3 4 5; do once "new$i"; done > first
for i in 1 2 3 4 5; do once new1; done > again
echo "first start  $(cut -d ' ' -f 1 first | median) ms"
echo "start        $(cut -d ' ' -f 1 again | median) ms (at most 300)"
echo "memory       $(cut -d ' ' -f 2 again | median) kB (at most 102400)"
[ "$(cut -d ' ' -f 1 again | median)" -le 300 ] && [ "$(cut -d ' ' -f 2 again | median)" -le 102400 ]
