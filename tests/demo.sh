#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# The demonstrations, on a small Voorbeeldstad, as TAP. demo.sh PROGRAM VOORBEELDSTAD SOURCE_ROOT
program=$(realpath "${1:?program}")
city=$(realpath "${2:?voorbeeldstad}")
demo=$(realpath "${3:?source root}")/demo
. "$(dirname "$0")/tap.sh"
study() { "$program" study "$@" --keys keys > log 2>&1; }
holds() { grep -qF -- "$2" "$1"; } # FILE TEXT

"$city" --seed 7 one.csv > log 2>&1 && "$city" --seed 7 other.csv > log 2>&1 && cmp one.csv other.csv > log 2>&1
result "the same seed makes the same city"
"$city" --seed 8 other.csv > log 2>&1 && ! cmp -s one.csv other.csv
result "another seed makes another city"
"$city" --teams 1 none.csv > log 2>&1
[ $? -eq 3 ] && holds log 'This town cannot be made' && [ ! -e none.csv ]
result "an impossible city is refused"

mkdir out
cp "$demo/voorbeeldstad/study.yaml" town.yaml
"$city" --persons-per-team 4 panel.csv > log 2>&1
study freeze town.yaml && study run town.yaml --folder out/town
result "Voorbeeldstad runs"
holds out/town/report-en.html 'Cooperation between neighbourhood team and social service lowers the cost' &&
    holds out/town/report-nl.html 'Verzonnen gegevens'
result "its report opens with the answer and says that it is made up"
! holds out/town/report-en.html 'may be too narrow'
result "120 teams need no warning"
"$program" study verify out/town --data panel.csv > log 2>&1
result "it is recomputed bit for bit"

"$city" --teams 8 --pilot-teams 2 --persons-per-team 20 few.csv > log 2>&1
study run town.yaml --data few.csv --folder out/few
holds out/few/report-en.html 'There are 8 clusters' && holds out/few/report-en.html 'a test made for few teams'
result "with 8 teams the report says that a test for few teams was used"

cp "$demo/supported-work/study.yaml" nsw.yaml
cp "$demo/supported-work/men.csv" .
study freeze nsw.yaml && study run nsw.yaml --folder out/nsw
result "Supported Work runs"
holds out/nsw/report-en.html 'raises earnings in 1978 by $1,794 per participant'
result "the experiment shows 1,794 dollars"
holds out/nsw/results-en.csv ',-8497.516'
result "the population survey alone would have shown a loss of 8,498"

"$program" study index out town nsw > log 2>&1 && holds out/index.html 'href="town/report-nl.html"' &&
    holds out/index.en.html 'href="nsw/report-en.html"'
result "both are listed on one page"
"$program" study index out keys > log 2>&1
[ $? -ne 0 ] && holds log results
result "a folder without results is refused"

finish
