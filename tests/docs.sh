#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# The worked examples of the documentation say what the program does today, as TAP.
# docs.sh PROGRAM SOURCE_ROOT
#
# An example is a fenced block ```console: commands after "$ " (continued with a backslash) and
# what they print. A line "..." stands for lines left out. They run beside the fixtures of
# tests/data; a path in there is written without a folder.
program=$(realpath "${1:?program}")
source=$(realpath "${2:?source root}")
. "$(dirname "$0")/tap.sh"
mkdir bin data
ln -s "$program" bin/ontschot
for fixture in "$source"/tests/data/*; do ln -s "$fixture" data/; done
PATH=$room/bin:$PATH

# Each command of a page as NUMBER.run, what it should print as NUMBER.want.
split() {
    rm -f *.run *.want
    awk '
        /^```console$/ { inside = 1; next }
        /^```$/ { inside = 0 }
        !inside { next }
        more { print >> run; more = /\\$/; next }
        /^\$ / { n++; run = n ".run"; want = n ".want"; printf "" > want
                 print substr($0, 3) > run; more = /\\$/; next }
        { print >> want }
    ' "$1"
}

# Whether `out` is `want`, where "..." stands for any lines.
matches() {
    awk '
        NR == FNR { want[++w] = $0; next }
        { got[++g] = $0 }
        function fits(i, j) {
            for (; i <= w && want[i] != "..."; i++)
                if (j > g || want[i] != got[j++])
                    return 0
            if (i > w)
                return j > g
            for (; j <= g + 1; j++)
                if (fits(i + 1, j))
                    return 1
            return 0
        }
        END { exit !fits(1, 1) }
    ' "$1" "$2"
}

find "$source/docs" "$source/README.md" -name '*.md' | sort > pages
while read -r page; do
    split "$page"
    example=1
    while [ -f $example.run ]; do
        (cd data && sh -e ../$example.run 2> ../err < /dev/null) | tr -d '\r' > out
        matches $example.want out
        result "${page#"$source"/}, example $example: $(head -n 1 $example.run)"
        example=$((example + 1))
    done
done < pages
finish
