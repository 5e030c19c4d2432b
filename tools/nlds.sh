#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tools/nlds.sh PACKAGES PACKAGE.JSON STYLES NOTICE
# One style sheet from the components that package.json names, in its order, with
# their copyright on top, and the notice with the whole licences.
set -eu
export LC_ALL=C
packages=${1:?folder with node_modules} list=${2:?package.json} styles=${3:?output} notice=${4:?output}
modules=$packages/node_modules

names=$(sed -n 's/^ *"\(@[^"]*\)": *"[0-9].*/\1/p' "$list")
version() { sed -n 's/^ *"version": *"\([^"]*\)".*/\1/p' "$modules/$1/package.json"; }
licence() { cat "$modules/$1"/LICENSE*; }

{
    echo '/*! Components of NL Design System. Licence: EUPL-1.2.'
    for name in $names; do
        css=$modules/$name/dist/index.css
        [ ! -f "$css" ] || sed -n '/\*\//q; s/^ \* \(Copyright .*\)/    \1/p' "$css"
    done | sort -u
    echo '    Packages, unchanged but for their white space:'
    for name in $names; do
        [ ! -f "$modules/$name/dist/index.min.css" ] || echo "    $name $(version "$name")"
    done
    echo '*/'
    for name in $names; do
        css=$modules/$name/dist/index.min.css
        [ ! -f "$css" ] || cat "$css"
    done
} > "$styles.new"
mv "$styles.new" "$styles"

# Each licence once, below the packages that it covers.
{
    echo 'What others made of the pages of this program, and under which licence.'
    for name in $names; do licence "$name" | cksum; done | sort -u | while read -r sum; do
        echo
        first=
        for name in $names; do
            [ "$(licence "$name" | cksum)" = "$sum" ] || continue
            echo "$name $(version "$name")"
            first=${first:-$name}
        done
        echo
        licence "$first"
    done
} > "$notice.new"
mv "$notice.new" "$notice"
