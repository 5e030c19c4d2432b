#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# The rules of ARCHITECTURE.md that a compiler does not know, one test each, as
# TAP. Each looks for offenders; finding none is a pass. layers.sh SOURCE_ROOT
cd "${1:?source root}" || exit 1
number=0
status=0

rule() { # NAME OFFENDERS
    number=$((number + 1))
    if [ -z "$2" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        echo "$2" | sed 's/^/# /'
        status=1
    fi
}

sources() { find "$@" -name '*.[ch]' | LC_ALL=C sort; }
program() { sources "$@" | grep -vE '_test(_int)?\.[ch]$'; }

# Calls of the functions named, as "file:line: text", with comments left out.
calls() { # NAME|NAME...
    xargs awk '
        FNR == 1 { inside = 0 }
        {
            gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "")
            if (inside && sub(/^.*\*\//, "")) inside = 0
            if (inside) next
            if (sub(/\/\*.*$/, "")) inside = 1
            print FILENAME ":" FNR ": " $0
        }' | grep -E ":.*[^A-Za-z0-9_.>]($1)[[:space:]]*\(" | grep -v '__attribute__'
}

# "file line included" for every include of our own
includes() {
    sources src tools | xargs grep -nH '^#include "' |
        sed 's/^\([^:]*\):\([0-9]*\):#include "\([^"]*\)".*/\1 \2 \3/'
}

climbing() {
    includes | awk '
        function floor(path) {
            if (path ~ /^base\//) return 0
            if (path ~ /^engine\//) return 1
            if (path ~ /^(abi|app)\//) return 2
            return path ~ /^(web|cli)\// ? 3 : -1
        }
        $1 ~ /^src\// && floor($3) > floor(substr($1, 5)) { print $1 ":" $2 ": " $3 " is a floor above" }
        $1 ~ /^src\/web\// && $3 ~ /^cli\// { print $1 ":" $2 ": a door that opens another" }
        $1 ~ /^tools\// && floor($3) > 0 { print $1 ":" $2 ": tools stand on the ground floor" }'
}

# A fixture may set up what it needs of another room from within.
strangers() {
    includes | awk '
        function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
        $1 !~ /_test\.[ch]$/ && $3 ~ /\/.*_int\.h$/ && folder($1) != "src/" folder($3) { print $1 ":" $2 ": " $3 }'
}

unlicensed() {
    sources src tools include tests bench demo | xargs grep -L 'SPDX-License-Identifier: EUPL-1.2'
}

long_files() {
    program src tools demo | xargs wc -l |
        awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines" }'
}

# Calls and types of the database libraries, and SQL in C: both have their one place.
outside_db() {
    program src tools demo | grep -v '^src/app/db/' | xargs grep -nE "$1"
}
sql='"[^"]*(SELECT .* FROM |INSERT INTO |UPDATE .* SET |DELETE FROM |CREATE (TABLE|INDEX)|DROP TABLE)'

# In a dictionary the second of a name takes the place of the first, which then never runs.
hidden_tests() {
    find src tests bench -name meson.build | LC_ALL=C sort | xargs grep -ohE "'[a-z0-9_]+_test':" |
        LC_ALL=C sort | uniq -d | sed "s/:$/ is the name of two tests/"
}

lengthless='strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|atoi|atol|atof|strtok|alloca|longjmp'
outside='time|clock|clock_gettime|gettimeofday|localtime|gmtime|rand|random|srand|srandom|getrandom'
outside="$outside|setlocale|getenv|socket|exit|abort|printf|puts"
libm='exp|exp2|expm1|log|log2|log10|log1p|pow|cbrt|hypot|sin|cos|tan|atan|tanh|erf|erfc|lgamma|tgamma|fma'

rule "no include climbs a floor" "$(climbing)"
rule "a private header stays in its folder" "$(strangers)"
rule "no function that forgets a length" "$(program src tools demo | calls "$lengthless")"
rule "the engine knows no clock, chance, environment or screen" \
    "$(program src/engine | calls "$outside")"
rule "numbers depend on no mathematics library" "$(program src/engine src/base | calls "$libm")"
rule "no type or call of a database outside src/app/db" \
    "$(outside_db 'sqlite3_|sqlite3\.h|libpq-fe|PQ[a-z]+\(|PGconn|PGresult')"
rule "SQL stands in queries.sql and migrations" "$(outside_db "$sql" | grep -v '^tools/sqlc')"
rule "each file names its licence" "$(unlicensed)"
rule "a file stays under 600 lines" "$(long_files)"
rule "each test has a name of its own" "$(hidden_tests)"
rule "no path of one machine" \
    "$(grep -rnE '"/(work|tmp|home)/' --include='*.[ch]' --include=meson.build src tools include demo)"
echo "1..$number"
exit $status
