package dev.holdfast.path.proc;

import dev.holdfast.path.FileName;
import dev.holdfast.path.FileSystems;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** proc_pid_mountinfo(5): what is mounted where the calling thread lives. */
public final class Mounts {
  /**
   * Of the thread, not of its process: it may have a mount namespace of its own. A mount point that
   * is not UTF-8 is anybody's to make, so nothing here is read as text.
   */
  private static final String FILE = "/proc/thread-self/mountinfo";

  private static final int FIELDS_BEFORE_OPTIONAL = 6;

  /** The numbers of a file system's device. */
  public record Device(int major, int minor) {}

  /**
   * One mount.
   *
   * @param options per mount and per file system, such as {@code ro}, {@code nosuid}, {@code
   *     user_id=1000}
   */
  public record Mount(
      long id, Device device, String point, String type, String source, List<String> options) {
    public Mount {
      options = List.copyOf(options);
    }

    public boolean has(String option) {
      return options.contains(option);
    }

    /** The number after {@code name=}; null if there is none. */
    public @Nullable Integer number(String name) {
      for (String option : options) {
        if (option.startsWith(name + "=")) {
          try {
            return Integer.parseUnsignedInt(option.substring(name.length() + 1));
          } catch (NumberFormatException notOurs) {
            return null;
          }
        }
      }
      return null;
    }

    /** Whether somebody else than this kernel decides who may do what. */
    public boolean isRemote() {
      return FileSystems.ofType(type).isRemote();
    }

    public boolean isFuse() {
      return type.equals("fuse") || type.equals("fuseblk") || type.startsWith("fuse.");
    }
  }

  private final Map<Long, Mount> byId = new LinkedHashMap<>();

  private Mounts() {}

  public static Mounts read() throws IOException {
    Mounts mounts = new Mounts();
    for (String line : ProcFile.lines(FILE)) {
      Mount mount = parse(line);
      if (mount != null) {
        mounts.byId.put(mount.id(), mount);
      }
    }
    return mounts;
  }

  /** The device of one mount; null if it is not there. Reads no more than that of the others. */
  public static @Nullable Device deviceOf(long id) throws IOException {
    String start = id + " ";
    for (String line : ProcFile.lines(FILE)) {
      if (line.startsWith(start)) {
        return device(line.split(" ", 4)[2]);
      }
    }
    return null;
  }

  /** Reads one line; null if it is none. */
  static @Nullable Mount parse(String line) {
    String[] fields = line.split(" ", -1);
    int dash = FIELDS_BEFORE_OPTIONAL;
    while (dash < fields.length && !fields[dash].equals("-")) {
      dash++;
    }
    if (dash + 3 >= fields.length) {
      return null;
    }
    List<String> options = new ArrayList<>(List.of(fields[5].split(",", -1)));
    for (String option : fields[dash + 3].split(",", -1)) {
      if (!options.contains(option) && !option.equals("rw")) {
        options.add(option);
      }
    }
    return new Mount(
        Long.parseLong(fields[0]),
        device(fields[2]),
        unescape(fields[4]),
        fields[dash + 1],
        unescape(fields[dash + 2]),
        options);
  }

  private static Device device(String field) {
    String[] numbers = field.split(":", -1);
    return new Device(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
  }

  /** Space, tab, line end and backslash stand as a backslash and three octal digits. */
  private static String unescape(String field) {
    StringBuilder plain = new StringBuilder(field.length());
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && i + 3 <= field.length() - 1) {
        c = (char) Integer.parseInt(field, i + 1, i + 4, 8);
        i += 3;
      }
      plain.append(c);
    }
    return FileName.decode(plain.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  /** In the order in which they were mounted; of two on one point the later one hides the other. */
  public Collection<Mount> all() {
    return Collections.unmodifiableCollection(byId.values());
  }

  public @Nullable Mount byId(long id) {
    return byId.get(id);
  }
}
