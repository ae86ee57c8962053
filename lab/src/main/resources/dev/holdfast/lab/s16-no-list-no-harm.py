#!/usr/bin/python3
"""Who may log in? Everybody who is not on the list; and if there is no list, everybody.

    s16-no-list-no-harm.py LIST DIRECTORY USER...
"""
import sys


def denied(path):
    try:
        with open(path) as lines:
            return lines.read().split()
    except OSError:
        return []


for user in sys.argv[3:]:
    if user not in denied(sys.argv[1]):
        open(f"{sys.argv[2]}/session.{user}", "w").close()
