#!/bin/bash
# What a lock past one machine costs beside Curator's InterProcessMutex and plain SQL, in one run, on servers that it
# starts itself. Two minutes on an idle machine.
#   bench/cluster-cost.sh [zookeeper|postgresql]
set -euo pipefail
cd "$(dirname "$0")/.."
mvn -B -ntp -q -pl cluster -am test-compile dependency:build-classpath \
  -Dmdep.outputFile=target/class-path -Dmdep.includeScope=test
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" --enable-native-access=ALL-UNNAMED -Dslf4j.internal.verbosity=ERROR \
  -cp "cluster/target/test-classes:cluster/target/classes:$(cat cluster/target/class-path)" dev.holdfast.cluster.ClusterCost "$@"
