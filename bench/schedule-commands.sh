#!/bin/sh
# Everyday commands, twice at once or beside another one: what every schedule of them comes to. Prints a table for
# docs/schedules.md, and below it how each fault is shown again. Commands that are not installed are left out by name.
#
#   bench/schedule-commands.sh [BUDGET [NAMES]]      as root; BUDGET for each row, 60s by default; NAMES is a
#                                                    pattern of grep's, for some of the rows
set -eu
cd "$(dirname "$0")/.."
budget=${1:-60s}
names=${2:-.}
holdfast=${HOLDFAST:-./holdfast}
replays=$(mktemp)
trap 'rm -f "$replays"' EXIT

# row NAME PROGRAM SETUP COMMAND [OTHER [OPTION...]]: OTHER is - for the same command
row() {
  name=$1 program=$2 setup=$3 command=$4 other=${5:--}
  printf '%s\n' "$name" | grep -qE -- "$names" || return 0
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
notes += [n for n in proof["notes"] if n.startswith("A ends with")]
notes += [n for n in proof["notes"] if n.startswith("the programs\u0027 own runs differ")]
notes += [w for w in claim["why"].split("; ") if "not followed" in w or "did not run" in w]
notes = [n.replace("|", "\u00a6")[:120] for n in notes]
undecided = "*not decided*" if proof["undecided"] else "none"
print("| %s | %s | %s, %d runs | %s |" % (name, found or undecided, kind, claim["schedules"], ", ".join(notes)))
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
row 'ldconfig' ldconfig 'mkdir lib; echo /srv/w/lib > conf' 'ldconfig -X -f conf -C cache'
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
row 'touch beside rm' touch 'touch a' 'touch a' 'rm -f a'
row 'cp -r' cp 'mkdir -p s/d; echo a > s/a; echo b > s/d/b' 'cp -r s t'
row 'cp -u' cp 'echo a > a' 'cp -u a b'
row 'cp -b' cp 'echo a > a; echo b > b' 'cp -b a b' 'cp --backup=numbered a b'
row 'cp beside mv' cp 'echo a > a; echo b > b' 'cp a c' 'mv b c'
row 'mv of one file' mv 'echo a > a' 'mv a b' 'mv a c'
row 'mv of one file, twice' mv 'echo a > a; mkdir d' 'mv a d'
row 'mv --backup=numbered' mv 'echo a > a; echo b > b; echo c > c' 'mv --backup=numbered a c' 'mv --backup=numbered b c'
row 'ln' ln 'echo a > a' 'ln a b'
row 'ln -sfn on a directory' ln 'mkdir one two; ln -s one cur' 'ln -sfn one cur' 'ln -sfn two cur'
row 'ln -sf and mv -T' ln 'ln -s a cur' 'ln -s b t.$$ && mv -T t.$$ cur' 'ln -s c t.$$ && mv -T t.$$ cur'
row 'mkdir' mkdir 'true' 'mkdir a'
row 'rmdir' rmdir 'mkdir a' 'rmdir a'
row 'rmdir beside mkdir -p' rmdir 'mkdir a' 'rmdir a' 'mkdir -p a/b'
row 'rm -r beside touch' rm 'mkdir -p a/b; : > a/b/c' 'rm -r a' 'touch a/b/d'
row 'chmod' chmod 'touch a; chmod 644 a' 'chmod u+x a' 'chmod g+w a'
row 'chmod -R beside rm' chmod 'mkdir d; touch d/a d/b' 'chmod -R go-r d' 'rm d/a'
row 'chown beside chmod' chown 'touch a' 'chown 1:1 a' 'chmod 4755 a'
row 'setfacl' setfacl 'touch a' 'setfacl -m u:1:r a' 'setfacl -m u:2:w a'
row 'setfattr' setfattr 'touch a' 'setfattr -n user.x -v 1 a' 'setfattr -n user.y -v 2 a'
row 'tee' tee 'true' 'echo one | tee f' 'echo two | tee f'
row '>> of one line' sh 'true' 'echo one >> f' 'echo two >> f'
row '>> of two lines' sh 'true' 'echo one >> f; echo one >> f' 'echo two >> f; echo two >> f'
row 'set -C' sh 'true' 'set -C; echo $$ > pid'
row 'sort -u -o' sort 'printf "b\na\n" > f' 'sort -u -o f f' 'sort -r -o f f'
row 'head and mv' head 'printf "a\nb\nc\n" > f' 'head -n 2 f > t && mv t f'
row 'tail -n +2 and mv' tail 'printf "a\nb\nc\n" > f' 'tail -n +2 f > t.$$ && mv t.$$ f'
row 'grep -v and mv' grep 'printf "a\nb\nc\n" > f' 'grep -v a f > t.$$; mv t.$$ f' 'grep -v b f > t.$$; mv t.$$ f'
row 'awk -i inplace' gawk 'printf "a\nb\n" > f' 'gawk -i inplace "{print \$1 1}" f'
row 'perl -i' perl 'printf "one\ntwo\n" > f' 'perl -pi -e s/one/1/ f' 'perl -pi -e s/two/2/ f'
row 'ed' ed 'printf "one\ntwo\n" > f' 'printf "s/two/2/\nw\nq\n" | ed -s f' 'printf "1s/one/1/\nw\nq\n" | ed -s f'
row 'ex' ex 'printf "one\ntwo\n" > f' 'ex -s -c "1s/one/1/" -c wq f' 'ex -s -c "2s/two/2/" -c wq f'
row 'csplit' csplit 'printf "a\nb\n" > f' 'csplit -s f 2'
row 'uniq' uniq 'printf "a\na\n" > f' 'uniq f g'
row 'dd conv=notrunc' dd 'printf "aaaa\n" > f' 'printf xx | dd of=f conv=notrunc status=none' 'printf yyy | dd of=f conv=notrunc status=none'
row 'dd oflag=append' dd 'touch f' 'echo one | dd of=f oflag=append conv=notrunc status=none' 'echo two | dd of=f oflag=append conv=notrunc status=none'
row 'truncate -s +' truncate 'echo a > f' 'truncate -s +4 f'
row 'fallocate' fallocate 'echo a > f' 'fallocate -l 100 f' 'echo b >> f'
row 'tar rf' tar 'echo a > a; echo b > b; tar cf t.tar a' 'tar rf t.tar a' 'tar rf t.tar b'
row 'tar xf' tar 'mkdir d; echo a > d/a; tar cf t.tar d; rm -r d' 'tar xf t.tar'
row 'cpio -o' cpio 'echo a > a' 'echo a | cpio -o --quiet > c'
row 'ar r' ar 'echo a > a; echo b > b' 'ar rcD l.a a' 'ar rcD l.a b'
row 'zip' zip 'echo a > a; echo b > b; touch -d 2020-01-01 a b' 'zip -qX z a' 'zip -qX z b'
row 'unzip' unzip 'echo a > a; zip -qX z a; rm a' 'unzip -qo z'
row 'gzip of one file' gzip 'echo a > a' 'gzip a'
row 'gunzip' gzip 'echo a > a; gzip a' 'gunzip a.gz'
row 'xz' xz 'echo a > a' 'xz a'
row 'bzip2' bzip2 'echo a > a' 'bzip2 a'
row 'zstd' zstd 'echo a > a' 'zstd -q a'
row 'rsync' rsync 'mkdir s; echo a > s/a' 'rsync -a s/ t'
row 'savelog' savelog 'echo a > log' 'savelog -q log'
row 'savelog beside >>' savelog 'echo a > log' 'savelog -q log' 'echo b >> log'
row 'dotlockfile' dotlockfile 'echo 0 > n' 'dotlockfile -r 1 l && { n=$(cat n); echo $((n+1)) > n; dotlockfile -u l; }'
row 'lockfile' lockfile 'echo 0 > n' 'lockfile -1 -r 2 l && { n=$(cat n); echo $((n+1)) > n; rm -f l; }'
row 'setlock' setlock 'echo 0 > n' 'setlock l sh -c "n=\$(cat n); echo \$((n+1)) > n"'
row 'flock -n' flock 'echo 0 > n' 'flock -n -E 75 l sh -c "n=\$(cat n); echo \$((n+1)) > n"'
row 'git init' git 'true' 'git init -q r'
row 'git add' git 'git init -q r; touch r/a r/b' 'cd r && git add a' 'cd r && git add b'
row 'git tag' git 'git init -q r; cd r; git -c user.name=x -c user.email=x@x commit -q --allow-empty -m x' 'cd r && git tag one' 'cd r && git tag two'
row 'git branch' git 'git init -q r; cd r; git -c user.name=x -c user.email=x@x commit -q --allow-empty -m x' 'cd r && git branch one'
row 'git update-ref' git 'git init -q r; cd r; git -c user.name=x -c user.email=x@x commit -q --allow-empty -m x' 'cd r && git update-ref refs/x HEAD' 'cd r && git update-ref -d refs/x'
row 'sqlite3 insert' sqlite3 'sqlite3 db "create table t(v)"' 'sqlite3 db "insert into t values(1)"' 'sqlite3 db "insert into t values(2)"' --view 'sqlite3 /srv/w/db "select v from t order by v"'
row 'make' make 'printf "a: b\n\tcp b a\nb:\n\techo x > b\n" > Makefile' 'make -s a'
row 'cc' cc 'echo "int main(void) { return 0; }" > m.c' 'cc -o m m.c'
row 'cc -c beside cc' cc 'echo "int main(void) { return 0; }" > m.c' 'cc -c m.c && cc -o m m.o'
row 'strip' strip 'echo "int main(void) { return 0; }" > m.c; cc -o m m.c' 'strip m'
row 'openssl rand -writerand' openssl 'true' 'openssl rand -hex -out r 4'
row 'ctags' ctags 'echo "int main(void) { return 0; }" > m.c; echo "int f(void) { return 0; }" > f.c' 'ctags -a m.c' 'ctags -a f.c'
row 'ssh-keygen' ssh-keygen 'true' 'ssh-keygen -q -t ed25519 -N "" -f k < /dev/null'
row 'xauth' xauth 'touch auth' 'xauth -q -f auth add h:0 . 00' 'xauth -q -f auth add h:1 . 11'
row 'gpg --import' gpg 'mkdir -m 700 g; gpg --homedir g --batch -q --passphrase "" --quick-gen-key a@x default default never; gpg --homedir g --export > k; rm -r g; mkdir -m 700 h' 'gpg --homedir h --batch -q --no-autostart --import k' - --view 'gpg --homedir /srv/w/h --batch -q --no-autostart --list-keys --with-colons 2>/dev/null | grep -c ^pub'
row 'chage' chage 'true' 'chage -M 10 daemon' 'chage -m 3 daemon' --view 'grep ^daemon /etc/shadow'
row 'usermod' usermod 'true' 'usermod -c one daemon' 'usermod -s /bin/sh daemon' --view 'grep ^daemon /etc/passwd'
row 'groupadd' groupadd 'true' 'groupadd one' 'groupadd two' --view 'cut -d: -f1 /etc/group | sort'
row 'gpasswd' gpasswd 'true' 'gpasswd -a daemon games' 'gpasswd -a bin games' --view 'grep ^games /etc/group'
row 'chsh' chsh 'true' 'chsh -s /bin/sh daemon' 'chsh -s /bin/sh bin' --view 'grep -E "^(daemon|bin):" /etc/passwd'
row 'chpasswd' chpasswd 'true' 'echo daemon:x | chpasswd -e' 'echo bin:y | chpasswd -e' --view 'grep -E "^(daemon|bin):" /etc/shadow | cut -d: -f1,2'
row 'dpkg-statoverride' dpkg-statoverride 'touch a b' 'dpkg-statoverride --add root root 600 /srv/w/a' 'dpkg-statoverride --add root root 600 /srv/w/b' --view 'dpkg-statoverride --list | sort'
row 'apt-mark' apt-mark 'true' 'apt-mark hold dpkg' 'apt-mark hold tar' --view 'apt-mark showhold'
row 'ucf' ucf 'echo a > a; mkdir d' 'ucf --state-dir /srv/w/d /srv/w/a /srv/w/b' - --ignore /srv/w/d
row 'update-rc.d' update-rc.d 'true' 'update-rc.d procps disable' 'update-rc.d procps enable' --view 'ls /etc/rc?.d | grep procps'
row 'mandb' mandb 'mkdir -p man/man1; echo ".TH a 1" > man/man1/a.1' 'mandb -q man' - --ignore /srv/w/man/index.db
row 'fc-cache' fc-cache 'mkdir f c' 'XDG_CACHE_HOME=/srv/w/c fc-cache f'
row 'update-mime-database' update-mime-database 'mkdir -p m/packages; echo "<mime-info xmlns=\"http://www.freedesktop.org/standards/shared-mime-info\"/>" > m/packages/x.xml' 'update-mime-database m'
row 'localedef' localedef 'mkdir l' 'localedef -i C -f UTF-8 --no-archive l/x' - --ignore /srv/w/l
row 'run-parts' run-parts 'mkdir d; printf "#!/bin/sh\necho x >> /srv/w/log\n" > d/x; chmod 755 d/x' 'run-parts d'
row 'start-stop-daemon' start-stop-daemon 'true' 'start-stop-daemon -S -p pid -m -x /bin/true'
row 'python shelve' python3 'true' 'python3 -c "import shelve; d = shelve.open(\"s\"); d[\"n\"] = d.get(\"n\", 0) + 1; d.close()"'
row 'python json' python3 'echo 0 > j' 'python3 -c "import json; n = json.load(open(\"j\")); json.dump(n + 1, open(\"j\", \"w\"))"'
row 'python os.makedirs' python3 'true' 'python3 -c "import os; os.makedirs(\"a/b\", exist_ok=True)"'
row 'ruby File.write' ruby 'echo 0 > n' 'ruby -e "File.write(\"n\", File.read(\"n\").to_i + 1)"'
row 'node' node 'echo 0 > n' 'node -e "const f = require(\"fs\"); f.writeFileSync(\"n\", String(+f.readFileSync(\"n\") + 1))"'
row 'lua' lua 'echo 0 > n' 'lua -e "local f = io.open(\"n\"); local n = f:read(\"n\"); f:close(); f = io.open(\"n\", \"w\"); f:write(n + 1); f:close()"'
row 'php flock' php 'echo 0 > n' 'php -r "\$f = fopen(\"n\", \"r+\"); flock(\$f, LOCK_EX); \$n = fgets(\$f); rewind(\$f); fwrite(\$f, \$n + 1);"'
row 'keytool' keytool 'true' 'keytool -genkeypair -alias one -keyalg EC -dname CN=x -storepass secret -keystore s' 'keytool -genkeypair -alias two -keyalg EC -dname CN=x -storepass secret -keystore s' --view 'keytool -list -storepass secret -keystore /srv/w/s | grep -c PrivateKeyEntry'
echo
cat "$replays"
