#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Pseudonyms as who makes and rotates them sees them, as TAP. pseudonym.sh PROGRAM [SANITIZED]
program=$(realpath "${1:?program}")
is_sanitized=${2:-}
. "$(dirname "$0")/tap.sh"

printf 'bsn;naam;bedrag\n999900006;Piet;1,50\n010000008;"a;b";007\n;leeg;1\n999900006;Kees;2\n' > care.csv
why='--purpose studie --receiver CBS'

"$program" pseudonym key one.key > out 2> err && [ "$(stat -c %a one.key)" = 600 ]
result "a key is made that only its owner may read"
cp one.key kept
! "$program" pseudonym key one.key > out 2> err && cmp one.key kept > diff
result "a key is never written over"

"$program" pseudonym make care.csv --column bsn --key one.key $why --keep naam,bedrag > made.csv 2> err
[ "$(wc -l < made.csv)" = 5 ] && ! grep -q 999900006 made.csv && ! grep -q 10000008 made.csv
result "pseudonyms stand in place of numbers"
[ "$(sed -n 2p made.csv | cut -d'"' -f2)" = "$(sed -n 5p made.csv | cut -d'"' -f2)" ]
result "one number has one pseudonym"
sed -n 3p made.csv | grep -q '"a;b","007"$' && grep -q '^"","leeg","1"$' made.csv
result "what is kept is kept to the letter"
"$program" pseudonym make care.csv --column bsn --key one.key $why > bare.csv 2> err
[ "$(head -n 1 bare.csv)" = '"pseudonym"' ] && ! grep -q naam bare.csv
result "nothing goes along that was not asked for"
"$program" pseudonym make care.csv --column bsn --key one.key --purpose studie --receiver NZa > other.csv 2> err
! sort made.csv | cut -d'"' -f2 | grep '|' | grep -qFf - other.csv
result "another receiver gets other pseudonyms"

printf 'bsn\n999900006\n123456789\n' > wrong.csv
! "$program" pseudonym make wrong.csv --column bsn --key one.key $why --output none.csv > out 2> err
[ ! -e none.csv ] && grep -q 2 err && ! grep -q 123456789 err
result "a wrong number stops the work, and the message does not tell it"
"$program" pseudonym make wrong.csv --column bsn --key one.key $why --allow-invalid > out 2> err &&
    [ "$(sed -n 3p out)" = '""' ] && grep -q 1 err
result "asked for, a wrong number has an empty pseudonym"

chmod 640 one.key
! "$program" pseudonym make care.csv --column bsn --key one.key $why > out 2> err && [ ! -s out ]
result "a key that others may read is refused"
chmod 600 one.key
! "$program" pseudonym make care.csv --column bsn --key care.csv $why > out 2> err && [ ! -s out ]
result "what is no key is refused"
for missing in --key --purpose --receiver; do
    set -- --column bsn --key one.key $why
    rest=
    while [ $# -gt 0 ]; do
        [ "$1" = $missing ] || rest="$rest $1 $2"
        shift 2
    done
    ! "$program" pseudonym make care.csv $rest > out 2> err && [ ! -s out ]
    result "no pseudonym without $missing"
done

if [ -n "$is_sanitized" ]; then
    number=$((number + 1))
    echo "ok $number - rotation # SKIP takes minutes with sanitizers"
else
    "$program" pseudonym key two.key > out 2> err
    "$program" pseudonym make care.csv --column bsn --key two.key $why > wanted.csv 2> err
    "$program" pseudonym rotate bare.csv --column pseudonym --key one.key --new-key two.key $why \
        > rotated.csv 2> err && cmp wanted.csv rotated.csv > diff
    result "rotation gives what the new key would have made"
fi
finish
