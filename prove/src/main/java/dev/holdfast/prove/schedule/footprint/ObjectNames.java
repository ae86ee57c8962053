package dev.holdfast.prove.schedule.footprint;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.proc.ProcFile;
import dev.holdfast.path.walk.PathWalk;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.watch.Operand;
import dev.holdfast.prove.watch.Raw;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The one name by which an object of a world is known to a schedule, whatever way leads to it: its
 * absolute path with no links in it. All names are raw.
 *
 * <p>Threads: the thread of the world, while the task is stopped.
 */
public final class ObjectNames {
  private static final String DELETED = " (deleted)";
  private static final String SELF = "/proc/self";
  private static final String THREAD_SELF = "/proc/thread-self";
  private static final Pattern OF_PROCESS = Pattern.compile("/proc/([0-9]+)(?:/.*)?");
  private static final Pattern OF_TASK = Pattern.compile("/(?:fd/[0-9]+|cwd|exe)");

  private static final String OUTPUT = "/.holdfast-output";

  private final int hostProc;

  /** Whether what is printed is of interest, too. */
  private final boolean printed;

  /**
   * @param hostProc a procfs in which the tasks' ids are valid
   * @param printed whether what is printed is of interest, too
   */
  ObjectNames(int hostProc, boolean printed) {
    this.hostProc = hostProc;
    this.printed = printed;
  }

  /** A name as people read it, raw. */
  public static String forPeople(String path) {
    return path.startsWith(OUTPUT) ? Raw.fromText("the output") : path;
  }

  /** The pipe behind a descriptor, as the kernel numbers it; empty if it is none. */
  String pipeOf(Task task, int fd) {
    Result<byte[]> target = Unistd.readlinkat(hostProc, Paths.bytes(task.tid() + "/fd/" + fd));
    String name = target.ok() ? Raw.of(target.value()) : "";
    return name.startsWith("pipe:") ? name : "";
  }

  /** What a task was started as, for people. */
  String commandOf(Task task) {
    return Raw.display(ProcFile.read(hostProc, task.tid() + "/cmdline").replace('\0', ' ').strip());
  }

  /**
   * What a path argument leads to, or would if it were there.
   *
   * @param path empty for what has no name
   * @param way the names that were looked up until then, in order, the last one included: those of
   *     directories and links
   */
  record Found(String path, Set<String> way) {
    static final Found NOTHING = new Found("", Set.of());
  }

  /** What a descriptor leads to; empty for what has no name, and for devices and procfs. */
  String ofDescriptor(Task task, int fd) {
    String path = anyOfDescriptor(task, fd);
    return isOfNoInterest(path) ? "" : path;
  }

  /** Likewise, devices and procfs included. */
  String anyOfDescriptor(Task task, int fd) {
    return magic(task, "fd/" + fd);
  }

  /** The task's working directory. */
  String workingDirectory(Task task) {
    return magic(task, "cwd");
  }

  private String magic(Task task, String link) {
    Result<byte[]> target = Unistd.readlinkat(hostProc, Paths.bytes(task.tid() + "/" + link));
    String path = target.ok() ? Raw.of(target.value()) : "";
    if (path.endsWith(DELETED)) {
      path = path.substring(0, path.length() - DELETED.length());
    }
    return path.startsWith("/") ? path : "";
  }

  /** Where nothing is shared, or nothing that the table follows; and where output goes. */
  boolean isOfNoInterest(String path) {
    return path.isEmpty()
        || path.startsWith("/proc/")
        || path.startsWith("/sys/")
        || (path.startsWith("/dev/") && !path.startsWith("/dev/shm/"))
        || (path.startsWith("/.holdfast") && !(printed && path.startsWith(OUTPUT)));
  }

  /** The number of the process that a file of procfs is about; empty if it is about none. */
  static String processOf(String path) {
    Matcher about = OF_PROCESS.matcher(path);
    return about.matches() ? about.group(1) : "";
  }

  /** Walks a path argument by name, as the kernel will in a moment. */
  Found of(Task task, Operand operand) {
    String raw = Raw.of(operand.path());
    String at = "/";
    if (!raw.startsWith("/")) {
      boolean here = operand.dirfd() == Fcntl.AT_FDCWD;
      at = here ? workingDirectory(task) : anyOfDescriptor(task, operand.dirfd());
      if (at.isEmpty()) {
        return Found.NOTHING;
      }
    }
    Set<String> way = new LinkedHashSet<>();
    for (String up = at; !up.equals("/"); up = Raw.parent(up)) {
      way.add(up);
    }
    return new Way(task, operand, at, way).found();
  }

