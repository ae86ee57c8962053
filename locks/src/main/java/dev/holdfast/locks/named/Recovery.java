package dev.holdfast.locks.named;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.Poll;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.process.Processes;
import java.io.IOException;
import java.time.Instant;

/**
 * Proof of death (K13): when a lock file whose holder is gone may be taken away, and by whom.
 *
 * <p><b>Guarantees.</b> A holder counts as dead only if that is proved: the file is on a local file
 * system, and was made on this machine during another boot, or by a process of our own PID
 * namespace that has ended or whose number now belongs to a process that started at another time.
 * Whatever cannot be read, was written by another program, or comes from another machine or
 * namespace, is {@code UNKNOWN} and left alone. No clock is asked. Of several that find the same
 * dead holder one takes the file away, and only that very file.
 *
 * <p><b>Remaining races.</b> Where no flock proves anything, a process that hands its lock file to
 * a child and ends is taken for dead. A program that removes lock files by age does not ask us.
 *
 * <p><b>Sources.</b> pidfd_open(2), pid_namespaces(7), time_namespaces(7).
 */
public final class Recovery {
  /** A start is told in hundredths of a second since boot, a change by the file system's clock. */
  private static final int CLOCKS_DIFFER_SECONDS = 2;

  private Recovery() {}

  /**
   * Judges the holder of a lock file that was found. Where the file says that it is flocked, that
   * alone decides, in whatever PID namespace its holder lived and whoever inherited it: the kernel
   * frees a flock when the last process that has it ends.
   *
   * @param file where it was found
   */
  public static Verdict judge(NamedFile file, FoundFile found, HolderRecord record)
      throws IOException {
    if (!record.flocked() || !file.flockProves()) {
      return judge(record, file.local());
    }
    return found.flockIsFree()
        ? Verdict.dead("its holder has ended")
        : Verdict.alive("its holder is running, or a program that inherited it");
  }

  /**
   * Judges a record.
   *
   * @param local true if the file is on a file system that only this machine can reach
   */
  public static Verdict judge(HolderRecord record, boolean local) {
    if (!local) {
      return Verdict.unknown("the file system may be shared with another machine");
    }
    if (!record.machine().equals(Self.machine())) {
      return Verdict.unknown("held from another machine, " + record.host());
    }
    if (record.boot().isEmpty() || Self.boot().isEmpty()) {
      return Verdict.unknown("the boot is not known");
    }
    if (!record.boot().equals(Self.boot())) {
      return Verdict.dead("the machine was started anew since");
    }
    if (record.pidNamespace() != Self.pidNamespace() || record.pidNamespace() == 0) {
      return Verdict.unknown("held from another PID namespace");
    }
    return judgeProcess(record);
  }

  private static Verdict judgeProcess(HolderRecord record) {
    try {
      return hasEnded(record.pid())
          ? Verdict.dead("process " + record.pid() + " has ended")
          : judgeStart(record);
    } catch (IOException e) {
      return Verdict.unknown(String.valueOf(e.getMessage()));
    }
  }

  /**
   * True if no process of our PID namespace has this number, or one that has ended and that its
   * parent has not asked for yet. False if that cannot be told.
   */
  static boolean hasEnded(int pid) throws IOException {
    SyscallResult opened = Processes.pidfd_open(pid, 0);
    if (opened.failed()) {
      return opened.is(Errno.ESRCH);
    }
    try (OwnedFd pidfd = OwnedFd.of(opened.intValue(), "pidfd");
        OwnedFd.Use use = pidfd.use()) {
      // Readable once the process has ended.
      SyscallResult ended = Poll.poll(use.fd(), Poll.POLLIN, 0);
      return ended.ok() && ended.raw() != 0;
    }
  }

  /**
   * True if a process cannot be the one whose number stands in a file: it started after that was
   * written. False if that cannot be told.
   */
  static boolean startedAfter(int pid, Statx file) {
    Instant start = Self.startOf(pid);
    return start != null
        && start.isAfter(Instant.ofEpochSecond(file.mtimeSeconds() + CLOCKS_DIFFER_SECONDS));
  }

  private static Verdict judgeStart(HolderRecord record) {
    if (record.timeNamespace() != Self.timeNamespace()) {
      // Its start time is counted from another beginning.
      return Verdict.unknown("held from another time namespace");
    }
    Long start = Self.startTicks(record.pid());
    if (start == null || record.startTicks() == 0) {
      return Verdict.unknown("the start of process " + record.pid() + " is not known");
    }
    return start == record.startTicks()
        ? Verdict.alive("process " + record.pid() + " is running")
        : Verdict.dead("the number " + record.pid() + " now belongs to another process");
  }
}
