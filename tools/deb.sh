#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tools/deb.sh [FOLDER]: builds the program and makes ontschot_VERSION_ARCH.deb of it, by default in
# build/. Needs what ./run needs and nothing more.
set -eu
cd "$(dirname "$0")/.."
. tools/need.sh
folder=${1:-build}

need run
tools/build.sh release
version=$(sed -n "s/^  version: '\(.*\)',/\1/p" meson.build)
arch=$(dpkg --print-architecture)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"

# The packages that hold the libraries which the program itself names.
depends() {
    readelf -d build/release/ontschot | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
        while read -r library; do
            path=$(ldd build/release/ontschot | awk -v l="$library" '$1 == l { print $3 }')
            [ -n "$path" ] || continue
            dpkg -S "$path" 2> /dev/null || dpkg -S "${path#/usr}" 2> /dev/null ||
                dpkg -S "/usr$path" 2> /dev/null
        done | sed 's/:.*//' | LC_ALL=C sort -u | while read -r package; do
            echo "$package (>= $(dpkg-query -W -f '${Version}' "$package" | sed 's/+deb.*//'))"
        done | paste -s -d , | sed 's/,/, /g'
}

DESTDIR=$root meson install -C build/release --no-rebuild --quiet > /dev/null
mkdir -p "$root/usr"
[ ! -d "$root/usr/local" ] || { cp -a "$root/usr/local/." "$root/usr/"; rm -r "$root/usr/local"; }
rm -rf "$root/usr/include" "$root/usr/lib"
strip --strip-unneeded "$root/usr/bin/ontschot"
install -D -m 644 -t "$root/lib/systemd/system" packaging/ontschot.service packaging/ontschot-work.service
install -D -m 644 packaging/ontschot.yaml "$root/etc/ontschot/ontschot.yaml"
install -D -m 644 LICENSE "$root/usr/share/doc/ontschot/copyright" 2> /dev/null ||
    install -D -m 644 publiccode.yml "$root/usr/share/doc/ontschot/publiccode.yml"
tools/sbom.sh > "$root/usr/share/doc/ontschot/sbom.cdx.json"
install -D -m 755 packaging/postinst "$root/DEBIAN/postinst"
echo /etc/ontschot/ontschot.yaml > "$root/DEBIAN/conffiles"
cat > "$root/DEBIAN/control" << CONTROL
Package: ontschot
Version: $version
Architecture: $arch
Maintainer: ontschot
Section: web
Priority: optional
Installed-Size: $(du -sk "$root" | cut -f 1)
Depends: $(depends)
Suggests: postgresql-15
Description: what helps whom in the Dutch municipal social domain, and who pays
 Measures what a programme did and what it was worth to each payer, and lets
 municipalities share what they learned.
CONTROL
mkdir -p "$folder"
dpkg-deb --root-owner-group --build "$root" "$folder/ontschot_${version}_$arch.deb" > /dev/null
echo "$folder/ontschot_${version}_$arch.deb"
