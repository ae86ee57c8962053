package dev.holdfast.locks.kernel;

import dev.holdfast.libc.Paths;
import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.process.LocalLock;
import dev.holdfast.locks.process.Slot;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.locks.scope.Scope;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What the kinds have in common that the kernel keeps on a permanent file. */
public abstract class KernelLock<L extends KernelLock<L>> extends LocalLock<L> {
  private final Path path;
  private final NewFile made;

  KernelLock(Path path, Mode mode, NewFile made, Kind kind, Set<Capability> capabilities) {
    super(FileName.shownOf(path), mode, kind, capabilities);
    this.path = Paths.requireDefault(path);
    this.made = made;
  }

  /** The lock file. */
  public final Path path() {
    return path;
  }

  final NewFile made() {
    return made;
  }

  /** What the file must be, and be opened for. */
  abstract LockFile.Want want();

  /** The lock on this file, which it owns from now on. */
  abstract FileEngine engine(LockFile file) throws IOException;

  @Override
  public final HostLock fair() {
    require(Capability.FAIR);
    return new FairView(this, path);
  }

  /** Makes no file: where there is none nobody holds its lock. */
  @Override
  public final List<Holder> holders() throws IOException {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS) ? super.holders() : List.of();
  }

  @Override
  protected final Slot resolve() throws IOException {
    LockFile file = LockFile.open(path, want(), made);
    boolean kept = false;
    try {
      Scope.require(kind(), name(), file.fileSystem());
      kept = true;
      return Slots.of(engine(file));
    } finally {
      if (!kept) {
        file.closeQuietly();
      }
    }
  }

  @Override
  protected final boolean leadsTo(Slot slot) throws IOException {
    return LockFile.leads(path, slot.key.device(), slot.key.inode())
        && (want() != LockFile.Want.WRITABLE || ((FileEngine) slot.engine).writable());
  }
}
