#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# A site from its command line: accounts, spaces, copies and the log, in both languages, while it
# serves and is written to. As TAP. site.sh PROGRAM; on PostgreSQL when ONTSCHOT_TEST_STORE says so
program=$(realpath "${1:?program}")
. "$(dirname "$0")/tap.sh"

# ---- a store for each data folder: in it, or a database of that name ----

case ${ONTSCHOT_TEST_STORE:-} in
postgresql:*) host=${ONTSCHOT_TEST_STORE##*host=} ;;
*) host= ;;
esac
psql() { command psql -q -At -v ON_ERROR_STOP=1 -h "$host" -U ontschot "$@"; }
new_store() { [ -z "$host" ] || psql -d postgres -c "CREATE DATABASE $1"; }                    # FOLDER
copy_site() { cp -r site "$1" && { [ -z "$host" ] || psql -d postgres -c "CREATE DATABASE $1 TEMPLATE site"; }; }
drop_store() { if [ -n "$host" ]; then psql -d postgres -c "DROP DATABASE $1"; else rm -f "$1"/ontschot.db*; fi; }
sql() { if [ -n "$host" ]; then psql -d "$1" -c "$2"; else sqlite3 "$1/ontschot.db" "$2"; fi; } # FOLDER SQL
is_whole() { [ -n "$host" ] || [ "$(sqlite3 "$1/ontschot.db" 'PRAGMA integrity_check')" = ok ]; }
# What is in a store, in a line.
print_of() {
    if [ -n "$host" ]; then
        pg_dump -h "$host" -U ontschot -d "$1" --data-only 2> log | grep -v '^\\[a-z]*restrict' | sha256sum
    else
        sha256sum "$1/ontschot.db"
    fi
}

ontschot() {
    folder= previous=
    for word in "$@"; do
        [ "$previous" != --data ] || folder=$word
        previous=$word
    done
    if [ -n "$host" ] && [ -n "$folder" ]; then
        "$program" "$@" --store "postgresql://ontschot@/$folder?host=$host"
    else
        "$program" "$@"
    fi
}
new_store site

# told CODE NAME TEXT ARGUMENT...: ends with CODE; what it says on either way out holds TEXT
told() {
    code=$1 name=$2 text=$3
    shift 3
    ontschot "$@" > out 2> err < /dev/null
    got=$?
    [ $got -eq "$code" ] || echo "exit code $got instead of $code" >> err
    [ $got -eq "$code" ] && cat out err | grep -qF -- "$text"
    result "$name"
}
dutch() { ONTSCHOT_LANG=nl told "$@"; }

# ---- accounts ----

told 0 "an account is made, with a link to set its password" /en/link?code= \
    user add --data site anna@voorbeeldstad.nl "Anna de Vries" --roles admin,auditor
[ "$(tr -d '\n' < out | sed 's/.*code=//' | wc -c)" -eq 43 ]
result "... of 43 characters"
dutch 0 "a Dutch account gets a Dutch link" /nl/link?code= \
    user add --data site dirk@voorbeeldstad.nl "Dirk Jansen"
told 3 "an address is of one account" "" user add --data site ANNA@voorbeeldstad.nl "Another Anna"
told 3 "a role that is none is refused" "There is no role boss" \
    user add --data site b@voorbeeldstad.nl "B" --roles boss
dutch 3 "the same in Dutch" boss user add --data site b@voorbeeldstad.nl "B" --roles boss
told 3 "an address that is none is refused" "" user add --data site nobody "Nobody"
told 0 "accounts are listed with state and roles" \
    "anna@voorbeeldstad.nl	active	auditor,admin	Anna de Vries" user list --data site
[ "$(wc -l < out)" -eq 2 ]
result "... and those that were refused are not there"
told 0 "a new link can be made" code= user link --data site dirk@voorbeeldstad.nl
told 0 "roles change" "editor,analyst" \
    user roles --data site dirk@voorbeeldstad.nl --roles editor,analyst
told 0 "an account is blocked" blocked user block --data site dirk@voorbeeldstad.nl
told 0 "and let in again" active user unblock --data site dirk@voorbeeldstad.nl
told 3 "an account that is not there is said" "no account with the address" \
    user block --data site no@voorbeeldstad.nl
told 2 "an action that is none is a usage error" "" user befriend --data site

# ---- spaces ----

told 0 "a space is made" wijkteam space add wijkteam --data site --name-nl "Wijkteam" \
    --name-en "Neighbourhood team" --manager dirk@voorbeeldstad.nl --readers everyone --join open
