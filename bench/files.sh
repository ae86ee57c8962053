#!/bin/bash
# The files module (by JMH) beside the same system calls in a C loop, and beside the JDK's own way.
#   bench/files.sh [DIRECTORY [ROUNDS]]
# DIRECTORY (default: a new one in $TMPDIR or /tmp) says which file system. A batch in C and one in Java take turns, in
# one process and thread. Prints, for each operation, the median thread CPU time in C and in Java, the median of the
# ratios of neighbouring batches, the bound it is to keep, and the same ratio for the JDK's way.
# Exit status 1 if a bound is not kept, or the JDK's way is faster.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
rounds=${2:-3}
[ -d "$root/bench/target/jmh" ] || { echo "bench/files.sh: build first: mvn -pl bench -am package -DskipTests" >&2; exit 2; }
work=$(mktemp -d "${1:-${TMPDIR:-/tmp}}/holdfast-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

home=${HOLDFAST_JAVA_HOME:-${JAVA_HOME:-}} # a JDK 25
java=${home:+$home/bin/}java
gcc -O2 -Wall -Wextra -shared -fPIC -o "$work/files.so" "$root/bench/src/main/c/files.c"
mkdir "$work/dir" "$work/dir/a" "$work/dir/a/b"
: >"$work/dir/a/b/file"

path=$root/bench/target/classes:$root/files/target/classes:$root/catalogue/target/classes:$root/path/target/classes:$root/libc/target/classes:$root/bench/target/jmh/*
for ((i = 0; i < rounds; i++)); do
  "$java" -cp "$path" org.openjdk.jmh.Main -foe true -p directory="$work/dir" -p library="$work/files.so" \
    -rf json -rff "$work/$i.json" FilesBenchmark >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 2; }
done

python3 - "$work" <<'PYTHON'
import collections, glob, json, statistics, sys

java, c = collections.defaultdict(list), collections.defaultdict(list)  # nanoseconds of one operation
for file in glob.glob(sys.argv[1] + "/*.json"):
    for run in json.load(open(file)):
        name = run["benchmark"].rsplit(".", 1)[1]
        for samples, counter in (java, "cpuNanos"), (c, "cNanos"):
            for fork in run["secondaryMetrics"][counter]["rawData"]:
                samples[name] += [nanos / run["measurementBatchSize"] for nanos in fork]


def ratio(name):
    return statistics.median(ours / same for ours, same in zip(java[name], c[name]))


bounds = {"open": 1.15, "beneath": 1.25, "create": 1.15, "temp": 1.10, "replace": 1.15, "replaceSync": 1.10}
over = False
print(f"{'operation':14} {'C ns':>10} {'Java ns':>10} {'ratio':>7} {'bound':>7} {'JDK':>7}")
for name, bound in bounds.items():
    jdk = ratio(name + "Jdk") if name + "Jdk" in java else None
    bad = ratio(name) > bound or (jdk is not None and ratio(name) > jdk)
    over |= bad
    print(f"{name:14} {statistics.median(c[name]):10.0f} {statistics.median(java[name]):10.0f} {ratio(name):7.2f} {bound:7.2f} "
          f"{'-' if jdk is None else f'{jdk:.2f}':>7}{'  over' if bad else ''}")
sys.exit(over)
PYTHON
