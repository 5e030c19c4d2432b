#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# The package for Debian, without installing it: what is in it, that it runs, what it says of itself.
# As TAP. deb.sh BUILD SOURCE_ROOT
build=$(realpath "${1:?build folder}")
source=$(realpath "${2:?source root}")
. "$(dirname "$0")/tap.sh"
export SOURCE_DATE_EPOCH=1790000000

DEBFULLNAME="A Maintainer" DEBEMAIL=a@voorbeeldstad.nl "$source/tools/pack.sh" "$build" "$room/one" > log 2> err
result "a package is made of what was built"
deb=$(ls one/ontschot_*.deb)
DEBFULLNAME="A Maintainer" DEBEMAIL=a@voorbeeldstad.nl "$source/tools/pack.sh" "$build" "$room/two" > log 2>&1
cmp "$deb" "two/${deb##*/}" > log 2>&1
result "the same again is the same to the byte"
says() { dpkg-deb -f "$deb" "$1" | grep -qF -- "$2"; } # FIELD TEXT
says Package ontschot && says Maintainer "A Maintainer <a@voorbeeldstad.nl>" &&
    says Version "$("$build/ontschot" version | sed -n '1s/^ontschot \([0-9.]*\).*/\1/p')"
result "its name, version and who answers for it"
says Depends "libc6 (>= 2" && says Depends libsqlite3-0 && says Depends libpq5 && says Depends libsodium23
result "it asks for the libraries that the program names"

dpkg-deb -c "$deb" > log
! grep -vE '^[-dl][rwx-]{9} root/root ' log && ! grep -E '^-.{7}w|^-.{4}w' log | grep -v '^l'
result "all of it is root's, and nobody else may write there"
dpkg-deb -x "$deb" root && dpkg-deb -e "$deb" control
(cd root && md5sum --quiet -c ../control/md5sums) > log 2>&1
result "its checksums fit"
[ "$(cat control/conffiles)" = /etc/ontschot/ontschot.yaml ] && [ -f root/etc/ontschot/ontschot.yaml ]
result "the configuration is the manager's once it was changed"
failed=0
for script in postinst prerm postrm; do sh -n "control/$script" 2>> log || failed=1; done
[ $failed -eq 0 ] && [ -x control/postinst ]
result "what it does when installed and removed can be read by sh"

"$PWD/root/usr/bin/ontschot" config check root/etc/ontschot/ontschot.yaml > out 2> err
result "its program finds its configuration in order"
sed "s|/var/lib/ontschot|$room/data|; s|/var/backups/ontschot|$room/copies|; s|127.0.0.1:8080|127.0.0.1:0|" \
    root/etc/ontschot/ontschot.yaml > own.yaml
root/usr/bin/ontschot serve --no-work --config own.yaml > out 2> err < /dev/null &
server=$!
for _ in $(seq 200); do grep -q '^http://' out && break; sleep 0.05; done
curl -sf "$(sed -n 's|^\(http://[^ ]*\)/ .*|\1|p' out)/health/ready" > log 2>&1
result "with that configuration it serves"
root/usr/bin/ontschot backup --config own.yaml > out 2> err && [ -s copies/*/store ]
result "... and what the timer does makes a copy meanwhile"
kill -TERM $server && wait $server
result "... and it stops when asked"

units=root/lib/systemd/system
mkdir units
for unit in "$units"/*; do
    sed 's|^ExecStart=.*|ExecStart=/bin/true|; /^Documentation=/d; s/^User=.*/User=root/; /^Group=/d' "$unit" \
        > "units/${unit##*/}"
done
systemd-analyze verify units/* > log 2>&1
result "systemd reads its units"
worst=$(systemd-analyze security --offline=true units/*.service 2> err | tee log |
    sed -n 's/.*Overall exposure level.*: \([0-9.]*\) .*/\1/p' | sort -n | tail -n 1)
[ -n "$worst" ] && [ "$(echo "$worst" | tr -d .)" -le 40 ] # as root here; as its user a little less
result "none is more exposed than 4.0 of 10 ($worst)"
grep -h '^ExecStart=' "$units"/*.service | sed 's|^ExecStart=/||' | while read -r program words; do
    [ -x "root/$program" ] && root/$program ${words%% *} --help > /dev/null 2>&1 || echo "$program $words"
done > log
[ ! -s log ]
result "each starts a program and command that are there"

doc=root/usr/share/doc/ontschot
grep -q 'License: EUPL-1.2' $doc/copyright && grep -q 'License: OFL-1.1' $doc/copyright &&
    grep -q 'EUROPEAN UNION PUBLIC LICENCE' $doc/copyright && gzip -t $doc/changelog.gz &&
    gzip -t root/usr/share/man/man1/ontschot.1.gz
result "licences, changes and manual page are in it"
readelf -d root/usr/bin/ontschot | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' > needed
python3 - $doc/sbom.cdx.json "$source/src/web/assets/package.json" needed > log 2>&1 << 'END'
import json, re, subprocess, sys
bom = json.load(open(sys.argv[1]))
wanted = json.load(open(sys.argv[2]))["dependencies"]
assert bom["bomFormat"] == "CycloneDX" and bom["specVersion"] == "1.5", bom["specVersion"]
parts = {c["name"]: c for c in bom["components"]}
assert len({c["bom-ref"] for c in bom["components"]}) == len(bom["components"]), "twice the same"
for c in bom["components"]:
    assert c["type"] == "library" and c["version"] and c["licenses"], c
    assert re.fullmatch(r"pkg:(deb/debian|npm)/[A-Za-z0-9.%/+_-]+@[A-Za-z0-9.%~_-]+(\?.*)?", c["purl"]), c["purl"]
for name, version in wanted.items():
    assert parts[name]["version"] == version, (name, parts.get(name))
    assert parts[name]["licenses"][0]["license"]["id"] in ("EUPL-1.2", "OFL-1.1"), parts[name]
for library in open(sys.argv[3]):
    stem = re.sub(r"\.so.*", "", library.strip())
    assert any(stem in name.replace("3-gnutls", "-gnutls") or name.startswith(stem) for name in parts) or \
        stem in ("libm", "libc", "ld-linux-x86-64"), stem
print(len(parts), "components")
END
result "the bill of materials names each library, style sheet and font, with licence"

finish
