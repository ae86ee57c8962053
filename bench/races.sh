#!/bin/sh
# The live races of the files module at full length: each attack gets ROUNDS rounds (default 20,000), against ours and
# against the usual way, which must lose. Prints rounds, refusals, and the rate of the retryable error.
#
#   bench/races.sh [ROUNDS]      as root
set -eu
cd "$(dirname "$0")/.."
exec mvn -B -ntp -q -pl files -am test -Dtest=LiveRaceTest,CleanerTest,TreesAttackTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Dholdfast.rounds="${1:-20000}"
