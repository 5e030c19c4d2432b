#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# The same input and seed give the same bytes, on any number of threads and with
# the C library's wide code paths masked, as TAP. bits.sh PROGRAM SOURCE_ROOT
program=$(realpath "${1:?program}")
source=$(realpath "${2:?source root}")
data=$source/tests/data
. "$(dirname "$0")/tap.sh"

# same NAME ARGUMENT...: the program says the same in every surrounding
same() {
    name=$1
    shift
    "$program" "$@" --threads 1 --lang en > one 2> err && [ -s one ]
    result "$name is computed"
    for threads in 2 8; do
        "$program" "$@" --threads $threads --lang en > other 2> err && cmp one other > err
        result "$name: $threads threads, the same bytes"
    done
    GLIBC_TUNABLES=$mask "$program" "$@" --threads 2 --lang en > other 2> err && cmp one other > err
    result "$name: masked processor, the same bytes"
}

# The mask must do something, else the test above proves nothing.
features() { ld.so --list-diagnostics 2> err | grep 'cpu_features.*active'; }
features > wide
GLIBC_TUNABLES=$mask features > narrow
if ! grep -q . wide || ! grep -qw avx2 /proc/cpuinfo; then
    number=$((number + 1))
    echo "ok $number - the mask hides features # SKIP no AVX2 here, or a C library that does not tell"
else
    ! cmp -s wide narrow
    result "the mask hides features"
fi

same "staggered panel with covariate and bootstrap" effect --data "$data/mpdta.csv" --method did \
    --outcome lemp --unit countyreal --time year --first-treated first.treat --covariates lpop \
    --bootstrap 500 --seed 7 --format json
same "weighting" effect --data "$data/lalonde_614.tab" --method weighting --outcome re78 \
    --treatment treat --covariates age,educ,race,married,nodegree,re74,re75 --format json
same "doubly robust" effect --data "$data/lalonde_614.tab" --method doubly-robust --outcome re78 \
    --treatment treat --covariates age,educ,race,married,nodegree,re74,re75 --format json
same "fixed effects" effect --data "$data/mpdta.csv" --method twfe --outcome lemp \
    --unit countyreal --time year --first-treated first.treat --weights lpop --format json
same "event study" effect --data "$data/mpdta.csv" --method twfe --event-study --outcome lemp \
    --unit countyreal --time year --first-treated first.treat --errors hc1 --format json
same "effects by start" effect --data "$data/mpdta.csv" --method sunab --outcome lemp \
    --unit countyreal --time year --first-treated first.treat --weights lpop --format json
same "event study by team" effect --data "$data/mpdta.csv" --method twfe --event-study --outcome lemp \
    --unit countyreal --time year --first-treated first.treat --errors cr2 --format json
same "jackknife over clusters" effect --data "$data/mpdta.csv" --method twfe --outcome lemp --unit countyreal \
    --time year --first-treated first.treat --errors cr3 --format json
awk -F, -v OFS=, '{ print $0, (NR == 1 ? "size" : $3 > 4 ? "large" : "small") }' "$data/mpdta.csv" > sizes.csv
for method in twfe sunab; do
    same "subgroups, $method" effect --data sizes.csv --method $method --outcome lemp --unit countyreal \
        --time year --first-treated first.treat --subgroups size --format json
done
for inference in randomisation wild; do
    same "few teams, $inference" effect --data "$data/six-teams.csv" --method twfe --outcome y --unit id \
        --time t --first-treated g --cluster team --inference $inference --format json
done
same "few teams, followed persons" effect --data "$data/six-teams.csv" --method did --outcome y --unit id \
    --time t --first-treated g --cluster team --format json
same "few teams, effects by start" effect --data "$data/six-teams.csv" --method sunab --outcome y --unit id \
    --time t --first-treated g --cluster team --format json
same "allocations drawn by lot" effect --data "$data/mpdta.csv" --method twfe --outcome lemp \
    --unit countyreal --time year --first-treated first.treat --inference randomisation \
    --replications 199 --format json
same "matching" effect --data "$data/lalonde_614.tab" --method matching --outcome re78 --treatment treat \
    --covariates age,educ,race,married,nodegree,re74,re75 --caliper 0.2 --format json
same "costs and benefits" scba "$data/scba-household.yaml" --format json

# A sealed result is computed here and verified in another surrounding.
cp "$source/tests/fuzz/corpus/study/plan.yaml" "$data/mpdta.csv" .
"$program" study freeze plan.yaml --keys keys > out 2> err &&
    "$program" study run plan.yaml --keys keys --folder result --threads 2 > out 2> err
result "a study is frozen and run"
for threads in 1 8; do
    "$program" study verify result --threads $threads --lang en > out 2> err &&
        grep -q 'Bit for bit the same' out
    result "study verify: $threads threads, bit for bit the same"
done
GLIBC_TUNABLES=$mask "$program" study verify result --lang en > out 2> err &&
    grep -q 'Bit for bit the same' out
result "study verify: masked processor, bit for bit the same"
sed 's/^2003,8001,5.8/2003,8001,5.9/' "$data/mpdta.csv" > mpdta.csv
"$program" study verify result --lang en > out 2> err
[ $? -eq 3 ]
result "study verify: one changed byte of the data is found"

finish
