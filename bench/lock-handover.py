#!/usr/bin/env python3
"""How fast a lock goes from one holder to the next, beside the same in C. For bench/locks.sh.

  lock-handover.py FILE ROUNDS C-LOOPS -- HOLDFAST-LOOPS...
"""
import os, signal, statistics, subprocess, sys, time

file, rounds, c = sys.argv[1], int(sys.argv[2]), [sys.argv[3]]
ways = {"C": c, "Holdfast": sys.argv[5:]}


def start(way, *arguments):
    return subprocess.Popen(ways[way] + list(arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def line(process, expected=None):
    got = process.stdout.readline().strip()
    if not got or (expected and got != expected):
        sys.exit(f"lock-handover.py: {process.args} says '{got}', not '{expected}'")
    return got


def handover(way):
    """Steps a second of two parties that wait for one another at each of them."""
    parties = [start(way, "handover", file, "3", str(i)) for i in (0, 1)]
    for party in parties:
        line(party, "ready")
    for party in parties:
        party.stdin.write("\n")
        party.stdin.flush()
    first = int(line(parties[0]))
    for party in parties:
        party.kill()
        party.wait()
    return first / 3


def waits(pid):
    """True if a thread of the process is in the kernel's wait for a record lock."""
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/wchan") as wchan:
            if "setlk" in wchan.read():
                return True
    return False


def after_kill(way, killed=None):
    """Milliseconds from kill -9 of the holder to the next holder."""
    holder = start(killed or way, "hold", file, "0")
    line(holder, "held")
    next_one = start(way, "next", file, "0")
    line(next_one, "waiting")
    while not waits(next_one.pid):
        time.sleep(0.001)
    began = time.monotonic_ns()
    os.kill(holder.pid, signal.SIGKILL)
    got = int(line(next_one))
    holder.wait()
    next_one.wait()
    return (got - began) / 1e6


# The kernel takes a JVM's memory and threads down before its locks: that is in the third row, for whoever waits.
for what, measure, better in (
    ("hand-overs a second", handover, "more"),
    ("ms from kill -9 of a C program", lambda way: after_kill(way, "C"), "less"),
    ("ms from kill -9 of a JVM", lambda way: after_kill(way, "Holdfast"), "less"),
):
    median = {way: statistics.median(measure(way) for _ in range(rounds)) for way in ways}
    ratio = median["Holdfast"] / median["C"]
    print(f"{what:34} C {median['C']:10.2f}  Holdfast {median['Holdfast']:10.2f}  ratio {ratio:.2f} ({better} is better)", flush=True)
