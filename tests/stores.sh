#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# stores.sh sqlite|postgresql PROGRAM [ARGUMENT...]
#
# Runs a test program with ONTSCHOT_TEST_STORE naming an empty store of its own: a file
# in a temporary folder, or a private PostgreSQL that listens on a socket in that folder
# only, as a user without rights, stopped at the end. STORES_FSYNC=on keeps what is
# written through a power cut; for tests of that. STORES_REVIVE=on starts PostgreSQL again
# whenever it ends, for tests that kill it. STORES_TEMPLATE names a folder where a fresh
# cluster is kept, so that it is made once.
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
        : > "$folder/stop"
        while kill -0 "$server" 2> /dev/null; do
            kill -QUIT "$(head -n 1 "$folder/cluster/postmaster.pid" 2> /dev/null)" 2> /dev/null || true
            sleep 0.05
        done
    fi
    rm -rf "$folder"
    exit $code
}
trap finish EXIT
trap 'exit 143' HUP INT TERM

make_cluster() { # FOLDER
    $nobody "$bin/initdb" -D "$1" -U ontschot -A trust -E UTF8 --locale=C --no-sync \
        --no-instructions > "$folder/log" 2>&1 || { sed 's/^/# /' "$folder/log"; exit 1; }
}

serve() {
    exec $nobody "$bin/postgres" -D "$folder/cluster" -k "$folder" -c listen_addresses= \
        -c fsync="$fsync" -c full_page_writes="$fsync" -c synchronous_commit="$fsync" \
        -c shared_buffers=32MB -c max_connections=60 >> "$folder/log" 2>&1
}

revive() {
    while [ ! -e "$folder/stop" ]; do (serve) || true; done
}

start_postgresql() {
    bin=
    for found in /usr/lib/postgresql/*/bin; do [ -x "$found/postgres" ] && bin=$found; done
    [ -n "$bin" ] || { echo "Bail out! PostgreSQL is not installed"; exit 1; }
    # it refuses to run as root, and must not outlive this script
    nobody="setpriv --pdeathsig QUIT"
    if [ "$(id -u)" -eq 0 ]; then
        user=$(id -un postgres 2> /dev/null || echo nobody)
        nobody="$nobody --reuid=$user --regid=$(id -g "$user") --clear-groups"
        chown "$user" "$folder"
    fi
    template=${STORES_TEMPLATE:-}
    if [ -n "$template" ]; then
        mkdir -p "$template"
        (
            flock 9
            if [ ! -d "$template/cluster" ]; then
                make_cluster "$folder/cluster"
                rm -rf "$template/cluster.new"
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
    if [ -n "${STORES_REVIVE:-}" ]; then
        revive &
    else
        serve &
    fi
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
