#!/bin/bash
# The long run of the referee of locks past one machine: clients stopped, killed, cut off and with other clocks, servers
# killed and failed over, again and again, on an ensemble and a PostgreSQL that the test starts. As root with ip(8) each
# client is in a network namespace of its own, and the kernel cuts its network; else a relay of the test does. A round
# takes some minutes on an idle machine.
#   bench/cluster-referee.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/.."
netns=false
if [ "$(id -u)" = 0 ] && ip netns add "holdfast-probe-$$" 2>/dev/null; then
  ip netns del "holdfast-probe-$$"
  netns=true
fi
echo "network: $([ $netns = true ] && echo 'namespaces, cut by the kernel' || echo 'a relay (no root, or no namespaces here)')"
exec mvn -B -ntp -pl cluster -am test \
  -Dtest=ClusterRefereeTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Dholdfast.cluster.referee.netns=$netns -Dholdfast.cluster.referee.rounds="${1:-15}"
