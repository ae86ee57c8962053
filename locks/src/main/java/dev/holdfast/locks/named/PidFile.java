package dev.holdfast.locks.named;

import dev.holdfast.libc.Paths;
import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.process.LocalKind;
import dev.holdfast.locks.process.LocalLock;
import dev.holdfast.locks.process.Slot;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.locks.scope.ScopeRules;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * The PID file of a daemon (K07), by the Filesystem Hierarchy Standard {@code /run/NAME.pid}: the
 * process number in decimal and a newline, as everybody reads it, and the right to be the only
 * instance (L11).
 *
 * <p><b>Guarantees.</b> {@link Contract#KERNEL_HELD}: what excludes is a flock on the file for as
 * long as the process lives, as pidfile(3) takes it; the number is information. A file that was
 * left by a crash is taken over, whatever number it has and whoever has that number now. A file
 * with a number that a program wrote without a flock is respected, since nobody can tell whether it
 * is in use.
 *
 * <p><b>Remaining races.</b> It is removed on release, while it is locked, and every acquisition
 * looks whether the name still leads to what it locked; a program that flocks without looking again
 * can lock a file that has just been removed. {@link Held#ensureValid} tells when that happened to
 * us. Of a program that is started with the lock, the number is written once it has one; until then
 * a lease keeps the file from being opened, but where there are no leases (most network file
 * systems, a file of another owner) a very early reader can see our number.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> Filesystem Hierarchy Standard 3.0, 3.15 {@code /run}; pidfile(3).
 */
public final class PidFile extends LocalLock<PidFile> {
  /** What it is called, and where locks of it come from. */
  public static final Kind KIND =
      new LocalKind("pid", "PID file", 5, ScopeRules::oneHost) {
        @Override
        public HostLock at(Path path) throws IOException {
          return new PidFile(path);
        }

        @Override
        public HostLock named(String name) throws IOException {
          return name.indexOf('/') < 0 ? daemon(name) : at(FileName.pathOf(name));
        }
      };

  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(Capability.HOLDERS, Capability.SURVIVES_KILL);

  private final Path path;

  private static PidFile daemon(String name) {
    if (name.isEmpty() || name.startsWith(".")) {
      throw new IllegalArgumentException("not a name for a daemon: " + name);
    }
    if (name.endsWith(".pid")) {
      throw new IllegalArgumentException(
          "a name without a slash is that of a daemon, and its file would be /run/"
              + name
              + ".pid: leave the .pid out, or write ./"
              + name
              + " for a file here");
    }
    return new PidFile(FileName.pathOf("/run/" + name + ".pid"));
  }

  PidFile(Path path) {
    super(FileName.shownOf(path), Mode.EXCLUSIVE, KIND, CAPABILITIES);
    this.path = Paths.requireDefault(path);
  }

  /** The PID file. */
  public Path path() {
    return path;
  }

  @Override
  protected Slot resolve() throws IOException {
    return Slots.of(new PidFileEngine(NamedFile.forLock(KIND, path)));
  }

  @Override
  protected boolean leadsTo(Slot slot) throws IOException {
    return ((PidFileEngine) slot.engine).inPlace();
  }
}
