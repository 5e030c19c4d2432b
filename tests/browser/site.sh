#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# site.sh NAME SOURCE_ROOT ONTSCHOT DEMO_SITE MAIL_SINK ROUTES [ARGUMENT...]: a test of the whole
# site in a real browser, as TAP
set -eu
name=$1
export ONTSCHOT_SOURCE="$2" ONTSCHOT="$3" DEMO_SITE="$4" MAIL_SINK="$5" ROUTES="$6"
export BROWSER_PACKAGES="$ONTSCHOT_SOURCE/build/npm/browser"
shift 6
exec node "$ONTSCHOT_SOURCE/tests/browser/$name.mjs" "$@"
