#!/bin/bash
# Locks of ZooKeeper for more clients than a machine has room for, in simulated time. What a read, a name and a transaction
# cost is measured first, on an ensemble that it starts itself. Some minutes on an idle machine.
#   bench/cluster-simulation.sh [CLIENTS…]
set -euo pipefail
cd "$(dirname "$0")/.."
mvn -B -ntp -q -pl cluster -am test-compile dependency:build-classpath \
  -Dmdep.outputFile=target/class-path -Dmdep.includeScope=test
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" --enable-native-access=ALL-UNNAMED -Dslf4j.internal.verbosity=ERROR \
  -cp "cluster/target/test-classes:cluster/target/classes:$(cat cluster/target/class-path)" dev.holdfast.cluster.ClusterSimulation "$@"
