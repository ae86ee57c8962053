package dev.holdfast.locks.proc;

import dev.holdfast.libc.DirentCursor;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The locks that descriptors have, proc_pid_fdinfo(5). Read by system calls of our own: a machine
 * has many descriptors, and few with a lock. Threads: safe for all.
 */
final class DescriptorLocks {
  private static final byte[] LOCK = "\nlock:".getBytes(StandardCharsets.US_ASCII);
  private static final int FLAGS = Fcntl.O_RDONLY | Fcntl.O_NOCTTY;

  /** More than one descriptor without locks has; the kernel answers with a page at most. */
  private static final int PAGE = 4096;

  private DescriptorLocks() {}

  /** A descriptor of some process. */
  record Descriptor(Path process, String number) {
    /** The name under which it was opened, as the kernel tells it; empty if it is closed. */
    String path() {
      Result<byte[]> target =
          Unistd.readlinkat(Fcntl.AT_FDCWD, Paths.bytes(process + "/fd/" + number));
      return target.ok() ? FileName.decode(target.value()) : "";
    }
  }

  /** Is told of each lock of each descriptor. */
  interface Visitor {
    void lock(Descriptor descriptor, KernelLocks.Locked lock);
  }

  /** All of one process; none if it is gone, or not ours to see. */
  static void of(Path process, Visitor visitor) {
    byte[] buffer = new byte[PAGE];
    list(
        process + "/fdinfo",
        (directory, number) -> {
          Set<KernelLocks.Locked> locks = read(directory, number, buffer);
          if (!locks.isEmpty()) {
            Descriptor descriptor =
                new Descriptor(process, new String(number, StandardCharsets.US_ASCII));
            locks.forEach(lock -> visitor.lock(descriptor, lock));
          }
        });
  }

  /**
   * The processes that have one of these locks on a descriptor of this number: whoever inherited it
   * has.
   */
  static List<Integer> inheritors(int fd, Set<KernelLocks.Locked> of) {
    List<Integer> pids = new ArrayList<>();
    byte[] buffer = new byte[PAGE];
    list(
        "/proc",
        (directory, name) -> {
          if (name[0] < '1' || name[0] > '9') {
            return;
          }
          String process = new String(name, StandardCharsets.US_ASCII);
          byte[] info = (process + "/fdinfo/" + fd).getBytes(StandardCharsets.US_ASCII);
          if (!Collections.disjoint(of, read(directory, info, buffer))) {
            pids.add(Integer.valueOf(process));
          }
        });
    return pids;
  }

  private interface Names {
    void name(int directory, byte[] name);
  }

  private static void list(String path, Names each) {
    SyscallResult opened =
        Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(path), Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0);
    if (opened.failed()) {
      return;
    }
    int directory = opened.intValue();
    try {
      DirentCursor names = new DirentCursor();
      for (SyscallResult batch = names.fill(directory);
          batch.ok() && batch.raw() > 0;
          batch = names.fill(directory)) {
        while (names.next()) {
          each.name(directory, names.name());
        }
      }
    } finally {
      Unistd.close(directory);
    }
  }

  /** Of one file below {@code fdinfo}; none if that cannot be seen. */
  static Set<KernelLocks.Locked> in(Path fdinfo) {
    return read(Fcntl.AT_FDCWD, Paths.bytes(fdinfo), new byte[PAGE]);
  }

  private static Set<KernelLocks.Locked> read(int directory, byte[] name, byte[] buffer) {
    SyscallResult opened = Fcntl.openat(directory, name, FLAGS, 0);
    if (opened.failed()) {
      return Set.of();
    }
    int fd = opened.intValue();
    try {
      byte[] all = buffer;
      int length = 0;
      for (; ; ) {
        if (length == all.length) {
          all = Arrays.copyOf(all, 2 * length);
        }
        SyscallResult got = Unistd.read(fd, all, length, all.length - length);
        // Locks come first of what may be long: without any in the first page there are none.
        if (got.failed() || got.raw() == 0 || (length == 0 && !hasLock(all, got.intValue()))) {
          break;
        }
        length += got.intValue();
      }
      return length == 0 ? Set.of() : parse(new String(all, 0, length, StandardCharsets.US_ASCII));
    } finally {
      Unistd.close(fd);
    }
  }

  private static boolean hasLock(byte[] bytes, int length) {
    for (int i = 0; i + LOCK.length <= length; i++) {
      if (bytes[i] == '\n' && Arrays.equals(bytes, i, i + LOCK.length, LOCK, 0, LOCK.length)) {
        return true;
      }
    }
    return false;
  }

  private static Set<KernelLocks.Locked> parse(String text) {
    Set<KernelLocks.Locked> locks = new HashSet<>();
    for (String line : text.split("\n", -1)) {
      KernelLocks.Entry entry =
          line.startsWith("lock:") ? KernelLocks.parse(line.substring("lock:".length())) : null;
      if (entry != null) {
        locks.add(KernelLocks.Locked.by(entry));
      }
    }
    return locks;
  }
}
