package dev.holdfast.locks;

import java.io.IOException;
import java.nio.file.Path;

/** What the kinds have in common that are held as long as a file is there. */
abstract sealed class NamedFileLock<L extends NamedFileLock<L>> extends LocalLock<L>
    permits ExclusiveFileLock, NfsLinkLock, DeviceLock, MailLock {
  private final Path path;
  private final Kind kind;

  NamedFileLock(Path path, Kind kind) {
    super(path.toString(), Mode.EXCLUSIVE);
    this.path = path;
    this.kind = kind;
  }

  abstract L self();

  abstract NamedFileEngine.Style style();

  /** The lock file. */
  public final Path path() {
    return path;
  }

  @Override
  public final Kind kind() {
    return kind;
  }

  @Override
  final L withMode(Mode mode) {
    return self();
  }

  @Override
  Slot resolve() throws IOException {
    return Slots.of(new NamedFileEngine(kind, NamedFile.forLock(kind, path), style()));
  }

  @Override
  boolean leadsTo(Slot slot) throws IOException {
    return ((NamedFileEngine) slot.engine).inPlace();
  }
}
