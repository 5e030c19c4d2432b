#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tools/coverage.sh PERCENT: line coverage of src/base and src/engine after a
# run of build/coverage; fails below PERCENT. Tests do not count.
set -eu
cd "$(dirname "$0")/.."
exec gcovr --root . --filter src/base/ --filter src/engine/ --exclude '.*_test(_int)?\.[ch]' \
    --exclude '.*/fixture_int\.h' --fail-under-line "${1:?a percentage}" build/coverage
