package dev.holdfast.prove.world;

import static dev.holdfast.libc.Fcntl.AT_EMPTY_PATH;
import static dev.holdfast.libc.Fcntl.AT_SYMLINK_NOFOLLOW;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An overlay's upper directory with everything that means something there: names, owner, mode,
 * times, extended attributes, hard links, white-outs. Read once, and written into each world; of
 * large files the contents are copied anew each time. Nobody else can reach either side, so names
 * are safe.
 *
 * <p>Threads: immutable; each {@link #writeTo} is its caller's.
 */
final class TreeImage {
  private static final byte[] EMPTY = new byte[0];
  private static final int BLOCK = 64 * 1024;

  /** What is kept in memory of all files together. */
  private static final long MOST_KEPT = 16 << 20;

  private record Attribute(byte[] name, byte[] value) {}

  /**
   * @param path below the root
   * @param first the path of the entry that this one is a further hard link of; empty for none
   * @param contents of a file, or a link's target; null for what is copied from the source
   * @param children of a directory
   */
  private record Entry(
      byte[] name,
      byte[] path,
      byte[] first,
      Statx stat,
      List<Attribute> attributes,
      byte[] contents,
      boolean kept,
      List<Entry> children) {}

  private final String source;
  private final Entry root;

  private TreeImage(String source, Entry root) {
    this.source = source;
    this.root = root;
  }

  /** Reads a directory, which must not change any more. */
  static TreeImage of(String directory) throws FileSystemException {
    return new TreeImage(directory, new Reading().root(directory));
  }

  private static final class Reading {
    private final Map<Long, byte[]> linked = new HashMap<>();
    private long kept;

    Entry root(String path) throws FileSystemException {
      int fd = directory(Fcntl.AT_FDCWD, Paths.bytes(path));
      try {
        Statx stat = Statx.fstat(fd).orThrow("statx", path);
        return new Entry(
            EMPTY, EMPTY, EMPTY, stat, attributes(fd), EMPTY, true, children(fd, EMPTY));
      } finally {
        Unistd.close(fd);
      }
    }

    private List<Entry> children(int directory, byte[] prefix) throws FileSystemException {
      List<Entry> all = new ArrayList<>();
      for (; ; ) {
        Dirent.Batch batch = Dirent.getdents64(directory).orThrow("getdents64", "the set-up");
        for (Dirent entry : batch.entries()) {
          all.add(entry(directory, entry.name(), join(prefix, entry.name())));
        }
        if (batch.end()) {
          return all;
        }
      }
    }

    private Entry entry(int directory, byte[] name, byte[] path) throws FileSystemException {
      String shown = Paths.display(path);
      Statx stat =
          Statx.statx(directory, name, AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS)
              .orThrow("statx", shown);
      if (stat.nlink() > 1 && !stat.isDirectory()) {
        byte[] first = linked.putIfAbsent(stat.inode(), path);
        if (first != null) {
          return new Entry(name, path, first, stat, List.of(), EMPTY, true, List.of());
        }
      }
      return switch (stat.type()) {
        case Statx.S_IFDIR -> {
          int fd = directory(directory, name);
          try {
            yield new Entry(
                name, path, EMPTY, stat, attributes(fd), EMPTY, true, children(fd, path));
          } finally {
            Unistd.close(fd);
          }
        }
        case Statx.S_IFREG -> file(directory, name, path, stat);
        case Statx.S_IFLNK -> {
          byte[] target = Unistd.readlinkat(directory, name).orThrow("readlinkat", shown);
          yield new Entry(name, path, EMPTY, stat, List.of(), target, true, List.of());
        }
        default -> new Entry(name, path, EMPTY, stat, List.of(), EMPTY, true, List.of());
      };
    }

    private Entry file(int directory, byte[] name, byte[] path, Statx stat)
        throws FileSystemException {
      int fd = open(directory, name);
      try {
        boolean keep = kept + stat.size() <= MOST_KEPT;
        byte[] contents = keep ? new byte[(int) stat.size()] : EMPTY;
        kept += contents.length;
        for (int done = 0; done < contents.length; ) {
          int got =
              (int)
                  Unistd.read(fd, contents, done, contents.length - done)
                      .orThrow("read", Paths.display(path));
          if (got == 0) {
            contents = Arrays.copyOf(contents, done);
          }
          done += got;
        }
        return new Entry(name, path, EMPTY, stat, attributes(fd), contents, keep, List.of());
      } finally {
        Unistd.close(fd);
      }
    }

    private static List<Attribute> attributes(int fd) throws FileSystemException {
      byte[] names = Xattr.flistxattr(fd).orThrow("flistxattr", "the set-up");
      List<Attribute> all = new ArrayList<>();
      int start = 0;
      for (int i = 0; i < names.length; i++) {
        if (names[i] == 0) {
          byte[] name = Arrays.copyOfRange(names, start, i);
          byte[] value = Xattr.fgetxattr(fd, name).orThrow("fgetxattr", Paths.display(name));
          all.add(new Attribute(name, value));
          start = i + 1;
        }
      }
      return all;
    }
  }

  /** Makes a directory contain the same, and gives it the same attributes. */
  void writeTo(String directory) throws FileSystemException {
    int fd = directory(Fcntl.AT_FDCWD, Paths.bytes(directory));
    try {
      for (Entry entry : root.children) {
        write(entry, fd, fd);
      }
      attributes(root, fd);
    } finally {
      Unistd.close(fd);
    }
  }

  private void write(Entry entry, int directory, int top) throws FileSystemException {
    String shown = Paths.display(entry.path);
    Statx stat = entry.stat;
    if (entry.first.length > 0) {
      Unistd.linkat(top, entry.first, directory, entry.name, 0).orThrow("linkat", shown);
      return;
    }
    switch (stat.type()) {
      case Statx.S_IFDIR -> {
        Unistd.mkdirat(directory, entry.name, 0700).orThrow("mkdirat", shown);
        int fd = directory(directory, entry.name);
        try {
          for (Entry child : entry.children) {
            write(child, fd, top);
          }
          attributes(entry, fd);
        } finally {
          Unistd.close(fd);
        }
      }
      case Statx.S_IFREG -> {
        int flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL;
        int fd = (int) Fcntl.openat(directory, entry.name, flags, 0600).orThrow("openat", shown);
        try {
          if (entry.kept) {
            writeAll(fd, entry.contents, entry.contents.length, shown);
          } else {
            copy(entry, fd);
          }
          attributes(entry, fd);
        } finally {
          Unistd.close(fd);
        }
      }
      case Statx.S_IFLNK -> {
        Unistd.symlinkat(entry.contents, directory, entry.name).orThrow("symlinkat", shown);
        Unistd.fchownat(directory, entry.name, stat.uid(), stat.gid(), AT_SYMLINK_NOFOLLOW);
      }
      default -> {
        int device = (int) stat.deviceOfNode();
        Unistd.mknodat(directory, entry.name, stat.mode(), device).orThrow("mknodat", shown);
        Unistd.fchownat(directory, entry.name, stat.uid(), stat.gid(), AT_SYMLINK_NOFOLLOW);
        if (device != 0) {
          Unistd.fchmodat(directory, entry.name, stat.permissions()).orThrow("fchmodat", shown);
        }
      }
    }
  }

  private void copy(Entry entry, int to) throws FileSystemException {
    String shown = Paths.display(entry.path);
    int top = directory(Fcntl.AT_FDCWD, Paths.bytes(source));
    int from = open(top, entry.path);
    Unistd.close(top);
    try {
      byte[] block = new byte[BLOCK];
      for (; ; ) {
        int got = (int) Unistd.read(from, block, 0, block.length).orThrow("read", shown);
        if (got == 0) {
          return;
        }
        writeAll(to, block, got, shown);
      }
    } finally {
      Unistd.close(from);
    }
  }

  private static void writeAll(int fd, byte[] bytes, int length, String shown)
      throws FileSystemException {
    for (int done = 0; done < length; ) {
      done += (int) Unistd.write(fd, bytes, done, length - done).orThrow("write", shown);
    }
  }

  private static void attributes(Entry entry, int fd) throws FileSystemException {
    for (Attribute each : entry.attributes) {
      Xattr.fsetxattr(fd, each.name, each.value, 0).orThrow("fsetxattr", Paths.display(each.name));
    }
    Statx stat = entry.stat;
    Unistd.fchown(fd, stat.uid(), stat.gid()).orThrow("fchown", "the set-up");
    Unistd.fchmod(fd, stat.permissions()).orThrow("fchmod", "the set-up");
    Unistd.utimensat(
        fd,
        EMPTY,
        stat.atimeSeconds(),
        stat.atimeNanos(),
        stat.mtimeSeconds(),
        stat.mtimeNanos(),
        AT_EMPTY_PATH);
  }

  private static int open(int directory, byte[] path) throws FileSystemException {
    int flags = Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW;
    return (int) Fcntl.openat(directory, path, flags, 0).orThrow("openat", Paths.display(path));
  }

  private static int directory(int parent, byte[] name) throws FileSystemException {
    int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW;
    return (int) Fcntl.openat(parent, name, flags, 0).orThrow("openat", Paths.display(name));
  }

  private static byte[] join(byte[] prefix, byte[] name) {
    if (prefix.length == 0) {
      return name;
    }
    byte[] path = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
    path[prefix.length] = '/';
    System.arraycopy(name, 0, path, prefix.length + 1, name.length);
    return path;
  }
}
