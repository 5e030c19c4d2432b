#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# demo/run.sh FOLDER: carries out both demonstrations and lists them in FOLDER/index.html.
# Each start freezes the plan anew and computes everything; nothing is kept from an earlier one.
set -eu
cd "$(dirname "$0")/.."
folder=${1:?folder for the results}
program=build/release/ontschot
keys=build/demo-keys # a key of its own: the demonstrations never sign with yours

rm -rf "$folder" "$folder.work"
mkdir -p "$folder" "$folder.work"
trap 'rm -rf "$folder.work"' EXIT
cp demo/voorbeeldstad/study.yaml "$folder.work/voorbeeldstad.yaml"
cp demo/supported-work/study.yaml "$folder.work/supported-work.yaml"
cp demo/supported-work/men.csv "$folder.work/"
build/release/demo/voorbeeldstad "$folder.work/panel.csv"
[ -d "$keys" ] || $program study key --keys "$keys" > "$folder.work/log" 2>&1

demonstrate() { # NAME DATA
    $program study freeze "$folder.work/$1.yaml" --keys "$keys" > "$folder.work/log" &&
        $program study run "$folder.work/$1.yaml" --keys "$keys" --folder "$folder/$1" \
            > "$folder.work/log" || { cat "$folder.work/log" >&2; exit 1; }
    mv "$folder.work/$2" "$folder/" # for who wants to recompute: study verify NAME --data FILE
}
demonstrate voorbeeldstad panel.csv
demonstrate supported-work men.csv
$program study index "$folder" voorbeeldstad supported-work
