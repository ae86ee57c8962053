package dev.holdfast.prove.schedule.footprint;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.schedule.footprint.Footprint.Effect;
import dev.holdfast.prove.schedule.footprint.ObjectNames.Found;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Operand;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.Raw;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The table of footprints: what each family of system calls reads and writes. Coarser than the
 * kernel (a file's bytes are one object), never finer.
 *
 * <p>Threads: the tracer's, while the task is stopped before the call.
 */
public final class Footprints {
  private static final String PROCESS = "p:";
  private static final String ANY_PROCESS = "p:any";
  private static final String SIGNAL = "s:";
  private static final String ANY_SIGNAL = "s:any";
  private static final int SEEK_END = 2;
  private static final int SET_ID_BITS = 06000;

  private final ObjectNames names;
  private final Closing closing;
  private final Seen seen;

  /** Names on which some program took a lock: to close them may free it. */
  private final Set<String> locked;

  /** Pipes by the kernel's name, and what they are called in each schedule. */
  private final Map<String, String> pipes = new HashMap<>();

  /** How many pipes a process has made. */
  private final Map<String, Integer> pipesOf = new HashMap<>();

  /** Processes whose first thread has ended, perhaps before the others. */
  private final Set<String> leaderless = new HashSet<>();

  /** Whether the processes of one command run against one another. */
  private final boolean inside;

  /**
   * @param seen grows with each lock and signal that is seen
   * @param others tasks of other processes of the same program
   * @param inside whether the processes of one command run against one another
   */
  public Footprints(int hostProc, Seen seen, Function<Task, List<Task>> others, boolean inside) {
    this.inside = inside;
    this.names = new ObjectNames(hostProc, inside);
    this.closing = new Closing(names, others, inside);
    this.seen = seen;
    this.locked = seen.locked;
  }

  /**
   * What people should read, if programs may reach one another by this call in a way that the table
   * does not follow; else null.
   */
  public @Nullable String notFollowed(Call call) {
    return inside ? Followed.notInside(call, names) : Followed.not(call, names);
  }

  /** A process has made a pipe: it is called by who made it. */
  public void madePipe(Call call) {
    String pipe = names.pipeOf(call.task(), (int) call.word(0, 0));
    String process = call.task().process();
    int number = pipesOf.merge(process, 1, Integer::sum);
    pipes.put(pipe, "pipe " + number + " of " + process);
  }

  public String commandOf(Task task) {
    return names.commandOf(task);
  }

  /** The footprint of a call at the moment; null if nobody else could notice it. */
  public @Nullable Footprint of(Call call) {
    Footprint found = byTable(call);
    if (found == null) {
      return null;
    }
    Set<String> linked = linked(found);
    List<String> reads = new ArrayList<>(linkedAs(found.reads(), linked));
    if (seen.sends() && (!found.writes().isEmpty() || Followed.SIGNALS.contains(call.sysno()))) {
      // A signal that comes before it may end the program, or have it do something else. Before a
      // call that only looks is as good as before the one that follows it.
      reads.add(SIGNAL + names.idOf(call.task()));
      reads.add(ANY_SIGNAL);
    }
    List<String> writes = linkedAs(found.writes(), linked);
    if (reads.isEmpty() && writes.isEmpty()) {
      return found;
    }
    FootprintBuilder all = new FootprintBuilder(found);
    reads.forEach(all::read);
    writes.forEach(all::write);
    return all.build();
  }

  /**
   * The keys of files with several names, for those that are keys of one: for what was there before
   * all this each its own, as its number is the same in each world; for all others one.
   */
  private List<String> linkedAs(Set<String> keys, Set<String> linked) {
    return linked.isEmpty()
        ? List.of()
        : keys.stream()
            .filter(key -> isOfFile(key) && linked.contains(key.substring(2)))
            .map(key -> key.charAt(0) + ":" + names.linkedAs(key.substring(2)))
            .distinct()
            .toList();
  }

  /** The files of a footprint that were seen to have several names. */
  private Set<String> linked(Footprint footprint) {
    Set<String> paths = new HashSet<>();
    Stream.concat(footprint.reads().stream(), footprint.writes().stream())
        .filter(Footprints::isOfFile)
        .forEach(key -> paths.add(key.substring(2)));
    // What has names below it is a directory, which has one name.
    Set<String> above = new HashSet<>();
    for (String path : paths) {
      for (String up = Raw.parent(path); up.length() > 1 && above.add(up); up = Raw.parent(up)) {}
    }
    paths.removeAll(above);
    paths.stream().filter(names::hasOtherNames).forEach(seen.linked::add);
    paths.retainAll(seen.linked);
    return paths;
  }

  private static boolean isOfFile(String key) {
    return "bcml".indexOf(key.charAt(0)) >= 0;
  }

  private @Nullable Footprint byTable(Call call) {
    Sysno sysno = call.sysno();
    Task task = call.task();
    if (Followed.sleeps(call)) {
      return new Footprint("sleep", List.of(), "", Effect.SLEEP, Set.of(), Set.of());
    }
    if (Followed.WAITS.contains(sysno)) {
      return null;
    }
    if (Followed.SIGNALS.contains(sysno)) {
      return new FootprintBuilder(sysno.callName(), Effect.NONE).build();
    }
    if (isEndOfThread(call)) {
      return null;
    }
    if (Followed.EXITS.contains(sysno)) {
      FootprintBuilder exit = new FootprintBuilder("exit", Effect.EXIT);
      freedByEnd(task).forEach(exit::locks);
      if (seen.signals) {
        exit.write(PROCESS + names.idOf(task)).write(ANY_PROCESS);
      }
      return exit.build();
    }
    if (Followed.KILLS.contains(sysno)) {
      seen.signals = true;
      return kill(call);
    }
    if (Followed.READS.contains(sysno)) {
      return contents(task, sysno, call.intArg(0), false);
    }
    if (Followed.WRITES.contains(sysno)) {
      return contents(task, sysno, call.intArg(0), true);
    }
    if (Followed.CLOSES.contains(sysno)) {
      return close(call);
    }
    return switch (sysno) {
      case LSEEK ->
          // Only the end depends on what others write.
          call.intArg(2) < SEEK_END ? null : contents(task, sysno, call.intArg(0), false);
      case FSTAT -> status(call);
      case MMAP -> mapping(call);
      case GETDENTS, GETDENTS64 -> listing(call);
      case GETCWD -> {
        FootprintBuilder made = new FootprintBuilder("getcwd", Effect.NONE);
        for (String up = names.workingDirectory(task); up.length() > 1; up = Raw.parent(up)) {
          made.read("n:" + up);
        }
        yield made.buildOrNull();
      }
      case SENDFILE -> twoFiles(call, call.intArg(0), call.intArg(1));
      case COPY_FILE_RANGE, SPLICE -> twoFiles(call, call.intArg(2), call.intArg(0));
      case IOCTL -> request(call);
      case FLOCK -> flock(call);
      case FCNTL -> fcntl(call);
      case FCHDIR, FGETXATTR, FLISTXATTR -> rights(call, false);
      case FCHMOD -> modeSet(rights(call, true), call.intArg(1));
      case FCHOWN, FSETXATTR, FREMOVEXATTR -> rights(call, true);
      default -> byName(call, Operation.of(call));
    };
  }

  /** Whether only a thread ends, while the one that its process began with has not: nobody sees. */
  private boolean isEndOfThread(Call call) {
    Task task = call.task();
    if (call.sysno() != Sysno.EXIT) {
      return false;
    }
    if (task.isLeader()) {
      leaderless.add(task.process());
      return false;
    }
    return !leaderless.contains(task.process());
  }

  /** Signal 0 only asks whether a process lives. */
  private Footprint kill(Call call) {
    boolean thread = call.sysno() == Sysno.TGKILL || call.sysno() == Sysno.RT_TGSIGQUEUEINFO;
    int pid = call.intArg(0);
    int signal = call.intArg(thread ? 2 : 1);
    String key = pid > 0 ? PROCESS + pid : ANY_PROCESS;
    FootprintBuilder made =
        new FootprintBuilder(call.sysno().callName(), Effect.NONE).detail("process " + pid);
    if (signal == 0) {
      return made.read(key).build();
    }
    seen.sendsSignals();
    return made.read(key).write(key).write(pid > 0 ? SIGNAL + pid : ANY_SIGNAL).build();
  }

  private @Nullable Footprint contents(Task task, Sysno sysno, int fd, boolean writes) {
    String path = names.ofDescriptor(task, fd);
    if (path.isEmpty()) {
      String pipe = inside ? pipes.get(names.pipeOf(task, fd)) : null;
      if (pipe != null) {
        return new FootprintBuilder(sysno.callName(), Effect.NONE)
            .about(pipe)
            .write("q:" + pipe)
            .build();
      }
      return writes ? null : ofProcess(task, sysno, names.anyOfDescriptor(task, fd));
    }
    FootprintBuilder made = new FootprintBuilder(sysno.callName(), Effect.NONE).about(path);
    boolean changes = writes || names.isFifo(path);
    return (changes ? made.bytes(path) : made.read("c:" + path)).build();
  }

  /** What procfs says of another process: whether it lives. */
  private @Nullable Footprint ofProcess(Task task, Sysno sysno, String path) {
    String process = ObjectNames.processOf(path);
    if (process.isEmpty() || process.equals(names.idOf(task))) {
      return null;
    }
    seen.signals = true;
    return new FootprintBuilder(sysno.callName(), Effect.NONE)
        .about(path)
        .read(PROCESS + process)
        .build();
  }

  /** Size, rights, owner and how many names: all that fstat(2) tells. */
  private @Nullable Footprint status(Call call) {
    Sysno sysno = call.sysno();
    String path = names.ofDescriptor(call.task(), call.intArg(0));
    if (path.isEmpty()) {
      return null;
    }
    FootprintBuilder made =
        new FootprintBuilder(sysno.callName(), Effect.NONE)
            .about(path)
            .read("c:" + path)
            .read("m:" + path);
    return (names.isDirectory(path) ? made.read("k:" + path) : made).build();
  }

  private @Nullable Footprint rights(Call call, boolean changes) {
    String path = names.ofDescriptor(call.task(), call.intArg(0));
    if (path.isEmpty()) {
      return null;
    }
    FootprintBuilder made = new FootprintBuilder(call.sysno().callName(), Effect.NONE).about(path);
    return (changes ? made.write("m:" + path) : made.read("m:" + path)).build();
  }

  /** A write takes the set-user-ID bit away: so it matters which of the two comes first. */
  private static @Nullable Footprint modeSet(@Nullable Footprint changed, int mode) {
    if (changed == null || (mode & SET_ID_BITS) == 0) {
      return changed;
    }
    FootprintBuilder made = new FootprintBuilder(changed);
    changed.names().forEach(path -> made.write("c:" + path));
    return made.build();
  }

  private @Nullable Footprint mapping(Call call) {
    String path = call.intArg(4) < 0 ? "" : names.ofDescriptor(call.task(), call.intArg(4));
    if (path.isEmpty()) {
      return null;
    }
    FootprintBuilder made = new FootprintBuilder("mmap", Effect.NONE).about(path).read("c:" + path);
    return (Followed.isSharedWrite(call) ? made.bytes(path) : made.read("b:" + path)).build();
  }

  private @Nullable Footprint listing(Call call) {
    String path = names.anyOfDescriptor(call.task(), call.intArg(0));
    if (path.equals("/proc")) {
      seen.unknown("getdents (all processes)");
    }
    return names.isOfNoInterest(path)
        ? null
        : new FootprintBuilder("getdents", Effect.NONE).about(path).read("d:" + path).build();
  }

  private @Nullable Footprint request(Call call) {
    int request = call.intArg(1);
    if (request == Followed.FIONREAD) {
      return contents(call.task(), call.sysno(), call.intArg(0), false);
    }
    if (request == Followed.FICLONE) {
      return twoFiles(call, call.intArg(0), call.intArg(2));
    }
    if (request == Followed.FICLONERANGE) {
      return twoFiles(call, call.intArg(0), (int) call.word(2, 0));
    }
    return Followed.ASKS_FLAGS.contains(request) || Followed.SETS_FLAGS.contains(request)
        ? rights(call, Followed.SETS_FLAGS.contains(request))
        : null;
  }

  private @Nullable Footprint twoFiles(Call call, int to, int from) {
    String target = names.ofDescriptor(call.task(), to);
    String source = names.ofDescriptor(call.task(), from);
    FootprintBuilder made = new FootprintBuilder(call.sysno().callName(), Effect.NONE);
    if (!target.isEmpty()) {
      made.about(target).bytes(target);
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
    FootprintBuilder made = new FootprintBuilder("close", Effect.NONE);
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
        yield new FootprintBuilder("fcntl", Effect.NONE).about(path).read("l:" + path).build();
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
    return new FootprintBuilder(name, unlock ? Effect.NONE : Effect.LOCK)
        .detail(how)
        .locks(path)
        .build();
  }

  private @Nullable Footprint byName(Call call, Operation operation) {
    Task task = call.task();
    if (operation.operands().isEmpty()) {
      return byDescriptor(call, operation);
    }
    Operand operand = operation.operands().getFirst();
    Found found = names.of(task, operand);
    String path = found.path();
    if (names.isOfNoInterest(path)) {
      if (path.equals("/proc/locks")) {
        seen.unknown("open (/proc/locks)");
      }
      return ofProcess(task, call.sysno(), path);
    }
    FootprintBuilder made =
        new FootprintBuilder(call.sysno().callName(), effect(operation)).about(path);
    made.way(found).read("m:" + path).read("n:" + path);
    switch (operation.action()) {
      case STAT -> {
        made.read("c:" + path);
        if (names.isDirectory(path)) {
          made.read("k:" + path);
        }
      }
      case OPEN -> open(made, operation, path);
      case EXEC -> exec(made, task, path);
      case CHMOD -> {
        boolean setId = (call.intArg(call.sysno() == Sysno.CHMOD ? 1 : 2) & SET_ID_BITS) != 0;
        made.write("m:" + path).writeIf(setId, "c:" + path);
      }
      case CHOWN, XATTR, TIMES -> made.write("m:" + path);
      case TRUNCATE -> made.bytes(path);
      case MKDIR -> made.entry(path).write("k:" + Raw.parent(path));
      case MKNOD, SYMLINK -> made.entry(path);
      case UNLINK ->
          // Who has it open sees that it has one name less.
          made.entry(path).write("m:" + path);
      case RMDIR ->
          made.entry(path).write("m:" + path).read("d:" + path).write("k:" + Raw.parent(path));
      case RENAME, LINK -> {
        Found second = names.of(task, operation.operands().get(1));
        String to = second.path();
        made.about(to).entry(to).way(second).moved(to);
        if (operation.action() == Action.RENAME) {
          made.entry(path).moved(path);
          if (names.isDirectory(path) || names.isDirectory(to)) {
            made.write("k:" + Raw.parent(path)).write("k:" + Raw.parent(to));
          }
        } else {
          // It has one name more.
          made.write("m:" + path);
        }
      }
      default -> {}
    }
    return made.buildOrNull();
  }

  /** Calls that may name a file, and name a descriptor. */
  private @Nullable Footprint byDescriptor(Call call, Operation operation) {
    if (operation.action().isCheck()) {
      // fstat(2) by another name.
      return status(call);
    }
    return switch (call.sysno()) {
      case FCHMODAT2 -> modeSet(rights(call, true), call.intArg(2));
      case FCHOWNAT, UTIMENSAT, SETXATTRAT, REMOVEXATTRAT -> rights(call, true);
      case EXECVEAT -> {
        String path = names.ofDescriptor(call.task(), call.intArg(0));
        FootprintBuilder made = new FootprintBuilder("execveat", Effect.NONE).about(path);
        exec(made, call.task(), path);
        yield made.build();
      }
      default -> null;
    };
  }

  private void exec(FootprintBuilder made, Task task, String path) {
    made.read("c:" + path).read("m:" + path).read("b:" + path);
    // What is closed at an exec frees its locks.
    freedByEnd(task).forEach(lock -> made.write("l:" + lock));
  }

  private void open(FootprintBuilder made, Operation operation, String path) {
    boolean there = names.exists(path);
    int mode = operation.oflags() & Fcntl.O_ACCMODE;
    made.detail(
        (mode == Fcntl.O_RDONLY ? "read" : mode == Fcntl.O_WRONLY ? "write" : "read and write")
            + (operation.creates() ? (operation.exclusive() ? ", O_EXCL" : ", create") : "")
            + ((operation.oflags() & Fcntl.O_TRUNC) != 0 ? ", truncate" : "")
            + ((operation.oflags() & Fcntl.O_APPEND) != 0 ? ", append" : ""));
    if (operation.creates() && !there) {
      made.entry(path).write("c:" + path).write("m:" + path);
    } else if ((operation.oflags() & Fcntl.O_TRUNC) != 0) {
      if (names.isEmpty(path)) {
        // It changes nothing as long as nobody writes.
        made.read("c:" + path);
      } else {
        made.bytes(path);
      }
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
}
