#!/bin/sh
# The set of programs with known faults (prove/src/test/resources/pairs.txt), each beside the way that holds: what was found,
# with how many preemptions, after how many runs; and what was found, and claimed, of the way that holds.
#
#   bench/schedule-pairs.sh [LANGUAGE,... [SECONDS [NAMES]]]      as root; without a language, or with "all", all; NAMES
#                                                              is a pattern for some of them
set -eu
cd "$(dirname "$0")/.."
exec mvn -B -ntp -q -pl prove -am test -Dtest='PairTableTest' -Dsurefire.failIfNoSpecifiedTests=false \
  -Dholdfast.schedules.table="${1:-all}" -Dholdfast.schedules.seconds="${2:-60}" -Dholdfast.schedules.names="${3:-}"
