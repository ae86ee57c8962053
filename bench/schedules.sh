#!/bin/sh
# Schedules a second: `holdfast prove --twice` on a counter in a file, under flock, whose schedules are all tried. What one more schedule takes is
# told by two proofs of the same programs: with few preemptions and with all. Start, set-up, serial orders, and what the JVM compiles in its
# first second are in both. Beside it a program in C that makes as many worlds of the same kind, two at a time, and runs both programs in them
# one after the other: untraced, and with a stop before and behind each call that others could notice. Nothing is held, followed or compared there.
#
#   bench/schedules.sh [ROUNDS]      as root, with a C compiler, python3 and taskset
set -eu
cd "$(dirname "$0")/.."
rounds=${1:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

cc -O1 -o "$work/worlds" bench/worlds.c
holdfast=${HOLDFAST:-./holdfast}
"$holdfast" --version >/dev/null # builds, if that is needed

HOLDFAST_BUILD=never rounds=$rounds work=$work holdfast=$holdfast python3 - <<'PYTHON'
import json, os, statistics, subprocess, time

rounds, work, holdfast = int(os.environ["rounds"]), os.environ["work"], os.environ["holdfast"]
count = "cd /srv/w && exec 9>>l && flock 9 && n=$(cat n) && echo $((n+1)) > n"
command = ["--fresh", "/srv/w", "--setup", "echo 0 > /srv/w/n", "--", "sh", "-c", count]

def run(bound):
    start = time.perf_counter()
    done = subprocess.run([holdfast, "prove", "--json", "--twice", "--bound", str(bound), *command], stdout=subprocess.PIPE)
    claim = json.loads(done.stdout)["claim"]
    if json.loads(done.stdout)["schedules"] or bound > 0 and claim["kind"] != "complete":
        raise SystemExit(f"not as it should be: {claim}")
    return time.perf_counter() - start, claim["schedules"]

def in_c(*options):
    program = "cd /arena; [ -e n ] || echo 0 > n; " + count.replace("/srv/w", "/arena")
    processors = sorted(os.sched_getaffinity(0))
    runs = [
        # On one processor each, as our worlds are: a stop that wakes another one costs several times as much.
        subprocess.Popen(["taskset", "-c", str(processors[i % len(processors)]), work + "/worlds", "-2", *options, "100", "0", "/bin/sh", "-c", program],
                         stdout=subprocess.PIPE, text=True)
        for i in range(2)
    ]
    return statistics.mean(float(p.communicate()[0]) for p in runs) / len(runs)

run(0) # warms the disk's cache
few, all_ = [run(0) for _ in range(rounds)], [run(99) for _ in range(rounds)]
schedules = all_[0][1] - few[0][1]
each = 1000 * (statistics.median(a[0] for a in all_) - statistics.median(f[0] for f in few)) / schedules
least, stopped = (statistics.median(in_c(*options) for _ in range(rounds)) for options in ([], ["-s"]))
print(f"{schedules} schedules more: {1000 / each:.0f} a second on {os.cpu_count()} processors "
      f"(load average at the end: {os.getloadavg()[0]:.1f}), {each:.1f} ms each; medians of {rounds}")
print(f"a world of the same kind made in C, and the two programs run in it: untraced {least:.1f} ms, a schedule takes {each / least:.1f} times as long; "
      f"with the stops {stopped:.1f} ms, {each / stopped:.1f} times")
PYTHON
