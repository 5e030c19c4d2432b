#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Two parties who may not show each other names find whom both know, as TAP.
# filters.sh PROGRAM SOURCE_ROOT
program=$(realpath "${1:?program}")
data=$(realpath "${2:?source root}")/tests/data/linkage
. "$(dirname "$0")/tap.sh"
settings=$data/febrl4-filters.yaml
why='--purpose proef --ground verzonnen --covenant geen'

"$program" pseudonym key shared.key > out 2> err
for party in a b; do
    "$program" filters encode "$data/febrl4$party.csv" --settings "$settings" --key shared.key \
        --party $party --output $party.csv > out 2> err && [ "$(wc -l < $party.csv)" = 5001 ]
    result "party $party encodes its records"
done
! grep -qE 'michaela|neumann|19151111|5304218' a.csv && [ "$(head -n 1 a.csv)" = '"key","filter"' ]
result "a filter shows nothing of its record"
"$program" filters encode "$data/febrl4a.csv" --settings "$settings" --key shared.key --party a > again.csv 2> err
cmp a.csv again.csv > diff
result "the same record has the same filter, flips included"

"$program" filters match a.csv b.csv --settings "$settings" $why --record record.json --threads 1 \
    > pairs.csv 2> err
[ "$(awk -F'"' 'NR > 1 { split($2, a, "-"); split($4, b, "-"); if (a[2] == b[2]) n++ } END { print n }' pairs.csv)" -ge 4990 ]
result "persons find themselves"
"$program" filters match a.csv b.csv --settings "$settings" $why --record record.json --threads 4 \
    > other.csv 2> err && cmp pairs.csv other.csv > diff
result "by any number of threads, the same pairs"
grep -q '"purpose": "proef"' record.json && grep -q '"covenant": "geen"' record.json &&
    grep -q '"records": 5000' record.json
result "the record says why"
for missing in purpose ground covenant record; do
    options=$(echo "$why --record record.json" | sed "s/--$missing [a-z.]*//")
    ! "$program" filters match a.csv b.csv --settings "$settings" $options > out 2> err && [ ! -s out ]
    result "no matching without --$missing"
done

"$program" pseudonym key other.key > out 2> err
"$program" filters encode "$data/febrl4b.csv" --settings "$settings" --key other.key --party b > strange.csv 2> err
"$program" filters match a.csv strange.csv --settings "$settings" $why --record record.json > out 2> err &&
    [ "$(wc -l < out)" -lt 20 ]
result "filters under another key match nobody"

sed '3s/..."$/zzz"/' a.csv > broken.csv
! "$program" filters match broken.csv b.csv --settings "$settings" $why --record none.json > out 2> err &&
    [ ! -s out ] && [ ! -e none.json ] && grep -q 'Row 2' err
result "what is no filter is refused with its row, and nothing is written"
finish
