package dev.holdfast.cluster;

import dev.holdfast.locks.Kind;
import dev.holdfast.locks.KindProvider;
import dev.holdfast.locks.remote.LockService;
import dev.holdfast.locks.remote.RemoteKind;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Registers the kinds of lock past one machine. No library of a server is loaded by that. */
public final class ClusterKinds implements KindProvider {
  /** Its settings are those of {@link ZooKeeperLocks#settings}. */
  static final RemoteKind ZOOKEEPER =
      new ClusterKind("zookeeper", "lock on ZooKeeper", -2) {
        @Override
        public LockService connect(String at, Map<String, String> settings) throws IOException {
          return ZooKeeperLocks.connect(ZooKeeperLocks.settings(at, settings));
        }
      };

  /** Its settings are those of {@link PostgresLocks#settings}. */
  static final RemoteKind POSTGRESQL =
      new ClusterKind("postgresql", "lock on PostgreSQL", -1) {
        @Override
        public LockService connect(String at, Map<String, String> settings) throws IOException {
          return PostgresLocks.connect(PostgresLocks.settings(at, settings));
        }
      };

  @Override
  public List<Kind> kinds() {
    return List.of(ZOOKEEPER, POSTGRESQL);
  }
}
