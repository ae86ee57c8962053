#!/bin/bash
# The files module beside the same system calls in a C loop, and beside the JDK's own way.
#   bench/files.sh [DIRECTORY] [ROUNDS]
# DIRECTORY (default: a new one in $TMPDIR or /tmp) says which file system. Prints, for each operation, the median
# over the rounds of its thread CPU time, the ratio to C, the bound it is to keep, and the JDK's ratio.
# Exit status 1 if a bound is not kept.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
rounds=${2:-3}
work=$(mktemp -d "${1:-${TMPDIR:-/tmp}}/holdfast-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
for module in libc files bench; do
  [ -d "$root/$module/target/classes" ] || { echo "bench/files.sh: build first: mvn -o package" >&2; exit 2; }
done
gcc -O2 -Wall -o "$work/files" "$root/bench/src/main/c/files.c"

mkdir "$work/dir"
# -Xbatch: on a busy machine compilation would otherwise lag behind the measurement.
path=$root/libc/target/classes:$root/files/target/classes:$root/bench/target/classes
for ((i = 0; i < rounds; i++)); do
  "$java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xbatch -cp "$path" dev.holdfast.bench.FilesBenchmark "$work/dir" | sed 's/^/java /'
  "$work/files" "$work/dir" | sed 's/^/c /'
done > "$work/results"

awk '
  { key = $1 " " $2; values[key] = values[key] " " $3 }
  function median(text,   parts, n, i, j, t) {
    n = split(text, parts, " ")
    for (i = 2; i <= n; i++) for (j = i; j > 1 && parts[j - 1] + 0 > parts[j] + 0; j--) { t = parts[j]; parts[j] = parts[j - 1]; parts[j - 1] = t }
    return parts[int((n + 1) / 2)]
  }
  END {
    count = split("open:1.15 beneath:1.25 create:1.15 temp:1.10 replace:1.15 replace-sync:1.10", rows, " ")
    printf "%-14s %10s %10s %7s %7s %7s\n", "operation", "C ns", "Java ns", "ratio", "bound", "JDK"
    for (i = 1; i <= count; i++) {
      split(rows[i], row, ":")
      c = median(values["c " row[1]]); j = median(values["java " row[1]]); k = median(values["java " row[1] "-jdk"])
      ratio = j / c
      printf "%-14s %10d %10d %7.2f %7.2f %7s%s\n", row[1], c, j, ratio, row[2], k == "" ? "-" : sprintf("%.2f", k / c), ratio > row[2] ? "  over" : ""
      if (ratio > row[2]) over = 1
    }
    exit over
  }' "$work/results"
