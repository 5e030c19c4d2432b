#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# What ./run and ./check do about missing packages, with a machine made of
# stand-ins, as TAP. need.sh SOURCE_ROOT
source=$(realpath "${1:?source root}")
. "$(dirname "$0")/tap.sh"
mkdir bin packages
printf 'run    alpha\nrun    beta\ncheck  gamma\n' > packages/debian12.txt
for tool in sh cat sed tail mkdir rm env; do ln -s "$(command -v $tool)" bin/$tool; done

# stand_in NAME BODY: a program of this machine
stand_in() {
    printf '#!/bin/sh\n%s\n' "$2" > "bin/$1"
    chmod +x "bin/$1"
}

# needs LIST...: what a script that needs these lists does here
needs() {
    PATH=$room/bin sh -euc ". '$source/tools/need.sh'; need $*; echo built" > out 2>&1
    code=$?
}

stand_in apt-get 'echo "$*" >> calls; [ ! -e broken ]'
stand_in id 'echo 0'

stand_in dpkg-query 'echo "installed alpha installed beta installed gamma "'
needs run check
[ $code -eq 0 ] && [ "$(cat out)" = built ] && [ ! -e calls ]
result "nothing is installed when nothing is missing"

mv packages/debian12.txt packages/plain.txt
printf 'run    alpha\nrun    delta  deltas-twin\n' > packages/debian12.txt
stand_in deltas-twin ''
needs run
[ $code -eq 0 ] && [ "$(cat out)" = built ] && [ ! -e calls ]
result "a command that serves as well is taken as it is"

rm bin/deltas-twin
needs run
[ $code -eq 0 ] && grep -q 'install .* delta$' calls
result "without that command its package is installed"
mv packages/plain.txt packages/debian12.txt

stand_in dpkg-query 'echo "installed alpha config-files beta "; exit 1'
needs run
[ $code -eq 0 ] && grep -q 'install .* beta$' calls && ! grep -q gamma calls
result "root installs what these lists miss, also what was removed before"

touch broken; needs run; rm broken
[ $code -eq 1 ] && grep -q 'could not be installed' out && ! grep -q built out
result "a failed installation stops"

rm -f calls
stand_in id 'echo 1000'
needs run check
[ $code -eq 3 ] && grep -q 'apt-get update && apt-get .* beta gamma$' out && [ ! -e calls ]
result "without root the line for an administrator is printed"

stand_in sudo '"$@"'
needs run
[ $code -eq 0 ] && grep -q 'install .* beta$' calls
result "sudo installs"

stand_in sudo 'exit 1'
needs run
[ $code -eq 3 ]
result "a sudo that refuses is no sudo"

rm bin/dpkg-query
needs run
[ $code -eq 0 ] && grep -q 'not Debian.* alpha beta' out && grep -q built out
result "another system is told what is needed, and tried"

finish
