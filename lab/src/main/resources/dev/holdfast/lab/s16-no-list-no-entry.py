#!/usr/bin/python3
"""The same, where an error is an error: it ends the program, and nobody comes in.

    s16-no-list-no-entry.py LIST DIRECTORY USER...
"""
import sys


def denied(path):
    with open(path) as lines:
        return lines.read().split()


for user in sys.argv[3:]:
    if user not in denied(sys.argv[1]):
        open(f"{sys.argv[2]}/session.{user}", "w").close()