  /** The rest of the way of a path argument. */
  private final class Way extends PathWalk<RuntimeException> {
    private final Task task;
    private final Operand operand;
    private final Set<String> way;
    private String at;
    private String last = "";
    private boolean nowhere;

    Way(Task task, Operand operand, String at, Set<String> way) {
      super(operand.path());
      this.task = task;
      this.operand = operand;
      this.at = at;
      this.way = way;
    }

    Found found() {
      walk();
      return nowhere ? Found.NOTHING : new Found(at, way);
    }

    @Override
    protected void up() {
      at = Raw.parent(at);
    }

    @Override
    protected byte @Nullable [] step(byte[] name) {
      last = Raw.of(name);
      String next = Raw.join(at, last);
      boolean follow = !isLast() || operand.follow() || mustBeDirectory();
      String to = isMagic(next) ? magicTarget(task, next) : follow ? link(next) : "";
      if (to == null) {
        nowhere = true;
        end();
        return null;
      }
      if (!isMagic(next)) {
        way.add(next);
      }
      if (to.isEmpty()) {
        at = next;
        return null;
      }
      return Raw.bytes(to);
    }

    @Override
    protected void toRoot() {
      at = "/";
    }

    @Override
    protected void tooManyLinks() {
      at = Raw.join(at, last);
    }
  }

  private static boolean isMagic(String path) {
    return path.startsWith(SELF) || path.startsWith(THREAD_SELF);
  }

  /**
   * Where a link of procfs about the task itself leads; empty if it is not one, null if nowhere.
   */
  private @Nullable String magicTarget(Task task, String path) {
    String rest = path.substring(path.startsWith(SELF) ? SELF.length() : THREAD_SELF.length());
    if (rest.equals("/root")) {
      return "/";
    }
    if (!OF_TASK.matcher(rest).matches()) {
      return "";
    }
    String target = magic(task, rest.substring(1));
    return target.isEmpty() ? null : target;
  }

  private static String link(String path) {
    Result<byte[]> target = Unistd.readlinkat(Fcntl.AT_FDCWD, Raw.bytes(path));
    return target.ok() ? Raw.of(target.value()) : "";
  }

  boolean exists(String path) {
    int flags = Fcntl.AT_SYMLINK_NOFOLLOW;
    return Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(path), flags, Statx.STATX_TYPE).ok();
  }

  boolean isDirectory(String path) {
    int flags = Fcntl.AT_SYMLINK_NOFOLLOW;
    Result<Statx> stat = Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(path), flags, Statx.STATX_TYPE);
    return stat.ok() && stat.value().isDirectory();
  }

  /** True for a file of no bytes: to shorten it changes nothing. */
  boolean isEmpty(String path) {
    Result<Statx> stat = Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(path), 0, Statx.STATX_BASIC_STATS);
    return stat.ok() && stat.value().isRegular() && stat.value().size() == 0;
  }

  /**
   * What a file with several names is called, whichever of them it is found by. One that is older
   * than this process has the same number in each world; those that are made in them have not, and
   * are called alike.
   */
  String linkedAs(String path) {
    int flags = Fcntl.AT_SYMLINK_NOFOLLOW;
    Result<Statx> stat =
        Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(path), flags, Statx.STATX_BASIC_STATS);
    boolean old = stat.ok() && stat.value().ctimeSeconds() < Seen.BEGAN;
    return old
        ? "(file " + stat.value().inode() + ", which has several names)"
        : "(files with several names)";
  }

  /** True for a FIFO: who reads takes away. */
  boolean isFifo(String path) {
    Result<Statx> stat = Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(path), 0, Statx.STATX_TYPE);
    return stat.ok() && (stat.value().mode() & Statx.S_IFMT) == Statx.S_IFIFO;
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
    String numbers =
        ProcFile.field(
            ProcFile.read(hostProc, task.tid() + "/status", new byte[1 << 14]), "NStgid");
    return numbers.substring(numbers.lastIndexOf('\t') + 1);
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
}
