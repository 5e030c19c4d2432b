# SPDX-License-Identifier: EUPL-1.2
# serve.sh: a site to attack, for the scripts beside it. Source it behind tap.sh, with $program set:
# it serves an empty site on loopback, without rates, and stops it at the end. $address is where.
cat > site.yaml << 'END'
data: site
store: sqlite:site/ontschot.db
listen: 127.0.0.1:0
log-level: error
limits:
  rates:
    page: {per-minute: 0, burst: 1}
    search: {per-minute: 0, burst: 1}
    write: {per-minute: 0, burst: 1}
    sign-in: {per-minute: 0, burst: 1}
    mail: {per-minute: 0, burst: 1}
END
"$program" user add --data site --store sqlite:site/ontschot.db anna@voorbeeldstad.nl "Anna" \
    --roles admin > link || exit 1
"$program" serve --no-work --config site.yaml > where 2> log < /dev/null &
server=$!
trap 'kill -TERM $server 2> /dev/null; wait $server; cd /; rm -rf "$room"' EXIT
for _ in $(seq 200); do
    address=$(sed -n 's|^\(http://[^ ]*\)/ .*|\1|p' where)
    [ -n "$address" ] && break
    sleep 0.05
done
[ -n "$address" ] || { echo "Bail out! the site does not start"; cat log; exit 1; }

tool() { # NAME...
    for name in "$@"; do
        command -v "$name" > /dev/null || { echo "1..0 # SKIP $name is not installed"; exit 0; }
    done
}
