package dev.holdfast.prove.watch;

import dev.holdfast.libc.Statx;
import org.jspecify.annotations.Nullable;

/**
 * One step of a path's resolution: in this directory this entry means that object. The attacker
 * matters only where the attacker can change one.
 *
 * @param operand which path argument of the call
 * @param index which step of that path, from 0
 * @param last whether this is the last step: the object itself, not a directory on the way
 * @param directory where the directory is in the world, raw
 * @param entry the name in it, raw
 * @param directoryStat the directory
 * @param object what the entry was, not followed; null if it was not there
 * @param leadsToObject whether it is a link in the last place, which the call follows: what it
 *     leads to is the object
 * @param kept whether the attacker cannot take the entry away: it is here since the call will, and
 *     leaves the name free
 */
public record Binding(
    int operand,
    int index,
    boolean last,
    String directory,
    String entry,
    Statx directoryStat,
    @Nullable Statx object,
    boolean leadsToObject,
    boolean kept) {
  /** One that is not a link in the last place. */
  public Binding(
      int operand,
      int index,
      boolean last,
      String directory,
      String entry,
      Statx directoryStat,
      @Nullable Statx object) {
    this(operand, index, last, directory, entry, directoryStat, object, false, false);
  }

  /** The index of what is not a step, but a directory that the call will list. */
  static final int LISTING = -1;

  /** A directory that is about to be listed: any new name in it. */
  static Binding listing(int operand, String directory, Statx directoryStat) {
    return new Binding(operand, LISTING, false, directory, "*", directoryStat, null);
  }

  /** True if this stands for all new names in a directory. */
  public boolean listing() {
    return index == LISTING;
  }

  public String path() {
    return Raw.join(directory, entry);
  }

  /** True of a directory on the way that nobody made yet: what is named below cannot be come to. */
  public boolean isMissingDirectory() {
    return object == null && !last && !listing();
  }

  /** True in a directory as {@code /tmp}: anyone may create, and only owners may remove. */
  public boolean stickyWorldWritable() {
    int bits = Statx.S_ISVTX | 02;
    return (directoryStat.mode() & bits) == bits;
  }

  /** True of a thing of the attacker's, but of no link: what that leads to may be anybody's. */
  public boolean leadsToOwnOf(int attackerUid) {
    return object != null && object.uid() == attackerUid && !object.isSymlink();
  }
}
