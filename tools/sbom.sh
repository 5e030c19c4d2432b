#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# tools/sbom.sh [PROGRAM]: prints what the built program (build/release/ontschot) consists of, as
# CycloneDX 1.5: Debian's libraries that it is linked with, also through others, and the packages
# whose style sheets and font it carries; each with version, licence and address.
set -eu
cd "$(dirname "$0")/.."
program=${1:-build/release/ontschot}
modules=build/npm/assets/node_modules
version=$(sed -n "s/^  version: '\(.*\)',/\1/p" meson.build)
distribution=debian-$(sed -n 's/^VERSION_ID="\{0,1\}\([0-9]*\).*/\1/p' /etc/os-release)

component() { # TYPE NAME VERSION PURL LICENCES
    printf '%s\n    {"type": "%s", "bom-ref": "%s", "name": "%s", "version": "%s", "licenses": [%s], "purl": "%s"}' \
        "$between" "$1" "$4" "$2" "$3" "$5" "$4"
    between=,
}

# What Debian's copyright file says, in Debian's own short names.
licences_of() { # PACKAGE
    sed -n 's/^License:[[:space:]]*\([^[:space:]].*\)$/\1/p' "/usr/share/doc/$1/copyright" |
        sed 's/["\\]//g; s/[[:space:]]*$//' | LC_ALL=C sort -u |
        awk '{ printf "%s{\"license\": {\"name\": \"%s\"}}", (NR > 1 ? ", " : ""), $0 }
             END { if (NR == 0) printf "{\"license\": {\"name\": \"see /usr/share/doc in the package\"}}" }'
}

# /lib may be /usr/lib, and Debian knows a file by either name.
debian() {
    ldd "$program" | awk '$3 ~ /^\// { print $3; if (!sub(/^\/usr/, "", $3)) $3 = "/usr" $3; print $3 }' |
        { xargs dpkg -S 2> /dev/null || true; } | sed 's/:.*//' | LC_ALL=C sort -u
}

# As a URL writes them (package-url specification): a plus and an epoch's colon.
encoded() { printf '%s' "$1" | sed 's/+/%2B/g; s/:/%3A/g'; }

field() { # FILE KEY
    sed -n "s/^  \"$2\": \"\([^\"]*\)\".*/\1/p" "$1" | head -n 1
}

printf '{\n  "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",\n'
printf '  "bomFormat": "CycloneDX",\n  "specVersion": "1.5",\n  "version": 1,\n'
printf '  "metadata": {"component": {"type": "application", "bom-ref": "ontschot", "name": "ontschot", '
printf '"version": "%s", "licenses": [{"license": {"id": "EUPL-1.2"}}]}},\n  "components": [' "$version"
between=
for package in $(debian); do
    v=$(dpkg-query -W -f '${Version}' "$package")
    component library "$package" "$v" \
        "pkg:deb/debian/$package@$(encoded "$v")?arch=$(dpkg --print-architecture)&distro=$distribution" \
        "$(licences_of "$package")"
done
for file in "$modules"/@*/*/package.json; do
    name=$(field "$file" name)
    v=$(field "$file" version)
    component library "$name" "$v" "pkg:npm/$(echo "$name" | sed 's/@/%40/')@$v" \
        "{\"license\": {\"id\": \"$(field "$file" license)\"}}"
done
printf '\n  ]\n}\n'
