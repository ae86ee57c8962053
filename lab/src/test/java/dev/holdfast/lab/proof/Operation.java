package dev.holdfast.lab.proof;

import dev.holdfast.files.Directory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * One public operation in a directory of its own, which the attacker owns. In it are {@code f} and
 * {@code d/f} (regular, with the contents {@code old}), {@code d/e} (an empty directory) and {@code
 * d/l} (a link to {@code f}).
 */
interface Operation {
  /** What the files hold before, and what an operation that writes puts there. */
  String OLD = "old";

  /** Longer than what one system call of ours moves, so that a torn file is seen. */
  String NEW = "n".repeat(100_000);

  String name();

  /** The directory's name. */
  default String place() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Its rule is about directories that everybody may write to, so it gets one that is root's. */
  default boolean isForSharedDirectories() {
    return false;
  }

  /**
   * What else than the beginning's entries may be there when the program was killed: an extended
   * regular expression for {@code find -printf '%P %y%m'}; empty for nothing.
   */
  default String mayBeThere() {
    return "";
  }

  /**
   * Which files may be found empty or half written, since writing in place promises no more: an
   * extended regular expression; empty for none.
   */
  default String inPlace() {
    return "";
  }

  /** What is in every other file, one of these and whole. */
  default List<String> contents() {
    return List.of(OLD, NEW);
  }

  /** What the usual way loses. */
  default Usual loses() {
    return Usual.TO_ATTACKER;
  }

  /** Holdfast's way. */
  void holdfast(Directory at) throws Exception;

  /** The JDK's way. */
  default void usual(Path at) throws Exception {
    throw new UnsupportedOperationException(place());
  }

  /** To whom the usual way loses. */
  enum Usual {
    /** The JDK has nothing like it, or what is to be gained is nothing grave. */
    NONE(false, false),
    TO_ATTACKER(true, false),
    TO_KILL(false, true),
    TO_BOTH(true, true);

    final boolean toAttacker;

    /** A kill leaves something torn, or something behind. */
    final boolean toKill;

    Usual(boolean toAttacker, boolean toKill) {
      this.toAttacker = toAttacker;
      this.toKill = toKill;
    }
  }
}
