#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Looks for a way around the door of src/engine/disclosure, in the source and in
# what the program writes, as TAP. door.sh PROGRAM SOURCE_ROOT COMPILER...
program=$(realpath "${1:?program}")
source=$(realpath "${2:?source root}")
shift 2
. "$(dirname "$0")/tap.sh"
export XDG_DATA_HOME="$room/share" TMPDIR="$room"

nothing() { # NAME OFFENDERS
    printf '%s' "$2" > out
    [ -z "$2" ]
    result "$1"
}

# ---- in the source: who could make, fill or bypass a released result

sources() { (cd "$source" && find "$@" -name '*.[ch]' -o -name '*.htc' | grep -v '_test' |
             grep -v '/report_example\.' | LC_ALL=C sort); }
outside() { sources src | grep -vE '^src/engine/(effect|disclosure)/'; }
among() { (cd "$source" && xargs grep -nE "$1" /dev/null); }

nothing "estimates are asked for at the door alone" "$(outside | among '(^|[^_a-z])effect_run\(')"
nothing "nobody else knows what a released result is made of" \
    "$(outside | among 'disclosure/(released|release_int)\.h')"
nothing "nobody else defines or casts to it" \
    "$(outside | among 'struct released_effect *\{|\(struct released_effect *\*\)')"
nothing "what the report offers takes no unreleased result" \
    "$(echo src/engine/report/report.h include/ontschot.h | tr ' ' '\n' | among 'effect_result')"
nothing "command line, library and study hold no unreleased result" \
    "$(sources src/cli src/abi src/engine/study | among 'struct effect_result' |
       grep -v 'const struct effect_result')"

ruleless() {
    sed -nE 's/^ +(LIST|ONE)\("[a-z_]+", [a-z_]+, ([a-z_]+)\),$/\2/p' \
        "$source/src/engine/report/effect_fields.c" | while read -r part; do
        [ "$part" = design ] || # a choice of methods, nothing of persons
            grep -rqE --exclude='*_test.c' "[>.](n_)?$part" "$source/src/engine/disclosure" ||
            echo "$part: is printed, and the door knows no rule for it"
    done
}
nothing "each part that is printed has a rule" "$(ruleless)"

# ---- in the compiler: the type is the lock

try() { # NAME WANTED TEXT COMPILER...
    name=$1 wanted=$2
    printf '#include "engine/report/report.h"\n%s\n' "$3" > try.c
    shift 3
    "$@" -std=gnu17 -Werror=incompatible-pointer-types -I"$source/src" -fsyntax-only try.c > out 2>&1
    [ $(($? != 0)) -eq "$wanted" ]
    result "$name"
}
try "a released result can be printed" 0 \
    'err f(out *o, const struct released_effect *r, struct err_info *i);
     err f(out *o, const struct released_effect *r, struct err_info *i)
     { return report_effect_json(o, r, i); }' "$@"
try "an estimation cannot be printed" 1 \
    'err f(out *o, const struct effect_result *r, struct err_info *i);
     err f(out *o, const struct effect_result *r, struct err_info *i)
     { return report_effect_json(o, r, i); }' "$@"
try "an estimation cannot stand in a report" 1 \
    'void f(struct report_analysis *a, const struct effect_result *r);
     void f(struct report_analysis *a, const struct effect_result *r) { a->result = r; }' "$@"
try "a released result cannot be made" 1 'struct released_effect made;' "$@"

# ---- in what is written: three persons, whose effect is known by its digits

