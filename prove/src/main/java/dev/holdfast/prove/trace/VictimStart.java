package dev.holdfast.prove.trace;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a new process, which has nothing open, does before it is the victim: go to its directory,
 * take the filter and the identity, and execute the program. All by injected calls.
 */
final class VictimStart {
  private static final int SECCOMP_SET_MODE_FILTER = 1;
  private static final int PR_SET_NO_NEW_PRIVS = 38;

  private VictimStart() {}

  /**
   * Makes a stopped process the victim; it is left at the stop of its exec.
   *
   * @param filter the seccomp program
   * @throws TraceException if it cannot be started as asked; the process is then of no use
   */
  static void perform(Injector inject, Program program, byte[] filter) {
    // As a shell does: what it sends to its own group shall not reach our processes.
    inject.must(Sysno.SETPGID, 0, 0);
    SyscallResult entered = inject.call(Sysno.CHDIR, inject.string(program.directory()));
    if (entered.failed()) {
      throw new TraceException(
          "the victim's directory cannot be entered: " + program.directory() + ": " + entered);
    }
    inject.must(Sysno.UMASK, 022);
    redirect(inject, List.of("/dev/null"), Fcntl.O_RDONLY, 0);
    redirect(inject, List.of(program.output(), "/dev/null"), Fcntl.O_WRONLY | Fcntl.O_APPEND, 1);
    inject.call(Sysno.DUP3, 1, 2, 0);
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
    exec(inject, program);
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

  private static void exec(Injector inject, Program program) {
    List<String> argv = program.argv();
    String command = argv.getFirst();
    byte[][] environment =
        program.environment().entrySet().stream()
            .map(e -> Paths.bytes(e.getKey() + "=" + e.getValue()))
            .toArray(byte[][]::new);
    long envp = inject.vector(environment);
    long arguments = inject.vector(bytes(argv));
    SyscallResult result = SyscallResult.failure(Errno.ENOENT);
    for (String candidate : candidates(program, command)) {
      SyscallResult tried = inject.exec(inject.string(candidate), arguments, envp);
      if (tried.is(Errno.ENOEXEC)) {
        // As execvp(3): a script without an interpreter line is for the shell.
        List<String> script = new ArrayList<>(argv);
        script.set(0, candidate);
        script.addFirst("sh");
        tried = inject.exec(inject.string("/bin/sh"), inject.vector(bytes(script)), envp);
      }
      if (tried.ok()) {
        return;
      }
      // As execvp(3): a program that is there but may not be run is the better message.
      if (!tried.is(Errno.ENOENT) && !tried.is(Errno.ENOTDIR)) {
        result = tried;
      }
    }
    throw new TraceException(
        command
            + ": cannot be executed as uid "
            + program.uid()
            + ": "
            + result.errno().message
            + " ("
            + result
            + ")");
  }

  private static List<String> candidates(Program program, String command) {
    if (command.contains("/")) {
      return List.of(command);
    }
    String path = program.environment().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    List<String> candidates = new ArrayList<>();
    for (String directory : path.split(":", -1)) {
      candidates.add((directory.isEmpty() ? "." : directory) + "/" + command);
    }
    return candidates;
  }

  private static byte[][] bytes(List<String> strings) {
    return strings.stream().map(s -> s.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
  }
}
