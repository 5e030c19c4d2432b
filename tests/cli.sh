#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# The program as a user's shell sees it: exit codes, sentences, files, as TAP.
# cli.sh PROGRAM SOURCE_ROOT
program=$(realpath "${1:?program}")
fixtures=$(realpath "${2:?source root}")/tests/data
. "$(dirname "$0")/tap.sh"

# ends CODE TEXT ARGUMENT...: the exit code is CODE and stdout or stderr holds TEXT
ends() {
    code=$1 text=$2
    shift 2
    "$program" "$@" > out 2> err < /dev/null
    got=$?
    if [ "$code" -eq 0 ]; then said=out; else said=err; fi
    [ $got -eq "$code" ] && grep -qF -- "$text" "$said"
    result "ontschot $* ends with $code"
}

# ---- usage
ends 2 'must be followed by what to do'
ends 2 'Do you mean “version”?' verison
ends 2 'no option --formt. Do you mean --format?' version --formt json
ends 2 'Do you mean “json”?' version --format jsn
ends 2 'is missing behind --listen' serve --listen
ends 2 'A folder goes without --config' serve . --theme x.css
ends 2 'Type `ontschot serve --help` for help.' serve a b
ends 2 'Bedoelt u' version --lang nl --formt json
ends 0 'Usage:' --help
ends 0 'Gebruik:' serve --help --lang nl
ends 0 'ontschot serve [options] [FOLDER]' help serve
ends 0 '"libsodium"' version --format json
ends 0 'libsodium' --version
ends 0 '.TH ONTSCHOT 1' help --man
ends 0 'complete -o filenames' help --completion bash

# ---- where results go
"$program" version --output version.txt > out 2> err
[ ! -s out ] && grep -q libyaml version.txt; result "--output fills the file"
ends 1 'cannot be written' version --output no-folder/version.txt
if [ -w /dev/full ]; then
    "$program" version > /dev/full 2> err; code=$?
    : > out
    [ $code -eq 1 ] && grep -q 'cannot be written' err; result "a full disk is told"
fi

# ---- bad input
ends 3 'no-folder: This folder cannot be read' serve no-folder
ends 3 'is not an address with a port' serve . --listen 8080

# ---- configuration
ends 0 'The configuration is in order.' config check "$fixtures/server.yaml" --lang en
ends 0 'in order' config check "$fixtures/../../demo/site/config.yaml" --lang en
ends 0 'in order' config check "$fixtures/../../packaging/ontschot.yaml" --lang en
ends 0 'upload-megabytes: 100' config show "$fixtures/server.yaml"
ends 0 '"trusted-proxies"' config schema
ends 3 'no-such.yaml' config check no-such.yaml
printf 'store: sqlite:a\ndata: .\nlisen: x\n' > wrong.yaml
ends 3 'wrong.yaml:3:1' config check wrong.yaml
ends 3 'listen' config check wrong.yaml
"$program" config show "$fixtures/server.yaml" > shown.yaml && "$program" config check shown.yaml > out
result "what is shown is a configuration"

# ---- effect
nsw="--data $fixtures/nsw_445.csv --outcome re78 --treatment treat"
mpdta="--data $fixtures/mpdta.csv --outcome lemp --unit countyreal --time year --first-treated first.treat"

