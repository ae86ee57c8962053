package dev.holdfast.prove.watch;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.proc.ProcFile;
import dev.holdfast.path.walk.PathWalk;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows a victim's path as the kernel will in a moment, and keeps the bindings that the attacker
 * could change.
 *
 * <p>The victim stands still, but its siblings may run: a resolution is a picture of one moment.
 * What the attacker may do is asked of the kernel, as the attacker, once for each directory; {@link
 * #forget} drops the answers when rights may have changed.
 *
 * <p>Threads: the thread of one world.
 */
public final class Resolver {
  /** The kernel gives up after as many, binfmt_script. */
  private static final int MOST_INTERPRETERS = 5;

  private static final int WALK = Fcntl.O_PATH | Fcntl.O_NOFOLLOW | Fcntl.O_DIRECTORY;
  private static final int MAX_PLAIN = 1024;
  private static final int STAT_MASK = Statx.STATX_BASIC_STATS;

  /** Of longer lists of arguments the beginning. */
  private static final int MAX_ARGUMENTS = 1 << 16;

  private static final byte[] EMPTY = {};
  private static final byte[] ROOT = {'/'};

  private final int hostProc;
  private final Attacker attacker;

  private record ObjectId(long device, long inode) {}

  /** Directories in which the attacker can create and rename. */
  private final Map<ObjectId, Boolean> writable = new HashMap<>();

  /**
   * Absolute directory prefixes, as spelled, on whose whole way the attacker can change nothing;
   * links on that way stand in directories that the attacker cannot change either.
   */
  private final Set<String> trusted = new HashSet<>();

  /** Absolute names in trusted directories that are no links: what programs open each time. */
  private final Set<String> plain = new HashSet<>();

  private boolean foreignRoots;

  /**
   * @param hostProc a procfs in which the tasks' ids are valid
   */
  public Resolver(int hostProc, Attacker attacker) {
    this.hostProc = hostProc;
    this.attacker = attacker;
  }

  /** A procfs in which the tasks' ids are valid. */
  int hostProc() {
    return hostProc;
  }

  /** What a call is about to do; of one that executes a file, also with which interpreters. */
  public Operation operationOf(Call call) {
    Operation operation = Operation.of(call);
    if (operation.action() != Action.EXEC || operation.operands().isEmpty()) {
      return operation;
    }
    List<Operand> operands = new ArrayList<>(operation.operands());
    while (operands.size() <= MOST_INTERPRETERS) {
      byte[] interpreter = Interpreter.of(start(call.task(), operands.getLast()));
      if (interpreter.length == 0) {
        break;
      }
      operands.add(new Operand(Fcntl.AT_FDCWD, interpreter, true));
    }
    return operation.on(operands);
  }

  /** The first bytes of a regular file. */
  private byte[] start(Task task, Operand operand) {
    byte[] path = operand.path();
    int base = path.length == 0 ? -1 : base(task, operand, path);
    if (base < 0) {
      return new byte[0];
    }
    String raw = Raw.of(path);
    byte[] relative = Raw.bytes(raw.startsWith("/") ? "." + raw : raw);
    try {
      Result<Statx> file = Statx.statx(base, relative, 0, Statx.STATX_TYPE);
      // Nothing that does something when it is opened.
      if (file.failed() || !file.value().isRegular()) {
        return new byte[0];
      }
      int flags = Fcntl.O_RDONLY | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY;
      SyscallResult opened = Fcntl.openat(base, relative, flags, 0);
      if (opened.failed()) {
        return new byte[0];
      }
      byte[] start = Contents.readAll(opened.intValue(), Interpreter.START);
      Unistd.close(opened.intValue());
      return start;
    } finally {
      Unistd.close(base);
    }
  }

  /** Some task changed its root directory: absolute names no longer start where ours do. */
  public void rootsDiffer() {
    foreignRoots = true;
    trusted.clear();
    plain.clear();
  }

  /** Rights or names may have changed. */
  public void forget() {
    writable.clear();
    trusted.clear();
    plain.clear();
  }

  /**
   * The bindings on the way of one path argument that the attacker could change, in order; at last
   * the directory itself, if the call is about to list it and the attacker can make names in it.
   */
  public List<Binding> changeable(Task task, Operation operation, int operandIndex) {
    List<Binding> found = onTheWay(task, operation, operandIndex);
    Binding listing = operation.lists() ? listing(task, operation, operandIndex) : null;
    if (listing == null) {
      return found;
    }
    List<Binding> all = new ArrayList<>(found);
    all.add(listing);
    return all;
  }

  private @Nullable Binding listing(Task task, Operation operation, int operandIndex) {
    Operand operand = operation.operands().get(operandIndex);
    byte[] path = operand.path();
    if (path.length == 0 || (path[0] == '/' && foreignRoots)) {
      return null;
    }
    int start = base(task, operand, path);
    if (start < 0) {
      return null;
    }
    String raw = Raw.of(path);
    String relative = raw.startsWith("/") ? "." + raw : raw;
    int flags = Fcntl.O_PATH | Fcntl.O_DIRECTORY | (operand.follow() ? 0 : Fcntl.O_NOFOLLOW);
    SyscallResult opened = Fcntl.openat(start, Raw.bytes(relative), flags, 0);
    Unistd.close(start);
    if (opened.failed()) {
      return null;
    }
    int directory = opened.intValue();
    try {
      Result<Statx> stat = Statx.statx(directory, EMPTY, Fcntl.AT_EMPTY_PATH, STAT_MASK);
      return stat.ok() && isWritable(directory, stat.value())
          ? Binding.listing(operandIndex, pathOf(directory), stat.value())
          : null;
    } finally {
      Unistd.close(directory);
    }
  }

  private List<Binding> onTheWay(Task task, Operation operation, int operandIndex) {
    Operand operand = operation.operands().get(operandIndex);
    byte[] path = operand.path();
    if (path.length == 0) {
      return List.of();
    }
    String raw = Raw.of(path);
    if (isTrusted(task, operand, raw)) {
      return List.of();
    }
    int start = base(task, operand, path);
    if (start < 0) {
      return List.of();
    }
    // Of what the victim takes away itself the name is free afterwards, sticky directory or not.
    boolean removes = operation.action() == Action.UNLINK || operation.action() == Action.RMDIR;
    return new Way(task, start, operand, operandIndex, removes).bindings();
  }

  /** The cheap answer for the usual case: nobody but the owner can change anything on the way. */
  private boolean isTrusted(Task task, Operand operand, String raw) {
    int slash = raw.lastIndexOf('/');
    if (raw.charAt(0) == '/') {
      if (slash == raw.length() - 1 || foreignRoots) {
        return false;
      }
      if (!trusted.contains(slash == 0 ? "/" : raw.substring(0, slash))) {
        return false;
      }
      return !operand.follow() || plain.contains(raw) || isPlain(raw, operand.path());
    }
    if (slash >= 0 || raw.equals("..")) {
      return false;
    }
    String directory = procPath(task, operand);
    Result<Statx> stat = Statx.statx(hostProc, Raw.bytes(directory), 0, STAT_MASK);
    if (stat.failed() || !Boolean.FALSE.equals(writable.get(id(stat.value())))) {
      return false;
    }
    return raw.equals(".")
        || !operand.follow()
        || isNoLink(Unistd.readlinkat(hostProc, Raw.bytes(directory + "/" + raw)));
  }

  private boolean isPlain(String raw, byte[] path) {
    boolean noLink = isNoLink(Unistd.readlinkat(Fcntl.AT_FDCWD, path));
    if (noLink && plain.size() < MAX_PLAIN) {
      plain.add(raw);
    }
    return noLink;
  }

  private static boolean isNoLink(Result<byte[]> link) {
    return link.is(Errno.EINVAL) || link.is(Errno.ENOENT) || link.is(Errno.ENOTDIR);
  }

  private static String procPath(Task task, Operand operand) {
    return task.tid() + (operand.dirfd() == Fcntl.AT_FDCWD ? "/cwd" : "/fd/" + operand.dirfd());
  }

  private static ObjectId id(Statx stat) {
    return new ObjectId(stat.device(), stat.inode());
  }

  private int base(Task task, Operand operand, byte[] path) {
    String from = path[0] == '/' ? task.tid() + "/root" : procPath(task, operand);
    SyscallResult opened =
        path[0] == '/' && !foreignRoots
            ? Fcntl.openat(Fcntl.AT_FDCWD, ROOT, Fcntl.O_PATH | Fcntl.O_DIRECTORY, 0)
            : Fcntl.openat(hostProc, Raw.bytes(from), Fcntl.O_PATH | Fcntl.O_DIRECTORY, 0);
    return opened.ok() ? opened.intValue() : -1;
  }

  /** The way of one path argument, as the kernel will go it in a moment. */
  private final class Way extends PathWalk<RuntimeException> {
    private final Task task;
    private final Operand operand;
    private final int operandIndex;
    private final boolean removes;
    private final String raw;
    private final List<Binding> found = new ArrayList<>();
    private int directory;

    /** Where that is, as long as it was come to from the root by names that are no links. */
    private @Nullable String at;

    private int index;
    private boolean allTrusted = true;
    private boolean endsInLink;
    private boolean lastLooked;

    Way(Task task, int start, Operand operand, int operandIndex, boolean removes) {
      super(operand.path());
      this.task = task;
      this.directory = start;
      this.operand = operand;
      this.operandIndex = operandIndex;
      this.removes = removes;
      this.raw = Raw.of(operand.path());
      this.at = raw.startsWith("/") && !foreignRoots ? "/" : null;
    }

    List<Binding> bindings() {
      try {
        walk();
        if (directory >= 0 && found.isEmpty() && allTrusted && lastLooked && !endsInLink) {
          remember(directory, raw);
        }
        return found;
      } finally {
        if (directory >= 0) {
          Unistd.close(directory);
        }
      }
    }

    @Override
    protected void up() {
      at = null;
      enter("..");
    }

    private void enter(String name) {
      directory = Resolver.enter(directory, name);
      if (directory < 0) {
        end();
      }
    }

    @Override
    protected byte @Nullable [] step(byte[] entry) {
      boolean last = isLast();
      Result<Statx> stat = Statx.statx(directory, entry, Fcntl.AT_SYMLINK_NOFOLLOW, STAT_MASK);
      Result<Statx> directoryStat = Statx.statx(directory, EMPTY, Fcntl.AT_EMPTY_PATH, STAT_MASK);
      if (directoryStat.failed()) {
        return giveUp();
      }
      boolean link = stat.ok() && stat.value().isSymlink();
      boolean follows = link && (!last || operand.follow() || mustBeDirectory());
      boolean open = isWritable(directory, directoryStat.value());
      boolean kept = !mayReplace(directoryStat.value(), stat);
      if (open && !isMountPoint(stat) && (!kept || (last && removes))) {
        found.add(
            new Binding(
                operandIndex,
                index,
                last && !follows,
                at == null ? pathOf(directory) : at,
                Raw.of(entry),
                directoryStat.value(),
                stat.ok() ? stat.value() : null,
                last && follows,
                kept));
      }
      allTrusted &= !open || last;
      lastLooked = last;
      index++;
      if (stat.failed()) {
        return giveUp();
      }
      if (follows) {
        endsInLink |= last;
        Result<byte[]> target = Unistd.readlinkat(directory, entry);
        return target.failed() || target.value().length == 0 ? giveUp() : target.value();
      }
      if (!last) {
        at = at == null ? null : Raw.join(at, Raw.of(entry));
        enter(Raw.of(entry));
      }
      return null;
    }

    /** What is mounted on keeps its name: the kernel neither moves nor removes it (EBUSY). */
    private boolean isMountPoint(Result<Statx> stat) {
      return stat.ok() && (stat.value().attributes() & Statx.STATX_ATTR_MOUNT_ROOT) != 0;
    }

    /** Nothing on the rest of the way is known, so nothing of it is remembered. */
    private byte @Nullable [] giveUp() {
      allTrusted = false;
      end();
      return null;
    }

    @Override
    protected void toRoot() {
      Unistd.close(directory);
      at = foreignRoots ? null : "/";
      directory = base(task, operand, ROOT);
      if (directory < 0) {
        end();
      }
    }

    @Override
    protected void tooManyLinks() {
      giveUp();
    }
  }

  /** The prefix of a path on whose way there was nothing to change. */
  private void remember(int directory, String raw) {
    int slash = raw.lastIndexOf('/');
    if (raw.charAt(0) != '/' || slash == raw.length() - 1 || foreignRoots) {
      return;
    }
    Result<Statx> stat = Statx.statx(directory, EMPTY, Fcntl.AT_EMPTY_PATH, STAT_MASK);
    if (stat.ok() && !isWritable(directory, stat.value())) {
      trusted.add(slash == 0 ? "/" : raw.substring(0, slash));
    }
  }

  /** Opens the next directory and closes this one. */
  private static int enter(int directory, String name) {
    SyscallResult next = Fcntl.openat(directory, Raw.bytes(name), WALK, 0);
    Unistd.close(directory);
    return next.ok() ? next.intValue() : -1;
  }

  /** Write and search permission, asked of the kernel as the attacker, by the directory's name. */
  private boolean isWritable(int directory, Statx stat) {
    return writable.computeIfAbsent(id(stat), _ -> attacker.mayChange(pathOf(directory)));
  }

  private boolean mayReplace(Statx directory, Result<Statx> entry) {
    return entry.failed() || attacker.mayReplace(directory, entry.value());
  }

  private String pathOf(int fd) {
    Result<byte[]> path = Unistd.readlinkat(hostProc, Paths.bytes("thread-self/fd/" + fd));
    return path.ok() ? Raw.of(path.value()) : "/";
  }

  /**
   * Where a path argument starts and what it says, as one absolute path, raw; links not followed.
   */
  public String absolute(Task task, Operand operand) {
    String raw = Raw.of(operand.path());
    if (raw.startsWith("/")) {
      return raw;
    }
    Result<byte[]> base = Unistd.readlinkat(hostProc, Raw.bytes(procPath(task, operand)));
    return base.ok() ? Raw.join(Raw.of(base.value()), raw) : raw;
  }

  /** Who a task is at the moment. */
  public TaskStatus statusOf(Task task) {
    return TaskStatus.of(hostProc, task);
  }

  /** Whether a task has nothing that the attacker has not. */
  public boolean isAttackersOwn(Task task) {
    return isAttackersOwn(task, statusOf(task));
  }

  /** The same, for who knows the task's status. */
  boolean isAttackersOwn(Task task, TaskStatus status) {
    return new AttackersOwn(hostProc, attacker).is(task, status);
  }

  /** The program that a task runs, and its arguments, raw; empty if that cannot be read. */
  public List<String> argumentsOf(Task task) {
    String raw = ProcFile.read(hostProc, task.tid() + "/cmdline", new byte[MAX_ARGUMENTS]);
    if (raw.isEmpty()) {
      return List.of();
    }
    return List.of((raw.endsWith("\0") ? raw.substring(0, raw.length() - 1) : raw).split("\0", -1));
  }

  /** The task's own name, raw, proc_pid_comm(5); empty if that cannot be read. */
  String nameOf(Task task) {
    return ProcFile.read(hostProc, task.tid() + "/comm").strip();
  }

  /** A task's working directory, raw; empty if that cannot be read. */
  String directoryOf(Task task) {
    Result<byte[]> name = Unistd.readlinkat(hostProc, Paths.bytes(task.tid() + "/cwd"));
    return name.ok() ? Raw.of(name.value()) : "";
  }

  /** A task's root directory, raw, as this thread sees it. */
  public String rootOf(Task task) {
    Result<byte[]> root = Unistd.readlinkat(hostProc, Paths.bytes(task.tid() + "/root"));
    return root.ok() ? Raw.of(root.value()) : "/";
  }

  /** What a task has open. */
  public Result<Statx> openedBy(Task task, int fd) {
    return Statx.statx(hostProc, Paths.bytes(task.tid() + "/fd/" + fd), 0, STAT_MASK);
  }

  /** Where an open descriptor of a task leads to by name, raw; empty if it has no name. */
  public String pathOf(Task task, int fd) {
    Result<byte[]> path = Unistd.readlinkat(hostProc, Paths.bytes(task.tid() + "/fd/" + fd));
    String raw = path.ok() ? Raw.of(path.value()) : "";
    return raw.startsWith("/") && !raw.endsWith(" (deleted)") ? raw : "";
  }
}
