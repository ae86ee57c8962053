package dev.holdfast.locks.kernel;

import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Mode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/** What the two families of record locks have in common: ranges, and writers that must write. */
public abstract class RecordLock<L extends RecordLock<L>> extends KernelLock<L> {
  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(
          Capability.SHARED,
          Capability.RANGES,
          Capability.CONVERT,
          Capability.FAIR,
          Capability.HOLDERS,
          Capability.SURVIVES_KILL);

  private final long start;
  private final long length;

  RecordLock(Path path, Mode mode, long start, long length, NewFile made, Kind kind) {
    super(path, mode, made, kind, CAPABILITIES);
    this.start = start;
    this.length = length;
  }

  abstract L with(Mode mode, long start, long length, NewFile made);

  abstract FileEngine engine(LockFile file, Key key) throws IOException;

  /** The same lock on a part of the file; length 0 means to the end, wherever that will be. */
  @Override
  public final L range(long start, long length) {
    Ranges.check(start, length);
    return with(mode(), start, length, made());
  }

  /** The permissions with which the file is made if it is not there, whatever the umask. */
  @Override
  public final L permissions(int permissions) {
    return with(mode(), start, length, made().withPermissions(permissions));
  }

  /** The group of the file if it is made, whose members may then lock it. */
  @Override
  public final L group(int gid) {
    return with(mode(), start, length, made().withGroup(gid));
  }

  @Override
  protected final L withMode(Mode mode) {
    return with(mode, start, length, made());
  }

  @Override
  final LockFile.Want want() {
    return mode() == Mode.SHARED ? LockFile.Want.READABLE : LockFile.Want.WRITABLE;
  }

  @Override
  final FileEngine engine(LockFile file) throws IOException {
    return engine(
        file, Key.ofFile(kind(), file.stat().device(), file.stat().inode(), start, length));
  }
}
