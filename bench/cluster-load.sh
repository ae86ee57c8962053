#!/bin/bash
# Thousands of clients of ZooKeeper, each a session of its own, in one process with an ensemble of three: all in line for
# one lock, then ten for each of many. Some minutes on an idle machine.
#   bench/cluster-load.sh [CLIENTS]
set -euo pipefail
cd "$(dirname "$0")/.."
mvn -B -ntp -q -pl cluster -am test-compile dependency:build-classpath \
  -Dmdep.outputFile=target/class-path -Dmdep.includeScope=test
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xss256k --enable-native-access=ALL-UNNAMED -Dslf4j.internal.verbosity=ERROR \
  -Dholdfast.cluster.load.clients="${1:-2000}" \
  -cp "cluster/target/test-classes:cluster/target/classes:$(cat cluster/target/class-path)" dev.holdfast.cluster.ClusterLoad
