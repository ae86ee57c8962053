#!/bin/bash
# Public reports of races in libraries, tried for real: the vulnerable version must be found out, the fixed one must hold.
#
#   bench/reports.sh [-k] [-o FILE] [REPORT…]
#
# Fetches each version from its registry with mvn and npm (into target/reports), compiles the few lines that use it
# (bench/reports), and runs `holdfast prove` as root on both. Prints a Markdown table and, with -o, writes it to FILE; the
# status is 1 when a row is not as it must be. What is not to be had here (node, npm, python3-pytest, python3-venv) is skipped by name.
# -k keeps the proofs that target/reports has from earlier runs, and makes only those that are missing.
set -euo pipefail
cd "$(dirname "$0")/.."

out='' keep=''
while getopts ko: option; do
  case $option in
    k) keep=yes ;;
    o) out=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
wanted=("$@")

die() { echo "reports.sh: $*" >&2; exit 3; }
[ "$(id -u)" = 0 ] || die "two users are needed: run it as root"
command -v python3 >/dev/null || die "python3 reads the results: install it"

for home in "${HOLDFAST_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
  [ -x "$home/bin/javac" ] && grep -q '^JAVA_VERSION="25' "$home/release" 2>/dev/null && java_home=$home && break
done
[ -n "${java_home:-}" ] || die "no JDK 25: set JAVA_HOME"

place=$PWD/target/reports
mkdir -p "$place/jars"
rows=()
wrong=0

jar_of() { # GROUP:ARTIFACT:VERSION -> path
  local group artifact version
  IFS=: read -r group artifact version <<<"$1"
  local jar=$place/jars/$artifact-$version.jar
  if [ ! -e "$jar" ]; then
    mvn -q -B -ntp dependency:copy -Dartifact="$1" -DoutputDirectory="$place/jars" >"$place/fetch.log" 2>&1 ||
      die "$1 cannot be fetched: see $place/fetch.log"
  fi
  printf '%s' "$jar"
}

class_path() { # COORDINATE… -> class path
  local coordinate path=
  for coordinate in "$@"; do path=$path:$(jar_of "$coordinate"); done
  printf '%s' "${path#:}"
}

is_wanted() {
  local one
  [ ${#wanted[@]} -gt 0 ] || return 0
  for one in "${wanted[@]}"; do [ "$one" != "$1" ] || return 0; done
  return 1
}

# The verdict in words: from the document, so that what is printed is what scripts get.
verdict() { # STATUS JSON -> words
  python3 - "$1" "$2" <<'PY'
import json, sys
status, file = sys.argv[1:]
try:
    proof = json.load(open(file))
except ValueError:
    print("undecided: no answer")
    sys.exit()
found = [w for w in proof["windows"] if w["verdict"] == "EXPLOITED"]
effects = sorted({e for w in found for e in w["effects"]})
labels = sorted({(w["label"] or "").lower().replace("_", " ") for w in found})
if found:
    print("proved: %s (%s)" % (", ".join(effects), ", ".join(labels)))
elif status == "0":
    print("held")
elif proof["doubts"] and all("held only because" in doubt for doubt in proof["doubts"]):
    guards = sorted({g for w in proof["windows"] for g in w["blockedBy"] if w["verdict"] == "SURVIVED"})
    print("held, where %s is set" % ", ".join("`%s`" % g for g in guards))
else:
    print("undecided (status %s)" % status)
PY
}

proof() { # NAME ARG…: its document is NAME.json
  local name=$1 status=0
  shift
  if [ -n "$keep" ] && [ -s "$place/$name.json" ] && [ -e "$place/$name.status" ]; then
    return "$(cat "$place/$name.status")"
  fi
  rm -f "$place/$name.status"
  "${HOLDFAST:-./holdfast}" --json prove "$@" >"$place/$name.json" 2>"$place/$name.log" || status=$?
  echo "$status" >"$place/$name.status"
  return "$status"
}

prove() { # NAME EXPECTED ARG… -> sets words
  local name=$1 expected=$2 status=0
  shift 2
  proof "$name" --timeout 30s "$@" || status=$?
  words=$(verdict "$status" "$place/$name.json")
  case $words in
    "$expected"*) ;;
    *)
      wrong=1
      words="**$words**, must be $expected"
      ;;
  esac
}

