package dev.holdfast.prove.schedule;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.schedule.Footprint.Effect;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Operand;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.Raw;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The table of footprints: what each family of system calls reads and writes. Coarser than the
 * kernel (a file's bytes are one object), never finer.
 *
 * <p>Threads: the tracer's, while the task is stopped before the call.
 */
final class Footprints {
  private static final Set<Sysno> READS =
      EnumSet.of(Sysno.READ, Sysno.PREAD64, Sysno.READV, Sysno.PREADV, Sysno.PREADV2);
  private static final Set<Sysno> WRITES =
      EnumSet.of(
          Sysno.WRITE,
          Sysno.PWRITE64,
          Sysno.WRITEV,
          Sysno.PWRITEV,
          Sysno.PWRITEV2,
          Sysno.FTRUNCATE,
          Sysno.FALLOCATE);
  private static final Set<Sysno> CLOSES =
      EnumSet.of(Sysno.CLOSE, Sysno.DUP2, Sysno.DUP3, Sysno.CLOSE_RANGE);
  private static final Set<Sysno> SLEEPS = EnumSet.of(Sysno.NANOSLEEP, Sysno.CLOCK_NANOSLEEP);
  private static final Set<Sysno> KILLS = EnumSet.of(Sysno.KILL, Sysno.TKILL, Sysno.TGKILL);
  private static final Set<Sysno> EXITS = EnumSet.of(Sysno.EXIT, Sysno.EXIT_GROUP);
  private static final Set<Sysno> CLOCKS =
      EnumSet.of(Sysno.SETITIMER, Sysno.ALARM, Sysno.TIMER_SETTIME, Sysno.TIMERFD_SETTIME);

  /** Ways to one another that the table does not follow. */
  private static final Set<Sysno> UNKNOWN =
      EnumSet.of(
          Sysno.CONNECT,
          Sysno.BIND,
          Sysno.SHMGET,
          Sysno.SEMGET,
          Sysno.MSGGET,
          Sysno.MQ_OPEN,
          Sysno.MOUNT,
          Sysno.CHROOT,
          Sysno.SPLICE,
          Sysno.INOTIFY_ADD_WATCH);

  private static final String PROCESS = "p:";
  private static final String ANY_PROCESS = "p:any";
  private static final String LINKED = ":(files with several names)";
  private static final int SEEK_END = 2;
  private static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 1;
  private static final int MAP_TYPE = 0xf;

  /** Every call that may have one, or that the tracer of a schedule must hear of. */
  static final Set<Sysno> CALLS = calls();

  private final ObjectNames names;

  private final Closing closing;
  private final Learned learned;

  /** Names on which some program took a lock: to close them may free it. */
  private final Set<String> locked;

  /**
   * @param learned grows with each lock and signal that is seen
   * @param others tasks of other processes of the same program
   */
  Footprints(int hostProc, Learned learned, Function<Task, List<Task>> others) {
    this.names = new ObjectNames(hostProc);
    this.closing = new Closing(names, others);
    this.learned = learned;
    this.locked = learned.locked;
  }

  private static Set<Sysno> calls() {
    Set<Sysno> all = EnumSet.copyOf(Operation.PATH_CALLS);
    all.addAll(Operation.DESCRIPTOR_CALLS);
    for (Set<Sysno> some : List.of(READS, WRITES, CLOSES, SLEEPS, KILLS, EXITS, CLOCKS, UNKNOWN)) {
      all.addAll(some);
    }
    all.addAll(
        EnumSet.of(
            Sysno.FSTAT,
            Sysno.LSEEK,
            Sysno.GETDENTS,
            Sysno.GETDENTS64,
            Sysno.SENDFILE,
            Sysno.COPY_FILE_RANGE,
            Sysno.MMAP,
            Sysno.FCNTL,
            Sysno.FLOCK));
    return all;
  }

  /** True for a call that has the clock wake or interrupt the program later. */
  static boolean setsClock(Call call) {
    return CLOCKS.contains(call.sysno());
  }

  /** True for a call by which programs may reach one another in a way the table does not follow. */
  static boolean isUnknown(Call call) {
    if (call.sysno() == Sysno.MMAP) {
      boolean shared = (call.arg(3) & MAP_TYPE) == MAP_SHARED;
      return shared && (call.arg(2) & PROT_WRITE) != 0 && call.intArg(4) >= 0;
    }
    return UNKNOWN.contains(call.sysno());
  }

  /** The footprint of a call at the moment; null if nobody else could notice it. */
  @Nullable Footprint of(Call call) {
    Footprint found = byTable(call);
    if (found == null) {
      return null;
    }
    List<String> reads = linked(found.reads());
    List<String> writes = linked(found.writes());
    if (reads.isEmpty() && writes.isEmpty()) {
      return found;
    }
    Builder all = new Builder(found);
    reads.forEach(all::read);
    writes.forEach(all::write);
    if (found.effect() == Effect.REMOVE) {
      // Its other names have one name less beside them.
      all.write("c" + LINKED);
    }
    return all.build();
  }

  /** The keys of all files with several names, for those that are keys of one. */
  private List<String> linked(Set<String> keys) {
    return keys.stream()
        .filter(this::isLinked)
        .map(key -> key.charAt(0) + LINKED)
        .distinct()
        .toList();
  }

  /** Whether the file was seen to have several names: all such files count as one. */
  private boolean isLinked(String key) {
    if ("cml".indexOf(key.charAt(0)) < 0) {
      return false;
    }
    String path = key.substring(2);
    if (!learned.linked.contains(path) && names.hasOtherNames(path)) {
      learned.linked.add(path);
    }
    return learned.linked.contains(path);
  }

  private @Nullable Footprint byTable(Call call) {
    Sysno sysno = call.sysno();
    Task task = call.task();
    if (SLEEPS.contains(sysno)) {
      return new Footprint("sleep", List.of(), "", Effect.SLEEP, Set.of(), Set.of());
    }
    if (EXITS.contains(sysno)) {
      Builder exit = new Builder("exit", Effect.EXIT);
      freedByEnd(task).forEach(exit::locks);
      if (learned.signals) {
        exit.write(PROCESS + names.idOf(task)).write(ANY_PROCESS);
      }
      return exit.build();
    }
    if (KILLS.contains(sysno)) {
      learned.signals = true;
      return kill(call);
    }
    if (READS.contains(sysno)) {
      return contents(task, sysno, call.intArg(0), false);
    }
    if (WRITES.contains(sysno)) {
      return contents(task, sysno, call.intArg(0), true);
    }
    if (CLOSES.contains(sysno)) {
      return close(call);
    }
    return switch (sysno) {
      case LSEEK ->
          // Only the end depends on what others write.
          call.intArg(2) < SEEK_END ? null : contents(task, sysno, call.intArg(0), false);
      case FSTAT -> contents(task, sysno, call.intArg(0), false);
      case MMAP ->
          call.intArg(4) < 0 ? null : contents(task, sysno, call.intArg(4), isUnknown(call));
      case GETDENTS, GETDENTS64 -> {
        String path = names.ofDescriptor(task, call.intArg(0));
        yield path.isEmpty()
            ? null
            : new Builder("getdents", Effect.NONE).about(path).read("d:" + path).build();
      }
      case SENDFILE -> twoFiles(call, call.intArg(0), call.intArg(1));
      case COPY_FILE_RANGE -> twoFiles(call, call.intArg(2), call.intArg(0));
      case FLOCK -> flock(call);
      case FCNTL -> fcntl(call);
      case FCHMOD, FCHOWN, FSETXATTR -> {
        String path = names.ofDescriptor(task, call.intArg(0));
        yield path.isEmpty()
            ? null
            : new Builder(sysno.callName(), Effect.NONE).about(path).write("m:" + path).build();
      }
      default -> byName(call, Operation.of(call));
    };
  }

  /** Signal 0 only asks whether a process lives. */
  private static Footprint kill(Call call) {
    boolean thread = call.sysno() == Sysno.TGKILL;
    int pid = call.intArg(0);
    int signal = call.intArg(thread ? 2 : 1);
    String key = pid > 0 ? PROCESS + pid : ANY_PROCESS;
    Builder made = new Builder(call.sysno().callName(), Effect.NONE).detail("process " + pid);
    return (signal == 0 ? made.read(key) : made.write(key)).build();
  }

  private @Nullable Footprint contents(Task task, Sysno sysno, int fd, boolean writes) {
    String path = names.ofDescriptor(task, fd);
    if (path.isEmpty()) {
      return null;
    }
    Builder made = new Builder(sysno.callName(), Effect.NONE).about(path);
    return (writes ? made.write("c:" + path) : made.read("c:" + path)).build();
  }

  private @Nullable Footprint twoFiles(Call call, int to, int from) {
    String target = names.ofDescriptor(call.task(), to);
    String source = names.ofDescriptor(call.task(), from);
    Builder made = new Builder(call.sysno().callName(), Effect.NONE);
    if (!target.isEmpty()) {
      made.about(target).write("c:" + target);
    }
    if (!source.isEmpty()) {
      made.about(source).read("c:" + source);
    }
    return made.buildOrNull();
  }

  private @Nullable Footprint close(Call call) {
    if (locked.isEmpty()) {
      return null;
    }
    Builder made = new Builder("close", Effect.NONE);
    if (call.sysno() == Sysno.CLOSE_RANGE) {
      freedByEnd(call.task()).forEach(made::locks);
      return made.buildOrNull();
    }
    int fd = call.intArg(call.sysno() == Sysno.CLOSE ? 0 : 1);
    String path = names.ofDescriptor(call.task(), fd);
    return locked.contains(path) && closing.frees(call.task(), path, false)
        ? made.locks(path).build()
        : null;
  }

  /** The locks that a process gives back if it closes all it has. */
  private List<String> freedByEnd(Task task) {
    if (locked.isEmpty()) {
      return List.of();
    }
    return closing.openIn(task).stream()
        .distinct()
        .filter(path -> locked.contains(path) && closing.frees(task, path, true))
        .toList();
  }

  private @Nullable Footprint flock(Call call) {
    int operation = call.intArg(1);
    boolean unlock = (operation & FileLocks.LOCK_UN) != 0;
    String how = unlock ? "unlock" : (operation & FileLocks.LOCK_SH) != 0 ? "shared" : "exclusive";
    return lock(call, "flock", how, unlock);
  }

  private @Nullable Footprint fcntl(Call call) {
    int command = call.intArg(1);
    return switch (command) {
      case FileLocks.F_SETLK, FileLocks.F_SETLKW, FileLocks.F_OFD_SETLK, FileLocks.F_OFD_SETLKW -> {
        int type = (int) (call.word(2, 0) & 0xffff);
        String how = type == 2 ? "unlock" : type == 0 ? "shared" : "exclusive";
        yield lock(call, "fcntl", how, type == 2);
      }
      case FileLocks.F_GETLK, FileLocks.F_OFD_GETLK -> {
        String path = names.ofDescriptor(call.task(), call.intArg(0));
        if (path.isEmpty()) {
          yield null;
        }
        yield new Builder("fcntl", Effect.NONE).about(path).read("l:" + path).build();
      }
      default -> null;
    };
  }

  private @Nullable Footprint lock(Call call, String name, String how, boolean unlock) {
    String path = names.ofDescriptor(call.task(), call.intArg(0));
    if (path.isEmpty()) {
      return null;
    }
    locked.add(path);
    if (call.sysno() == Sysno.FCNTL && call.intArg(1) <= FileLocks.F_SETLKW) {
      closing.ownedBy(call.task(), path);
    }
    return new Builder(name, unlock ? Effect.NONE : Effect.LOCK).detail(how).locks(path).build();
  }

  private @Nullable Footprint byName(Call call, Operation operation) {
    Task task = call.task();
    if (operation.operands().isEmpty()) {
      // fstat(2) by another name.
      return operation.action().isCheck()
          ? contents(task, call.sysno(), call.intArg(0), false)
          : null;
    }
    Operand operand = operation.operands().getFirst();
    String path = names.of(task, operand);
    if (names.isOfNoInterest(path)) {
      return null;
    }
    Builder made = new Builder(call.sysno().callName(), effect(operation)).about(path);
    names.wayOf(task, operand, path).forEach(way -> made.read("n:" + way));
    made.read("m:" + path).read("n:" + path);
    switch (operation.action()) {
      case STAT -> made.read("c:" + path);
      case OPEN -> open(made, operation, path);
      case EXEC -> {
        made.read("c:" + path);
        // What is closed at an exec frees its locks.
        freedByEnd(task).forEach(lock -> made.write("l:" + lock));
      }
      case CHMOD, CHOWN, XATTR -> made.write("m:" + path);
      case TRUNCATE -> made.write("c:" + path);
      case MKDIR, MKNOD, SYMLINK, UNLINK -> made.entry(path);
      case RMDIR -> made.entry(path).read("d:" + path);
      case RENAME, LINK -> {
        String to = names.of(task, operation.operands().get(1));
        made.about(to).entry(to);
        names.wayOf(task, operation.operands().get(1), to).forEach(way -> made.read("n:" + way));
        if (operation.action() == Action.RENAME) {
          made.entry(path).moved(path).moved(to);
        } else {
          // It has one name more.
          made.write("c:" + path).moved(to);
        }
      }
      default -> {}
    }
    return made.buildOrNull();
  }

  private void open(Builder made, Operation operation, String path) {
    boolean there = names.exists(path);
    int mode = operation.oflags() & Fcntl.O_ACCMODE;
    made.detail(
        (mode == Fcntl.O_RDONLY ? "read" : mode == Fcntl.O_WRONLY ? "write" : "read and write")
            + (operation.creates() ? (operation.exclusive() ? ", O_EXCL" : ", create") : "")
            + ((operation.oflags() & Fcntl.O_TRUNC) != 0 ? ", truncate" : "")
            + ((operation.oflags() & Fcntl.O_APPEND) != 0 ? ", append" : ""));
    if (operation.creates() && !there) {
      made.entry(path).write("c:" + path).write("m:" + path);
    } else if ((operation.oflags() & Fcntl.O_TRUNC) != 0 && !names.isEmpty(path)) {
      made.write("c:" + path);
    }
  }

  private static Effect effect(Operation operation) {
    return switch (operation.action()) {
      case MKDIR, LINK, SYMLINK -> Effect.CLAIM;
      case OPEN -> operation.exclusive() ? Effect.CLAIM : Effect.NONE;
      case UNLINK, RMDIR, RENAME -> Effect.REMOVE;
      default -> Effect.NONE;
    };
  }

  /** One footprint in the making. */
  private static final class Builder {
    private final String call;
    private final Effect effect;
    private final List<String> about = new ArrayList<>();
    private final Set<String> reads = new HashSet<>();
    private final Set<String> writes = new HashSet<>();
    private String detail = "";

    Builder(String call, Effect effect) {
      this.call = call;
      this.effect = effect;
    }

    Builder(Footprint like) {
      this(like.call(), like.effect());
      about.addAll(like.names());
      reads.addAll(like.reads());
      writes.addAll(like.writes());
      detail = like.detail();
    }

    Builder about(String path) {
      about.add(path);
      return this;
    }

    Builder detail(String text) {
      detail = text;
      return this;
    }

    Builder read(String key) {
      reads.add(key);
      return this;
    }

    Builder write(String key) {
      writes.add(key);
      return this;
    }

    /** An entry comes, goes or changes. */
    Builder entry(String path) {
      return write("n:" + path).write("d:" + Raw.parent(path));
    }

    /** Another object is found by this name from now on. */
    Builder moved(String path) {
      return write("c:" + path).write("m:" + path).write("l:" + path);
    }

    Builder locks(String path) {
      return about(path).write("l:" + path);
    }

    Footprint build() {
      return new Footprint(call, List.copyOf(about), detail, effect, reads, writes);
    }

    @Nullable Footprint buildOrNull() {
      return reads.isEmpty() && writes.isEmpty() ? null : build();
    }
  }
}
