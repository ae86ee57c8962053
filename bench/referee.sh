#!/bin/bash
# The long run of the referee, and of recoveries: of holders that leave a dead one's record, and of processes that kill
# themselves. Takes from half an hour on an idle machine.
#   bench/referee.sh [ACQUISITIONS [PROCESSES [RECOVERIES [PROCESSES-THAT-DIE]]]]
set -euo pipefail
cd "$(dirname "$0")/.."
exec mvn -B -ntp -pl locks -am test \
  -Dtest='RefereeTest,RecoveryStressTest' -Dsurefire.failIfNoSpecifiedTests=false \
  -Dholdfast.referee.acquisitions="${1:-1000000}" \
  -Dholdfast.referee.processes="${2:-8}" \
  -Dholdfast.recoveries="${3:-10000}" \
  -Dholdfast.recoveries.real="${4:-10000}"
