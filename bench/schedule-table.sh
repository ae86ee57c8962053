#!/bin/sh
# The table of footprints against the kernel: neighbours that it calls independent are swapped, and all must be the same
# (10,000 swaps); what the exploration leaves out must end like something that it does not leave out (20 pairs by brute
# force); each schedule that is run again must come out the same. Prints what was done.
#
#   bench/schedule-table.sh [SWAPS [PAIRS [SEED]]]      as root
set -eu
cd "$(dirname "$0")/.."
exec mvn -B -ntp -q -pl prove -am test -Dtest='FootprintsTest' -Dsurefire.failIfNoSpecifiedTests=false \
  -Dholdfast.schedules.swaps="${1:-10000}" -Dholdfast.schedules.pairs="${2:-20}" -Dholdfast.schedules.seed="${3:-1}"