# Three groups over six periods: 40 start in 3, 3 in 4 with 987654.321 more, 30 never.
panel() {
    awk 'BEGIN {
        print "person,period,start,y,group,cluster"
        for (p = 1; p <= 73; p++) for (t = 1; t <= 6; t++) {
            start = p <= 40 ? 3 : p <= 43 ? 4 : 0
            y = (p * 7919 + t * 104729) % 100 / 1000
            if (start && t >= start) y += start == 4 ? 987654.321 : 5
            printf "%d,%d,%d,%.6f,%s,%d\n", p, t, start, y, start == 4 ? "rare" : "usual", p % 20
        } }'
}
panel > panel.csv
# Two groups seen once: three treated, or forty with three whose age is missing.
awk 'BEGIN { print "id,d,y,age"; for (p = 1; p <= 63; p++)
    printf "%d,%d,%.6f,%d\n", p, p <= 3, (p * 7919) % 100 / 1000 + (p <= 3 ? 987654.321 : 0), p % 50
}' > few.csv
awk 'BEGIN { print "id,d,y,age"; for (p = 1; p <= 103; p++)
    printf "%d,%d,%.6f,%s\n", p, p <= 43, (p * 7919) % 100 / 1000, (p > 40 && p < 44 ? "" : p % 50)
}' > missing.csv

marked='98765[34]|987[.,   ]765|987[., ]65[0-9]|9[.,]8765'
small='"(n_(rows|used|dropped_missing|units|treated|control|lost|trimmed|always_treated|unbalanced|pairs|outside|taken|fewer))": ?[1-9],?$'

# everything of one question, in every form, its warnings and its errors
written() { # NAME ARGUMENT...
    name=$1
    shift
    mkdir -p forms/$name
    for form in text json xlsx; do
        "$program" effect "$@" --format $form --output forms/$name/all.$form \
            > forms/$name/$form.said 2>&1
    done
    ONTSCHOT_LANG=nl "$program" effect "$@" > forms/$name/nl.text 2> forms/$name/nl.said
    for t in estimates bacon matching balance teams honesty honest trends looks; do
        "$program" effect "$@" --format csv --table $t > forms/$name/$t.csv 2>> forms/$name/csv.said
    done
    [ ! -f forms/$name/all.xlsx ] ||
        unzip -qq -o forms/$name/all.xlsx -d forms/$name/unzipped
    grep -rnE "$marked" forms/$name > out
    [ ! -s out ]; result "$name: what is about three persons is in no form"
    grep -rnE "$small" forms/$name > out
    [ ! -s out ]; result "$name: no small count is in JSON"
    grep -rnE '(^|[^0-9.,<])3 (persons?|people|rows?|personen|mensen|regels?)([^a-z]|$)' forms/$name > out
    [ ! -s out ]; result "$name: no sentence counts three"
}

p="--data panel.csv --outcome y --unit person --time period --first-treated start"
written staggered --method did $p
written later-ones --method did --control not-yet $p
written bootstrapped --method did --bootstrap 99 $p
written fixed --method twfe $p
written decomposed --method bacon $p
written interacted --method sunab $p
written few --method difference --data few.csv --outcome y --treatment d
written few-regressed --method regression --data few.csv --outcome y --treatment d --covariates age
written missing --method regression --data missing.csv --outcome y --treatment d --covariates age
grep -q '"failed": "disclosure.few-treated"' forms/staggered/all.json &&
    grep -q '"disclosure.says-few"' forms/staggered/all.json &&
    grep -q 'not shown' forms/staggered/all.text && grep -q 'niet getoond' forms/staggered/nl.text
result "what was withheld is said, with the reason, in each form"
grep -q '"estimate": [0-9-]' forms/staggered/all.json
result "and the rest is shown"

grep -qs 'disclosure.says-few' forms/staggered/unzipped/xl/sharedStrings.xml
result "also in Excel, on a sheet of its own"

# Who has no value in a column are all, less those who have one: two of the treated here.
awk -F, 'NR == 1 { print $0 ",half"; next }
    { print $0 "," ($1 <= 2 || $1 > 71 ? "" : $1 % 2 ? "odd" : "even") }' panel.csv > halves.csv
