#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tools/coverage.sh PERCENT: line coverage of src/base and src/engine after a
# run of build/coverage; fails below PERCENT.
set -eu
cd "$(dirname "$0")/.."
exec gcovr --root . --filter src/base/ --filter src/engine/ --exclude '.*_test\.c' \
    --exclude-unreachable-branches --fail-under-line "${1:?a percentage}" build/coverage
