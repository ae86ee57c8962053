#!/bin/sh
# Everyday commands, twice at once or beside another one: what every schedule of them comes to. Prints a table for
# docs/schedules.md, and below it how each fault is shown again. Commands that are not installed are left out by name.
#
#   bench/schedule-commands.sh [BUDGET]      as root; BUDGET for each row, 60s by default
set -eu
cd "$(dirname "$0")/.."
budget=${1:-60s}
holdfast=${HOLDFAST:-./holdfast}
replays=$(mktemp)
trap 'rm -f "$replays"' EXIT

# row NAME PROGRAM SETUP COMMAND [OTHER [OPTION...]]: OTHER is - for the same command
row() {
  name=$1 program=$2 setup=$3 command=$4 other=${5:--}
  shift 4
  [ $# -eq 0 ] || shift
  command -v "$program" > /dev/null || { echo "| $name | *$program is not installed* | | |"; return; }
  if [ "$other" = - ]; then
    set -- --twice "$@"
  else
    set -- --with "cd /srv/w && $other" "$@"
  fi
  "$holdfast" prove --json --budget "$budget" --timeout 60s --fresh /srv/w --setup "cd /srv/w && $setup" "$@" \
    -- sh -c "cd /srv/w && $command" 2> /dev/null | NAME=$name python3 -c '
import json, os, sys
name = os.environ["NAME"]
try:
    proof = json.load(sys.stdin)
except ValueError:
    print("| %s | *not decided* | | |" % name)
    sys.exit()
claim = proof["claim"]
found = ", ".join("**%s** (%d)" % (s["verdict"], s["preemptions"]) for s in proof["schedules"])
kind = claim["kind"] + (" %d" % claim["bound"] if claim["bound"] is not None else "")
notes = sorted({n.split(":")[0] for n in proof["observations"]})
print("| %s | %s | %s, %d runs | %s |" % (name, found or "none", kind, claim["schedules"], ", ".join(notes)))
with open(sys.argv[1], "a") as out:
    for s in proof["schedules"]:
        out.write("%s: %s\n    %s\n" % (name, "; ".join(s["evidence"]), s["replay"]))
' "$replays"
}

echo "| command | fault (preemptions) | tried | notes |"
echo "|---|---|---|---|"
row 'git config' git 'touch c' 'git config --file c user.name x'
row 'git config, two keys' git 'touch c' 'git config --file c user.name x' 'git config --file c user.mail y'
row 'ssh-keygen -R' ssh-keygen 'ssh-keygen -q -t ed25519 -N "" -f k && for h in a b c; do echo "$h $(cut -d" " -f1,2 k.pub)"; done > hosts' \
  'ssh-keygen -q -f hosts -R a' 'ssh-keygen -q -f hosts -R b' --ignore /srv/w/hosts.old
row 'ssh-keygen -R beside a new host' ssh-keygen 'ssh-keygen -q -t ed25519 -N "" -f k && for h in a b; do echo "$h $(cut -d" " -f1,2 k.pub)"; done > hosts' \
  'ssh-keygen -q -f hosts -R a' 'echo "new $(cut -d" " -f1,2 k.pub)" >> hosts' --ignore /srv/w/hosts.old
row 'sqlite3 update' sqlite3 'sqlite3 db "create table t(v); insert into t values(0)"' \
  'sqlite3 db "update t set v = v + 1"' - --view 'sqlite3 /srv/w/db .dump'
row 'sed -i' sed 'printf "one\ntwo\n" > f' 'sed -i s/one/1/ f' 'sed -i s/two/2/ f'
row 'sed -i beside >>' sed 'printf "one\n" > f' 'sed -i s/one/1/ f' 'echo two >> f'
row 'patch' patch 'printf "one\n\n\n\n\n\n\n\ntwo\n" > f; sed s/one/1/ f > g; sed s/two/2/ f > h; diff -u f g > p1; diff -u f h > p2; rm g h' \
  'patch -s f p1' 'patch -s f p2'
row 'update-alternatives' update-alternatives 'mkdir alt adm; for i in 1 2; do : > p$i; chmod 755 p$i; done' \
  'update-alternatives --altdir /srv/w/alt --admindir /srv/w/adm --log /srv/w/log --install /srv/w/p p /srv/w/p1 1' \
  'update-alternatives --altdir /srv/w/alt --admindir /srv/w/adm --log /srv/w/log --install /srv/w/p p /srv/w/p2 2' --ignore /srv/w/log
row 'ldconfig' ldconfig 'mkdir -p lib; : > conf' 'ldconfig -X -f conf -C cache lib'
row 'useradd' useradd 'true' 'useradd -M one' 'useradd -M two' --view 'cut -d: -f1 /etc/passwd /etc/group | sort'
row 'dpkg-divert' dpkg-divert 'true' 'dpkg-divert --local --no-rename --add /srv/w/one' 'dpkg-divert --local --no-rename --add /srv/w/two' \
  --view 'dpkg-divert --list "/srv/w/*"'
row 'pip config set' pip3 'true' 'PIP_CONFIG_FILE=/srv/w/pip pip3 config set global.timeout 1' 'PIP_CONFIG_FILE=/srv/w/pip pip3 config set global.retries 2'
row 'npm config set' npm 'true' 'npm config set --userconfig /srv/w/rc color=false' 'npm config set --userconfig /srv/w/rc fund=false'
row 'crontab' crontab 'true' '(crontab -l 2>/dev/null; echo "1 * * * * one") | crontab -' '(crontab -l 2>/dev/null; echo "2 * * * * two") | crontab -' \
  --view 'crontab -l | grep -v "^#" | sort'
row 'mkdir as a lock' mkdir 'echo 0 > n' 'until mkdir d 2>/dev/null; do sleep 1; done; n=$(cat n); echo $((n+1)) > n; rmdir d'
row 'flock(1)' flock 'echo 0 > n' 'flock l sh -c "n=\$(cat n); echo \$((n+1)) > n"'
row 'cp of one file' cp 'echo a > a' 'cp a b'
row 'tee -a' tee 'true' 'echo line | tee -a log'
row 'mktemp' mktemp 'true' 'echo x > $(mktemp t.XXXXXX)'
row 'ln -sf' ln 'true' 'ln -sf a cur' 'ln -sf b cur'
row 'mkdir -p' mkdir 'true' 'mkdir -p a/b/c'
row 'rm -r' rm 'mkdir -p a/b; : > a/b/c' 'rm -r a'
row 'rm -rf' rm 'mkdir -p a/b; : > a/b/c' 'rm -rf a'
row 'mv over one name' mv 'echo a > a; echo b > b' 'mv a c' 'mv b c'
row 'touch' touch 'true' 'touch a'
row 'tar' tar 'echo a > a' 'tar cf t.tar a'
row 'gzip' gzip 'echo a > a' 'gzip -k a'
row 'sort -o' sort 'printf "b\na\n" > f' 'sort -o f f'
row 'sort -o beside >>' sort 'printf "b\na\n" > f' 'sort -o f f' 'echo c >> f'
row 'truncate beside >>' truncate 'echo a > f' 'truncate -s 0 f' 'echo c >> f'
row 'split' split 'printf "a\nb\n" > f' 'split -l 1 f'
row 'install' install 'echo a > a' 'install -m 600 a b'
row 'dd' dd 'echo a > a' 'dd if=a of=b status=none'
echo
cat "$replays"
