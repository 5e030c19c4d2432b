# SPDX-License-Identifier: EUPL-1.2
# suites VARIANT SUITE...: builds the variant, runs these test suites and adds
# their cases to $passed, $failed and $skipped. A build that fails is one failure.

passed=0 failed=0 skipped=0

suites() {
    variant=$1
    shift
    echo "== $variant: $*"
    set -- $(printf -- '--suite %s ' "$@")
    log=build/$variant/meson-logs/testlog.junit.xml
    tools/build.sh "$variant" -Dtests=true || { failed=$((failed + 1)); return; }
    rm -f "$log"
    outcome=0
    meson test -C "build/$variant" --no-rebuild --print-errorlogs "$@" || outcome=1
    set -- $(cases < "$log")
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
    # a program may fail outside its cases, e.g. by a leak
    [ "$outcome" -eq 0 ] || [ "$2" -gt 0 ] || failed=$((failed + 1))
}

# Meson's JUnit log counts every case of every program: passed, failed, skipped.
cases() {
    tr '<' '\n' | sed -n 's/^testsuite .* tests="\([0-9]*\)" errors="\([0-9]*\)" failures="\([0-9]*\)" skipped="\([0-9]*\)".*/\1 \2 \3 \4/p' |
        awk '{ p += $1 - $2 - $3 - $4; f += $2 + $3; s += $4 } END { print p + 0, f + 0, s + 0 }'
}
