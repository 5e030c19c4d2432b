#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# api.sh STORES API_DOCUMENT_TEST CHECKER
#
# Lets the API describe itself and answer, and has both checked by a program that shares no
# code with it.
set -eu
folder=$(mktemp -d /tmp/ontschot-api.XXXXXX)
trap 'rm -rf "$folder"' EXIT
API_TRANSCRIPT="$folder/transcript.json" sh "$1" sqlite "$2" > "$folder/log" 2>&1 || {
    sed 's/^/# /' "$folder/log"
    echo "Bail out! The API did not answer"
    exit 1
}
python3 -W ignore "$3" "$folder/transcript.json"
