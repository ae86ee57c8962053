package dev.holdfast.prove.schedule;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.watch.Contents;
import dev.holdfast.prove.watch.Operand;
import dev.holdfast.prove.watch.Raw;
import java.util.ArrayList;
import java.util.List;

/**
 * The one name by which an object of a world is known to a schedule, whatever way leads to it: its
 * absolute path with no links in it. All names are raw.
 *
 * <p>Threads: the thread of the world, while the task is stopped.
 */
final class ObjectNames {
  private static final int MAX_LINKS = 40;
  private static final String DELETED = " (deleted)";

  private final int hostProc;

  /**
   * @param hostProc a procfs in which the tasks' ids are valid
   */
  ObjectNames(int hostProc) {
    this.hostProc = hostProc;
  }

  /** What a descriptor leads to; empty for what has no name, and for devices and procfs. */
  String ofDescriptor(Task task, int fd) {
    Result<byte[]> link = Unistd.readlinkat(hostProc, Paths.bytes(task.tid() + "/fd/" + fd));
    String path = link.ok() ? Raw.of(link.value()) : "";
    if (path.endsWith(DELETED)) {
      path = path.substring(0, path.length() - DELETED.length());
    }
    return path.startsWith("/") && !isOfNoInterest(path) ? path : "";
  }

  /** Where nothing is shared, or nothing that the table follows; and where output goes. */
  boolean isOfNoInterest(String path) {
    return path.startsWith("/proc/")
        || path.startsWith("/sys/")
        || (path.startsWith("/dev/") && !path.startsWith("/dev/shm/"))
        || path.startsWith("/.holdfast");
  }

  /** What a path argument leads to, or would if it were there. */
  String of(Task task, Operand operand) {
    String path = absolute(task, operand);
    for (int links = 0; links <= MAX_LINKS; links++) {
      String entry = entry(path);
      if (entry.equals(".") || entry.equals("..")) {
        return directory(path);
      }
      path = Raw.join(directory(Raw.parent(path)), entry);
      if (!operand.follow()) {
        return path;
      }
      Result<byte[]> target = Unistd.readlinkat(Fcntl.AT_FDCWD, Raw.bytes(path));
      if (target.failed() || target.value().length == 0) {
        return path;
      }
      String to = Raw.of(target.value());
      path = to.startsWith("/") ? to : Raw.join(Raw.parent(path), to);
    }
    return path;
  }

  /** The directories that lead there, as spelled and as found. */
  List<String> wayOf(Task task, Operand operand, String found) {
    List<String> way = new ArrayList<>();
    for (String path : List.of(absolute(task, operand), found)) {
      way.add(path);
      for (String up = Raw.parent(path); !up.equals("/"); up = Raw.parent(up)) {
        way.add(up);
      }
    }
    return way;
  }

  boolean exists(String path) {
    int flags = Fcntl.AT_SYMLINK_NOFOLLOW;
    return Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(path), flags, Statx.STATX_TYPE).ok();
  }

  /** True for a file of no bytes: to shorten it changes nothing. */
  boolean isEmpty(String path) {
    Result<Statx> stat = Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(path), 0, Statx.STATX_BASIC_STATS);
    return stat.ok() && stat.value().isRegular() && stat.value().size() == 0;
  }

  /** True for a file that is found by more than one name. */
  boolean hasOtherNames(String path) {
    int flags = Fcntl.AT_SYMLINK_NOFOLLOW;
    Result<Statx> stat =
        Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(path), flags, Statx.STATX_BASIC_STATS);
    return stat.ok() && stat.value().isRegular() && stat.value().nlink() > 1;
  }

  /** The process's number as its own world has it; empty if that cannot be read. */
  String idOf(Task task) {
    String text = Raw.of(Contents.read(hostProc, Paths.bytes(task.tid() + "/status"), 1 << 14));
    for (String line : text.split("\n", -1)) {
      if (line.startsWith("NStgid:")) {
        return line.substring(line.lastIndexOf('\t') + 1);
      }
    }
    return "";
  }

  /** What all descriptors of a task lead to, one by one. */
  List<String> ofAllDescriptors(Task task) {
    byte[] directory = Paths.bytes(task.tid() + "/fd");
    SyscallResult fd = Fcntl.openat(hostProc, directory, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0);
    if (fd.failed()) {
      return List.of();
    }
    List<String> all = new ArrayList<>();
    Result<Dirent.Batch> batch = Dirent.getdents64(fd.intValue());
    while (batch.ok() && !batch.value().entries().isEmpty()) {
      for (Dirent entry : batch.value().entries()) {
        String number = Raw.of(entry.name());
        if (number.matches("[0-9]{1,9}")) {
          all.add(ofDescriptor(task, Integer.parseInt(number)));
        }
      }
      batch = batch.value().end() ? Result.failure(Errno.ENOENT) : Dirent.getdents64(fd.intValue());
    }
    Unistd.close(fd.intValue());
    return all;
  }

  private String absolute(Task task, Operand operand) {
    String raw = Raw.of(operand.path());
    if (!raw.startsWith("/")) {
      String from =
          task.tid() + (operand.dirfd() == Fcntl.AT_FDCWD ? "/cwd" : "/fd/" + operand.dirfd());
      Result<byte[]> base = Unistd.readlinkat(hostProc, Paths.bytes(from));
      raw = Raw.join(base.ok() ? Raw.of(base.value()) : "/", raw);
    }
    while (raw.length() > 1 && raw.endsWith("/")) {
      raw = raw.substring(0, raw.length() - 1);
    }
    return raw;
  }

  private static String entry(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** A directory with no links on its way; as spelled, if it is not there. */
  private String directory(String path) {
    int flags = Fcntl.O_PATH | Fcntl.O_DIRECTORY;
    SyscallResult fd = Fcntl.openat(Fcntl.AT_FDCWD, Raw.bytes(path), flags, 0);
    if (fd.failed()) {
      return path;
    }
    Result<byte[]> link =
        Unistd.readlinkat(hostProc, Paths.bytes("thread-self/fd/" + fd.intValue()));
    Unistd.close(fd.intValue());
    return link.ok() ? Raw.of(link.value()) : path;
  }
}
