#!/bin/bash
# Locks beside the same loops in C, in one run: prints nanoseconds (or operations) and the ratio to C.
# Wants a machine with nothing else to do: bench/locks.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}

java=${HOLDFAST_JAVA_HOME:-${JAVA_HOME:-}}
java=${java:+$java/bin/java}
java=${java:-java}
classes=bench/target/classes:locks/target/classes:files/target/classes:catalogue/target/classes:path/target/classes:libc/target/classes
[ -f bench/target/classes/dev/holdfast/bench/LockLoops.class ] || {
  echo "bench/locks.sh: nothing is built yet: mvn -pl bench -am package" >&2
  exit 3
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -O2 -pthread -o "$work/loops" bench/locks.c

loops() { "$java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -cp "$classes" dev.holdfast.bench.LockLoops "$@"; }
median() { sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }
row() { awk -v n="$1" -v c="$2" -v j="$3" 'BEGIN { printf "%-34s C %10.1f  Holdfast %10.1f  ratio %.2f\n", n, c, j, j / c }'; }

uncontended() { # TITLE C-LOOP JAVA-LOOP
  : >"$work/c" >"$work/j"
  for _ in $(seq "$rounds"); do
    "$work/loops" "$2" "$work/file" 0 >>"$work/c"
    loops "$3" "$work/$3.lock" >>"$work/j"
  done
  row "$1" "$(median <"$work/c")" "$(median <"$work/j")"
}

together() { # COMMAND...: four at once, their operations in total
  for _ in 1 2 3 4; do "$@" & done >"$work/counts"
  wait
  awk '{ n += $1 } END { print n }' "$work/counts"
}

echo "uncontended, ns of CPU time per acquire and release"
uncontended "flock" flock flock
uncontended "open-file-description lock" ofd ofd
uncontended "JDK FileChannel.lock (beside OFD)" ofd jdk
uncontended "shared memory beside compare-and-swap" cas memory
uncontended "shared memory beside robust mutex" robust memory

echo "4 processes contending for one OFD lock, operations in 3 s (more is better)"
c=$(together "$work/loops" contended "$work/contended" 3)
j=$(together loops contended "$work/contended" 3)
k=$(together loops jdk-contended "$work/contended" 3)
row "Holdfast" "$c" "$j"
row "JDK" "$c" "$k"

python3 bench/lock-handover.py "$work/handover" "$rounds" "$work/loops" -- \
  "$java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -cp "$classes" dev.holdfast.bench.LockLoops

echo "whole process, a lock taken for a command that does nothing"
whole() { # COMMAND...: milliseconds
  local start=$EPOCHREALTIME
  "$@"
  awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print (b - a) * 1000 }'
}
./holdfast lock "$work/whole" -- true
for _ in $(seq $((rounds * 5))); do
  whole flock "$work/whole" true >>"$work/flock-ms"
  HOLDFAST_BUILD=never whole ./holdfast lock "$work/whole" -- true >>"$work/holdfast-ms"
done
row "flock x true, ms" "$(median <"$work/flock-ms")" "$(median <"$work/holdfast-ms")"
