#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# pictures.sh [PICTURE...]: takes the pictures of docs/site.md anew, all or those named (home, list ...),
# with the programs of build/release
set -eu
cd "$(dirname "$0")/../.."
tools/npm.sh browser tests/browser
build=$PWD/build/release
export ONTSCHOT_SOURCE="$PWD" ONTSCHOT="$build/ontschot" DEMO_SITE="$build/demo/voorbeeldstad_site"
export MAIL_SINK="$build/tests/mail_sink" ROUTES="$build/tests/browser/routes"
export BROWSER_PACKAGES="$PWD/build/npm/browser"
exec node tests/browser/pictures.mjs docs "$@"
