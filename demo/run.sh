#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# demo/run.sh DATA: fills the data folder of a site with Voorbeeldstad: accounts, spaces, stories, both
# demonstration studies, computed by the worker of the site, and a register: what its team, its social
# service and its debt help deliver in three months, linked to persons. A folder that was filled before stays
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
fill_register() {
    town=$work/town
    import="build/release/ontschot import --data $data --municipality GM9990"
    build/release/ontschot demo generate --inhabitants 10000 --months 3 --folder "$town" &&
        $import "$town/ddas.json" &&
        for kind in bus srg youth signals; do
            $import "$town/$kind.csv" --mapping $kind || return 1
        done &&
        find "$town/messages" -name '*.xml' | LC_ALL=C sort | xargs -n 60 $import &&
        covenant=$(build/release/ontschot register covenant "Samen Voordeur" --data "$data" \
            --municipality GM9990 --purpose study --ground "Wmo 2015, artikel 5.3.6" \
            --steward gegevens@voorbeeldstad.example --from 2024-01-01 --to 2034-01-01) &&
        build/release/ontschot register link --data "$data" --municipality GM9990 \
            --covenant "$covenant"
}
{
    build/release/demo/voorbeeldstad_site demo/site/voorbeeldstad.yaml "$data" \
        "Voorbeeldstad: bijzondere bijstand" "$work/voorbeeldstad.yaml,$work/panel.csv" \
        "Supported Work" "$work/supported-work.yaml,$work/men.csv" &&
        build/release/ontschot work --data "$data" --once &&
        fill_register
} > "$work/log" 2>&1 || { cat "$work/log" >&2; rm -rf "$data"; exit 1; }