row() { rows+=("| $1 | $2 | $3 | $4 | $5 |"); echo "reports.sh: $1: $2 $3; $4 $5" >&2; }

# A JVM that leaves as little as it can in /tmp, with a sticky directory of its own for temporary files.
java_report() { # NAME TITLE CLASS 'VULNERABLE' 'FIXED' 'COORDINATES with @' ARG…; a version of - has no fixed form
  local name=$1 title=$2 class=$3 vulnerable=$4 fixed=$5 coordinates=$6 version kind expected words first second path
  shift 6
  is_wanted "$name" || return 0
  for kind in vulnerable fixed; do
    version=${!kind}
    [ "$version" != - ] || { [ $kind = vulnerable ] && first=- || second=-; continue; }
    local list=() coordinate
    for coordinate in $coordinates; do list+=("${coordinate//@/$version}"); done
    path=$(class_path "${list[@]}")
    mkdir -p "$place/$name-$kind"
    "$java_home/bin/javac" -proc:none -nowarn -Xlint:none -cp "$path" -d "$place/$name-$kind" "bench/reports/$class.java" 2>"$place/javac.log" ||
      die "$class.java: see $place/javac.log"
    [ -z "${more:-}" ] || cp -r "$more/." "$place/$name-$kind/"
    [ $kind = vulnerable ] && expected=proved || expected=held
    prove "$name-$kind" "$expected" --fresh /shared --setup 'chmod 1777 /shared' \
      --fresh /private --setup 'umask 077; head -c 600 /dev/urandom | od -An -tx1 > /private/key' -- \
      "$java_home/bin/java" -XX:+UseSerialGC -XX:-UsePerfData -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=/shared ${opens:+--add-opens "$opens"} \
      -cp "$path:$place/$name-$kind" "$class" "$@"
    [ $kind = vulnerable ] && first=$words || second=$words
  done
  row "$title" "$vulnerable" "$first" "$fixed" "$second"
}

java_report junit 'JUnit `TemporaryFolder` (CVE-2020-15250)' JUnitFolder 4.12 4.13.2 'junit:junit:@ org.hamcrest:hamcrest-core:1.3'
java_report jetty 'Jetty `makeTempDirectory` (CVE-2020-27216)' JettyTemp 9.4.32.v20200930 9.4.33.v20201020 \
  'org.eclipse.jetty:jetty-webapp:@ org.eclipse.jetty:jetty-server:@ org.eclipse.jetty:jetty-servlet:@ org.eclipse.jetty:jetty-http:@ org.eclipse.jetty:jetty-util:@ org.eclipse.jetty:jetty-io:@ org.eclipse.jetty:jetty-security:@ org.eclipse.jetty:jetty-xml:@ javax.servlet:javax.servlet-api:3.1.0'
java_report boot-server 'Spring Boot `createTempDir` (CVE-2022-27772)' BootServer 2.2.10.RELEASE 2.2.11.RELEASE \
  'org.springframework.boot:spring-boot:@ org.springframework:spring-core:5.2.9.RELEASE org.springframework:spring-jcl:5.2.9.RELEASE javax.servlet:javax.servlet-api:3.1.0'
java_report boot-temp 'Spring Boot `ApplicationTemp`' BootTemp 3.5.13 3.5.14 \
  'org.springframework.boot:spring-boot:@ org.springframework:spring-core:6.2.17 org.springframework:spring-jcl:6.2.17'
java_report jna 'JNA, its own native library' JnaLoad 4.5.2 5.18.1 'net.java.dev.jna:jna:@'
if command -v gcc >/dev/null; then
  more=$place/native
  mkdir -p "$more/META-INF/native/linux64"
  echo 'int sample(void) { return 1; }' | gcc -shared -fPIC -o "$more/META-INF/native/linux64/libsample.so" -x c -
  java_report hawtjni 'hawtjni `Library` (CVE-2013-2035)' HawtLoad 1.7 1.18 'org.fusesource.hawtjni:hawtjni-runtime:@'
  more=
else
  echo 'reports.sh: skipped hawtjni: no gcc' >&2
