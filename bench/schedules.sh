#!/bin/sh
# Schedules a second: `holdfast prove --twice` on a counter in a file, under flock, whose schedules are all tried. What one more schedule takes is
# told by two proofs of the same programs: with few preemptions and with all. Start, set-up, serial orders, and what the JVM compiles in its
# first second are in both. Beside it a program in C that makes as many worlds of the same kind, two at a time, and runs both programs in them
# one after the other, untraced: nothing is held, followed or compared there.
#
#   bench/schedules.sh [ROUNDS]      as root, with a C compiler and python3
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

def in_c():
    both = "mkdir -p /srv/w; cd /srv/w; echo 0 > n; for i in 1 2; do sh -c '" + count + "'; done"
    runs = [subprocess.Popen([work + "/worlds", "100", "1", "/bin/sh", "-c", both], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    return statistics.mean(float(p.communicate()[0]) for p in runs) / len(runs)

run(0) # warms the disk's cache
few, all_ = [run(0) for _ in range(rounds)], [run(99) for _ in range(rounds)]
schedules = all_[0][1] - few[0][1]
each = 1000 * (statistics.median(a[0] for a in all_) - statistics.median(f[0] for f in few)) / schedules
least = statistics.median(in_c() for _ in range(rounds))
print(f"{schedules} schedules more: {1000 / each:.0f} a second on {os.cpu_count()} processors "
      f"(load average at the end: {os.getloadavg()[0]:.1f}), {each:.1f} ms each; medians of {rounds}")
print(f"a world of the same kind made in C, and the two programs run in it, untraced: {least:.1f} ms; a schedule takes {each / least:.1f} times as long")
PYTHON
