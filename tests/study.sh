#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# A study from its plan to a result that others verify, as a user's shell sees
# it, as TAP. study.sh PROGRAM SOURCE_ROOT
program=$(realpath "${1:?program}")
fixtures=$(realpath "${2:?source root}")/tests/data
. "$(dirname "$0")/tap.sh"
export XDG_DATA_HOME="$room/share" TMPDIR="$room"

# ends CODE TEXT ARGUMENT...: `study ARGUMENT...` ends with CODE and says TEXT
ends() {
    code=$1 text=$2
    shift 2
    "$program" study "$@" > out 2> err < /dev/null
    [ $? -eq "$code" ] && cat out err | grep -qF -- "$text"
    result "study $* ends with $code and says “$text”"
}

cp "$fixtures/mpdta-study.yaml" panel.yaml
cp "$fixtures/lalonde-study.yaml" groups.yaml
cp "$fixtures/mpdta.csv" "$fixtures/lalonde_614.tab" .

# ---- the plan
ends 0 '5 estimations on 2,500 rows' check panel.yaml
sed 's/time: year/time: jear/; s/^seed/sead/; s/control: never/control: nevr/' panel.yaml > wrong.yaml
ends 3 'wrong.yaml:29:9: ' check wrong.yaml
ends 3 'Do you mean “seed”' check wrong.yaml
ends 3 'Choose from: never, not-yet' check wrong.yaml
printf 'title: &a [*a]\n' > cyclic.yaml
ends 3 'cyclic.yaml:1:8: Anchors' check cyclic.yaml
ends 3 'none.yaml: ' check none.yaml
ends 0 '"$schema": "https://json-schema.org/draft/2020-12/schema"' schema

# ---- the key
ends 0 'ed25519:' key
[ "$(stat -c %a share/ontschot/signing.key)" = 600 ]; result "only its owner may read the key"
chmod 644 share/ontschot/signing.key
ends 3 'chmod 600' freeze panel.yaml
chmod 600 share/ontschot/signing.key

# ---- frozen, run, changed
ends 0 'Exploratory' run panel.yaml --folder explored
ends 0 'The plan was frozen at' freeze panel.yaml
ends 0 'already frozen' freeze panel.yaml
sed -i 's/control: never/control: not-yet/' panel.yaml
ends 3 '--amend' freeze panel.yaml
ends 0 'changed since without recording it' run panel.yaml --folder changed
ends 0 'Changes after freezing: 1' freeze panel.yaml --amend 'too few never start'
ends 0 'panel.run-3' run panel.yaml --threads 1
ends 0 'Earlier runs: 2, of which 1 before freezing and 1' verify panel.run-3
grep -q 'control: never' panel.run-3/report-en.html && grep -q 'too few never start' panel.run-3/report-en.html
result "the report tells what was changed, and why"
ends 3 'exists already' run panel.yaml --folder changed

# ---- every key, and the companions that the program adds
cp "$fixtures/every-panel-key.yaml" "$fixtures/every-group-key.yaml" .
awk 'BEGIN {
    srand(5)
    print "id,month,start,team,region,sex,age_group,debt,weight,height,costs"
    for (id = 1; id <= 480; id++) {
        team = id % 24; start = team < 6 ? 5 : team < 12 ? 6 : 99; old = id % 5 == 0
        for (month = 1; month <= 8; month++)
            printf "%d,%d,%d,t%d,%d,%s,%s,%d,%d,%.3f,%.3f\n", id, month, start, team, (id + month) % 4,
                id % 2 ? "f" : "m", old ? "65+" : "18-64", int(id / 7) % 3, 1 + id % 2, rand(),
                100 + 3 * month + id % 9 + 8 * rand() - (month >= start && !old ? 10 : 0)
    }
}' > made.csv
for plan in every-panel-key every-group-key; do
    ends 0 'The plan is in order' check $plan.yaml
    ends 0 'The plan was frozen at' freeze $plan.yaml
    ends 0 "$plan.run-1" run $plan.yaml --threads 2
    for threads in 1 2; do ends 0 'Bit for bit the same' verify $plan.run-1 --threads $threads; done
    ! grep -q 'could not be computed' $plan.run-1/report-en.html
    result "every computation of $plan succeeds"
