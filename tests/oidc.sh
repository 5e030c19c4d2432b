#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Signs in with Glewlwyd, the identity provider that Debian has, on the loopback, as TAP.
# oidc.sh PROGRAM FOLDER. FOLDER keeps the package, unpacked: installing it wants a service manager.
set -eu
program=$(realpath "${1:?the test program}")
folder=${2:?a folder that stays}
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

if [ ! -x "$folder/usr/bin/glewlwyd" ]; then
    mkdir -p "$folder"
    (cd "$folder" && apt-get -q download glewlwyd && dpkg -x glewlwyd_*.deb . && rm glewlwyd_*.deb) \
        > "$room/log" 2>&1 || {
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
static_files_path="$room/none"
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
GLEWLWYD="http://127.0.0.1:$port/api" "$program"
