package dev.holdfast.locks;

import dev.holdfast.locks.named.Recovery;

/** What a kind of lock can do beyond excluding. */
public enum Capability {
  /** Several readers at a time. */
  SHARED,
  /** Parts of a file. */
  RANGES,
  /** From shared to exclusive and back without a gap: {@link Held#tryUpgrade}. */
  CONVERT,
  /** Order of arrival between processes: {@link HostLock#fair}. */
  FAIR,
  /** {@link HostLock#holders} can name the holder. */
  HOLDERS,
  /** The kernel frees it when the holder dies. */
  SURVIVES_KILL,
  /** A holder that died is found and replaced by {@link Recovery}. */
  RECOVERY
}