fi
java_report guava 'Guava `createTempDir` (CVE-2020-8908)' GuavaDir 29.0-jre 33.4.0-jre 'com.google.guava:guava:@ com.google.guava:failureaccess:1.0.1' /private/key
java_report netty 'Netty `DiskFileUpload` (CVE-2021-21290)' NettyUpload 4.1.58.Final 4.1.59.Final 'io.netty:netty-all:@' /private/key
# The old one defines a class in the platform's own class loader.
opens=java.base/java.lang=ALL-UNNAMED
java_report snappy 'snappy-java, its own native library' SnappyLoad 1.0.4.1 1.1.10.5 'org.xerial.snappy:snappy-java:@'
opens=

node_report() { # NAME TITLE SCRIPT PACKAGE VULNERABLE FIXED PROVE-OPTION… -- ARG…
  local name=$1 title=$2 script=$3 package=$4 vulnerable=$5 fixed=$6 kind version expected words first second options=() at
  shift 6
  is_wanted "$name" || return 0
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "reports.sh: skipped $name: no node and npm" >&2
    return 0
  fi
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  for kind in vulnerable fixed; do
    version=${!kind}
    at=$place/$name-$kind
    mkdir -p "$at"
    [ -d "$at/node_modules/$package" ] || npm install --silent --no-audit --no-fund --prefix "$at" "$package@$version" >"$place/fetch.log" 2>&1 ||
      die "$package@$version cannot be fetched: see $place/fetch.log"
    cp "bench/reports/$script" "$at/"
    [ $kind = vulnerable ] && expected=${vulnerable_words:-proved} || expected=${fixed_words:-held}
    prove "$name-$kind" "$expected" "${options[@]}" -- "$(command -v node)" "$at/$script" "$@"
    [ $kind = vulnerable ] && first=$words || second=$words
  done
  row "$title" "$vulnerable" "$first" "$fixed" "$second"
}

# The fixed one changes no link, but lists by its name a directory that it has listed before as one of its parent's.
vulnerable_words='proved: META (race)' fixed_words='proved: META (race)'
node_report chownr '`chownr` (CVE-2017-18869)' chownr.js chownr 1.0.1 1.1.4 \
  --fresh /srv/t --setup 'mkdir /srv/t/d; touch /srv/t/d/one /srv/t/d/three; chown -R nobody /srv/t/d' -- /srv/t/d
# The fixed one looks whether the directory is a link, and can be raced between the look and the use.
vulnerable_words='proved: CREATE (plain follow)' fixed_words='proved: CREATE (race)'
node_report tmp '`tmp` (CVE-2025-54798)' tmp-file.js tmp 0.2.3 0.2.7 \
  --fresh /shared --setup 'chmod 1777 /shared; mkdir /shared/sub; chown nobody /shared/sub' --

# Whatever this machine has: a version before 9.0.3 must be found out, a later one must hold.
for python in /usr/bin/python3 "$(command -v python3)"; do
  is_wanted pytest || break
  version=$("$python" -c 'import pytest; print(pytest.__version__)' 2>/dev/null) || continue
  expected=held
  [ "$(printf '%s\n' 9.0.3 "$version" | sort -V | head -n 1)" = 9.0.3 ] || expected=proved
  mkdir -p "$place/pytest"
  printf 'def test_it(tmp_path):\n    (tmp_path / "token").write_text("the token")\n' >"$place/pytest/test_it.py"
  prove "pytest-$expected" "$expected" --fresh /shared --setup 'chmod 1777 /shared' -- \
    env TMPDIR=/shared "$python" -B -m pytest -q -p no:cacheprovider "$place/pytest/test_it.py"
  [ $expected = proved ] && pytest_vulnerable=$version pytest_proved=$words || pytest_fixed=$version pytest_held=$words
done
if [ -n "${pytest_vulnerable:-}${pytest_fixed:-}" ]; then
  row 'pytest `tmp_path` (CVE-2025-71176)' "${pytest_vulnerable:--}" "${pytest_proved:--}" "${pytest_fixed:--}" "${pytest_held:--}"
elif is_wanted pytest; then
  echo 'reports.sh: skipped pytest: no python3-pytest' >&2
fi

