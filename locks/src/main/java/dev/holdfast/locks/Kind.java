package dev.holdfast.locks;

import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A kind of lock: what it is called, and how a lock of it is made from a name. One object for each
 * kind; the class of the lock has it. {@link Kinds} knows all that are here.
 */
public interface Kind {
  /** What the command line calls it. */
  String word();

  /** What people call it. */
  String title();

  /** The same in a sentence. */
  default String titleWithArticle() {
    // Of the abbreviations only those that are spelled out begin with another sound.
    boolean vowel = "aeio".indexOf(title().charAt(0)) >= 0 || title().startsWith("NFS");
    return (vowel ? "an " : "a ") + title();
  }

  /** Its place in the order in which a set takes locks; of the same place by the word. */
  int rank();

  /** Kinds of one family see each other's locks of the same file. */
  default String family() {
    return word();
  }

  /** The lock on this file. */
  HostLock at(Path path) throws IOException;

  /**
   * The same kind with its lock files in another directory than the usual one of the machine.
   *
   * @throws UnsupportedOperationException if the kind has no usual directory
   */
  default Kind in(Path directory) {
    throw new UnsupportedOperationException(titleWithArticle() + " has no directory of its own");
  }

  /**
   * The lock of one of many keys that share a file.
   *
   * @throws UnsupportedOperationException if the kind has no such locks
   */
  default HostLock keyed(Path file, String key) {
    throw new UnsupportedOperationException(titleWithArticle() + " has no keys");
  }

  /**
   * The lock by its name on the command line: a path, unless the kind says otherwise.
   *
   * @param name as {@link FileName#text} has it, if it is not UTF-8
   */
  default HostLock named(String name) throws IOException {
    return at(FileName.pathOf(name));
  }
}
