package dev.holdfast.prove.observe;

import dev.holdfast.libc.Statx;
import org.jspecify.annotations.Nullable;

/**
 * One step of a path's resolution: in this directory this entry means that object. The attacker
 * matters only where he can change one.
 *
 * @param operand which path argument of the call
 * @param index which step of that path, from 0
 * @param last whether this is the last step: the object itself, not a directory on the way
 * @param directory where the directory is in the world, raw
 * @param entry the name in it, raw
 * @param directoryStat the directory
 * @param object what the entry was, not followed; null if it was not there
 */
public record Binding(
    int operand,
    int index,
    boolean last,
    String directory,
    String entry,
    Statx directoryStat,
    @Nullable Statx object) {
  public String path() {
    return Raw.join(directory, entry);
  }

  /** True in a directory as {@code /tmp}: anyone may create, and only owners may remove. */
  public boolean stickyWorldWritable() {
    int bits = Statx.S_ISVTX | 02;
    return (directoryStat.mode() & bits) == bits;
  }
}
