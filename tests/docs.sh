#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# The worked examples of the documentation say what the program does today, as TAP.
# docs.sh PROGRAM SOURCE_ROOT
#
# An example is a fenced block ```console, see examples.sh. They run beside the fixtures of
# tests/data; a path in there is written without a folder.
program=$(realpath "${1:?program}")
source=$(realpath "${2:?source root}")
here=$(realpath "$(dirname "$0")")
. "$here/tap.sh"
. "$here/examples.sh"
mkdir bin data
ln -s "$program" bin/ontschot
for fixture in "$source"/tests/data/*; do ln -s "$fixture" data/; done
PATH=$room/bin:$PATH

find "$source/docs" "$source/README.md" -name '*.md' | sort > pages
while read -r page; do
    split console "$page"
    example=1
    while [ -f $example.run ]; do
        (cd data && sh -e ../$example.run 2> ../err < /dev/null) | tr -d '\r' > out
        matches $example.want out
        result "${page#"$source"/}, example $example: $(head -n 1 $example.run)"
        example=$((example + 1))
    done
done < pages
finish
