#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# oidc.sh FOLDER COMMAND [ARGUMENT...]: runs a test, as TAP, with Glewlwyd on the loopback, the identity
# provider that Debian has. Its API is at $GLEWLWYD, its pages beside it. FOLDER keeps the packages,
# unpacked: installing them wants a service manager.
set -eu
folder=${1:?a folder that stays}
shift
room=$(mktemp -d /tmp/ontschot-oidc.XXXXXX)
server=

finish() {
    code=$?
    trap - EXIT
    if [ -n "$server" ]; then
        [ $code -eq 0 ] || tail -n 20 "$room/log" | sed 's/^/# /'
        kill "$server" 2> /dev/null || true
        wait "$server" 2> /dev/null || true
    fi
    rm -rf "$room"
    exit $code
}
trap finish EXIT
trap 'exit 143' HUP INT TERM

# Its pages need more packages. It serves no links that lead out of their folder.
unpack() {
    cd "$folder" &&
        apt-get -q download glewlwyd glewlwyd-common fonts-fork-awesome libjs-jquery libjs-bootstrap4 \
            libjs-popper.js &&
        for package in *.deb; do dpkg -x "$package" . || return; done &&
        rm ./*.deb && cd usr/share/glewlwyd && rm webapp/config.json && cp templates/config.json webapp/ &&
        cp -RL webapp pages
}
if [ ! -d "$folder/usr/share/glewlwyd/pages" ]; then
    mkdir -p "$folder"
    (unpack) > "$room/log" 2>&1 || {
        sed 's/^/# /' "$room/log"
        echo "Bail out! Glewlwyd cannot be had from Debian"
        exit 1
    }
fi
glewlwyd=$(realpath "$folder")/usr

zcat "$glewlwyd/share/doc/glewlwyd/database/init.sqlite3.sql.gz" | sqlite3 "$room/glewlwyd.db"
mkdir "$room/none"
port=$((20000 + $$ % 20000))
cat > "$room/glewlwyd.conf" << END
port=$port
bind_address="127.0.0.1"
external_url="http://127.0.0.1:$port"
api_prefix="api"
login_url="login.html"
static_files_path="$glewlwyd/share/glewlwyd/pages"
static_files_mime_types = (
    { extension = ".html", mime_type = "text/html" },
    { extension = ".css", mime_type = "text/css" },
    { extension = ".js", mime_type = "application/javascript" },
    { extension = ".json", mime_type = "application/json" }
)
cookie_domain="127.0.0.1"
cookie_secure=0
log_mode="file"
log_level="WARNING"
log_file="$room/log"
admin_scope="g_admin"
profile_scope="g_profile"
session_expiration=2419200
session_key="GLEWLWYD2_SESSION_ID"
user_module_path="$glewlwyd/lib/glewlwyd/user"
client_module_path="$glewlwyd/lib/glewlwyd/client"
user_auth_scheme_module_path="$glewlwyd/lib/glewlwyd/scheme"
user_middleware_module_path="$room/none"
plugin_module_path="$glewlwyd/lib/glewlwyd/plugin"
hash_algorithm = "SHA512"
database = { type = "sqlite3", path = "$room/glewlwyd.db" };
END
setpriv --pdeathsig TERM "$glewlwyd/bin/glewlwyd" --config-file="$room/glewlwyd.conf" \
    > "$room/out" 2>&1 &
server=$!
GLEWLWYD="http://127.0.0.1:$port/api" "$@"
