#!/bin/sh
# What schedules rest on, against the kernel. The table of footprints: neighbours that it calls independent are swapped, and
# all must be the same; each schedule is run again, and must come out the same, step for step. What the exploration leaves
# out: all interleavings of small pairs, 13 by hand and some by chance, must end like something that is not left out. What
# is told: the shortest of all schedules that fail. Prints a line for each with what was done; the seed says what by chance.
#
#   bench/schedule-table.sh [SWAPS [PAIRS [SEED [SHORTEST]]]]      as root
set -eu
cd "$(dirname "$0")/.."
exec mvn -B -ntp -q -pl prove -am test -Dtest='FootprintsTest,ShortestTest' -Dsurefire.failIfNoSpecifiedTests=false \
  -Dholdfast.schedules.swaps="${1:-10000}" -Dholdfast.schedules.pairs="${2:-20}" -Dholdfast.schedules.seed="${3:-1}" \
  -Dholdfast.schedules.shortest="${4:-20}"
