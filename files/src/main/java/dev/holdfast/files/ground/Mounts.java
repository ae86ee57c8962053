package dev.holdfast.files.ground;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /proc/self/mountinfo}, proc_pid_mountinfo(5): what is mounted where this thread lives. */
public final class Mounts {
  /**
   * One mount.
   *
   * @param options per mount and per file system, such as {@code ro}, {@code nosuid}, {@code
   *     user_id=1000}
   */
  public record Mount(long id, String point, String type, String source, List<String> options) {
    public Mount {
      options = List.copyOf(options);
    }

    boolean has(String option) {
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
      return switch (type) {
        case "nfs",
            "nfs4",
            "cifs",
            "smb3",
            "smbfs",
            "9p",
            "virtiofs",
            "ceph",
            "afs",
            "vboxsf",
            "fuse",
            "fuseblk",
            "davfs",
            "lustre",
            "gfs2",
            "ocfs2",
            "orangefs",
            "coda" ->
            true;
        default -> type.startsWith("fuse.");
      };
    }

    public boolean isFuse() {
      return type.equals("fuse") || type.equals("fuseblk") || type.startsWith("fuse.");
    }
  }

  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  private final Map<Long, Mount> byId = new LinkedHashMap<>();

  private Mounts() {}

  public static Mounts read() throws IOException {
    Mounts mounts = new Mounts();
    // Not UTF-8 where a mount point is not; only what is compared matters.
    for (String line :
        Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1)) {
      Mount mount = parse(line);
      mounts.byId.put(mount.id(), mount);
    }
    return mounts;
  }

  static Mount parse(String line) {
    String[] fields = line.split(" ", -1);
    int dash = 6;
    while (!fields[dash].equals("-")) {
      dash++;
    }
    List<String> options = new ArrayList<>(List.of(fields[5].split(",", -1)));
    for (String option : fields[dash + 3].split(",", -1)) {
      if (!options.contains(option) && !option.equals("rw")) {
        options.add(option);
      }
    }
    String point = unescape(fields[4]);
    return new Mount(
        Long.parseLong(fields[0]), point, fields[dash + 1], unescape(fields[dash + 2]), options);
  }

  private static String unescape(String field) {
    return OCTAL
        .matcher(field)
        .replaceAll(
            match ->
                Character.toString((char) Integer.parseInt(match.group(1), 8))
                    .replace("\\", "\\\\"));
  }

  public @Nullable Mount byId(long id) {
    return byId.get(id);
  }

  /** The one that is mounted last on a point: what is seen there. */
  @Nullable Mount at(String point) {
    Mount last = null;
    for (Mount mount : byId.values()) {
      if (mount.point().equals(point)) {
        last = mount;
      }
    }
    return last;
  }
}
