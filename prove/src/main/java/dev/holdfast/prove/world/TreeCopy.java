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
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Copies an overlay's upper directory with everything that means something there: owner, mode,
 * times, extended attributes, hard links, white-outs. Nobody else can reach either side, so names
 * are safe.
 */
final class TreeCopy {
  private static final byte[] EMPTY = new byte[0];
  private static final int BLOCK = 64 * 1024;

  private final Map<Long, byte[]> linked = new HashMap<>();
  private final int targetRoot;

  private TreeCopy(int targetRoot) {
    this.targetRoot = targetRoot;
  }

  /** Copies the contents of one directory into another, and its own attributes. */
  static void copy(String from, String to) throws FileSystemException {
    int source = directory(Fcntl.AT_FDCWD, Paths.bytes(from));
    try {
      int target = directory(Fcntl.AT_FDCWD, Paths.bytes(to));
      try {
        new TreeCopy(target).contents(source, target, EMPTY);
        attributes(source, target, Statx.fstat(source).orThrow("statx", from));
      } finally {
        Unistd.close(target);
      }
    } finally {
      Unistd.close(source);
    }
  }

  private static int directory(int parent, byte[] name) throws FileSystemException {
    int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW;
    return (int) Fcntl.openat(parent, name, flags, 0).orThrow("openat", Paths.display(name));
  }

  private void contents(int source, int target, byte[] prefix) throws FileSystemException {
    for (; ; ) {
      Dirent.Batch batch = Dirent.getdents64(source).orThrow("getdents64", "the set-up");
      for (Dirent entry : batch.entries()) {
        one(source, target, entry.name(), join(prefix, entry.name()));
      }
      if (batch.end()) {
        return;
      }
    }
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

  private void one(int source, int target, byte[] name, byte[] path) throws FileSystemException {
    String shown = Paths.display(path);
    Statx stat =
        Statx.statx(source, name, AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS)
            .orThrow("statx", shown);
    if (stat.nlink() > 1 && !stat.isDirectory()) {
      byte[] first = linked.putIfAbsent(stat.inode(), path);
      if (first != null) {
        Unistd.linkat(targetRoot, first, target, name, 0).orThrow("linkat", shown);
        return;
      }
    }
    switch (stat.type()) {
      case Statx.S_IFDIR -> {
        Unistd.mkdirat(target, name, 0700).orThrow("mkdirat", shown);
        int from = directory(source, name);
        int to = directory(target, name);
        contents(from, to, path);
        attributes(from, to, stat);
        Unistd.close(from);
        Unistd.close(to);
      }
      case Statx.S_IFREG -> file(source, target, name, stat);
      case Statx.S_IFLNK -> {
        byte[] link = Unistd.readlinkat(source, name).orThrow("readlinkat", shown);
        Unistd.symlinkat(link, target, name).orThrow("symlinkat", shown);
        Unistd.fchownat(target, name, stat.uid(), stat.gid(), AT_SYMLINK_NOFOLLOW);
      }
      default -> {
        int device = (int) stat.deviceOfNode();
        Unistd.mknodat(target, name, stat.mode(), device).orThrow("mknodat", shown);
        Unistd.fchownat(target, name, stat.uid(), stat.gid(), AT_SYMLINK_NOFOLLOW);
        if (device != 0) {
          Unistd.fchmodat(target, name, stat.permissions()).orThrow("fchmodat", shown);
        }
      }
    }
  }

  private static void file(int source, int target, byte[] name, Statx stat)
      throws FileSystemException {
    String shown = Paths.display(name);
    int from =
        (int)
            Fcntl.openat(source, name, Fcntl.O_RDONLY | Fcntl.O_NOFOLLOW, 0)
                .orThrow("openat", shown);
    int to =
        (int)
            Fcntl.openat(target, name, Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL, 0600)
                .orThrow("openat", shown);
    byte[] block = new byte[(int) Math.min(BLOCK, stat.size())];
    // The set-up is over: no file of it grows.
    for (long left = stat.size(); left > 0; ) {
      int got = (int) Unistd.read(from, block, 0, block.length).orThrow("read", shown);
      if (got == 0) {
        break;
      }
      left -= got;
      for (int done = 0; done < got; ) {
        done += (int) Unistd.write(to, block, done, got - done).orThrow("write", shown);
      }
    }
    attributes(from, to, stat);
    Unistd.close(from);
    Unistd.close(to);
  }

  private static void attributes(int from, int to, Statx stat) throws FileSystemException {
    byte[] names = Xattr.flistxattr(from).orThrow("flistxattr", "the set-up");
    int start = 0;
    for (int i = 0; i < names.length; i++) {
      if (names[i] == 0) {
        byte[] name = Arrays.copyOfRange(names, start, i);
        byte[] value = Xattr.fgetxattr(from, name).orThrow("fgetxattr", Paths.display(name));
        Xattr.fsetxattr(to, name, value, 0).orThrow("fsetxattr", Paths.display(name));
        start = i + 1;
      }
    }
    Unistd.fchown(to, stat.uid(), stat.gid()).orThrow("fchown", "the set-up");
    Unistd.fchmod(to, stat.permissions()).orThrow("fchmod", "the set-up");
    Unistd.utimensat(
        to,
        EMPTY,
        stat.atimeSeconds(),
        stat.atimeNanos(),
        stat.mtimeSeconds(),
        stat.mtimeNanos(),
        AT_EMPTY_PATH);
  }
}
