#!/bin/bash
# The same verdicts in every run, for programs that come to the same names by another thread, or in another order, each time.
#
#   bench/pools.sh [-n RUNS] [-o FILE] [CASE…]
#
# Runs `holdfast prove` RUNS times (20) as root on each program of bench/pools, and compares what became of each window: its id,
# call, what is changed, strike, verdict, effects and label. Prints a Markdown table and, with -o, writes it to FILE; the status is 1 where
# two runs differ, or where one did not find each of the names. What is not to be had here is skipped by name.
set -euo pipefail
cd "$(dirname "$0")/.."

runs=20 out=
while getopts n:o: option; do
  case $option in
    n) runs=$OPTARG ;;
    o) out=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
wanted=("$@")

die() { echo "pools.sh: $*" >&2; exit 3; }
[ "$(id -u)" = 0 ] || die "two users are needed: run it as root"
command -v python3 >/dev/null || die "python3 reads the results: install it"

place=$PWD/target/pools
mkdir -p "$place"
rows=()
wrong=0

# A line for each window, without what only people read; then how many names were broken in through.
windows() { # JSON
  python3 - "$1" <<'PY'
import json, sys
proof = json.load(open(sys.argv[1]))
lines = []
broken = set()
for w in proof["windows"]:
    changed = w["binding"]["directory"] + "/" + w["binding"]["entry"]
    lines.append(" ".join([w["id"], w["use"]["call"], changed, w["strike"], w["verdict"],
                           ",".join(sorted(w["effects"])), str(w["label"])]))
    if w["verdict"] == "EXPLOITED":
        broken.add(w["use"]["path"])
print("\n".join(sorted(lines)))
print("undecided", proof["summary"]["undecided"])
print("broken", len(broken))
PY
}

pool() { # CASE NAMES TITLE COMMAND…; the command gets the names as its arguments
  local case=$1 names=$2 title=$3 one count seen status different=0 missed=0 first=
  shift 3
  if [ ${#wanted[@]} -gt 0 ] && [[ " ${wanted[*]} " != *" $case "* ]]; then return 0; fi
  if ! command -v "$1" >/dev/null; then
    echo "pools.sh: skipped $case: no $1" >&2
    return 0
  fi
  read -ra count <<<"$names"
  for ((one = 1; one <= runs; one++)); do
    status=0
    "${HOLDFAST:-./holdfast}" --json --quiet prove --timeout 60s --arena /arena \
      --setup "mkdir /arena/d; cd /arena/d; touch $names; chown -R nobody /arena" -- "$@" "${count[@]}" \
      >"$place/$case.json" 2>"$place/$case.log" || status=$?
    [ "$status" = 1 ] || [ "$status" = 0 ] || [ "$status" = 3 ] || die "$case: status $status: see $place/$case.log"
    seen=$(windows "$place/$case.json")
    [ -n "$first" ] || { first=$seen; printf '%s\n' "$seen" >"$place/$case.first"; }
    if [ "$seen" != "$first" ]; then
      different=$((different + 1))
      printf '%s\n' "$seen" >"$place/$case.differs"
      cp "$place/$case.json" "$place/$case.differs.json"
    fi
    [[ $seen = *"undecided 0"*"broken ${#count[@]}" ]] || missed=$((missed + 1))
  done
  [ $different = 0 ] && [ $missed = 0 ] || wrong=1
  rows+=("| $title | $(($(wc -l <"$place/$case.first") - 2)) | $runs | $((runs - different)) | $((runs - missed)) |")
  echo "pools.sh: $case: $((runs - different)) of $runs runs as the first, $((runs - missed)) of $runs found every name" >&2
}

equal='aa bb cc'
unlike='one fours sixteen twentyfive'

if command -v gcc >/dev/null; then
  gcc -O1 -pthread -o "$place/six" bench/pools/six.c
  pool c 'a1 a2 a3 a4 a5 a6' 'C: three threads, six jobs' "$place/six"
else
  echo 'pools.sh: skipped c: no gcc' >&2
fi
pool node "$unlike" 'Node: callbacks, names of unlike length' node bench/pools/callbacks.js
pool node-equal "$equal" 'Node: callbacks, names of one length' node bench/pools/callbacks.js
pool node-promises "$equal" 'Node: promises, `lstat` before `chmod`' node bench/pools/promises.js
pool python "$unlike" 'Python: `ThreadPoolExecutor(4)`' python3 -SI bench/pools/pool.py
pool python-shuffled "$equal" 'Python: one thread, shuffled' python3 -SI bench/pools/shuffled.py
pool perl "$equal" 'Perl: one thread, shuffled' perl -MList::Util=shuffle -e 'chown 2, 2, "/arena/d/$_" for shuffle @ARGV'

for home in "${HOLDFAST_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
  [ -x "$home/bin/javac" ] && grep -q '^JAVA_VERSION="25' "$home/release" 2>/dev/null && java_home=$home && break
done
if [ -n "${java_home:-}" ]; then
  "$java_home/bin/javac" -d "$place" bench/pools/*.java
  java=("$java_home/bin/java" -XX:+UseSerialGC -XX:-UsePerfData -XX:TieredStopAtLevel=1 -cp "$place")
  pool java "$equal" 'Java: `newFixedThreadPool(3)` over a set' "${java[@]}" FixedPool
  pool java-stream "$unlike" 'Java: `parallelStream`' "${java[@]}" ParallelStream
else
  echo 'pools.sh: skipped java: no JDK 25: set JAVA_HOME' >&2
fi

table=$(
  echo '| program | windows | runs | same as the first | every name found, none undecided |'
  echo '|---|---|---|---|---|'
  printf '%s\n' "${rows[@]}"
)
printf '%s\n' "$table"
[ -z "$out" ] || printf '%s\n' "$table" >"$out"
exit "$wrong"
