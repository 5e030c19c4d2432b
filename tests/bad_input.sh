#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Data a stranger may bring: each mistake has its own sentence, with place and
# remedy, and leaves nothing half written. As TAP. bad_input.sh PROGRAM SOURCE_ROOT
program=$(realpath "${1:?program}")
prices=$(realpath "${2:?source root}")/tests/data/scba-household.yaml
. "$(dirname "$0")/tap.sh"

# told CODE NAME TEXT ARGUMENT...: ends with CODE, and stderr holds TEXT, or nothing
told() {
    code=$1 name=$2 text=$3
    shift 3
    "$program" "$@" > out 2> err < /dev/null
    [ $? -eq "$code" ] && if [ -n "$text" ]; then grep -qF -- "$text" err; else [ ! -s err ]; fi
    result "$name"
}

# A panel without mistakes: 40 persons, 4 periods, 20 of them treated from the third on.
awk 'BEGIN {
    OFS = ","
    print "id", "t", "start", "y", "x"
    for (i = 1; i <= 40; i++)
        for (t = 1; t <= 4; t++)
            print i, t, i <= 20 ? 3 : 0, i / 10 + t + (i <= 20 && t >= 3) * 2 + (i * 7 + t * 13) % 11 / 20, i * 37 % 17 / 3
}' > good.csv
change() { awk -F, -v OFS=, "$1" good.csv > "$2"; }
panel() { # CODE NAME TEXT FILE ARGUMENT...
    code=$1 name=$2 text=$3 file=$4
    shift 4
    told "$code" "$name" "$text" effect --data "$file" --method did --outcome y --unit id --time t \
        --first-treated start "$@"
}

panel 0 "good data are good" "" good.csv
told 3 "a missing column is named, with its neighbour" 'no column “z”. Do you mean' \
    effect --data good.csv --method did --outcome z --unit id --time t --first-treated start
told 3 "a missing file is named" "none.csv: " table describe none.csv

change '{ print } NR == 9 { print }' twice.csv
panel 3 "a person seen twice in a period" 'Person “2” has more than one row in period 4' twice.csv
change '$1 == 5 && $2 == 4 { $3 = 4 } { print }' off.csv
panel 3 "a treatment that changes on the way" 'For person “5” column “start” holds different values' off.csv
change 'NR == 1 || $3 == 3' controls.csv
panel 3 "no controls" '--control not-yet' controls.csv
change 'NR == 1 || $2 >= 3' before.csv
panel 3 "no period before" 'nobody starts treatment after the first period' before.csv
change 'NR > 1 { $5 = $3 ? 1 + NR : -NR } { print }' separate.csv
panel 3 "perfect separation" 'predict perfectly who is treated' separate.csv --covariates x
change 'NR > 1 { $5 = 7 } { print }' constant.csv
panel 0 "a constant covariate is left out and told" 'Covariate “x” is the same for everyone' \
    constant.csv --covariates x
change 'NR > 1 { $4 = "" } { print }' empty.csv
panel 3 "an outcome that is missing everywhere" 'Column “y” is empty everywhere' empty.csv
change 'NR == 3 { $4 = "Inf" } { print }' infinite.csv
panel 3 "an infinite outcome" 'infinite or implausibly large number for person “1”' infinite.csv
change 'NR == 3 { $4 = "1e999" } { print }' huge.csv
panel 3 "a number too large for a number" 'huge.csv:3:7: “1e999” in column “y”' huge.csv
change 'NR == 3 { $4 = "1e300" } { print }' large.csv
panel 3 "a number too large to square" 'implausibly large' large.csv
change 'NR != 7' unbalanced.csv
panel 0 "a person not always seen is counted" '<10 persons were not seen in every period' unbalanced.csv
change 'NR == 3 { $3 = "" } { print }' start.csv
panel 3 "an empty start is not silently never" 'start' start.csv

{ echo a,b; head -c 10000000 /dev/zero | tr '\0' x; echo ,1; } > long.csv
told 3 "a line of ten million characters" 'long.csv:2:1: ' table describe long.csv
printf 'a,b\n1,\0002\n' > nul.csv
told 3 "a zero byte" 'nul.csv:2:3: There is a zero byte' table describe nul.csv
printf 'a,b\n1,caf\351\n' > latin1.csv
told 3 "text in another encoding" 'not UTF-8' table describe latin1.csv
printf 'a,b\n1,2\n1,2,3\n' > ragged.csv
told 3 "a row with too many fields" 'ragged.csv:3:' table describe ragged.csv
: > nothing.csv
told 3 "an empty file" 'nothing.csv:1:1: The file is empty' table describe nothing.csv
told 3 "a folder in place of a file" 'ordinary file' table describe .

"$program" table import good.csv good.ot > out 2> err
size=$(wc -c < good.ot)
head -c $((size - 1)) good.ot > cut.ot
told 3 "a column file that was cut off" 'cut.ot: This column file is incomplete' table describe cut.ot
{ head -c $((size / 2)) good.ot; printf '\252'; tail -c +$((size / 2 + 2)) good.ot; } > flipped.ot
told 3 "a column file with a changed byte" 'flipped.ot: ' effect --data flipped.ot --method did \
    --outcome y --unit id --time t --first-treated start

change_prices() { sed "$1" "$prices" > prices.yaml; ! cmp -s "$prices" prices.yaml; }
told 0 "good prices are good" "" scba "$prices"
change_prices 's/^  regime_on: .*/  rate: -1/'
told 3 "a discount rate of -100 %" 'must be more than -1' scba prices.yaml
change_prices 's/^horizon_years:.*/horizon_years: 0/'
told 3 "a horizon of nothing" '“horizon_years” is 0 but must be at least 1' scba prices.yaml
change_prices 's/paid_by/payed_by/'
told 3 "an unknown key, with its neighbour" 'Do you mean “paid_by”?' scba prices.yaml
change_prices 's/mean: [0-9]/mean: -&/; s/-mean: /-/'
told 3 "a negative price" 'cannot be negative' scba prices.yaml
printf 'payers: &all\n  me: *all\n' > cyclic.yaml
told 3 "an alias of itself" 'cyclic.yaml:1:9: ' scba cyclic.yaml
told 3 "an alias of itself in a study" 'cyclic.yaml:1:9: ' study check cyclic.yaml

# A disk without room, by a limit on the size of files: what was there stays, nothing is left behind.
echo before > result.ot
(trap '' XFSZ; ulimit -f 2; exec "$program" table import long.csv result.ot) > out 2> err
[ $? -ne 0 ] && [ "$(cat result.ot)" = before ]
result "a failed import leaves the old file"
awk 'BEGIN { print "a,b"; for (i = 0; i < 200000; i++) print i "," i * 7 }' > wide.csv
before=$(ls -A | wc -l)
(trap '' XFSZ; ulimit -f 100; exec "$program" table import wide.csv wide.ot) > out 2> err
[ $? -eq 1 ] && grep -q 'wide.ot: .*cannot be written' err && [ "$(ls -A | wc -l)" -eq "$before" ]
result "a full disk leaves nothing behind"
ln -s /dev/full full
told 1 "a device in place of a result" 'full: ' table describe good.csv --output full

finish
