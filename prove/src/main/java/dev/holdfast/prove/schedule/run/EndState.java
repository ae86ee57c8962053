package dev.holdfast.prove.schedule.run;

import static dev.holdfast.libc.Fcntl.AT_FDCWD;
import static dev.holdfast.libc.Fcntl.AT_SYMLINK_NOFOLLOW;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.watch.Contents;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.world.World;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What programs left behind in a world: every name that was changed there, with its kind, owner,
 * mode and contents. Times and inode numbers do not count.
 */
public final class EndState {
  private static final int MAX_FILE = 4 << 20;
  private static final int MAX_ENTRIES = 100_000;

  /** What is told of a name. An absent one has kind 0. */
  public record Thing(int kind, int permissions, long owner, String contents) {
    public static final Thing ABSENT = new Thing(0, 0, 0, "");

    public boolean isAbsent() {
      return kind == 0;
    }

    public boolean isRegular() {
      return kind == Statx.S_IFREG;
    }

    public Thing with(String otherContents) {
      return new Thing(kind, permissions, owner, otherContents);
    }
  }

  private EndState() {}

  /** All names that the world changed, raw; a deleted one is absent. */
  static Map<String, Thing> of(World world) throws FileSystemException {
    Map<String, Thing> all = new TreeMap<>();
    for (World.Upper upper : world.uppers()) {
      int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY;
      SyscallResult fd = Fcntl.openat(upper.fd(), new byte[] {'.'}, flags, 0);
      directory((int) fd.orThrow("openat", upper.point()), Raw.fromText(upper.point()), all);
    }
    all.keySet().removeIf(path -> path.startsWith("/.holdfast"));
    return all;
  }

  /** What these names are in the world that the calling thread is in. */
  static Map<String, Thing> here(Collection<String> paths) {
    Map<String, Thing> all = new TreeMap<>();
    for (String path : paths) {
      all.put(path, thing(AT_FDCWD, Raw.bytes(path)));
    }
    return all;
  }

  private static void directory(int fd, String path, Map<String, Thing> all)
      throws FileSystemException {
    try {
      for (Dirent entry : list(fd)) {
        String name = Raw.join(path, Raw.of(entry.name()));
        if (all.size() > MAX_ENTRIES) {
          throw new FileSystemException(path, null, "too many files to compare");
        }
        Thing thing = thing(fd, entry.name());
        all.put(name, thing);
        if (thing.kind == Statx.S_IFDIR) {
          int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW;
          SyscallResult child = Fcntl.openat(fd, entry.name(), flags, 0);
          if (child.ok()) {
            directory(child.intValue(), name, all);
          }
        }
      }
    } finally {
      Unistd.close(fd);
    }
  }

  private static List<Dirent> list(int fd) throws FileSystemException {
    List<Dirent> all = new ArrayList<>();
    for (; ; ) {
      Dirent.Batch batch = Dirent.getdents64(fd).orThrow("getdents64", "a directory");
      all.addAll(batch.entries());
      if (batch.end()) {
        return all;
      }
    }
  }

  private static Thing thing(int dirfd, byte[] name) {
    Result<Statx> got = Statx.statx(dirfd, name, AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    if (got.failed()) {
      return Thing.ABSENT;
    }
    Statx stat = got.value();
    int kind = stat.mode() & Statx.S_IFMT;
    boolean device = kind == Statx.S_IFCHR;
    if (device && stat.rdevMajor() == 0 && stat.rdevMinor() == 0) {
      // How an overlay says that a name was deleted.
      return Thing.ABSENT;
    }
    String contents = "";
    if (stat.isRegular()) {
      contents = Raw.of(Contents.read(dirfd, name, MAX_FILE));
    } else if (stat.isSymlink()) {
      Result<byte[]> target = Unistd.readlinkat(dirfd, name);
      contents = target.ok() ? Raw.of(target.value()) : "";
    }
    long owner = ((long) stat.uid() << 32) | stat.gid();
    return new Thing(kind, stat.mode() & 07777, owner, contents);
  }
}
