#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tools/pack.sh BUILD [FOLDER]: makes ontschot_VERSION_ARCH.deb of what was built in BUILD, in FOLDER
# (by default build/). Builds nothing itself. DEBFULLNAME and DEBEMAIL say who answers for it.
set -eu
cd "$(dirname "$0")/.."
build=$(realpath "${1:?a build folder}")
folder=${2:-build}
version=$(sed -n "s/^  version: '\(.*\)',/\1/p" meson.build)
arch=$(dpkg --print-architecture)
# .invalid is nobody's (RFC 2606): who passes the package on puts an address of their own here
maintainer="${DEBFULLNAME:-The maintainers of ontschot} <${DEBEMAIL:-ontschot@packages.invalid}>"
made=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2> /dev/null || date +%s)}
export SOURCE_DATE_EPOCH="$made"
umask 022
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
doc=$root/usr/share/doc/ontschot

# The packages that hold the libraries which the program itself names.
depends() {
    readelf -d "$build/ontschot" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
        while read -r library; do
            path=$(ldd "$build/ontschot" | awk -v l="$library" '$1 == l { print $3 }')
            [ -n "$path" ] || continue
            dpkg -S "$path" 2> /dev/null || dpkg -S "${path#/usr}" 2> /dev/null ||
                dpkg -S "/usr$path" 2> /dev/null
        done | sed 's/:.*//' | LC_ALL=C sort -u | while read -r package; do
            version=$(dpkg-query -W -f '${Version}' "$package")
            version=${version%%+deb*}
            version=${version%-*} # any revision of Debian's will do
            [ "$package" != libpq5 ] || version=${version%%.*} # behind the point it counts repairs
            echo "$package (>= $version)"
        done | paste -s -d , | sed 's/,/, /g'
}

# Debian's machine-readable form: who holds what, and the licences that Debian has no copy of.
copyright() {
    cat << HEAD
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ontschot

Files: *
Copyright: the contributors of ontschot
License: EUPL-1.2
Comment: The style sheets in the program are those of NL Design System (@utrecht/*-css), copyright
 the Municipality of Utrecht and the contributors of NL Design System, under the same licence.

Files: usr/bin/ontschot
Copyright: 2022 The Noto Project Authors (the font Noto Sans, which the program carries)
License: OFL-1.1

License: EUPL-1.2
HEAD
    sed 's/^$/./; s/^/ /' LICENSE
    printf '\nLicense: OFL-1.1\n'
    sed 's/\r$//; s/^[[:space:]]*$/./; s/^/ /' "build/npm/assets/node_modules/@fontsource-variable/noto-sans/LICENSE"
}

changelog() {
    printf 'ontschot (%s) bookworm; urgency=medium\n\n  * See CHANGELOG.md of the source for what changed.\n\n' "$version"
    printf ' -- %s  %s\n' "$maintainer" "$(LC_ALL=C date -u -R -d "@$made")"
}

DESTDIR=$root meson install -C "$build" --no-rebuild --quiet > /dev/null
mkdir -p "$root/usr"
[ ! -d "$root/usr/local" ] || { cp -a "$root/usr/local/." "$root/usr/"; rm -r "$root/usr/local"; }
rm -rf "$root/usr/include" "$root/usr/lib"
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/usr/bin/ontschot"
find "$root/usr/share/man" -type f -name '*.[0-9]' -exec gzip -9n {} +
install -D -m 644 -t "$root/lib/systemd/system" packaging/*.service packaging/*.timer
install -D -m 644 packaging/ontschot.yaml "$root/etc/ontschot/ontschot.yaml"
mkdir -p "$doc" "$root/DEBIAN"
copyright > "$doc/copyright"
changelog | gzip -9n > "$doc/changelog.gz"
tools/sbom.sh "$build/ontschot" > "$doc/sbom.cdx.json"
install -m 755 -t "$root/DEBIAN" packaging/postinst packaging/prerm packaging/postrm
echo /etc/ontschot/ontschot.yaml > "$root/DEBIAN/conffiles"
(cd "$root" && find usr lib -type f -exec md5sum {} + | LC_ALL=C sort -k 2) > "$root/DEBIAN/md5sums"
cat > "$root/DEBIAN/control" << CONTROL
Package: ontschot
Version: $version
Architecture: $arch
Maintainer: $maintainer
Section: web
Priority: optional
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f 1)
Depends: $(depends), passwd
Suggests: postgresql-15, postgresql-client-15
Description: what helps whom in the Dutch municipal social domain, and who pays
 Measures what a programme did and what it was worth to each payer, and lets
 municipalities share what they learned. One program: a site with knowledge,
 discussion and studies, and the same studies on the command line.
 .
 It keeps its data in one SQLite file, or in PostgreSQL.
CONTROL
find "$root" -exec touch -h -d "@$made" {} +
mkdir -p "$folder"
dpkg-deb --root-owner-group --build "$root" "$folder/ontschot_${version}_$arch.deb" > /dev/null
echo "$folder/ontschot_${version}_$arch.deb"
