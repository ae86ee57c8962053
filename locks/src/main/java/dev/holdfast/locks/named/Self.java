package dev.holdfast.locks.named;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Unistd;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.path.make.RandomNames;
import dev.holdfast.path.proc.ProcFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What identifies this process beyond its number, proc_pid_stat(5), random(4). */
public final class Self {
  /** Read once: none of it changes while the process lives. */
  private static final class Lazy {
    static final String BOOT = line("/proc/sys/kernel/random/boot_id");
    static final String MACHINE = line("/etc/machine-id");
    static final String HOST = line("/proc/sys/kernel/hostname");
    static final long PID_NAMESPACE = inode("/proc/self/ns/pid");
    static final long TIME_NAMESPACE = inode("/proc/self/ns/time");
    static final long START = startOrZero();
    static final String COMMAND = KernelLocks.commandOf(Unistd.getpid());

    private static long startOrZero() {
      Long start = startTicks(Unistd.getpid());
      return start == null ? 0 : start;
    }
  }

  /** Of /proc: the same on every architecture, whatever the kernel's own clock is. */
  private static final int TICKS_PER_SECOND = 100;

  /** Its place in proc_pid_stat(5). */
  private static final int START_TIME = 22;

  private Self() {}

  private static String line(String path) {
    try {
      return Files.readString(Path.of(path), StandardCharsets.UTF_8).strip();
    } catch (IOException unknown) {
      return "";
    }
  }

  private static long inode(String path) {
    Result<Statx> stat = Statx.statx(Fcntl.AT_FDCWD, Paths.bytes(path), 0, Statx.STATX_BASIC_STATS);
    return stat.ok() ? stat.value().inode() : 0;
  }

  public static String boot() {
    return Lazy.BOOT;
  }

  public static String machine() {
    return Lazy.MACHINE;
  }

  public static long pidNamespace() {
    return Lazy.PID_NAMESPACE;
  }

  public static long timeNamespace() {
    return Lazy.TIME_NAMESPACE;
  }

  public static String host() {
    return Lazy.HOST;
  }

  /** A record of this process as a new holder. */
  public static HolderRecord record() throws IOException {
    return record(Unistd.getpid(), Lazy.START, Lazy.COMMAND);
  }

  /** A record of another process as a holder, which this one hands the lock to. */
  public static HolderRecord record(int pid) throws IOException {
    Long start = startTicks(pid);
    return record(pid, start == null ? 0 : start, KernelLocks.commandOf(pid));
  }

  private static HolderRecord record(int pid, long start, String command) throws IOException {
    return new HolderRecord(
        pid,
        start,
        Lazy.BOOT,
        Lazy.MACHINE,
        Lazy.HOST,
        Lazy.PID_NAMESPACE,
        Lazy.TIME_NAMESPACE,
        RandomNames.random(),
        Instant.now(),
        command,
        false);
  }

  /** When a process started; null if there is none, or it is hidden. */
  public static @Nullable Instant startOf(int pid) {
    Long ticks = startTicks(pid);
    String uptime = line("/proc/uptime");
    if (ticks == null || uptime.isEmpty()) {
      return null;
    }
    double since = Double.parseDouble(uptime.split(" ", 2)[0]) - ticks / (double) TICKS_PER_SECOND;
    return Instant.now().minusMillis((long) (since * 1000));
  }

  /** Field 22 of {@code /proc/PID/stat}; null if there is no such process, or it is hidden. */
  public static @Nullable Long startTicks(int pid) {
    try {
      return Long.valueOf(ProcFile.statField(ProcFile.text("/proc/" + pid + "/stat"), START_TIME));
    } catch (IOException | NumberFormatException goneOrHidden) {
      return null;
    }
  }
}
