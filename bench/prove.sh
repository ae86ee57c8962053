#!/bin/sh
# Trials a second: `holdfast prove` on the textbook race (stat, check, fopen), on FILES files.
# A trial is a world of its own, the program run in it up to its end, the strike, and the judgement.
# What one more trial takes is told by two proofs of the same program: of all windows, and of three of each kind. Start, set-up, observation,
# and what the JVM compiles in its first second are in both.
# Beside it a program in C that makes as many worlds of the same kind, two at a time, and runs the same program in them, untraced.
#
#   bench/prove.sh [FILES [ROUNDS]]      as root, with a C compiler and python3
set -eu
cd "$(dirname "$0")/.."
files=${1:-40}
rounds=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

cc -O1 -o "$work/textbook" bench/textbook.c
cc -O1 -o "$work/worlds" bench/worlds.c
./holdfast --version >/dev/null # builds, if that is needed

HOLDFAST_BUILD=never files=$files rounds=$rounds work=$work python3 - <<'PYTHON'
import json, os, resource, statistics, subprocess, time

files, rounds, work = int(os.environ["files"]), int(os.environ["rounds"]), os.environ["work"]
names = [f"/arena/f{i}" for i in range(files)]
setup = "cd /arena && for i in $(seq 0 %d); do echo draft > f$i; done && chown nobody f*" % (files - 1)
uid = subprocess.run(["id", "-u", "nobody"], capture_output=True, text=True, check=True).stdout.strip()
command = ["--arena", "/arena", "--setup", setup, "--", work + "/textbook", uid] + names

def run(*options):
    start, before = time.perf_counter(), processor_time()
    done = subprocess.run(["./holdfast", "prove", "--json", *options, *command], stdout=subprocess.PIPE)
    return time.perf_counter() - start, processor_time() - before, json.loads(done.stdout)

def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

def median(runs, index):
    return statistics.median(run[index] for run in runs)

run() # warms the disk's cache
short, long = [], []
for _ in range(rounds):
    short.append(run())
    long.append(run("--all"))
    few, summary = short[-1][2]["summary"]["trials"], long[-1][2]["summary"]
    if summary["race"] != files or summary["undecided"] != 0:
        raise SystemExit(f"not as it should be: {summary}")
    print(f"{summary['trials']} trials: {long[-1][0]:.2f} s; {few} of them: {short[-1][0]:.2f} s", flush=True)
trials = statistics.median(l[2]["summary"]["trials"] - s[2]["summary"]["trials"] for l, s in zip(long, short))
rate = trials / (median(long, 0) - median(short, 0))
cost = (median(long, 1) - median(short, 1)) / trials
def in_c():
    both = [subprocess.Popen([work + "/worlds", "200", str(files), work + "/textbook", uid] + names, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    return statistics.mean(float(p.communicate()[0]) for p in both) / len(both)

least = statistics.median(in_c() for _ in range(rounds))
load = os.getloadavg()[0]
print(f"{rate:.0f} trials a second on {os.cpu_count()} processors (load average at the end: {load:.1f}), "
      f"{cost * 1000:.1f} ms of a processor each; from medians of {rounds}")
print(f"a trial takes {1000 / rate:.1f} ms, a world of the same kind made in C {least:.1f} ms: {1000 / rate / least:.1f} times as long")
PYTHON
