#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tests/kill/all.sh KILLS [SECONDS]: goes on killing, in slices, until there were so many on each
# database, in this run and those before it; the counts are in build/kills. With SECONDS it stops
# for now when the time is up. Exits 1 when something was lost, 2 when there is more to do.
set -eu
cd "$(dirname "$0")/../.."
kills=${1:?how many}
end=$(($(date +%s) + ${2:-1000000}))
mkdir -p build/kills
export STORES_FSYNC=on STORES_REVIVE=on ONTSCHOT_KILLS="$kills" ONTSCHOT_KILL_SECONDS=120
export CMOCKA_MESSAGE_OUTPUT=TAP STORES_TEMPLATE="$PWD/build/release/stores"
for kind in sqlite postgresql; do
    export ONTSCHOT_KILL_STATE="$PWD/build/kills/$kind"
    [ -e "$ONTSCHOT_KILL_STATE" ] || echo 0 > "$ONTSCHOT_KILL_STATE"
    while [ "$(cat "$ONTSCHOT_KILL_STATE")" -lt "$kills" ]; do
        [ "$(date +%s)" -lt "$end" ] || exit 2
        echo "== $kind: $(cat "$ONTSCHOT_KILL_STATE") of $kills kills so far"
        tests/stores.sh $kind build/release/tests/kill/kill_test || exit 1
    done
    echo "== $kind: $(cat "$ONTSCHOT_KILL_STATE") kills, nothing lost"
done
