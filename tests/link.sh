#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# What `ontschot link` leaves and refuses, as TAP. link.sh PROGRAM SOURCE_ROOT
set -eu
program=$(realpath "${1:?program}")
data=$(realpath "${2:?source root}")/tests/data/linkage
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
number=0
status=0

is() { # NAME COMMAND...: holds when the command does
    name=$1
    shift
    number=$((number + 1))
    if "$@" > out.now 2> err.now; then # what came before can still be read in out and err
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        sed 's/^/# /' out.now err.now
        status=1
    fi
    mv out.now out
    mv err.now err
}
gives() { # CODE COMMAND...
    code=$1
    shift
    got=0
    "$@" || got=$?
    [ "$got" = "$code" ]
}
link() {
    "$program" --lang en link "$@"
}
same_files() {
    for file in persons.csv links.csv model.json; do
        cmp "$1/$file" "$2/$file"
    done
}
hidden() { # no record of the person is anywhere in the folder
    ! grep -qE '^1,"?[0123]"?,' "$1/persons.csv" && ! grep -qE ',1,"?[0123]"?,' "$1/links.csv"
}

settings=$data/fake_1000.yaml
cp "$data/fake_1000.csv" people.csv
set -- --settings "$settings" --purpose test --ground none --covenant none

is "a run without a purpose does not start" \
    gives 2 link run people.csv --settings "$settings" --to none --ground g --covenant c
is "a run with an empty ground does not start" \
    gives 5 link run people.csv --settings "$settings" --to none --purpose p --ground ' ' --covenant c
is "nothing was made" [ ! -e none ]
is "a run leaves persons, links, the model and its record" link run people.csv "$@" --to one
is "one row for each record" [ "$(wc -l < one/persons.csv)" = 1001 ]
is "its record has purpose, ground and covenant" \
    grep -q '"purpose": "test"' one/run.json
is "threads change nothing" link run people.csv "$@" --to two --threads 1
is "the files are the same" same_files one two
is "an earlier result is not overwritten" gives 3 link run people.csv "$@" --to one
is "and nothing half made stays" [ "$(ls -d one* | wc -l)" = 1 ]
is "a link can be explained" link explain one 1
is "in words" grep -q 'This is one person' out
is "a link that is not there cannot" gives 3 link explain one 9999999
is "doubtful pairs can be reviewed" link review one --output queue.csv
is "without names" sh -c '! grep -qiE "robert|smith|@" queue.csv'
printf 'source,record\n1,0\n' > objections.csv
is "a person who objects is left out" link run people.csv "$@" --to three --objections objections.csv
is "with all records" hidden three
is "and of the explanation" gives 3 link explain three 1
is "persons keep their numbers" link run people.csv "$@" --to four --previous one/persons.csv
is "all of them" cmp one/persons.csv four/persons.csv
printf 'source_a,record_a,source_b,record_b,same\n1,0,1,nobody,yes\n' > labels.csv
is "a label of a record that is not there is refused with its line" \
    gives 3 link run people.csv "$@" --to five --labels labels.csv
is "which is named" grep -q 'labels.csv:2' err
is "the truth is read by evaluate" link evaluate people.csv "$@" --truth cluster --format json
is "which tells precision" grep -q '"precision"' out
echo "1001,Anna,Jansen,1950-01-01,,,999" >> people.csv
is "files that changed are not explained" gives 3 link explain one 1
echo "1..$number"
exit $status
