package dev.holdfast.locks.named;

import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.process.LocalKind;
import dev.holdfast.locks.scope.ScopeRules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;

/**
 * A lock file made by link(2) of a file of one's own (K02): right also where the server repeats a
 * request, or its answer is lost, as on NFS of every version (L06).
 *
 * <p><b>Guarantees.</b> {@link Contract#STRICT}. The answer of link(2) is not believed: the lock is
 * won if our own file has two links, or if the lock is our own file. It is never broken
 * automatically: from here nobody can prove that a holder on another machine is dead.
 *
 * <p><b>Remaining races.</b> A holder that crashed leaves its lock until an administrator breaks
 * it. A release looks at the file's identity first; the client may answer from its cache.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> open(2) on O_EXCL and NFS.
 */
public final class NfsLinkLock extends NamedFileLock<NfsLinkLock> {
  /** What it is called, and where locks of it come from. */
  public static final Kind KIND =
      new LocalKind("nfs", "NFS-safe lock file", 4, ScopeRules::links) {
        @Override
        public HostLock at(Path path) throws IOException {
          return new NfsLinkLock(path);
        }
      };

  NfsLinkLock(Path path) {
    super(path, KIND, Contract.STRICT, EnumSet.of(Capability.HOLDERS));
  }

  @Override
  protected NamedFileEngine.Style style() {
    return new NamedFileEngine.Style(HolderRecord::toBytes, false, true, false, false, 0444, null);
  }
}
