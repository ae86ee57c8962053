#!/bin/bash
# The long run of the referee, and of recoveries by threads that find a dead holder's record; bench/deaths.sh has real
# deaths. Takes twenty minutes on an idle machine.
#   bench/referee.sh [ACQUISITIONS [PROCESSES [RECOVERIES]]]
set -euo pipefail
cd "$(dirname "$0")/.."
exec mvn -B -ntp -pl locks -am test \
  -Dtest='RefereeTest,RecoveryStressTest' -Dsurefire.failIfNoSpecifiedTests=false \
  -Dholdfast.referee.acquisitions="${1:-1000000}" \
  -Dholdfast.referee.processes="${2:-8}" \
  -Dholdfast.recoveries="${3:-10000}"
