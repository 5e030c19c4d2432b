#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# What can stand in the way of a start: each has its own sentence, in the language asked for, and
# its own exit code, and leaves what is there as it was. As TAP. start.sh PROGRAM
program=$(realpath "${1:?program}")
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/serving.sh"

no_user=65534 # nobody; root may do everything

# refused CODE NAME TEXT ARGUMENT...: `serve` ends by itself with CODE, and stderr holds TEXT.
refused() {
    code=$1 name=$2 text=$3
    shift 3
    case " $* " in *" --listen "*) ;; *) set -- "$@" --listen 127.0.0.1:0 ;; esac
    timeout -s KILL 60 $as "$program" serve --no-work "$@" > out 2> err < /dev/null
    got=$?
    [ $got -eq "$code" ] || echo "exit code $got instead of $code" >> err
    [ $got -eq "$code" ] && grep -qF -- "$text" err && [ ! -s out ]
    result "$name"
}
as=

# A file's content, or every file's of a folder.
print_of() { find "$@" -type f ! -name '*-shm' -exec sha256sum {} + | sort; }

# ---- a good start, to have something that could be damaged ----

start --no-work --data site
result "a new site starts without a word of configuration"
stop
[ $? -eq 0 ] && [ -s site/ontschot.db ] && [ -s site/keys/site.key ]
result "its database and keys are in the data folder, and a signal ends it well"
[ "$(stat -c %a site/keys/site.key)" = 600 ] && [ "$(stat -c %a site/keys)" = 700 ] &&
    [ "$(stat -c %a site/ontschot.db)" = 600 ]
result "nobody else on the machine can read keys or database"
cp -r site whole

# ---- the configuration ----

printf 'store: sqlite:site/ontschot.db\ndata: site\nlisen: 127.0.0.1:80\n' > near.yaml
refused 3 "a key that is mistyped is named, with line, column and the near one" \
    'near.yaml:3:1: ' --config near.yaml
grep -q '“listen”' err
result "... and the one that was meant"
ONTSCHOT_LANG=nl refused 3 "the same in Dutch" 'Bedoelt u “listen”' --config near.yaml
printf 'store: [\n' > broken.yaml
refused 3 "a file that is no YAML is said with its place" 'broken.yaml:' --config broken.yaml
refused 3 "a file that is not there is named" 'none.yaml: ' --config none.yaml
printf 'store: mysql:a\ndata: site\n' > mysql.yaml
refused 3 "a database of another kind is refused" 'mysql.yaml:1:8: ' --config mysql.yaml
refused 3 "the same on the command line" 'sqlite:PATH' --data site --store mysql:a
printf 'store: sqlite:site/ontschot.db\ndata: site\nlisten: 0.0.0.0:8080\n' > open.yaml
refused 3 "an address for everybody asks how the site is called" 'open.yaml:3:9: ' --config open.yaml
refused 3 "a wrong address to listen on is named" 'nowhere' --data site --listen nowhere

# ---- the database ----

refused 4 "a database that is away is for later" 'cannot be reached' --data site \
    --store "postgresql://ontschot@/ontschot?host=$room/none"
ONTSCHOT_LANG=nl refused 4 "the same in Dutch" 'niet bereikbaar' --data site \
    --store "postgresql://ontschot@/ontschot?host=$room/none"
refused 4 "a password in the name of a database is never shown" 'cannot be reached' --data site \
    --store "postgresql://ontschot:geheim123@127.0.0.1:9/ontschot"
! grep -q geheim123 err
result "... not in any message"

echo 'not a database, but a letter of some length' > letter.txt
sum=$(print_of letter.txt)
refused 1 "a file that is something else is no store" 'not a store of ontschot' --data site \
    --store sqlite:letter.txt
[ "$(print_of letter.txt)" = "$sum" ]
result "... and stays as it was"

cp -r site newer
sqlite3 newer/ontschot.db "INSERT INTO store_migration (number, name, checksum, applied_ms)
    VALUES (9000, '9000_future', 'x', 0)"
sum=$(print_of newer)
refused 3 "a database of a newer program is refused" 'newer' --data newer
[ "$(print_of newer)" = "$sum" ]
result "... and stays as it was"

cp -r site other
sqlite3 other/ontschot.db "UPDATE store_migration SET checksum = 'x' WHERE number = 1"
sum=$(print_of other)
refused 3 "a database made by other migrations is refused" '0001_access' --data other
[ "$(print_of other)" = "$sum" ]
result "... and stays as it was"

cp -r site damaged
dd if=/dev/zero of=damaged/ontschot.db bs=4096 seek=1 count=20 conv=notrunc 2> /dev/null
sum=$(print_of damaged/ontschot.db)
refused 1 "a damaged database is said, with what to do" 'damaged' --data damaged
[ "$(print_of damaged/ontschot.db)" = "$sum" ]
result "... and stays as it was"

# ---- keys ----

cp -rp site seen
chmod 640 seen/keys/site.key
sum=$(print_of seen)
refused 3 "a key that others can read is refused" 'Others can read the key' --data seen
ONTSCHOT_LANG=nl refused 3 "the same in Dutch" 'chmod 600' --data seen
[ "$(print_of seen)" = "$sum" ]
result "... and nothing was made anew"
cp -rp site cut
truncate -s 40 cut/keys/site.key
sum=$(print_of cut)
refused 3 "a damaged key is refused, not replaced" 'no key of this site' --data cut
[ "$(print_of cut)" = "$sum" ]
result "... and stays as it was"

