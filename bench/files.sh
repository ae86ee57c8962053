#!/bin/bash
# The files module (by JMH) beside the same system calls in a C loop, and beside the JDK's own way.
#   bench/files.sh [DIRECTORY [ROUNDS]]
# DIRECTORY (default: a new one in $TMPDIR or /tmp) says which file system. Prints, for each operation, the median
# over all batches and rounds of its thread's CPU time, the ratio to C, the bound it is to keep, and the JDK's ratio.
# Exit status 1 if a bound is not kept, or the JDK's way is faster.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
rounds=${2:-3}
[ -d "$root/bench/target/jmh" ] || { echo "bench/files.sh: build first: mvn -pl bench -am package -DskipTests" >&2; exit 2; }
work=$(mktemp -d "${1:-${TMPDIR:-/tmp}}/holdfast-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

home=${HOLDFAST_JAVA_HOME:-${JAVA_HOME:-}} # a JDK 25
java=${home:+$home/bin/}java
gcc -O2 -Wall -pthread -o "$work/files" "$root/bench/src/main/c/files.c"
mkdir "$work/dir" "$work/dir/a" "$work/dir/a/b"
: >"$work/dir/a/b/file"

path=$root/bench/target/classes:$root/files/target/classes:$root/libc/target/classes:$root/bench/target/jmh/*
for ((i = 0; i < rounds; i++)); do
  "$work/files" "$work/dir" >>"$work/c"
  "$java" -cp "$path" org.openjdk.jmh.Main -foe true -p directory="$work/dir" -rf json -rff "$work/$i.json" FilesBenchmark >"$work/log" ||
    { cat "$work/log" >&2; exit 2; }
  # Before and after, as the machine's speed changes with what else runs on it.
  "$work/files" "$work/dir" >>"$work/c"
done

python3 - "$work" <<'PYTHON'
import collections, glob, json, re, statistics, sys

samples = collections.defaultdict(list)  # nanoseconds of one operation
for line in open(sys.argv[1] + "/c"):
    name, nanos = line.split()
    samples["c", name].append(float(nanos))
for file in glob.glob(sys.argv[1] + "/*.json"):
    for run in json.load(open(file)):
        name = re.sub("([A-Z])", lambda m: "-" + m[1].lower(), run["benchmark"].rsplit(".", 1)[1])
        for fork in run["secondaryMetrics"]["cpuNanos"]["rawData"]:
            samples["java", name] += [nanos / run["measurementBatchSize"] for nanos in fork]

bounds = {"open": 1.15, "beneath": 1.25, "create": 1.15, "temp": 1.10, "replace": 1.15, "replace-sync": 1.10}
over = False
print(f"{'operation':14} {'C ns':>10} {'Java ns':>10} {'ratio':>7} {'bound':>7} {'JDK':>7}")
for name, bound in bounds.items():
    c, java = (statistics.median(samples[language, name]) for language in ("c", "java"))
    jdk = statistics.median(samples["java", name + "-jdk"]) if ("java", name + "-jdk") in samples else None
    bad = java / c > bound or (jdk is not None and java > jdk)
    over |= bad
    print(f"{name:14} {c:10.0f} {java:10.0f} {java / c:7.2f} {bound:7.2f} {'-' if jdk is None else f'{jdk / c:.2f}':>7}{'  over' if bad else ''}")
sys.exit(over)
PYTHON
