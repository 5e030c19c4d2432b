#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# bench/link.sh [COPIES]: time and memory of `ontschot link run` on COPIES (100) times the 10,000
# records of FEBRL 4, as one list: letters, years, numbers and postcodes are shifted in each copy,
# so that copies do not look like each other. Peers, measured once: see bench/README.md.
set -eu
cd "$(dirname "$0")/.."
copies=${1:-100}
folder=${TMPDIR:-/tmp}/ontschot-link-bench
data=tests/data/linkage
mkdir -p "$folder"
records=$folder/febrl-$copies.csv
[ -f "$records" ] || awk -v copies="$copies" '
    function shifted(s, k,    i, c, at, text) {
        text = ""
        for (i = 1; i <= length(s); i++) {
            c = substr(s, i, 1)
            at = index(letters, c)
            text = text (at ? substr(letters letters, at + k, 1) : c)
        }
        return text
    }
    BEGIN { FS = ", *"; letters = "abcdefghijklmnopqrstuvwxyz" }
    FNR == 1 { next }
    { line[++n] = $0 }
    END {
        print "rec_id,given_name,surname,street_number,address_1,suburb,postcode,date_of_birth,soc_sec_id"
        for (k = 0; k < copies; k++)
            for (i = 1; i <= n; i++) {
                split(line[i], f, FS)
                s = k % 26; turn = int(k / 26)
                year = substr(f[10], 1, 4)
                if (f[10] != "") f[10] = (1900 + (year - 1900 + k) % 100) substr(f[10], 5)
                if (f[11] != "") f[11] = 1000000 + (f[11] + k * 90001) % 9000000
                if (f[8] != "") f[8] = 1000 + (f[8] + k * 37) % 9000
                print k "-" f[1] "," shifted(f[2], s) "," shifted(f[3], (s + 5 * turn) % 26) "," f[4] "," \
                    shifted(f[5], (s + 11 * turn) % 26) "," shifted(f[7], (s + 17 * turn) % 26) "," f[8] "," f[10] "," f[11]
            }
    }' "$data/febrl4a.csv" "$data/febrl4b.csv" > "$records.new"
[ -f "$records" ] || mv "$records.new" "$records"
grep -v '^clean:' "$data/febrl4.yaml" > "$folder/febrl.yaml"
rm -rf "$folder/result"
/usr/bin/time -f '%e s wall, %U + %S s of processors, %M KiB at most' \
    build/release/ontschot link run "$records" --settings "$folder/febrl.yaml" --to "$folder/result" \
    --purpose bench --ground none --covenant none