# Two everyday commands in a directory of the attacker's: nobody expects them to hold there, and each window must be decided.
commands=()
command_report() { # NAME TITLE PROVE-OPTION… -- COMMAND…
  local name=$1 title=$2 status=0 start=$SECONDS cells
  shift 2
  is_wanted "$name" || return 0
  proof "$name" --timeout 120s "$@" || status=$?
  cells=$(decided "$place/$name.json") || die "$name: status $status: see $place/$name.log"
  commands+=("| $title | $cells |")
  [ "${cells##*| }" = 0 ] || wrong=1
  echo "reports.sh: $name: $cells; $((SECONDS - start)) s" >&2
}

decided() { # JSON -> cells
  python3 - "$1" <<'PY'
import collections, json, sys
proof = json.load(open(sys.argv[1]))
summary = proof["summary"]
verdicts = collections.Counter(w["verdict"].lower().replace("_", " ") for w in proof["windows"])
by_id = {w["id"]: w for w in proof["windows"]}
out = []
for kind in proof["leftOut"]:
    like = by_id.get(kind["like"])
    what = "%s at %s" % (like["strike"], like["use"]["call"]) if like else kind["like"]
    out.append("%s: %d of %d tried" % (what, kind["tried"], kind["tried"] + kind["windows"]))
print("%d | %d | %s | %s | %d" % (
    summary["windows"] + summary["leftOut"], summary["trials"],
    ", ".join("%d %s" % (n, verdict) for verdict, n in verdicts.most_common()),
    "; ".join(out) or "nothing", summary["undecided"]))
PY
}

if command -v npm >/dev/null; then
  mkdir -p "$place/thing"
  printf '{"name":"thing","version":"1.0.0","main":"index.js","bin":{"thing":"bin.js"}}' >"$place/thing/package.json"
  echo 'module.exports = 1' >"$place/thing/index.js"
  printf '#!/usr/bin/env node\nconsole.log(1)\n' >"$place/thing/bin.js"
  (cd "$place" && npm pack --silent ./thing >/dev/null)
  command_report npm "\`npm install\` of a local tarball, npm $(npm --version)" --fresh /srv/app \
    --setup 'cd /srv/app; echo "{\"name\":\"app\",\"version\":\"1.0.0\"}" > package.json; chown -R nobody .' -- \
    sh -c "cd /srv/app && npm install --offline --no-audit --no-fund '$place/thing-1.0.0.tgz'"
else
  echo 'reports.sh: skipped npm: no npm' >&2
fi
if /usr/bin/python3 -c 'import ensurepip' 2>/dev/null; then
  command_report venv "\`python3 -m venv\` with pip, $(/usr/bin/python3 --version)" --fresh /srv/app --setup 'chown nobody /srv/app' -- \
    /usr/bin/python3 -m venv /srv/app/env
else
  echo 'reports.sh: skipped venv: no python3-venv' >&2
fi

table=$(
  echo '| report | vulnerable | verdict | fixed | verdict |'
  echo '|---|---|---|---|---|'
  printf '%s\n' "${rows[@]}"
)
commands_table=$(
  echo '| command | windows | runs | verdicts | left out, by kind | undecided |'
  echo '|---|---|---|---|---|---|'
  printf '%s\n' "${commands[@]}"
)
[ ${#rows[@]} = 0 ] || printf '%s\n' "$table"
[ ${#commands[@]} = 0 ] || printf '%s\n' "$commands_table"
if [ -n "$out" ]; then
  {
    echo '# Public reports, tried for real'
    echo
    echo 'Made by `bench/reports.sh -o docs/reports.md`: each library in the version of the report and in a fixed one, used by the few lines in `bench/reports`, run under `holdfast prove` as root.'
    echo 'Effects and labels are explained in [prove.md](prove.md).'
    echo
    printf '%s\n' "$table"
    echo
    echo 'The fixed `tmp` looks whether the directory leads out of the temporary one, and uses it by its name afterwards: what was to be had by a link'
    echo 'planted in time now needs a race between the two. The fixed `chownr` follows no link any more, but goes into each directory by its name: where the attacker makes'
    echo 'one and then puts a link in its place, the owners of what the link leads to are changed. `held, where …` names the guard of this kernel without which a hard'
    echo 'link would do.'
    echo
    echo '## Two commands in a directory of the attacker'
    echo
    echo 'Neither is made for that, and neither holds. What counts here is that each window is decided, and that the table says what was left out.'
    echo
    printf '%s\n' "$commands_table"
  } >"$out.new"
  mv "$out.new" "$out"
fi
exit "$wrong"