for method in did twfe sunab; do
    "$program" effect --method $method --data halves.csv --outcome y --unit person --time period \
        --first-treated start --subgroups half --unaffected half=even \
        --format csv --table looks > looks.csv 2> /dev/null
    grep -q 'subgroup,"half","odd",-*[0-9]' looks.csv &&
        [ "$(grep -c ',"half","even",,.*disclosure.by-subtraction' looks.csv)" -eq 2 ]
    result "$method: a subgroup is withheld when those without a value are few; as a control group, too"
    "$program" effect --method $method $p --subgroups group --format csv --table looks \
        > looks.csv 2> /dev/null
    grep -q 'subgroup,"group","rare",,.*disclosure.few-treated' looks.csv &&
        ! grep -qE "$marked" looks.csv
    result "$method: a group of three is withheld"
done

# The mean of a column of zeros and ones is a count.
awk 'BEGIN { print "d,y,has"; for (p = 1; p <= 100; p++)
    printf "%d,%d,%d\n", p <= 40, (p * 7919) % 100, (p <= 3 || p > 70) }' > has.csv
"$program" effect --method matching --distance exact --data has.csv --outcome y --treatment d \
    --covariates has --format csv --table balance > balance.csv 2> /dev/null
"$program" effect --method difference --data has.csv --outcome has --treatment d \
    --format json > means.json 2> /dev/null
! grep -q '0[.]075' balance.csv means.json && grep -q '^"has",,' balance.csv &&
    grep -q '"mean_control": null' means.json
result "no mean counts three"

# ---- a study: page, tables, pictures, manifest, journal

cat > plan.yaml <<'PLAN'
title: Three persons
question: Are they seen?
programme: door
owner: ontschot
data: {file: panel.csv, source: made up, extracted: 2024-01-01, completeness: all}
columns: {unit: person, time: period, first_treated: start}
outcomes:
  - {column: y, label: the outcome, unit: points, better: higher}
design: {method: did}
estimators:
  - {name: later, label: later ones, control: not-yet}
subgroups:
  - {name: rare, label: rare ones, column: group, values: [rare]}
  - {name: usual, label: usual ones, column: group, values: [usual]}
measured: {single: {outcome: y, aggregation: group, group: 4}}
scba:
  unit: person
  reached: 100
  price_year: 2024
  horizon_years: 1
  discount: {rate: 0, first_year: undiscounted}
  payers: {city: {nl: Stad, group: government}}
  effects:
    work: {size: {estimate: single}, years: 1, more_is: better, source: S,
           unit_value: {value: 1, year: 2024}, gained_by: {city: 1}}
PLAN
"$program" study run plan.yaml --folder sealed > study.said 2>&1
result "a study with a small group is computed"
mkdir unzipped
for book in sealed/*.xlsx; do unzip -qq -o "$book" -d "unzipped/$(basename "$book")"; done
grep -rnE "$marked" sealed unzipped study.said > out
[ ! -s out ]; result "what is about three persons is nowhere in its folder"
grep -q 'too few people stand behind it' sealed/report-en.html
result "costs that rest on a withheld effect are withheld, too"
grep -q 'not shown' sealed/report-en.html && grep -q 'niet getoond' sealed/report-nl.html
result "its page says what is not shown"
awk '/"analysis": "usual ones"/ { inside = 8 } inside-- > 0' sealed/results-en.json > usual.json
! grep -E '"(effect|estimate|low|high)": -?[0-9]' usual.json > out
result "nor is all but three shown beside all"
"$program" study verify sealed > out 2>&1
grep -q 'Bit for bit the same' out; result "and it verifies bit for bit"

# ---- the policy

"$program" effect --method did $p --min-persons 4 > out 2> err
[ $? -eq 2 ]; result "no fewer than five persons may be asked for"
sed 's/^design/disclosure: {min_persons: 4}\ndesign/' plan.yaml > low.yaml
"$program" study check low.yaml > out 2> err
[ $? -eq 3 ]; result "nor in a plan"
finish
