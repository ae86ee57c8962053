package dev.holdfast.locks.report;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.kernel.KernelLock;
import dev.holdfast.locks.proc.KernelLocks;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Record locks and flocks of one file do not see each other (L08): who has one of the other family
 * while a lock is held is told here, as a hint that two programs do not mean the same lock.
 *
 * <p><b>Remaining races.</b> It looks once: who comes later is not seen.
 */
public final class OtherFamily {
  private final FutureTask<List<KernelLocks.Entry>> table = new FutureTask<>(KernelLocks::read);

  private OtherFamily() {}

  /**
   * Begins to look, in a thread of its own: whoever opens the kernel's table waits for all
   * processors, which takes some milliseconds in which there is other work.
   */
  public static OtherFamily look() {
    OtherFamily look = new OtherFamily();
    Thread.ofPlatform().daemon().name("other-family").start(look.table);
    return look;
  }

  /**
   * Who has such a lock on the same file, now and already when the look began; empty for kinds that
   * are not the kernel's.
   */
  public List<Holder> holdersBeside(HostLock lock) throws IOException {
    if (!(lock instanceof KernelLock<?> file)) {
      return List.of();
    }
    boolean flock = lock.kind().equals(Kinds.FLOCK);
    byte[] name = Paths.bytes(file.path());
    Result<Statx> stat =
        Statx.statx(Fcntl.AT_FDCWD, name, 0, Statx.STATX_BASIC_STATS | Statx.STATX_MNT_ID);
    Key key = lock.key();
    if (stat.failed()
        || stat.value().device() != key.device()
        || stat.value().inode() != key.inode()) {
      // Not there any more: others say so.
      return List.of();
    }
    KernelLocks.Family other = flock ? KernelLocks.Family.RECORD : KernelLocks.Family.FLOCK;
    return KernelLocks.isHeld(entries(), stat.value(), other, key)
        ? KernelLocks.holders(stat.value(), other, key)
        : List.of();
  }

  private List<KernelLocks.Entry> entries() throws IOException {
    try {
      return table.get();
    } catch (InterruptedException askedToEnd) {
      Thread.currentThread().interrupt();
      return List.of();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException failed ? failed : new IOException(e);
    }
  }
}
