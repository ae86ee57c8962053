package dev.holdfast.locks;

import java.io.Serializable;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who holds a lock, as far as can be known. A snapshot: it may have let go by the time it is read.
 *
 * @param pid in our PID namespace; -1 if unknown, or if it lives where we cannot see it
 * @param command its command line or name, what is not UTF-8 as {@link dev.holdfast.path.FileName}
 *     has it; empty if unknown
 * @param start first byte of the locked range
 * @param length 0 means to the end of the file
 * @param since when it was acquired, if that was recorded
 * @param host the machine, if the lock may be held from another one
 * @param note what else is known, such as the place in this program; may be empty
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public record Holder(
    int pid,
    String command,
    Mode mode,
    long start,
    long length,
    @Nullable Instant since,
    String host,
    String note)
    implements Serializable {

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(pid < 0 ? "unknown process" : "pid " + pid);
    if (!command.isEmpty()) {
      text.append(" (").append(command).append(')');
    }
    if (!host.isEmpty()) {
      text.append(" on ").append(host);
    }
    text.append(mode == Mode.SHARED ? ", shared" : "");
    if (start != 0 || length != 0) {
      text.append(length == 1 ? ", byte " : ", bytes ").append(start);
      if (length != 1) {
        text.append('–').append(length == 0 ? "end" : start + length - 1);
      }
    }
    if (since != null) {
      text.append(", since ").append(since);
    }
    if (!note.isEmpty()) {
      text.append(", ").append(note);
    }
    return text.toString();
  }
}
