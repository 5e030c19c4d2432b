#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# The examples of docs/api.md against a real site, as somebody who has just got an account types
# them: what succeeds and what is refused. As TAP. api_docs.sh PROGRAM SOURCE_ROOT
program=$(realpath "${1:?program}")
source=$(realpath "${2:?source root}")
here=$(realpath "$(dirname "$0")")
. "$here/tap.sh"
. "$here/examples.sh"
for tool in curl jq; do
    command -v $tool > /dev/null || { echo "Bail out! $tool is not installed"; exit 1; }
done

"$program" user add --data site olga@voorbeeldstad.nl "Olga de Boer" --roles analyst > link
"$program" user add --data site sam@voorbeeldstad.nl "Sam Visser" > other
"$program" space add wijkteam --data site --name-nl "Wijkteam" --name-en "Neighbourhood team" \
    --manager olga@voorbeeldstad.nl --readers everyone --join open > space
"$program" serve --data site --listen 127.0.0.1:0 > where 2> log < /dev/null &
server=$!
trap 'kill -TERM $server 2> /dev/null; wait $server; cd /; rm -rf "$room"' EXIT
for _ in $(seq 400); do
    address=$(sed -n 's|^\(http://[^ ]*\)/ .*|\1|p' where)
    [ -n "$address" ] && break
    sleep 0.05
done
[ -n "$address" ] || { echo "Bail out! the site does not start"; cat log; exit 1; }

# ---- a token, by the pages a person uses ----

form() { # PATH FIELD...: posts a form of a page with its token, as the browser would
    path=$1
    shift
    csrf=$(curl -s -b jar -c jar "$address$path" | sed -n 's/.*name="csrf" value="\([0-9a-f]*\)".*/\1/p' | head -n 1)
    curl -s -L -b jar -c jar -d "csrf=$csrf" "$@" "$address${path%%\?*}" > page
}
token_of() { # LINK-FILE ADDRESS: the words of a new token
    rm -f jar
    code=$(tr -d '\n' < "$1" | sed 's/.*code=//')
    form "/en/link?code=$code" -d "code=$code" -d 'password=paars-hert-lantaarn-77'
    form /en/sign-in -d "email=$2" -d 'password=paars-hert-lantaarn-77'
    form /en/my-page/tokens -d name=docs -d scope=read -d scope=write -d days=30
    sed -n 's/.*>\([A-Za-z0-9_-]\{43\}\)<.*/\1/p' page | head -n 1
}
TOKEN=$(token_of link olga@voorbeeldstad.nl)
OTHER=$(token_of other sam@voorbeeldstad.nl)
[ ${#TOKEN} -eq 43 ] && [ ${#OTHER} -eq 43 ]
result "a new person gets a password, signs in and makes a token on the pages"
[ $status -eq 0 ] || finish # nothing below could work

# ---- the page, from top to bottom, in one shell ----

SITE=$address/api/v1
cp "$source/demo/supported-work/study.yaml" "$source/demo/supported-work/men.csv" .
split shell-session "$source/docs/api.md"
example=1
while [ -f $example.run ]; do
    . ./$example.run > said 2> err < /dev/null
    tr -d '\r' < said > out
    matches $example.want out
    result "docs/api.md, example $example: $(head -n 1 $example.run)"
    example=$((example + 1))
done
[ $example -gt 25 ]
result "there were examples"
finish