# shellcheck disable=SC2086 # the words of $nsw and $mpdta are arguments
{
    ends 0 '1,794' effect --method difference $nsw
    ends 0 '1.794' effect --method difference $nsw --lang nl
    ends 0 '"standard_error": 632.8533' effect --method difference $nsw --format json
    ends 0 'none,,,,1794.3423' effect --method difference $nsw --format csv
    ends 2 'the option “cluster”' effect --method difference $nsw --errors cr1
    ends 2 'must lie between 0 and 1' effect --method difference $nsw --level 95
    ends 3 'There is no column' effect --method weighting $nsw --covariates agee
    ends 3 'holds text' effect --method weighting $nsw --cluster treat --weights data_id
    ends 0 '"estimate": -0.0365489' effect --method twfe $mpdta --format json
    ends 0 '"estimate": -0.039951275' effect --method sunab $mpdta --format json
    ends 0 'with who is already treated' effect --method bacon $mpdta
    ends 3 'no covariates' effect --method bacon $mpdta --covariates lpop
    ends 2 'belongs to the methods twfe' effect --method did $mpdta --fixed-effects lpop
    lalonde="--data $fixtures/lalonde_614.tab --outcome re78 --treatment treat"
    lalonde="$lalonde --covariates age,educ,race,married,nodegree,re74,re75"
    ends 0 'none,,,,894.36748' effect --method matching $lalonde --format csv
    ends 0 'Paren: 113' effect --method matching $lalonde --caliper 0.2 --lang nl
    ends 0 'Pairs: 117' effect --method matching $lalonde --caliper 0.2 --caliper-on logit
    ends 0 '"balance":' effect --method matching $lalonde --ratio 2 --format json
    ends 2 'needs characteristics' effect --method matching $nsw
    ends 2 'must be above 0' effect --method matching $lalonde --caliper 0
    ends 2 'ratio' effect --method matching $lalonde --ratio 0
    "$program" effect --method matching $lalonde --format xlsx --output pairs.xlsx > out 2> err
    [ "$(head -c 2 pairs.xlsx)" = PK ]; result "matching writes a workbook"
    "$program" effect --method difference $nsw --format xlsx --output nsw.xlsx > out 2> err
    [ "$(head -c 2 nsw.xlsx)" = PK ]; result "effect writes a workbook"
    [ "$("$program" scba "$fixtures/scba-household.yaml" --draws 10 --format xlsx 2> err | head -c 2)" = PK ]
    result "a workbook goes through a pipe as well"
    ends 0 'Balance for society' scba "$fixtures/scba-household.yaml" --draws 10
    ends 0 '"wrong_pocket"' scba "$fixtures/scba-household.yaml" --draws 10 --seed 7 --format json
    ends 0 'payers,1,"balance"' scba "$fixtures/scba-household.yaml" --draws 10 --format csv
    ends 3 'none.yaml: ' scba none.yaml
    ends 1 'cannot be written' scba "$fixtures/scba-household.yaml" --draws 10 --output nowhere/out
}

# ---- tables
ends 0 '2,500 rows, 6 columns' table describe "$fixtures/mpdta.csv"
ends 0 '"name": "first.treat"' table describe "$fixtures/mpdta.csv" --format json
ends 0 '"row",text,0,0,614,,,' table describe "$fixtures/lalonde_614.tab" --format csv
ends 0 'panel.ot has been written' \
    table import "$fixtures/mpdta.csv" panel.ot --unit countyreal --time year
ends 0 'Sorted by countyreal and year.' table describe panel.ot
ends 3 'Do you mean “countyreal”?' \
    table import "$fixtures/mpdta.csv" no.ot --unit county_real --time year
ends 2 'both --unit and --time' table import "$fixtures/mpdta.csv" no.ot --unit countyreal
ends 2 'does not say which column' table describe panel.ot --type year:int
ends 3 'mpdta.csv:2:11: “5.8967609333053” in column “lpop” is not a whole number' \
    table describe "$fixtures/mpdta.csv" --type lpop=int
printf 'a;b\n1;2\n3\n' > ragged.csv
ends 3 'ragged.csv:3:2: This line has 1 field' table import ragged.csv no.ot
head -c 1000 panel.ot > cut.ot
ends 3 'its end is missing' table describe cut.ot
[ ! -e no.ot ] && [ -z "$(ls | grep tmp-)" ]; result "what fails leaves no file behind"

# ---- the server
mkdir site && echo '<p>hello' > site/index.html
"$program" serve site --listen 127.0.0.1:0 > out 2> err &
server=$!
trap 'kill $server 2> /dev/null; rm -rf "$room"' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -q http out && break
    sleep 0.1
done
port=$(sed -n 's|^http://127.0.0.1:\([0-9]*\)/.*|\1|p' out)
[ -n "$port" ]; result "serve prints its address"
ends 1 "The port of 127.0.0.1:$port is in use already." serve site --listen "127.0.0.1:$port"
kill -TERM $server; wait $server; [ $? -eq 0 ]; result "a stop by signal is a normal end"

# ---- completion works in a real shell
if command -v bash > /dev/null; then
    "$program" help --completion bash > completion
    bash -c '. ./completion; COMP_WORDS=(ontschot version --format j); COMP_CWORD=3; _ontschot
        echo "${COMPREPLY[*]}"' > out 2> err
    [ "$(cat out)" = json ]; result "bash completes a choice"
fi

finish