told 0 "a closed one, too" besloten space add besloten --data site --name-nl "Besloten" \
    --name-en "Closed" --manager anna@voorbeeldstad.nl --unlisted
told 3 "an address of a space is of one space" "" space add wijkteam --data site --name-nl "Weer" \
    --name-en "Again" --manager dirk@voorbeeldstad.nl
told 3 "a manager has an account" "no account with the address" space add ander --data site \
    --name-nl "A" --name-en "A" --manager no@voorbeeldstad.nl
told 0 "listed spaces are shown" "wijkteam	everyone	open	Wijkteam" space list --data site

# ---- the log ----

told 0 "the log is whole" "" log verify --data site
told 0 "its head is one line" "" log head --data site
cp out head.txt
[ "$(wc -l < head.txt)" -eq 1 ]
result "... that can be kept elsewhere"
told 0 "the log still fits the head that was kept" "" log verify --data site --head head.txt
told 0 "the same as JSON" '"whole": true' log verify --data site --format json
sql site "SELECT count(*) FROM audit" > rows
[ "$(cat rows)" -ge 6 ]
result "every deed of the command line is in it"

copy_site changed
sql changed "UPDATE audit SET verb = 'account.change' WHERE id = (
    SELECT entry_id FROM audit_chain WHERE number = 2)"
told 3 "a changed row is found" "2" log verify --data changed
dutch 3 "the same in Dutch" "2" log verify --data changed
copy_site tail
sql tail "DELETE FROM audit_chain WHERE number = (SELECT max(number) FROM audit_chain)"
told 3 "a tail that was cut off is found by the head that was kept" "" \
    log verify --data tail --head head.txt
echo "no head" > none.txt
told 3 "a head that is none is said with its place" "none.txt:1:1" \
    log verify --data site --head none.txt
copy_site elsewhere
rm -r elsewhere/keys
told 3 "with other keys the log does not verify" "" log verify --data elsewhere

# ---- copies, while somebody writes ----

# Accounts are made all the time; each that was acknowledged is noted.
write_all_the_time() {
    i=0
    : > made
    while [ ! -e enough ]; do
        i=$((i + 1))
        ontschot user add --data site "p$i@voorbeeldstad.nl" "P $i" > /dev/null 2>> err.writer &&
            echo "p$i@voorbeeldstad.nl" >> made
    done
}
write_all_the_time &
writer=$!
for _ in $(seq 200); do [ -s made ] && break; sleep 0.05; done
for copy in 1 2 3; do
    cp made known.$copy
    told 0 "copy $copy is made while the site is written to" "copy$copy.db" \
        backup --data site copy$copy.db
done
touch enough
wait $writer
[ "$(stat -c %a copy1.db)" = 600 ]
result "nobody else on the machine can read a copy"
cp copy3.db before.db
told 3 "a copy never replaces a file" "" backup --data site copy3.db
cmp -s copy3.db before.db
result "... which stays as it was"
told 1 "a place where no file can be made is said" "" backup --data site none/copy.db

all_restored=0
for copy in 1 2 3; do
    new_store back$copy
    ontschot restore copy$copy.db --data back$copy > out 2> err &&
        ontschot user list --data back$copy > list 2> err || all_restored=1
    cut -f 1 list | sort > there
    sort known.$copy > wanted
    [ -z "$(comm -23 wanted there)" ] || all_restored=1
done
[ $all_restored -eq 0 ]
result "each copy holds all that was acknowledged before it"
is_whole back3
result "a restored database is whole"
cp -r site/keys back2/
drop_store back2
new_store back2
told 0 "with its keys put back, too" copy2.db restore copy2.db --data back2
told 0 "the log of a copy is whole" "" log verify --data back2

sum=$(print_of back3)
told 3 "a database that holds something is not filled" "" restore copy1.db --data back3
dutch 3 "the same in Dutch" "" restore copy1.db --data back3
[ "$(print_of back3)" = "$sum" ]
result "... and stays as it was"
head -c $(($(stat -c %s copy1.db) / 2)) copy1.db > half.db
new_store fresh
told 3 "half a copy is refused" "" restore half.db --data fresh
told 0 "and the empty database is still good for a whole one" copy1.db \
    restore copy1.db --data fresh
new_store fresh2
told 3 "a copy that is not there is named" "" restore none.db --data fresh2

# ---- copies of the whole site, dated ----

