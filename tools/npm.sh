#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tools/npm.sh NAME FOLDER: has the packages that FOLDER/package-lock.json pins in
# build/npm/NAME. Needs the network only when they are not there yet or the lock
# file changed; a package that differs from its checksum is refused by npm.
set -eu
cd "$(dirname "$0")/.."

name=${1:?name} from=${2:?folder with package-lock.json}
into=build/npm/$name
cmp -s "$from/package-lock.json" "$into/installed" && exit

mkdir -p "$into"
cp "$from/package.json" "$from/package-lock.json" "$from/.npmrc" "$into"
(cd "$into" && npm ci > npm.log 2>&1) || {
    tail -n 20 "$into/npm.log" >&2
    echo "The packages of $from could not be installed; is there a network?" >&2
    exit 1
}
cp "$into/package-lock.json" "$into/installed"
