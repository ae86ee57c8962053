package dev.holdfast.prove.world;

import static dev.holdfast.libc.Fcntl.AT_EMPTY_PATH;
import static dev.holdfast.libc.Fcntl.AT_SYMLINK_NOFOLLOW;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import dev.holdfast.path.FileName;
import java.nio.file.FileSystemException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
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

  private enum Does {
    /** Makes a directory, and goes into it. */
    ENTER,
    /** Gives the directory its attributes, and goes back. */
    LEAVE,
    /** Makes a further hard link of the entry at {@link Step#text}. */
    LINK,
    /** Makes a file with {@link Step#text} in it. */
    FILE,
    /** Makes a file with what the source has in it. */
    LARGE_FILE,
    /** Makes a symbolic link to {@link Step#text}. */
    SYMLINK,
    NODE
  }

  /**
   * @param path below the root
   */
  private record Step(
      Does does, byte[] name, byte[] path, Statx stat, List<Attribute> attributes, byte[] text) {}

  private final String source;
  private final List<Step> steps;

  private TreeImage(String source, List<Step> steps) {
    this.source = source;
    this.steps = steps;
  }

  /** Reads a directory, which must not change any more. */
  static TreeImage of(String directory) throws FileSystemException {
    return new TreeImage(directory, new Reading().read(directory));
  }

  /** However deep a tree is, this must not use up the stack. */
  private static final class Reading {
    private final List<Step> steps = new ArrayList<>();
    private final Deque<Opened> opened = new ArrayDeque<>();
    private final Map<Long, byte[]> linked = new HashMap<>();
    private long kept;

    private record Opened(int fd, byte[] name, byte[] path, Statx stat, Iterator<Dirent> rest) {}

    List<Step> read(String root) throws FileSystemException {
      try {
        int fd = directory(Fcntl.AT_FDCWD, Paths.bytes(root));
        open(fd, EMPTY, EMPTY, Statx.fstat(fd).orThrow("statx", root));
        while (!opened.isEmpty()) {
          Opened top = opened.getLast();
          if (top.rest.hasNext()) {
            byte[] name = top.rest.next().name();
            entry(top.fd, name, join(top.path, name));
          } else {
            List<Attribute> attributes = attributes(top.fd);
            steps.add(new Step(Does.LEAVE, top.name, top.path, top.stat, attributes, EMPTY));
            Unistd.close(opened.removeLast().fd);
          }
        }
        return steps;
      } finally {
        opened.forEach(each -> Unistd.close(each.fd));
      }
    }

    private void open(int fd, byte[] name, byte[] path, Statx stat) throws FileSystemException {
      List<Dirent> all = new ArrayList<>();
      boolean end = false;
      while (!end) {
        Dirent.Batch batch = Dirent.getdents64(fd).orThrow("getdents64", FileName.display(path));
        all.addAll(batch.entries());
        end = batch.end();
      }
      opened.addLast(new Opened(fd, name, path, stat, all.iterator()));
    }

    private void entry(int directory, byte[] name, byte[] path) throws FileSystemException {
      String shown = FileName.display(path);
      Statx stat =
          Statx.statx(directory, name, AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS)
              .orThrow("statx", shown);
      if (stat.nlink() > 1 && !stat.isDirectory()) {
        byte[] first = linked.putIfAbsent(stat.inode(), path);
        if (first != null) {
          steps.add(new Step(Does.LINK, name, path, stat, List.of(), first));
          return;
        }
      }
      switch (stat.type()) {
        case Statx.S_IFDIR -> {
          steps.add(new Step(Does.ENTER, name, path, stat, List.of(), EMPTY));
          open(directory(directory, name), name, path, stat);
        }
        case Statx.S_IFREG -> file(directory, name, path, stat);
        case Statx.S_IFLNK -> {
          byte[] target = Unistd.readlinkat(directory, name).orThrow("readlinkat", shown);
          steps.add(new Step(Does.SYMLINK, name, path, stat, List.of(), target));
        }
        default -> steps.add(new Step(Does.NODE, name, path, stat, List.of(), EMPTY));
      }
    }

    private void file(int directory, byte[] name, byte[] path, Statx stat)
        throws FileSystemException {
      int fd = TreeImage.open(directory, name);
      try {
        boolean large = kept + stat.size() > MOST_KEPT;
        byte[] contents = large ? EMPTY : new byte[(int) stat.size()];
        kept += contents.length;
        for (int done = 0; done < contents.length; ) {
          int most = contents.length - done;
          int got =
              (int) Unistd.read(fd, contents, done, most).orThrow("read", FileName.display(path));
          contents = got == 0 ? Arrays.copyOf(contents, done) : contents;
          done += got;
        }
        Does does = large ? Does.LARGE_FILE : Does.FILE;
        steps.add(new Step(does, name, path, stat, attributes(fd), contents));
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
          byte[] value = Xattr.fgetxattr(fd, name).orThrow("fgetxattr", FileName.display(name));
          all.add(new Attribute(name, value));
          start = i + 1;
        }
      }
      return all;
    }
  }

  /** Makes a directory contain the same, and gives it the same attributes. */
  void writeTo(String directory) throws FileSystemException {
    Deque<Integer> opened = new ArrayDeque<>();
    opened.addLast(directory(Fcntl.AT_FDCWD, Paths.bytes(directory)));
    try {
      for (Step step : steps) {
        switch (step.does) {
          case ENTER -> {
            Unistd.mkdirat(opened.getLast(), step.name, 0700)
                .orThrow("mkdirat", FileName.display(step.path));
            opened.addLast(directory(opened.getLast(), step.name));
          }
          case LEAVE -> {
            attributes(step, opened.getLast());
            Unistd.close(opened.removeLast());
          }
          default -> write(step, opened.getLast(), opened.getFirst());
        }
      }
    } finally {
      opened.forEach(Unistd::close);
    }
  }

  private void write(Step step, int directory, int top) throws FileSystemException {
    String shown = FileName.display(step.path);
    Statx stat = step.stat;
    switch (step.does) {
      case LINK -> Unistd.linkat(top, step.text, directory, step.name, 0).orThrow("linkat", shown);
      case SYMLINK -> {
        Unistd.symlinkat(step.text, directory, step.name).orThrow("symlinkat", shown);
        Unistd.fchownat(directory, step.name, stat.uid(), stat.gid(), AT_SYMLINK_NOFOLLOW);
      }
      case NODE -> {
        int device = (int) stat.deviceOfNode();
        Unistd.mknodat(directory, step.name, stat.mode(), device).orThrow("mknodat", shown);
        Unistd.fchownat(directory, step.name, stat.uid(), stat.gid(), AT_SYMLINK_NOFOLLOW);
        if (device != 0) {
          Unistd.fchmodat(directory, step.name, stat.permissions()).orThrow("fchmodat", shown);
        }
      }
      default -> {
        int flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL;
        int fd = (int) Fcntl.openat(directory, step.name, flags, 0600).orThrow("openat", shown);
        try {
          if (step.does == Does.FILE) {
            writeAll(fd, step.text, step.text.length, shown);
          } else {
            copy(step, fd);
          }
          attributes(step, fd);
        } finally {
          Unistd.close(fd);
        }
      }
    }
  }

  private void copy(Step step, int to) throws FileSystemException {
    String shown = FileName.display(step.path);
    int top = directory(Fcntl.AT_FDCWD, Paths.bytes(source));
    int from = open(top, step.path);
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

  private static void attributes(Step step, int fd) throws FileSystemException {
    for (Attribute each : step.attributes) {
      Xattr.fsetxattr(fd, each.name, each.value, 0)
          .orThrow("fsetxattr", FileName.display(each.name));
    }
    Statx stat = step.stat;
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
    return (int) Fcntl.openat(directory, path, flags, 0).orThrow("openat", FileName.display(path));
  }

  private static int directory(int parent, byte[] name) throws FileSystemException {
    int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW;
    return (int) Fcntl.openat(parent, name, flags, 0).orThrow("openat", FileName.display(name));
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
