package dev.holdfast.prove.model;

import java.util.Locale;

/** What the intruder does at a stop. */
public enum Strike {
  /** The entry becomes a symbolic link to a file only the victim may touch. */
  SYMLINK("put a symbolic link to a protected file in its place"),
  /** The entry becomes a symbolic link to a name that does not exist in a protected directory. */
  SYMLINK_DANGLING("put a symbolic link to a new name in a protected directory in its place"),
  /** The entry becomes a symbolic link to a protected directory with the same names in it. */
  SYMLINK_DIRECTORY("put a symbolic link to a protected directory in the directory's place"),
  /** The same, and what the program asks for there in vain is in it. */
  SYMLINK_DIRECTORY_OTHER(
      "put a symbolic link to a protected directory, which has what the program asks for in vain,"
          + " in the directory's place"),
  /** The entry becomes a symbolic link to a file or a directory of the attacker's. */
  SYMLINK_OWN("put a symbolic link to something of the attacker's own in its place"),
  /** The entry becomes another name of a protected file. */
  HARDLINK("put a hard link to a protected file in its place"),
  /** The entry becomes a FIFO. */
  FIFO("put a FIFO in its place"),
  /** The entry becomes a file of the attacker's. */
  CONTENT("put a file of the attacker's own in its place"),
  /** The entry becomes a file of the attacker's which says other names than it did. */
  NAMED("put a file of its own, which names protected objects and its own program, in its place"),
  /** The same, but what it names is the attacker's, too. */
  NAMED_OWN("put a file of its own, which names other files of its own, in its place"),
  /** The name becomes a directory of the attacker's, open to everybody. */
  DIRECTORY("put a directory of the attacker's own, open to everybody, in its place"),
  /** The name becomes a file of the attacker's, open to everybody. */
  FILE("put a file of the attacker's own, open to everybody, in its place"),
  /** A directory that is about to be listed has more names. */
  NAMES("add links to a protected file, and a file of the attacker's own, to it"),
  /** A directory that is about to be listed has names that are more than names. */
  WORDS(
      "add files to it whose names are lines of a list, options or commands to whoever takes them"
          + " for words"),
  /** The directory becomes one of the attacker's with the same names in it. */
  EXCHANGE("exchange the directory for one of the attacker's own"),
  /** The directory becomes one of the attacker's in which each name is a link. */
  LINKS(
      "exchange the directory for one of its own, in which each name is a link to a protected one"),
  /** The entry is gone. */
  REMOVE("remove it"),
  /** The attacker opens the object while it still may, and keeps it open. */
  HOLD_OPEN("open it while it is still open to everybody, and keep it open"),
  /** The attacker makes names in a directory while it still may. */
  LEAVE("leave files of its own in it while it is still open to everybody"),
  /** The attacker reads what the program has left. */
  READ("read it when the program has ended"),
  /** The victim is killed. */
  KILL("kill the program there"),
  /** The same program runs from beginning to end. */
  COPY("run the same program from beginning to end"),
  /** Another program runs from beginning to end. */
  RIVAL("run the other program from beginning to end");

  private final String description;

  Strike(String description) {
    this.description = description;
  }

  /** What was done, in words. */
  public String description() {
    return description;
  }

  /** True if it leaves everything as it is, and adds names to a directory. */
  public boolean adds() {
    return this == NAMES || this == WORDS;
  }

  /** As in JSON: lower case with hyphens. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
