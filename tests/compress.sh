#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Panels as sums for each team: exchanged by two municipalities, larger than memory, damaged; as
# TAP. compress.sh PROGRAM SOURCE_ROOT
program=$(realpath "${1:?program}")
source=$(realpath "${2:?source root}")
. "$(dirname "$0")/tap.sh"
cp "$source"/tests/data/compress-*.csv .
roles="--unit persoon --time kwartaal --first-treated start --cluster team"

# compress NAME ARGUMENT...
compress() {
    name=$1
    shift
    # shellcheck disable=SC2086 # roles are words
    "$program" effect compress --data "compress-$name.csv" --outcome kosten --covariates huur $roles \
        --source "$name" "$@"
}

# ---- there and back ----

compress waterstad --output waterstad.json 2> err
grep -q "5 teams were put together into 4" err
result "who makes a file is told which teams went together"

compress bergdorp --output bergdorp.json 2> err
grep -q "1 team is not in the file" err
result "and which were withheld"

! grep -Eq '"(rows|persons|treated)": .*[^0-9][1-9]([],]|$)' waterstad.json bergdorp.json
result "no count in a file is under ten"

! grep -q "[WB][0-9]\{3\}" waterstad.json bergdorp.json
result "no person's name is in a file"

for threads in 1 8; do
    compress waterstad --threads $threads > other.json 2> err
    cmp waterstad.json other.json > out
    result "$threads threads write the same bytes"
done
GLIBC_TUNABLES=$mask "$program" effect compress --data compress-waterstad.csv --outcome kosten \
    --covariates huur $roles --source waterstad > other.json 2> err
cmp waterstad.json other.json > out
result "so does a masked processor"

# merge NAME: the rows, in the teams of the file; those of teams that were withheld are left out
merge() {
    awk -F, -v name="$1" '
        NR == FNR {
            if (/"names"/) { inside = 1; first = ""; next }
            if (inside && /\]/) inside = 0
            if (inside) { gsub(/[ ",]/, ""); if (first == "") first = $0; to[$0] = name "-" first }
            next
        }
        FNR == 1 { if (name == "waterstad") print; next }
        $4 in to { $4 = to[$4]; print }' OFS=, "$1.json" FS=, "compress-$1.csv"
}
{ merge waterstad; merge bergdorp; } > merged.csv

# same NAME ARGUMENT...: estimates from sums and from rows, of which only these tell an earlier start
same() {
    name=$1
    shift
    # shellcheck disable=SC2086
    "$program" effect --data merged.csv $roles --outcome kosten "$@" --no-placebo-start --format json \
        > rows.json 2> err && "$program" effect --from compressed --data waterstad.json,bergdorp.json \
        --outcome kosten "$@" --format json > sums.json 2>> err &&
        awk -F'[:,]' '
            !/"(estimate|standard_error|ci_low|ci_high|p|n_used|n_units|n_clusters)":/ { next }
            NR == FNR { want[++n] = $2; next }
            { m++; d = $2 - want[m]; if (d > 1e-10 || d < -1e-10 || ($2 ~ /null/) != (want[m] ~ /null/)) bad = 1 }
            END { exit bad || n < 5 || n != m }' rows.json sums.json > out
    result "$name from sums is as from rows, to ten decimals"
}
same "the two-way effect" --method twfe
same "the two-way effect with a covariate" --method twfe --covariates huur
same "an event study" --method twfe --event-study
same "Sun and Abraham's effect" --method sunab
same "Sun and Abraham's effect with a covariate" --method sunab --covariates huur

# ---- damaged and strange files ----

# refused NAME WORDS ARGUMENT...: exit code 3, and the words on stderr
refused() {
    name=$1
    words=$2
    shift 2
    "$program" "$@" > out 2> err
    [ $? -eq 3 ] && grep -q "$words" err && [ ! -s out ]
    result "$name is refused"
}
# broken NAME WORDS SED: the file of Waterstad with one change
broken() {
    sed "$3" waterstad.json > broken.json
    refused "$1" "^broken.json.*$2" effect --from compressed --data broken.json --method twfe \
        --outcome kosten
}
broken "half a file" "whole JSON file" '40,$d'
broken "another version" "version 2" 's/"version": 1/"version": 2/'
broken "another format" "was not made by" 's/ontschot-compressed/json/'
broken "a count that is not whole" "teams\[0\].persons" 's/"persons": 18/"persons": 18.5/'
broken "a negative count" "teams\[0\].persons" 's/"persons": [0-9]*/"persons": -1/'
broken "a count under the minimum" "cannot be sums" 's/"persons": [0-9]*/"persons": 9/'
broken "a number that is no number" "JSON" 's/"persons": [0-9]*/"persons": NaN/'
broken "a gap among numbers" "numbers only" 's/"weight": \[[0-9]*/"weight": [null/'
broken "a matrix that is not symmetric" "both sides" '0,/\[-[0-9.]*/s//[-0.001/'
broken "a team that starts in no period" "one of the periods" 's/"start": 4/"start": 4.5/'
broken "periods that fall" "rising" '0,/^    2,/s//    9,/'
broken "a column of no known role" "covariate" 's/"role": "outcome"/"role": "uitkomst"/'
broken "a team that is there twice" "there twice" 's/"Oost"/"Noord"/'
broken "a key that is there twice" "whole JSON" 's/"version": 1,/"version": 1, "version": 1,/'

refused "the same file twice" "^waterstad.json: .*there twice" effect --from compressed \
    --data waterstad.json,waterstad.json --method twfe --outcome kosten
sed 's/^    8$/    8.5/' bergdorp.json > other.json
refused "a file of other periods" "^other.json: .*other periods" effect --from compressed \
    --data waterstad.json,other.json --method twfe --outcome kosten
sed 's/"huur"/"rente"/' bergdorp.json > other.json
refused "a file of other covariates" "^other.json: .*huur.*rente" effect --from compressed \
    --data waterstad.json,other.json --method twfe --outcome kosten
refused "a table as compressed file" "JSON" effect --from compressed --data merged.csv \
    --method twfe --outcome kosten
refused "another cluster than the team" "cluster" effect --from compressed --data waterstad.json \
    --method twfe --outcome kosten --cluster persoon
refused "a method that needs rows" "rows of persons" effect --from compressed \
    --data waterstad.json --method did --outcome kosten
refused "an outcome that is not there" "kosten" effect --from compressed --data waterstad.json \
    --method twfe --outcome inkomen

awk -F, 'NR == 2 { $4 = "Zuid"; $3 = 0 } 1' OFS=, compress-waterstad.csv > compress-mover.csv
sed 's/,start,/,x,/; s/^\([^,]*,[^,]*\),[1-9]*,/\1,0,/' compress-mover.csv > moved.csv
refused "a person in two teams" "1 person of 63 is in more than one team" effect compress \
    --data moved.csv --outcome kosten --unit persoon --time kwartaal --first-treated x --cluster team
awk -F, 'NR > 1 { $4 = "alle" } 1' OFS=, compress-waterstad.csv > one.csv
# shellcheck disable=SC2086
refused "a team that starts at different times" "not everyone has the same start" effect compress \
    --data one.csv --outcome kosten $roles
refused "a panel of a handful" "No team may leave" effect compress --data compress-waterstad.csv \
    --outcome kosten $roles --min-persons 100
"$program" effect compress --data compress-waterstad.csv --outcome kosten $roles --min-persons 4 \
    > out 2> err
[ $? -eq 2 ] && [ ! -s out ]
result "a minimum under five is refused"

finish
