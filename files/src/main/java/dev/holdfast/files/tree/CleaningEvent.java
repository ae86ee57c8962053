package dev.holdfast.files.tree;

/**
 * What a {@link Cleaner} decided about one entry.
 *
 * @param path from the cleaned directory on
 * @param bytes of storage that the entry used
 */
public record CleaningEvent(String path, Decision decision, long bytes) {
  /** Removed, or why not. */
  public enum Decision {
    REMOVED("removed"),
    WOULD_REMOVE("would be removed"),
    YOUNG("is not old enough"),
    LOCKED("is locked"),
    OPEN("is open or bound in some process"),
    UNSURE("may be open in some process: this could not be found out"),
    KIND("is a socket, FIFO or device"),
    EXCLUDED("is excluded"),
    MOUNTED("is another file system"),
    NOT_EMPTY("is not empty"),
    RACED("was replaced while it was being judged");

    private final String description;

    Decision(String description) {
      this.description = description;
    }

    public String description() {
      return description;
    }
  }
}
