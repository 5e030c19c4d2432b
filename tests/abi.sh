#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# The library as somebody else meets it: installed, found by pkg-config, as TAP.
# abi.sh BUILD_ROOT SOURCE_ROOT COMPILER...
build=$(realpath "${1:?build root}") source=$(realpath "${2:?source root}")
shift 2
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
cd "$room" || exit 1

meson install -C "$build" --no-rebuild --quiet --destdir "$room/root" > install.log 2>&1 || {
    sed 's/^/# /' install.log
    echo "1..1"
    echo "not ok 1 - the installation"
    exit 1
}
library=$(find root -name 'libontschot.so.0')
PKG_CONFIG_LIBDIR=$(dirname "$(find "$room/root" -name ontschot.pc)")
export PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR="$room/root"
LD_LIBRARY_PATH=$(dirname "$(realpath "$library")")
export LD_LIBRARY_PATH

"$@" -std=c11 -Wall -Wextra -Wpedantic -Werror $(pkg-config --cflags ontschot) \
    -o example "$source/tests/abi/example.c" $(pkg-config --libs ontschot) -lm
./example "$source/tests/data/mpdta.csv" | grep -v '^1\.\.' > cases
cat cases
number=$(grep -c 'ok ' cases)

nm -D --defined-only "$library" | sed 's/.* //' | LC_ALL=C sort > symbols
number=$((number + 1))
if diff "$source/tests/abi/symbols.txt" symbols > difference; then
    echo "ok $number - the library shows exactly its golden list of symbols"
else
    sed 's/^/# /' difference
    echo "not ok $number - the library shows exactly its golden list of symbols"
fi

number=$((number + 1))
if [ "$(find root -name 'ontschot.1' | wc -l)" -eq 2 ] && [ -n "$(find root -path '*bash-completion*' -type f)" ]
then
    echo "ok $number - manual pages and completion are installed"
else
    echo "not ok $number - manual pages and completion are installed"
fi
echo "1..$number"
