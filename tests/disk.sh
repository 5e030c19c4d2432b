#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# A disk that is full or can only be read, at the start and while the site serves, as TAP: clear words,
# nothing damaged, pages go on, and so does writing when there is room again.
# disk.sh PROGRAM DISK (tests/disk.c); with ONTSCHOT_TEST_STORE on that store.
program=$(realpath "${1:?program}")
disk=$(realpath "${2:?library}")
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/serving.sh"

mkdir site switch
export DISK_FOLDER="$room/site" DISK_SWITCH="$room/switch"
case ${ONTSCHOT_TEST_STORE:-sqlite:} in
sqlite:*) store= ;;
*) store=$ONTSCHOT_TEST_STORE ;;
esac
becomes() { # full|read-only|good
    rm -f switch/*
    [ "$1" = good ] || touch "switch/$1"
}
# Whether the database is as it was: what is in its file, beside what readers leave.
print_of() { find site -type f ! -name '*-shm' ! -name '*-wal' -exec sha256sum {} + | sort; }

# fails_to_start CODE TEXT
fails_to_start() {
    (preloaded timeout -s KILL 20 "$program" serve --no-work --listen 127.0.0.1:0 --data site \
        ${store:+--store "$store"}) > out 2> err < /dev/null
    got=$?
    [ $got -eq "$1" ] || echo "exit code $got instead of $1" >> err
    [ $got -eq "$1" ] && grep -qi -- "$2" err && [ ! -s out ]
}
details() { # what my page keeps: NAME
    send /en/my-page/details "name=$1" function= organisation=0 language=en
}

# ---- at the start ----

preload=$disk
becomes full
fails_to_start 1 full
result "a disk that is full at the first start is said"
becomes read-only
fails_to_start 1 'read'
result "a disk that can only be read is said"
becomes good
start --no-work --data site ${store:+--store "$store"}
result "when the disk is good the same folder starts"
enter_as anna@voorbeeldstad.nl "Anna de Vries"
result "... and is used"
stop
if [ -z "$store" ]; then
    sum=$(print_of)
    becomes full
    fails_to_start 1 full && [ "$(print_of)" = "$sum" ]
    result "a disk that is full later is said, and the database stays as it was"
    becomes read-only
    fails_to_start 1 read && [ "$(print_of)" = "$sum" ]
    result "the same of a disk that can only be read"
    becomes good
fi

# ---- while it serves ----

start --no-work --data site ${store:+--store "$store"}
enter_as bram@voorbeeldstad.nl "Bram"
details "Bram Bakker"
[ "$status" = 303 ]
result "somebody signs in and saves"
goes_on() {
    get /en/ && [ "$status" = 200 ] && get /en/my-page && [ "$status" = 200 ] &&
        grep -q "Bram Bakker" page
}
for trouble in full read-only; do
    if [ -z "$store" ]; then
        becomes $trouble
        details "Bram in vain"
        [ "$status" = 503 ] && grep -q 'cannot save anything at the moment' page && goes_on
        result "$trouble: what is sent is answered with 503 and why, and pages go on"
        rm -f jar2 && mv jar jar2
        send /en/sign-in email=bram@voorbeeldstad.nl "password=vier fietsers in de regen" next=/en/
        signed_in=$status
        get /en/stories
        [ "$signed_in" = 503 ] && [ "$status" = 200 ]
        result "$trouble: visitors read on, and nobody can sign in"
        mv jar2 jar
        get /health/ready
        [ "$status" = 200 ]
        result "$trouble: the site is still ready to be read"
        becomes good
        goes_on && details "Bram Bakker" && [ "$status" = 303 ]
        result "$trouble: with room again it saves, without another start"
    fi
    becomes $trouble
    head -c 300000 /dev/urandom > upload
    get /en/my-page/details
    token=$(sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' page | head -n 1)
    status=$(curl -s -b jar -H "Origin: $address" -o page -w '%{http_code}' -F "csrf=$token" \
        -F "file=@upload" "$address/en/my-page/details" 2> log)
    case $status in 503 | 507) true ;; *) echo "status $status" >> log; false ;; esac && [ -s page ] && goes_on
    result "$trouble: what is too large for memory is refused, with words"
    becomes good
done
goes_on
result "after all of this it serves as before"
stop
[ $? -eq 0 ] && ! grep -qi sanitizer err
result "... and ends well"
if [ -z "$store" ]; then
    [ "$(sqlite3 site/ontschot.db 'PRAGMA integrity_check')" = ok ] &&
        [ "$(sqlite3 site/ontschot.db "SELECT count(*) FROM party WHERE name = 'Bram in vain'")" = 0 ]
    result "... and its database is whole"
fi
"$program" log verify --data site ${store:+--store "$store"} > out 2> err
result "... and so is the log"

finish
