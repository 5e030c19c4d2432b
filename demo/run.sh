#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# demo/run.sh DATA: fills the data folder of a site with Voorbeeldstad: accounts, spaces, stories, and
# both demonstration studies, computed by the worker of the site. A folder that was filled before stays
# as it is, with what was written in it since.
set -eu
cd "$(dirname "$0")/.."
data=${1:?data folder}
[ ! -f "$data/demo-accounts" ] || exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$data"
cp demo/voorbeeldstad/study.yaml "$work/voorbeeldstad.yaml"
cp demo/supported-work/study.yaml "$work/supported-work.yaml"
cp demo/supported-work/men.csv "$work/"
build/release/demo/voorbeeldstad "$work/panel.csv"
{
    build/release/demo/voorbeeldstad_site demo/site/voorbeeldstad.yaml "$data" \
        "Voorbeeldstad: bijzondere bijstand" "$work/voorbeeldstad.yaml,$work/panel.csv" \
        "Supported Work" "$work/supported-work.yaml,$work/men.csv" &&
        build/release/ontschot work --data "$data" --once
} > "$work/log" 2>&1 || { cat "$work/log" >&2; rm -rf "$data"; exit 1; }
