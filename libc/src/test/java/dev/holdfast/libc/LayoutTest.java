package dev.holdfast.libc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.libc.process.Processes;
import dev.holdfast.libc.process.Processes.Waited;
import dev.holdfast.libc.process.Ptrace;
import dev.holdfast.libc.process.Registers;
import dev.holdfast.libc.process.Spawn;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel's structures and numbers, held against another witness. */
class LayoutTest {
  private static final int WAIT = Processes.__WALL | Processes.__WNOTHREAD;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"file", "directory", "link", "pipe"})
  void statxSaysWhatJavaSays(String kind) throws Exception {
    Path path = directory.resolve("object");
    byte[] name = Paths.bytes(path.toString());
    switch (kind) {
      case "file" -> Files.writeString(path, "some text");
      case "directory" -> Files.createDirectory(path);
      case "link" -> Files.createSymbolicLink(path, Path.of("nowhere"));
      default -> assertTrue(Unistd.mknodat(Fcntl.AT_FDCWD, name, Statx.S_IFIFO | 0640, 0).ok());
    }
    if (kind.equals("file") || kind.equals("directory")) {
      Files.setLastModifiedTime(
          path, FileTime.from(Instant.ofEpochSecond(1_234_567_890L, 123_456_789)));
    }
    Statx stat =
        Statx.statx(
                Fcntl.AT_FDCWD,
                name,
                Fcntl.AT_SYMLINK_NOFOLLOW,
                Statx.STATX_BASIC_STATS | Statx.STATX_BTIME | Statx.STATX_MNT_ID)
            .value();
    Map<String, Object> java = Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS);
    assertEquals(java.get("mode"), stat.mode());
    assertEquals(java.get("ino"), stat.inode());
    assertEquals(java.get("nlink"), stat.nlink());
    assertEquals(java.get("uid"), stat.uid());
    assertEquals(java.get("gid"), stat.gid());
    assertEquals(java.get("size"), stat.size());
    FileTime modified = (FileTime) java.get("lastModifiedTime");
    assertEquals(
        modified.toInstant(), Instant.ofEpochSecond(stat.mtimeSeconds(), stat.mtimeNanos()));
    FileTime accessed = (FileTime) java.get("lastAccessTime");
    assertEquals(
        accessed.toInstant(), Instant.ofEpochSecond(stat.atimeSeconds(), stat.atimeNanos()));
    FileTime changed = (FileTime) java.get("ctime");
    assertEquals(
        changed.toInstant(), Instant.ofEpochSecond(stat.ctimeSeconds(), stat.ctimeNanos()));
    assertEquals(kind.equals("file"), stat.isRegular());
    assertEquals(kind.equals("directory"), stat.isDirectory());
    assertEquals(kind.equals("link"), stat.isSymlink());
    assertEquals(kind.equals("pipe"), stat.isFifo());
  }

  @Test
  void loopbackInterfaceIsAsSysfsSaysIt() throws Exception {
    Path flags = Path.of("/sys/class/net/lo/flags");
    Assumptions.assumeTrue(Files.exists(flags), "needs /sys and a loopback interface");
    int wanted = Integer.decode(Files.readString(flags).strip());
    int socket = Sockets.socket(Sockets.AF_INET, Sockets.SOCK_DGRAM).intValue();
    try {
      int got = NetworkDevices.siocgifflags(socket, "lo").value();
      assertEquals(wanted & NetworkDevices.IFF_UP, got & NetworkDevices.IFF_UP);
      assertEquals(wanted & NetworkDevices.IFF_LOOPBACK, got & NetworkDevices.IFF_LOOPBACK);
      assertTrue(NetworkDevices.siocgifflags(socket, "no-such-name").is(Errno.ENODEV));
      assertTrue(NetworkDevices.siocgifflags(socket, "n".repeat(16)).is(Errno.ENODEV));
    } finally {
      Unistd.close(socket);
    }
  }

  @Test
  void statxKnowsTheMountAndTheDevice() throws Exception {
    int fd = (int) Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes("/proc"), 0, 0).value();
    Statx stat = Statx.fstat(fd).value();
    Unistd.close(fd);
    String line =
        Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
            .filter(l -> l.startsWith(stat.mountId() + " "))
            .findFirst()
            .orElseThrow();
    String[] fields = line.split(" ", -1);
    assertEquals("/proc", fields[4]);
    assertEquals(stat.devMajor() + ":" + stat.devMinor(), fields[2]);
  }

  @Test
  void directoriesOfAnySizeAreReadWhole() throws Exception {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < 1500; i++) {
      String name = "n" + i + "x".repeat(i % 200);
      names.add(name);
      Files.createFile(directory.resolve(name));
    }
    byte[] longest = Paths.bytes("l".repeat(255));
    Files.createSymbolicLink(directory.resolve(Paths.display(longest)), Path.of("nowhere"));
    names.add(Paths.display(longest));
    int fd = (int) Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(directory.toString()), 0, 0).value();
    Set<String> seen = new HashSet<>();
    for (; ; ) {
      Dirent.Batch batch = Dirent.getdents64(fd).value();
      for (Dirent entry : batch.entries()) {
        assertTrue(seen.add(Paths.display(entry.name())), "twice: " + Paths.display(entry.name()));
        int expected = entry.name().length == 255 ? Dirent.DT_LNK : Dirent.DT_REG;
        assertTrue(entry.type() == expected || entry.type() == Dirent.DT_UNKNOWN);
        assertEquals(
            Statx.statx(fd, entry.name(), Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS)
                .value()
                .inode(),
            entry.inode());
      }
      if (batch.end()) {
        break;
      }
    }
    Unistd.close(fd);
    assertEquals(names, seen);
  }

  @Test
  void callNumbersAreTheKernels() throws Exception {
    Path header =
        switch (Arch.CURRENT) {
          case X86_64 -> Path.of("/usr/include/x86_64-linux-gnu/asm/unistd_64.h");
          default -> Path.of("/usr/include/asm-generic/unistd.h");
        };
    Assumptions.assumeTrue(Files.exists(header), "needs " + header);
    Map<String, Integer> wrong = new TreeMap<>();
    int seen = 0;
    for (String line : Files.readAllLines(header)) {
      String[] words = line.strip().split("\\s+", -1);
      if (words.length == 3 && words[1].startsWith("__NR_") && words[2].matches("[0-9]+")) {
        String name = words[1].substring(5).toUpperCase(Locale.ROOT);
        int number = Integer.parseInt(words[2]);
        Sysno sysno = Sysno.of(number);
        seen++;
        if (sysno == null || !sysno.name().equals(name.replaceFirst("^_", ""))) {
          wrong.put(name + " is " + sysno, number);
        }
      }
    }
    assertEquals(Map.of(), wrong);
    assertTrue(seen > 250, "saw only " + seen);
  }

  @Test
  void noNumberIsUsedTwice() {
    for (Sysno sysno : Sysno.values()) {
      if (sysno.exists()) {
        assertSame(sysno, Sysno.of(sysno.nr));
      }
    }
    assertNull(Sysno.of(-1));
    assertNull(Sysno.of(1L << 40));
  }

  /** A child that stands still in a system call we know the arguments of. */
  @Test
  void registersAndCallsOfARealTask() throws Exception {
    Assumptions.assumeTrue(Arch.CURRENT == Arch.X86_64, "needs x86-64");
    // Ptrace belongs to one kernel thread.
    List<Throwable> failures = new ArrayList<>();
    Thread tracer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    trace();
                  } catch (Throwable e) {
                    failures.add(e);
                  }
                });
    tracer.join();
    if (!failures.isEmpty()) {
      throw new AssertionError("on the tracer's thread", failures.getFirst());
    }
  }

  private static Waited await(int pid) {
    for (; ; ) {
      Result<Waited> waited = Processes.wait4(pid, WAIT);
      if (!waited.is(Errno.EINTR)) {
        return waited.value();
      }
    }
  }

  private static void trace() {
    byte[][] argv = {Paths.bytes("sleep"), Paths.bytes("1234")};
    int pid =
        Spawn.posix_spawn(
                Paths.bytes("/bin/sleep"), argv, new byte[0][], Spawn.POSIX_SPAWN_SETSIGMASK)
            .intValue();
    try {
      int options = Ptrace.O_TRACESYSGOOD | Ptrace.O_EXITKILL | Ptrace.O_TRACEEXEC;
      assertTrue(Ptrace.seize(pid, options).ok());
      assertTrue(Ptrace.interrupt(pid).ok());
      Waited stop = await(pid);
      assertTrue(stop.stopped() && !stop.exited() && !stop.signaled());
      Ptrace.SyscallInfo sleeping;
      for (; ; ) {
        assertTrue(Ptrace.syscall(pid, 0).ok());
        stop = await(pid);
        assertTrue(stop.stopped(), "it ended");
        if (stop.stopSignal() == (Processes.SIGTRAP | 0x80)) {
          sleeping = Ptrace.getSyscallInfo(pid).value();
          boolean sleeps =
              sleeping.nr() == Sysno.CLOCK_NANOSLEEP.nr
                  || sleeping.nr() == Sysno.RESTART_SYSCALL.nr;
          if (sleeping.op() == Ptrace.SYSCALL_INFO_ENTRY && sleeps) {
            break;
          }
        }
      }
      assertEquals(Arch.CURRENT.auditArch, sleeping.arch());
      assertEquals(6, sleeping.args().length);
      Registers registers = Ptrace.getRegisters(pid).value();
      assertEquals(sleeping.instructionPointer(), registers.instructionPointer());
      assertEquals(sleeping.stackPointer(), registers.stackPointer());
      for (int i = 0; i < 6; i++) {
        assertEquals(sleeping.args()[i], registers.argument(i), "argument " + i);
      }
      byte[] instruction = new byte[2];
      assertTrue(
          Processes.process_vm_readv(
                  pid, registers.instructionPointer() - 2, instruction, 0, instruction.length)
              .ok());
      assertArrayEquals(Registers.syscallInstruction(), instruction);

      // Have it ask something else, where we know the answer.
      long at = registers.instructionPointer() - 2;
      registers.skipCall();
      assertTrue(Ptrace.setRegisters(pid, registers).ok());
      assertTrue(Ptrace.syscall(pid, 0).ok());
      await(pid);
      Registers changed = Ptrace.getRegisters(pid).value();
      changed.prepareCall(at, Sysno.GETPID.nr);
      assertTrue(Ptrace.setRegisters(pid, changed).ok());
      assertTrue(Ptrace.syscall(pid, 0).ok());
      await(pid);
      assertEquals(Sysno.GETPID.nr, Ptrace.getSyscallInfo(pid).value().nr());
      assertTrue(Ptrace.syscall(pid, 0).ok());
      await(pid);
      Ptrace.SyscallInfo answered = Ptrace.getSyscallInfo(pid).value();
      assertEquals(Ptrace.SYSCALL_INFO_EXIT, answered.op());
      assertEquals(pid, answered.result());
      assertEquals(pid, Ptrace.getRegisters(pid).value().result());
    } finally {
      Processes.kill(pid, Processes.SIGKILL);
      while (await(pid).stopped()) {
        Ptrace.cont(pid, 0);
      }
    }
  }

  @Test
  void endsAreToldApart() {
    Waited exited = new Waited(1, 7 << 8);
    assertTrue(exited.exited() && !exited.signaled() && !exited.stopped());
    assertEquals(7, exited.exitStatus());
    Waited killed = new Waited(1, 9 | 0x80);
    assertTrue(killed.signaled() && !killed.exited() && !killed.stopped());
    assertEquals(9, killed.terminatingSignal());
    Waited stopped = new Waited(1, 0x7f | Processes.SIGTRAP << 8 | Ptrace.EVENT_EXEC << 16);
    assertTrue(stopped.stopped() && !stopped.exited() && !stopped.signaled());
    assertEquals(Ptrace.EVENT_EXEC, stopped.event());
    assertEquals(Processes.SIGTRAP, stopped.stopSignal());
  }
}
