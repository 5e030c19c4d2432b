#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# sqlmap on what a visitor can send: addresses with their parameters, and the public forms. It finds
# nothing. Loopback only, bounded in time. As TAP. sqlmap.sh PROGRAM [SECONDS FOR EACH]
program=$(realpath "${1:?program}")
seconds=${2:-240}
. "$(dirname "$0")/../tap.sh"
. "$(dirname "$0")/serve.sh"
tool sqlmap

# nothing NAME OPTION...: sqlmap tries all it knows of a moderate level and finds nothing
nothing() {
    name=$1
    shift
    timeout "$seconds" sqlmap --batch --level=2 --risk=2 --timeout=10 --retries=0 --threads=1 \
        --flush-session --disable-coloring --output-dir="$room/sqlmap" --ignore-code=401,403,404,422 \
        "$@" > out 2>&1
    code=$?
    tried=$(grep -c "testing '" out)
    echo "# $name: $tried kinds of injection tried$([ $code -eq 124 ] && echo ', until the time was up')"
    [ "$tried" -gt 10 ] && ! grep -qE "is vulnerable|appears to be .*injectable|Parameter: .*\(" out
    result "$name: nothing"
}

with_form() { # the token of a form, which sqlmap fetches anew from its page
    echo "--csrf-token=csrf --csrf-url=$address$1"
}

nothing "the list of stories" -u "$address/nl/verhalen?from=1&space=1&done=x" -p from,space,done
nothing "the address of a story" -u "$address/nl/verhalen/1*"
nothing "the address of a space" -u "$address/en/spaces/team*"
nothing "the cookie of a session" -u "$address/nl/" --cookie="session=aaaa*" --level=2
nothing "the language of a browser" -u "$address/" --headers="Accept-Language: nl*"
nothing "signing in" -u "$address/nl/inloggen" $(with_form /nl/inloggen) -p email,password,next \
    --data="csrf=x&email=anna%40voorbeeldstad.nl&password=vier+fietsers&next=%2Fnl%2F"
nothing "asking for an account" -u "$address/en/register" $(with_form /en/register) \
    -p name,email,function,reason,organisation \
    --data="csrf=x&name=Bo&email=bo%40voorbeeldstad.nl&function=x&password=vier+fietsers+in&reason=x&organisation=0"
nothing "a forgotten password" -u "$address/nl/wachtwoord-vergeten" \
    $(with_form /nl/wachtwoord-vergeten) -p email --data="csrf=x&email=anna%40voorbeeldstad.nl"
nothing "a link of a mail" -u "$address/nl/link?code=$(sed 's/.*code=//' link)" -p code

curl -sf "$address/health/ready" > out 2> err
result "the site is there afterwards"
[ "$(sqlite3 site/ontschot.db 'PRAGMA integrity_check')" = ok ]
result "its database is whole"
finish
