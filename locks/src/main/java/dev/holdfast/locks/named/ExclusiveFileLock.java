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
 * A lock that is held as long as a file is there (K01): made only if it is not, and removed to let
 * go. For file systems without kernel locks, and beside programs that do the same; else {@link
 * OfdLock} needs no recovery.
 *
 * <p><b>Guarantees.</b> {@link Contract#STRICT}. The file appears complete, with a record of its
 * holder, or not at all; nobody may write to it, and root is excluded like anybody (L05). That of a
 * holder that is proved dead is taken away by exactly one of those who want it. A holder counts as
 * dead only if the file is on a local file system and was made on this machine during another boot,
 * or by a process of our own PID namespace that has ended. What cannot be judged stays until an
 * administrator breaks it.
 *
 * <p><b>Remaining races.</b> Whoever may write to the directory can remove the file; {@link
 * Held#ensureValid} notices. Not for NFS version 2 (L06): see {@link NfsLinkLock}.
 *
 * <p><b>Threads.</b> Safe for all. Waiters are woken when the name goes away, and look for
 * themselves too.
 *
 * <p><b>Sources.</b> open(2) on O_EXCL and O_TMPFILE, link(2).
 */
public final class ExclusiveFileLock extends NamedFileLock<ExclusiveFileLock> {
  /** What it is called, and where locks of it come from. */
  public static final Kind KIND =
      new LocalKind("file", "exclusive lock file", 3, ScopeRules::exclusiveCreation) {
        @Override
        public HostLock at(Path path) throws IOException {
          return new ExclusiveFileLock(path);
        }
      };

  ExclusiveFileLock(Path path) {
    super(path, KIND, Contract.STRICT, EnumSet.of(Capability.HOLDERS, Capability.RECOVERY));
  }

  @Override
  protected NamedFileEngine.Style style() {
    return new NamedFileEngine.Style(HolderRecord::toBytes, false, false, true, false, 0444, null);
  }
}
