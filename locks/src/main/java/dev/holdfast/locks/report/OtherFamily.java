package dev.holdfast.locks.report;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.proc.KernelLocks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Record locks and flocks of one file do not see each other (L08): who has one of the other family
 * while a lock is held is told here, as a hint that two programs do not mean the same lock.
 *
 * <p><b>What remains.</b> It looks once: who comes later is not seen.
 */
public final class OtherFamily {
  private OtherFamily() {}

  /** Who has such a lock on the same file now; empty for kinds that are not the kernel's. */
  public static List<Holder> holdersBeside(HostLock lock) throws IOException {
    boolean flock = lock.kind().equals(Kinds.FLOCK);
    if (!flock && !lock.kind().family().equals(Kinds.OFD.family())) {
      return List.of();
    }
    byte[] name = Paths.bytes(Path.of(lock.name()));
    Result<Statx> stat =
        Statx.statx(Fcntl.AT_FDCWD, name, 0, Statx.STATX_BASIC_STATS | Statx.STATX_MNT_ID);
    Key key = lock.key();
    if (stat.failed()
        || stat.value().device() != key.device()
        || stat.value().inode() != key.inode()) {
      // Not there any more: others say so.
      return List.of();
    }
    return KernelLocks.holders(
        stat.value(), flock ? KernelLocks.Family.RECORD : KernelLocks.Family.FLOCK, key);
  }
}
