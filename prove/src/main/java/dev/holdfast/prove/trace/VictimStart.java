package dev.holdfast.prove.trace;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.process.Processes.Waited;
import dev.holdfast.path.FileName;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a new process, which has nothing open, does before it is the victim: go to its directory,
 * take the filter and the identity, and execute the program. All by injected calls.
 *
 * <p>The calls that execute the program are made like calls of its own, past the filter: a program
 * that lies where the attacker can change it may be another one by then.
 */
final class VictimStart {
  private static final int SECCOMP_SET_MODE_FILTER = 1;
  private static final int PR_SET_NO_NEW_PRIVS = 38;

  /** What a shell says of a command that is not there, and of one that may not be run. */
  private static final int NOT_FOUND = 127;

  private static final int NOT_EXECUTABLE = 126;

  private final Injector inject;
  private final Program program;
  private final Deque<String> candidates;
  private final long argv;
  private final long envp;

  /** What is being tried. */
  private String candidate = "";

  private boolean byShell;

  /** Why none of those that were tried was executed. */
  private Errno why = Errno.ENOENT;

  private VictimStart(Injector inject, Program program) {
    this.inject = inject;
    this.program = program;
    this.candidates = candidates(program);
    byte[][] environment =
        program.environment().entrySet().stream()
            .map(e -> Paths.bytes(e.getKey() + "=" + e.getValue()))
            .toArray(byte[][]::new);
    this.envp = inject.vector(environment);
    this.argv = inject.vector(bytes(program.argv()));
  }

  /**
   * Makes a stopped process the victim up to its exec, which {@link #tryNext} lets it come to.
   *
   * @param filter the seccomp program
   * @throws TraceException if it cannot be started as asked; the process is then of no use
   */
  static VictimStart prepare(Injector inject, Program program, byte[] filter) {
    // As a shell does: what it sends to its own group shall not reach our processes.
    inject.must(Sysno.SETPGID, 0, 0);
    SyscallResult entered = inject.call(Sysno.CHDIR, inject.string(program.directory()));
    if (entered.failed()) {
      throw new TraceException(
          "the victim's directory cannot be entered: " + program.directory() + ": " + entered);
    }
    inject.must(Sysno.UMASK, 022);
    redirect(inject, List.of("/dev/null"), Fcntl.O_RDONLY, 0);
    int append = Fcntl.O_WRONLY | Fcntl.O_APPEND;
    redirect(inject, List.of(program.output(), "/dev/null"), append, 1);
    if (program.errors().equals(program.output())) {
      inject.call(Sysno.DUP3, 1, 2, 0);
    } else {
      redirect(inject, List.of(program.errors(), "/dev/null"), append, 2);
    }
    ByteBuffer fprog = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    fprog.putShort((short) (filter.length / SeccompFilter.INSTRUCTION_SIZE));
    fprog.putLong(8, inject.put(filter));
    long fprogAddress = inject.put(fprog.array());
    if (inject.call(Sysno.SECCOMP, SECCOMP_SET_MODE_FILTER, 0, fprogAddress).is(Errno.EACCES)) {
      // Without privilege a filter needs this promise; set-uid programs then stay unprivileged.
      inject.must(Sysno.PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
      inject.must(Sysno.SECCOMP, SECCOMP_SET_MODE_FILTER, 0, fprogAddress);
    }
    becomeUser(inject, program);
    return new VictimStart(inject, program);
  }

  /** The first of these that can be opened; a program that ran here before may have removed all. */
  private static void redirect(Injector inject, List<String> paths, int flags, int target) {
    // Without O_NONBLOCK a FIFO in its place would hold us up.
    int how = flags | Fcntl.O_NONBLOCK | Fcntl.O_NOFOLLOW;
    for (String path : paths) {
      SyscallResult opened = inject.call(Sysno.OPENAT, Fcntl.AT_FDCWD, inject.string(path), how, 0);
      if (opened.ok()) {
        if (opened.raw() != target) {
          inject.must(Sysno.DUP3, opened.raw(), target, 0);
          inject.must(Sysno.CLOSE, opened.raw());
        }
        return;
      }
    }
  }

  private static void becomeUser(Injector inject, Program program) {
    ByteBuffer groups =
        ByteBuffer.allocate(4 * Math.max(1, program.groups().size()))
            .order(ByteOrder.nativeOrder());
    program.groups().forEach(groups::putInt);
    long list = inject.put(groups.array());
    SyscallResult set = inject.call(Sysno.SETGROUPS, program.groups().size(), list);
    // In a user namespace with one user there is nothing to set, and setgroups is forbidden.
    if (set.failed() && !(set.is(Errno.EPERM) && program.uid() == 0)) {
      throw new TraceException("the victim's groups cannot be set: setgroups: " + set);
    }
    long gid = program.gid() & 0xffffffffL;
    long uid = program.uid() & 0xffffffffL;
    inject.must(Sysno.SETRESGID, gid, gid, gid);
    inject.must(Sysno.SETRESUID, uid, uid, uid);
  }

  /**
   * Sets the process going to execute the next file that may be the program.
   *
   * @return false if there is none left
   */
  boolean tryNext() {
    String next = candidates.poll();
    if (next == null) {
      return false;
    }
    candidate = next;
    byShell = false;
    inject.start(Sysno.EXECVE, inject.string(next), argv, envp);
    return true;
  }

  /** What the call gave, if the stop is the one behind it; else null: it is still on its way. */
  @Nullable SyscallResult resultAt(Waited stop) {
    return inject.resultAt(stop);
  }

  /** Lets the process go on where it is. */
  void goOn() {
    inject.go();
  }

  /**
   * The last call failed: sets the process going to execute what comes next.
   *
   * @return false if nothing does
   */
  boolean tryAfter(SyscallResult failure) {
    if (failure.is(Errno.ENOEXEC) && !byShell) {
      // As execvp(3): a script without an interpreter line is for the shell.
      byShell = true;
      List<String> script = new ArrayList<>(program.argv());
      script.set(0, candidate);
      script.addFirst("sh");
      inject.start(Sysno.EXECVE, inject.string("/bin/sh"), inject.vector(bytes(script)), envp);
      return true;
    }
    // As execvp(3): a program that is there but may not be run is the better message.
    if (!failure.is(Errno.ENOENT) && !failure.is(Errno.ENOTDIR)) {
      why = failure.errno();
    }
    return tryNext();
  }

  /** Has the process end as a shell does that cannot execute a command. */
  void giveUp() {
    inject.start(Sysno.EXIT_GROUP, why == Errno.ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
  }

  /** Why nothing could be executed. */
  String failure() {
    return program.argv().getFirst()
        + ": cannot be executed as uid "
        + program.uid()
        + ": "
        + why.message
        + " ("
        + SyscallResult.failure(why)
        + ")";
  }

  private static Deque<String> candidates(Program program) {
    String command = program.argv().getFirst();
    Deque<String> candidates = new ArrayDeque<>();
    if (command.contains("/")) {
      candidates.add(command);
      return candidates;
    }
    String path = program.environment().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    for (String directory : path.split(":", -1)) {
      candidates.add((directory.isEmpty() ? "." : directory) + "/" + command);
    }
    return candidates;
  }

  private static byte[][] bytes(List<String> strings) {
    return strings.stream().map(FileName::encode).toArray(byte[][]::new);
  }
}
