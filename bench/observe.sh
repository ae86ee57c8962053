#!/bin/sh
# What observation costs: a command alone, under strace, and under `holdfast prove --list-windows`, whole processes
# from start to end, in turns. Holdfast's time has its start, the private world and every run that it observes in it.
#
# strace runs as its manual shows it, and once more kept on one processor with its victim, as Holdfast keeps itself: it
# saves the waking of the other processor at each stop, which costs strace more than all else where that one sleeps.
#
#   bench/observe.sh [ROUNDS]      as root, with strace and python3; ends with 1 if strace as it is was cheaper somewhere
set -eu
cd "$(dirname "$0")/.."
command -v strace >/dev/null || {
  echo "bench/observe.sh: no strace here: install it" >&2
  exit 2
}
./holdfast --version >/dev/null # builds, if that is needed

HOLDFAST_BUILD=never rounds=${1:-5} python3 - <<'PYTHON'
import os, statistics, subprocess, sys, time

rounds = int(os.environ["rounds"])
forks = "i=0; while [ $i -lt 1500 ]; do /bin/true; i=$((i+1)); done"
workloads = {
    "tar of /usr/share": ["tar", "-cf", "/dev/null", "--", "/usr/share"],
    "find /usr": ["find", "/usr", "-newer", "/etc/passwd"],
    "1500 processes": ["sh", "-c", forks],
}
ways = {
    "alone": [],
    "strace": ["strace", "-f", "--seccomp-bpf", "-e", "trace=%file", "-o", "/dev/null"],
    "pinned": ["taskset", "-c", "0", "strace", "-f", "--seccomp-bpf", "-e", "trace=%file", "-o", "/dev/null"],
    "holdfast": ["./holdfast", "prove", "--list-windows", "--timeout", "120s", "--"],
}

def run(command):
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command[:4])} … ends with {done.returncode}: {done.stderr.strip()}")
    return time.perf_counter() - start

dearer = False
print(f"{'':18}{'alone':>9}{'strace':>9}{'pinned':>9}{'holdfast':>9}   (medians of {rounds}; beside: times alone)")
for name, command in workloads.items():
    times = {way: [] for way in ways}
    for _ in range(rounds):
        for way, prefix in ways.items():
            times[way].append(run(prefix + command))
    median = {way: statistics.median(t) for way, t in times.items()}
    times_alone = {way: median[way] / median["alone"] for way in ways}
    verdict = "dearer" if median["holdfast"] > median["strace"] else "no dearer"
    dearer |= verdict == "dearer"
    print(f"{name:18}" + "".join(f"{median[way]:8.3f}s" for way in ways)
          + "   " + ", ".join(f"{way} {times_alone[way]:.1f}" for way in list(ways)[1:]) + f": {verdict}", flush=True)
sys.exit(1 if dearer else 0)
PYTHON
