#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tools/build.sh VARIANT [MESON OPTION...]: builds build/VARIANT. A new folder is
# set up without tests unless the options say otherwise; one that exists is set
# up again only when other options are given than the last time.
set -eu
cd "$(dirname "$0")/.."

tools/npm.sh assets src/web/assets

variant=${1:?release, check, clang, tsan, coverage or fuzz}
shift
folder=build/$variant
if [ $# -gt 0 ] || [ ! -f "$folder/build.ninja" ]; then
    [ $# -gt 0 ] || set -- -Dtests=false
    compiler=cc
    case $variant in
    release)  set -- -Dbuildtype=release "$@" ;;
    check)    set -- -Dbuildtype=debugoptimized -Db_sanitize=address,undefined -Dwerror=true "$@" ;;
    clang)    set -- -Dbuildtype=debugoptimized -Dwerror=true "$@"; compiler=clang-14 ;;
    tsan)     set -- -Dbuildtype=debugoptimized -Db_sanitize=thread "$@" ;;
    coverage) set -- -Dbuildtype=debug -Db_coverage=true "$@" ;;
    fuzz)     set -- -Dbuildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false \
                  -Dfuzz=true "$@"; compiler=clang-14 ;;
    *)        echo "$0: no variant $variant" >&2; exit 2 ;;
    esac
    mkdir -p "$folder"
    if [ "$*" != "$(cat "$folder/options" 2> /dev/null)" ]; then
        again=
        [ -f "$folder/build.ninja" ] && again=--reconfigure
        CC=$compiler meson setup $again "$folder" "$@" > "$folder/setup.log" 2>&1 || {
            cat "$folder/setup.log" >&2
            exit 1
        }
        echo "$*" > "$folder/options"
    fi
fi
quiet=
[ -t 1 ] || quiet=--quiet
exec ninja $quiet -C "$folder"
