#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tools/sbom.sh: prints what the built program consists of, as CycloneDX 1.5: Debian's libraries that
# it is linked with, and the packages its style sheets and font came from.
set -eu
cd "$(dirname "$0")/.."
program=build/release/ontschot
version=$(sed -n "s/^  version: '\(.*\)',/\1/p" meson.build)

component() { # NAME VERSION PURL
    printf '%s\n    {"type": "library", "name": "%s", "version": "%s", "purl": "%s"}' \
        "$between" "$1" "$2" "$3"
    between=,
}

debian() {
    ldd "$program" | awk '$3 ~ /^\// { print $3 }' | while read -r path; do
        dpkg -S "$path" 2> /dev/null || dpkg -S "/usr$path" 2> /dev/null || true
    done | sed 's/:.*//' | LC_ALL=C sort -u
}

printf '{\n  "bomFormat": "CycloneDX",\n  "specVersion": "1.5",\n  "version": 1,\n'
printf '  "metadata": {"component": {"type": "application", "name": "ontschot", "version": "%s", ' "$version"
printf '"licenses": [{"license": {"id": "EUPL-1.2"}}]}},\n  "components": ['
between=
for package in $(debian); do
    v=$(dpkg-query -W -f '${Version}' "$package")
    component "$package" "$v" "pkg:deb/debian/$package@$v"
done
sed -n 's/^    "\(@[^"]*\)": "\([0-9][^"]*\)".*/\1 \2/p' src/web/assets/package.json > build/sbom.npm
while read -r name v; do
    component "$name" "$v" "pkg:npm/$(echo "$name" | sed 's/@/%40/')@$v"
done < build/sbom.npm
rm -f build/sbom.npm
printf '\n  ]\n}\n'
