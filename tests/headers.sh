#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Each public header compiles alone, as TAP; those of tests need what is generated. headers.sh SOURCE_ROOT COMPILER...
cd "${1:?source root}" || exit 1
shift
number=0
status=0
for header in $(find src include -name '*.h' ! -name '*_int.h' ! -name '*_test.h' | LC_ALL=C sort); do
    number=$((number + 1))
    if "$@" -std=gnu17 -Wall -Wextra -Wpedantic -Werror -Isrc -Iinclude -fsyntax-only -x c "$header"
    then
        echo "ok $number - $header"
    else
        echo "not ok $number - $header"
        status=1
    fi
done 2>&1
echo "1..$number"
exit $status