mkdir -p site/files site/results/7-1
echo "an upload" > site/files/hash-1
echo "an outcome" > site/results/7-1/report-nl.html
told 2 "without a folder the program asks for one" "--into" backup --data site
told 2 "a file and a folder are two things" "--into" backup --data site x.db --into copies
told 0 "the whole site is copied into a folder" copies/20 backup --data site --into copies
first=$(ls copies)
echo "another" > site/files/hash-2
sleep 1
told 0 "... and again" copies/20 backup --data site --into copies
second=$(ls copies | tail -n 1)
[ "$first" != "$second" ] && cmp -s "copies/$second/files/hash-1" site/files/hash-1 &&
    cmp -s "copies/$second/results/7-1/report-nl.html" site/results/7-1/report-nl.html &&
    [ ! -e "copies/$first/files/hash-2" ] && [ -s "copies/$second/files/hash-2" ]
result "files and outcomes are in it"
[ "$(stat -c %i "copies/$first/files/hash-1")" = "$(stat -c %i "copies/$second/files/hash-1")" ] &&
    [ "$(stat -c %i "copies/$first/files/hash-1")" != "$(stat -c %i site/files/hash-1)" ]
result "what a copy before it has is shared with that, not with the site"
find copies -name '*key*' > log
[ ! -s log ]
result "keys are not in it"
find copies -perm /077 > log
[ ! -s log ]
result "nobody else on the machine can read it"
for day in 01 02 03; do cp -r "copies/$first" "copies/2020-01-${day}T02-30-00Z"; done
mkdir copies/mine
sleep 1 # a copy is named by its second
told 0 "old copies go" "" backup --data site --into copies --keep-days 1 --keep-weeks 1
ls copies > log
[ -z "$(grep '^2020' log)" ] && grep -q mine log && [ "$(grep -c '^20' log)" -eq 3 ]
result "... what is no copy stays, and so do those of today"
newest=$(grep '^20' log | tail -n 1)

new_store again
mkdir -p again
cp -r site/keys again/
told 0 "a whole site is put back" "$newest" restore "copies/$newest" --data again
cmp -s again/files/hash-2 site/files/hash-2 && cmp -s again/results/7-1/report-nl.html \
    site/results/7-1/report-nl.html && [ "$(stat -c %a again/files)" = 700 ]
result "... with its files"
told 0 "its log is whole and fits the head of that moment" "" \
    log verify --data again --head "copies/$newest/log-head.txt"
ontschot user list --data site | sort > wanted
ontschot user list --data again | sort > there
cmp -s wanted there
result "... and so are its accounts"
told 3 "a site that is there is not filled" "" restore "copies/$newest" --data again
new_store again2
mkdir -p again2/files
echo mine > again2/files/hash-2
told 3 "nor are files overwritten" "again2/files" restore "copies/$newest" --data again2
[ "$(cat again2/files/hash-2)" = mine ] && { [ -n "$host" ] || [ ! -s again2/ontschot.db ] ||
    [ "$(sql again2 "SELECT count(*) FROM sqlite_schema")" = 0 ]; }
result "... and nothing else was put back"
new_store again3
told 3 "a folder that is no copy is refused" "no copy of a site" restore copies/mine --data again3
: > blocked
told 1 "a folder that cannot be made is said" "blocked" backup --data site --into blocked/copies

# ---- help tells the truth ----

all_told=0
for command in serve backup restore "log verify" "log head" "user add" "user list" "user link" \
    "user roles" "user block" "user unblock" "user reset-second" "space add" "space list"; do
    "$program" $command --help --lang nl > dutch 2> err || all_told=1
    "$program" $command --help --lang en > english 2>> err || all_told=1
    [ ! -s err ] && ! cmp -s dutch english && grep -q -- --data english || all_told=1
    # a key without translation would be shown as it is
    grep -q '[a-z]\{2,\}\.[a-z-]*-' dutch english && all_told=1
done
[ $all_told -eq 0 ]
result "each command has help in both languages"
"$program" serve --help --lang en > out
grep -q 'open the site' out && grep -q 'ontschot-data' out && grep -q 'Ctrl-C' out
result "help of serve says what it opens and where its data are"
"$program" help --man > page 2> err
missing=
for word in serve backup restore verify head block unblock roles space; do
    grep -qw -- "$word" page || missing="$missing $word"
done
[ -s page ] && [ -z "$missing" ] || { echo "missing:$missing" > log; false; }
result "the manual page lists them all"

finish
