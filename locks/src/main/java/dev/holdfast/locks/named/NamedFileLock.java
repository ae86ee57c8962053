package dev.holdfast.locks.named;

import dev.holdfast.libc.Paths;
import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.process.LocalLock;
import dev.holdfast.locks.process.Slot;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** What the kinds have in common that are held as long as a file is there. */
public abstract class NamedFileLock<L extends NamedFileLock<L>> extends LocalLock<L> {
  private final Path path;
  private final Contract contract;

  NamedFileLock(Path path, Kind kind, Contract contract, Set<Capability> capabilities) {
    super(FileName.shownOf(path), Mode.EXCLUSIVE, kind, capabilities);
    this.path = Paths.requireDefault(path);
    this.contract = contract;
  }

  protected abstract NamedFileEngine.Style style();

  /** The lock file. */
  public final Path path() {
    return path;
  }

  @Override
  public final Contract contract() {
    return contract;
  }

  @Override
  protected Slot resolve() throws IOException {
    return Slots.of(new NamedFileEngine(kind(), NamedFile.forLock(kind(), path), style()));
  }

  @Override
  protected boolean leadsTo(Slot slot) throws IOException {
    return ((NamedFileEngine) slot.engine).inPlace();
  }
}