done
grep -q 'What would overturn' every-panel-key.run-1/report-en.html &&
    grep -q 'times as far in a month' every-panel-key.run-1/report-en.html
result "the report tells how far trends may differ"
sed -i 's/relative:0.5,1$/relative:1/; s/^explore: .*/explore: [sex, debt]/
    s/^  cluster: team/&\n  weights: weight/' every-panel-key.yaml
ends 0 'Changes after freezing' freeze every-panel-key.yaml --amend 'one value is enough'
ends 0 'run-2' run every-panel-key.yaml
grep -q 'design.honest: relative:0.5,1 → relative:1' every-panel-key.run-2/report-en.html &&
    grep -q 'columns.weights: ' every-panel-key.run-2/report-en.html
result "the report tells which of these keys was changed"
grep -q 'asks for no weights' every-panel-key.run-2/report-en.html
result "the report tells why a computation was not possible"
for wrong in 's/honest: relative:1$/honest: relatief/' 's/inference: auto/inference: guess/' \
    's/age_group=65+/age_group/' 's/^explore: .*/explore: region/' 's/errors: cr1/errors: hc3/' \
    's/event_study: true/control: never/'; do
    sed "$wrong" every-panel-key.yaml > wrong.yaml
    ends 3 'wrong.yaml:' check wrong.yaml
    grep -qE '^ontschot: wrong.yaml:[0-9]+:[0-9]+: |^wrong.yaml:[0-9]+:[0-9]+: ' err out
    result "a mistake is told with its place: $wrong"
done

# ---- the same bits
ends 0 'groups.run-1' run groups.yaml --threads 2
sleep 1 # a result may not hold the time of day
for folder in explored changed panel.run-3 groups.run-1; do
    for threads in 1 2 8; do
        ends 0 'Bit for bit the same' verify $folder --threads $threads
    done
done
GLIBC_TUNABLES=$mask "$program" study verify groups.run-1 > out 2> err
result "a masked processor gives the same bits"
mkdir -p moved/there && mv groups.run-1 moved/there/result
ends 3 '--data' verify moved/there/result
ends 0 'Bit for bit the same' verify moved/there/result --data lalonde_614.tab

# ---- signers
ends 0 'Unverified' verify panel.run-3
echo "$("$program" study key) Voorbeeldstad" > known
ends 0 'Signed by Voorbeeldstad' verify panel.run-3 --signers known
echo 'ed25519:3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c Zeist' > strangers
ends 3 'Unverified' verify panel.run-3 --signers strangers
echo 'ed25519:12 Zeist' > broken
ends 3 'broken:1:1: ' verify panel.run-3 --signers broken

# ---- forgery
flip() { # FILE: changes one bit of its middle byte
    at=$(($(stat -c %s "$1") / 2))
    byte=$(od -An -tu1 -j $at -N 1 "$1")
    printf "\\$(printf %03o $((byte ^ 1)))" | dd of="$1" bs=1 seek=$at conv=notrunc 2> err
}
for file in panel.run-3/* mpdta.csv; do
    case $file in *.sig) named=manifest ;; *) named=${file##*/} ;; esac
    flip "$file"
    ends 3 "$named" verify panel.run-3
    flip "$file"
done
flip panel.run-3/results-en.json
"$program" study verify panel.run-3 --format json > out 2> err
[ $? -eq 3 ] && grep -q '"verdict": "invalid"' out && grep -q '"key": "study.verify-changed"' out
result "what was found as JSON"
flip panel.run-3/results-en.json
touch panel.run-3/extra.html
ends 3 'extra.html: This file is not part of the sealed result' verify panel.run-3
rm panel.run-3/extra.html
ends 0 'Bit for bit the same' verify panel.run-3
"$program" study verify panel.run-3 --format json > out 2> err &&
    grep -q '"verdict": "same"' out && grep -q '"verified": false' out
result "the verdict as JSON"

# ---- disk full
if [ "$(ulimit -f)" = unlimited ]; then
    (trap '' XFSZ; ulimit -f 20; "$program" study run panel.yaml --folder full > out 2> err); code=$?
    [ $code -eq 1 ] && [ -z "$(ls -d full* 2> /dev/null)" ]
    result "a full disk leaves nothing behind"
    ends 0 'Earlier runs: 3' run panel.yaml --folder counted
fi

finish
