#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# stores.sh sqlite|postgresql PROGRAM [ARGUMENT...]
#
# Runs a test program with ONTSCHOT_TEST_STORE naming an empty store of its own: a file
# in a temporary folder, or a private PostgreSQL that listens on a socket in that folder
# only, as a user without rights, stopped at the end. STORES_FSYNC=on keeps what is
# written through a power cut; for tests of that. STORES_TEMPLATE names a folder where a
# fresh cluster is kept, so that it is made once.
set -eu
kind=${1:?sqlite or postgresql}
shift
folder=$(mktemp -d /tmp/ontschot-store.XXXXXX)
server=

finish() {
    code=$?
    trap - EXIT
    if [ -n "$server" ]; then
        [ $code -eq 0 ] || tail -n 20 "$folder/log" | sed 's/^/# /'
        kill -INT "$server" 2> /dev/null || true
        wait "$server" 2> /dev/null || true
    fi
    rm -rf "$folder"
    exit $code
}
trap finish EXIT
trap 'exit 143' HUP INT TERM

# PostgreSQL refuses to run as root.
as_nobody() {
    if [ "$(id -u)" -ne 0 ]; then
        setpriv --pdeathsig INT "$@"
    else
        setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups --pdeathsig INT "$@"
    fi
}

make_cluster() { # FOLDER
    as_nobody "$bin/initdb" -D "$1" -U ontschot -A trust -E UTF8 --locale=C --no-sync \
        --no-instructions > "$folder/log" 2>&1 || { sed 's/^/# /' "$folder/log"; exit 1; }
}

start_postgresql() {
    bin=
    for found in /usr/lib/postgresql/*/bin; do [ -x "$found/postgres" ] && bin=$found; done
    [ -n "$bin" ] || { echo "Bail out! PostgreSQL is not installed"; exit 1; }
    user=$(id -un postgres 2> /dev/null || echo nobody)
    [ "$(id -u)" -ne 0 ] || chown "$user" "$folder"
    template=${STORES_TEMPLATE:-}
    if [ -n "$template" ]; then
        mkdir -p "$template"
        (
            flock 9
            if [ ! -d "$template/cluster" ]; then
                make_cluster "$folder/cluster"
                cp -a "$folder/cluster" "$template/cluster.new"
                rm -rf "$folder/cluster"
                mv "$template/cluster.new" "$template/cluster"
            fi
        ) 9> "$template/lock"
        cp -a "$template/cluster" "$folder/cluster"
    else
        make_cluster "$folder/cluster"
    fi
    fsync=${STORES_FSYNC:-off}
    as_nobody "$bin/postgres" -D "$folder/cluster" -k "$folder" -c listen_addresses= \
        -c fsync="$fsync" -c full_page_writes="$fsync" -c synchronous_commit="$fsync" \
        -c shared_buffers=32MB -c max_connections=60 > "$folder/log" 2>&1 &
    server=$!
    for _ in $(seq 200); do
        "$bin/pg_isready" -q -h "$folder" -U ontschot -d postgres && return
        kill -0 "$server" 2> /dev/null || break
        sleep 0.05
    done
    echo "Bail out! PostgreSQL does not start"
    exit 1
}

case $kind in
sqlite) url=sqlite:$folder/store.db ;;
postgresql)
    start_postgresql
    url="postgresql://ontschot@/postgres?host=$folder"
    export STORES_SERVER="$server"
    ;;
*) echo "$0: no kind $kind" >&2; exit 2 ;;
esac
ONTSCHOT_TEST_STORE=$url "$@"
