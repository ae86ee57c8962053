package dev.holdfast.prove;

import static dev.holdfast.libc.Fcntl.AT_FDCWD;
import static dev.holdfast.libc.Fcntl.AT_SYMLINK_NOFOLLOW;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import dev.holdfast.prove.watch.Contents;
import dev.holdfast.prove.world.World;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the directories that a program made in a world, or worked in, and that are not root's
 * alone. Who is in a group is read in the world: a program may have made its own users.
 */
final class Arenas {
  private static final int GROUP_WRITES = 0020;
  private static final int OTHERS_WRITE = 0002;
  private static final int LARGEST = 1 << 20;

  /** Somebody who made millions of directories has shown with fewer what they are. */
  private static final int MOST = 1000;

  private final Map<String, Arena> found = new LinkedHashMap<>();
  private final List<String[]> users = table("/etc/passwd", 4);
  private final List<String[]> groups = table("/etc/group", 4);

  private Arenas() {}

  /** To be called in the world. */
  static List<Arena> in(World world) {
    Arenas arenas = new Arenas();
    for (World.Upper upper : world.uppers()) {
      if (!upper.point().startsWith("/dev")) {
        arenas.below(upper.fd(), upper.point().equals("/") ? "" : upper.point(), null);
      }
    }
    return List.copyOf(arenas.found.values());
  }

  private static List<String[]> table(String file, int fields) {
    byte[] text = Contents.read(AT_FDCWD, Paths.bytes(file), LARGEST);
    return new String(text, StandardCharsets.ISO_8859_1)
        .lines()
        .map(line -> line.split(":", -1))
        .filter(entry -> entry.length >= fields)
        .toList();
  }

  /**
   * @param within the nearest directory above that was found; null if there is none
   */
  private void below(int directory, String path, @Nullable Arena within) {
    List<byte[]> names = new ArrayList<>();
    for (boolean end = false; !end; ) {
      Result<Dirent.Batch> batch = Dirent.getdents64(directory);
      if (batch.failed()) {
        return;
      }
      batch.value().entries().forEach(entry -> names.add(entry.name()));
      end = batch.value().end();
    }
    names.sort(Arrays::compare);
    for (byte[] name : names) {
      Result<Statx> stat =
          Statx.statx(directory, name, AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
      if (stat.ok() && stat.value().isDirectory() && found.size() < MOST) {
        int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW;
        SyscallResult fd = Fcntl.openat(directory, name, flags, 0);
        if (fd.ok()) {
          String there = path + "/" + FileName.display(name);
          below(fd.intValue(), there, arena(there, stat.value(), within));
          Unistd.close(fd.intValue());
        }
      }
    }
  }

  /** Told once for a tree of the same owner's. */
  private @Nullable Arena arena(String path, Statx stat, @Nullable Arena within) {
    Arena arena = arena(path, stat);
    if (arena == null) {
      return null;
    }
    if (within == null || !Objects.equals(within.user(), arena.user())) {
      found.put(path, arena);
    }
    return arena;
  }

  private @Nullable Arena arena(String path, Statx stat) {
    if (stat.uid() != 0) {
      return new Arena(path, user(stat.uid()));
    }
    Account member =
        (stat.mode() & GROUP_WRITES) != 0 && stat.gid() != 0 ? member(stat.gid()) : null;
    if (member != null) {
      return new Arena(path, member);
    }
    return (stat.mode() & OTHERS_WRITE) != 0 ? new Arena(path, null) : null;
  }

  private Account user(int uid) {
    for (String[] user : users) {
      if (user[2].equals(Integer.toUnsignedString(uid))) {
        return account(user);
      }
    }
    String number = Integer.toUnsignedString(uid);
    return new Account(number, uid, uid, List.of());
  }

  /** Somebody of the group; null if nobody is. */
  private @Nullable Account member(int gid) {
    String number = Integer.toUnsignedString(gid);
    List<String> listed =
        groups.stream()
            .filter(group -> group[2].equals(number))
            .flatMap(group -> Stream.of(group[3].split(",", -1)))
            .toList();
    return users.stream()
        .filter(user -> user[3].equals(number) || listed.contains(user[0]))
        .filter(user -> !user[2].equals("0"))
        .findFirst()
        .map(this::account)
        .orElse(null);
  }

  private Account account(String[] user) {
    List<Integer> others =
        groups.stream()
            .filter(group -> List.of(group[3].split(",", -1)).contains(user[0]))
            .map(group -> number(group[2]))
            .toList();
    return new Account(user[0], number(user[2]), number(user[3]), others);
  }

  private static int number(String text) {
    try {
      return Integer.parseUnsignedInt(text);
    } catch (NumberFormatException e) {
      // Nobody's: what no file can belong to.
      return 65534;
    }
  }
}
