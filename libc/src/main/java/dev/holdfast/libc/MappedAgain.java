package dev.holdfast.libc;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A channel whose file is mapped by the JDK's own channel: on the same object, opened once more,
 * and closed again when the mapping is made.
 */
public abstract class MappedAgain extends FileChannel {
  /**
   * The JDK's channel.
   *
   * @throws java.nio.channels.NonReadableChannelException if this one may not read; likewise if it
   *     may not write and the mode asks for that: the mapping must not have more rights
   */
  protected abstract FileChannel again(MapMode mode) throws IOException;

  @Override
  public MappedByteBuffer map(MapMode mode, long at, long size) throws IOException {
    try (FileChannel again = again(mode)) {
      return again.map(mode, at, size);
    }
  }

  /** The same, for as long as the arena. */
  @Override
  public MemorySegment map(MapMode mode, long at, long size, Arena arena) throws IOException {
    try (FileChannel again = again(mode)) {
      return again.map(mode, at, size, arena);
    }
  }
}
