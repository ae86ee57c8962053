#!/bin/bash
# The long run of the referee of locks past one machine: clients stopped, killed and cut off, servers killed, again and
# again, on an ensemble and a PostgreSQL that the test starts. A round takes about a minute on an idle machine.
#   bench/cluster-referee.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/.."
exec mvn -B -ntp -pl cluster -am test \
  -Dtest=ClusterRefereeTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Dholdfast.cluster.referee.rounds="${1:-15}"
