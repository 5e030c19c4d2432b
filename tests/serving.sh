# SPDX-License-Identifier: EUPL-1.2
# serving.sh: a site under test from a shell, and somebody who uses it. Source it behind tap.sh, with
# $program set. $preload names a library to load before all others; $store the store, if not the
# usual one in the data folder.
preload=
server=

# Runs a program with it; the sanitizers' runtime need not be first then.
preloaded() {
    [ -z "$preload" ] || export LD_PRELOAD="$preload" ASAN_OPTIONS="verify_asan_link_order=0"
    exec "$@"
}

# The site on a port of its own choice; $address is where, $server the process. As for `serve`.
start() {
    rm -f out
    (preloaded "$program" serve --listen 127.0.0.1:0 "$@") > out 2> err < /dev/null &
    server=$!
    for _ in $(seq 600); do
        address=$(sed -n 's|^\(http://[^ ]*\)/ .*|\1|p' out 2> /dev/null)
        [ -n "$address" ] && return 0
        kill -0 $server 2> /dev/null || return 1
        sleep 0.05
    done
    return 1
}
stop() {
    kill -TERM $server 2> /dev/null
    wait $server
}

# get PATH, to the file page; $status is what was answered. As whoever has the cookies in jar.
get() {
    status=$(curl -s -b jar -c jar -H 'Accept-Language: en' -o page -w '%{http_code}' "$address$1" 2> log)
}
# send PATH NAME=VALUE...: fills in the form on that page
send() {
    path=$1
    shift
    get "$path"
    token=$(sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' page | head -n 1)
    typed=$#
    for field in "$@"; do set -- "$@" --data-urlencode "$field"; done
    shift "$typed"
    status=$(curl -s -b jar -c jar -H 'Accept-Language: en' -H "Origin: $address" -o page \
        -w '%{http_code}' --data-urlencode "csrf=$token" "$@" "$address${path%%\?*}" 2> log)
}
# An account with a password, signed in: EMAIL NAME [OPTION OF user add...]
enter_as() {
    email=$1 name=$2
    shift 2
    # shellcheck disable=SC2086 # store may be an option and its value
    code=$("$program" user add --data site ${store:+--store "$store"} "$email" "$name" "$@" 2> log |
        sed -n 's/.*code=\([^[:space:]]*\).*/\1/p')
    rm -f jar
    send "/en/link?code=$code" "code=$code" "password=vier fietsers in de regen"
    send /en/sign-in "email=$email" "password=vier fietsers in de regen" next=/en/
    get /en/my-page
    [ "$status" = 200 ]
}
