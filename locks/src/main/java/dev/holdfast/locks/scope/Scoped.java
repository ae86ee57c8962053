package dev.holdfast.locks.scope;

import dev.holdfast.path.FileSystems;

/**
 * A {@link dev.holdfast.locks.Kind} whose locks are only as good as the file system they are on.
 */
public interface Scoped {
  /** Does it exclude on such a file system? */
  ScopeProbe judge(FileSystems.Known known);

  /** True if it needs nothing to be written, so that it can be had on a read-only file system. */
  default boolean worksReadOnly() {
    return false;
  }
}
