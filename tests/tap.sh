# SPDX-License-Identifier: EUPL-1.2
# tap.sh: what the shell tests share. Source it when paths given as arguments are absolute:
# it steps into an empty room of its own, sets English, and counts cases as TAP.
export ONTSCHOT_LANG=en
unset LC_ALL LC_MESSAGES LANG GLIBC_TUNABLES
# hides the wide code paths of the C library (old and new names of its features)
mask=glibc.cpu.hwcaps=-AVX,-AVX_Usable,-AVX2,-AVX2_Usable,-FMA,-FMA_Usable,-FMA4,-AVX512F,-AVX512F_Usable
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
cd "$room" || exit 1
number=0
tap_status=0

result() { # NAME; follows a test command. What was written to out, err and log explains a failure.
    outcome=$?
    number=$((number + 1))
    if [ $outcome -eq 0 ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        for said in out err log; do [ -s $said ] && sed 's/^/# /' $said; done
        tap_status=1
    fi
}

# The end of a test program.
finish() {
    echo "1..$number"
    exit $tap_status
}
