#!/bin/bash
# The long run of the referee of locks past one machine: ZooKeeper (three servers) and PostgreSQL (with a replica) side by
# side, each with three client processes, which are stopped, killed, cut off and given other clocks, while servers are
# killed and failed over, in an order by chance. In each run a register that asks for no token must go wrong. As root with
# ip(8) each client is in a network namespace of its own, and the kernel cuts its network; else a relay of the test does.
#   bench/cluster-referee.sh [MINUTES [SEED]]
set -euo pipefail
cd "$(dirname "$0")/.."
netns=false
if [ "$(id -u)" = 0 ] && ip netns add "holdfast-probe-$$" 2>/dev/null; then
  ip netns del "holdfast-probe-$$"
  netns=true
fi
echo "network: $([ $netns = true ] && echo 'namespaces, cut by the kernel' || echo 'a relay (no root, or no namespaces here)')"
exec mvn -B -ntp -pl cluster -am test \
  -Dtest=LongRefereeTest -Dsurefire.failIfNoSpecifiedTests=false \
  -Dholdfast.cluster.referee.netns=$netns -Dholdfast.cluster.referee.minutes="${1:-10}" \
  -Dholdfast.cluster.referee.seed="${2:-1}"