# ---- folders and files ----

refused 1 "a data folder that cannot be made is named" 'letter.txt/site' --data letter.txt/site
if [ "$(id -u)" -eq 0 ]; then
    as="setpriv --reuid=$no_user --regid=$no_user --clear-groups"
    chmod 755 .
fi
mkdir -m 555 closed
refused 1 "a data folder without the right to write is named" 'closed' --data closed
as=
refused 3 "a theme that is not there is named" 'none.css' --data site --theme none.css

start --no-work --data site
port=${address##*:}
"$program" serve --no-work --data whole --listen "127.0.0.1:$port" > out2 2> err2 < /dev/null
[ $? -eq 1 ] && grep -q "$port" err2 && [ ! -s out2 ]
result "a port that is taken is said"
curl -sf -o out2 "$address/health/ready" 2> err2
result "... and who has it goes on"
stop

# ---- real disks, where they can be mounted; disk.sh has the same without ----

# on_disk SIZE SCRIPT: runs the script in a room with a small disk of its own at ./disk
on_disk() {
    mkdir -p disk
    unshare -m sh -c "mount -t tmpfs -o size=$1 none disk && $2"
}

if [ "$(id -u)" -eq 0 ] && unshare -m true 2> /dev/null; then
    serve="timeout -s KILL 60 $program serve --no-work --listen 127.0.0.1:0 --data disk/site"
    on_disk 4m "cp -rp site disk/site && mount -o remount,ro disk && $serve" > out 2> err
    [ $? -eq 1 ] && grep -qi 'read' err && [ ! -s out ]
    result "a disk that can only be read is said"

    on_disk 100k "$serve" > out 2> err
    [ $? -eq 1 ] && grep -q 'full' err && [ ! -s out ]
    result "a disk that is full at the first start is said"

    on_disk 100k "$serve 2> /dev/null; mount -o remount,size=8m disk && \
        timeout -s TERM 5 $serve" > out 2> err
    grep -q '^http://' out
    result "with more room the same folder starts"

    on_disk 4m "cp -rp site disk/site && cat /dev/zero > disk/zero; sha256sum disk/site/ontschot.db > sum; \
        $serve; code=\$?; sha256sum -c sum && exit \$code" > out 2> err
    code=$?
    [ $code -eq 1 ] && grep -q 'full' err
    result "a disk that is full later is said, and the database stays as it was"
fi

# ---- the worker beside it ----

workers_of() { # PROCESS: those that it started
    cat "/proc/$1/task/"*/children 2> /dev/null
}
is_gone() { # PROCESS, within ten seconds; one that nobody waits for may stay as a zombie
    for _ in $(seq 200); do
        grep -q '^State:.*[ZX]' "/proc/$1/status" 2> /dev/null || kill -0 "$1" 2> /dev/null || return 0
        grep -q '^State:.*[ZX]' "/proc/$1/status" 2> /dev/null && return 0
        sleep 0.05
    done
    return 1
}
begins_worker() {
    start --data site || return 1
    for _ in $(seq 100); do
        worker=$(workers_of $server | tr -d ' ')
        [ -n "$worker" ] && grep -qa work "/proc/$worker/cmdline" && return 0
        sleep 0.05
    done
    return 1
}

begins_worker
result "the site begins a worker of its own"
kill -KILL "$worker"
again=
for _ in $(seq 300); do
    again=$(workers_of $server | tr -d ' ')
    [ -n "$again" ] && [ "$again" != "$worker" ] && break
    sleep 0.05
done
[ -n "$again" ] && [ "$again" != "$worker" ]
result "... and another when that is killed"
kill -KILL $server
wait $server 2> /dev/null
is_gone "$again"
result "a site that is killed takes the one that came later with it"
begins_worker && kill -KILL $server && is_gone "$worker"
result "... and the first one, too"
missed=0
for _ in 1 2 3 4 5; do # at any moment of the worker's start
    "$program" serve --listen 127.0.0.1:0 --data site > out 2> err < /dev/null &
    server=$!
    worker=
    while [ -z "$worker" ] && kill -0 $server 2> /dev/null; do worker=$(workers_of $server | tr -d ' '); done
    kill -KILL $server
    wait $server 2> /dev/null
    [ -n "$worker" ] && is_gone "$worker" || missed=$((missed + 1))
done
[ $missed -eq 0 ]
result "however early the site is killed, no worker stays"
timeout -s KILL 60 "$program" work --data site --parent 1 > out 2> err
[ $? -eq 0 ]
result "a worker whose site is gone before it asked does not begin"
begins_worker
stop
[ $? -eq 0 ] && is_gone "$worker"
result "a site that is asked to stop waits for its worker"

# ---- after all of this ----

start --no-work --data site
result "the site that all of this was tried on starts as before"
stop
[ "$(sqlite3 site/ontschot.db 'PRAGMA integrity_check')" = ok ]
result "... and its database is whole"

finish
