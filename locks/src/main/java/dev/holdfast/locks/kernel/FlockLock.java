package dev.holdfast.locks.kernel;

import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.locks.process.LocalKind;
import dev.holdfast.locks.scope.ScopeRules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * A BSD flock on a whole file or directory (K05): what flock(1), cron, apt, systemd-tmpfiles and
 * many daemons use.
 *
 * <p><b>Guarantees.</b> {@link Contract#KERNEL_HELD}. It excludes other flocks; not record locks
 * (L08). It needs no permission to write: whoever may read the file may lock it, also exclusively
 * (L12).
 *
 * <p><b>Remaining races.</b> As for {@link OfdLock} the file must be permanent. No {@link
 * Capability#CONVERT}: the kernel changes the mode of a flock by dropping it first. On NFS since
 * Linux 2.6.12 it is emulated by a record lock.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> flock(2).
 */
public final class FlockLock extends KernelLock<FlockLock> {
  /** What it is called, and where locks of it come from. */
  public static final Kind KIND =
      new LocalKind("flock", "BSD flock", 2, ScopeRules::flocks) {
        @Override
        public HostLock at(Path path) throws IOException {
          return new FlockLock(path, Mode.EXCLUSIVE, NewFile.PRIVATE);
        }

        @Override
        public boolean worksReadOnly() {
          return true;
        }
      };

  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(Capability.SHARED, Capability.FAIR, Capability.HOLDERS, Capability.SURVIVES_KILL);

  FlockLock(Path path, Mode mode, NewFile made) {
    super(path, mode, made, KIND, CAPABILITIES);
  }

  /** The permissions with which the file is made if it is not there, whatever the umask. */
  @Override
  public FlockLock permissions(int permissions) {
    return new FlockLock(path(), mode(), made().withPermissions(permissions));
  }

  /** The group of the file if it is made, whose members may then lock it. */
  @Override
  public FlockLock group(int gid) {
    return new FlockLock(path(), mode(), made().withGroup(gid));
  }

  @Override
  protected FlockLock withMode(Mode mode) {
    return new FlockLock(path(), mode, made());
  }

  @Override
  LockFile.Want want() {
    return LockFile.Want.ANYTHING;
  }

  @Override
  FileEngine engine(LockFile file) throws IOException {
    Key key = Key.ofFile(KIND, file.stat().device(), file.stat().inode(), 0, 0);
    return new KernelEngine(key, path(), file, KernelLocks.Family.FLOCK);
  }
}
