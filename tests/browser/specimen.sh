#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# specimen.sh SPECIMEN SOURCE_ROOT: the specimen page in a real browser, as TAP
set -eu
specimen=$1 source=$2
export BROWSER_PACKAGES="$source/build/npm/browser"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$specimen" "$folder"
node "$source/tests/browser/specimen.mjs" "$folder" "$source/src/web/assets/theme.css"
