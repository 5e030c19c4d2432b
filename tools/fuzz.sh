#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tools/fuzz.sh SECONDS: lets each fuzz target search so long, from its corpus.
# What it finds is kept in build/fuzz/found; a crash fails.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:?seconds for each target}
tools/build.sh fuzz
for target in build/fuzz/tests/fuzz/*_fuzz; do
    name=$(basename "$target" _fuzz)
    mkdir -p "build/fuzz/found/$name"
    echo "== fuzz $name"
    "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/found/" -verbosity=0 \
        "build/fuzz/found/$name" "tests/fuzz/corpus/$name"
done
