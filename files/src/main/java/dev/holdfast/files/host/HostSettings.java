package dev.holdfast.files.host;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.ground.Modes;
import dev.holdfast.files.host.HostSetting.Verdict;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.make.UnnamedFile;
import dev.holdfast.path.proc.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The host's settings that bear on races over files, and what they mean: for {@code doctor} (F16).
 *
 * <p><b>Guarantees.</b> It reads and asks, and changes nothing. What cannot be read is reported as
 * not known, never as good.
 *
 * <p><b>Remaining races.</b> Settings can change after they were read, and another mount namespace
 * has other mounts.
 *
 * <p><b>Threads.</b> Safe for all. <b>Sources.</b> proc_sys_fs(5), proc_sys_kernel(5), mount(8),
 * openat2(2), fchmodat2(2).
 */
public final class HostSettings {
  private static final byte[] EMPTY = new byte[0];
  private static final List<String> SHARED = List.of("/tmp", "/var/tmp", "/dev/shm");

  private final List<HostSetting> settings = new ArrayList<>();

  private HostSettings() {}

  /** Every setting this knows, in an order for reading. */
  public static List<HostSetting> read() throws IOException {
    HostSettings host = new HostSettings();
    host.linkRules();
    host.kernel();
    host.calls();
    Mounts mounts = Mounts.read();
    for (String directory : SHARED) {
      host.shared(directory, mounts);
    }
    return List.copyOf(host.settings);
  }

  private void linkRules() {
    sysctl(
        "fs.protected_symlinks",
        1,
        "in shared sticky directories a symbolic link is followed only for its owner",
        Row.S05);
    sysctl(
        "fs.protected_hardlinks",
        1,
        "nobody gives another user's file a name of their own unless they may write to it",
        Row.S12);
    sysctl(
        "fs.protected_fifos",
        1,
        "in shared sticky directories a creating open does not fall for another user's FIFO",
        Row.S11);
    sysctl(
        "fs.protected_regular",
        1,
        "in shared sticky directories a creating open does not fall for another user's file",
        Row.S04);
  }

  private void kernel() {
    String release = text("/proc/sys/kernel/osrelease");
    add("kernel", release, Verdict.NOTE, "the kernel that decides all of this", "", Row.F03);
    String dumpable = text("/proc/sys/fs/suid_dumpable");
    boolean safe = dumpable.equals("0") || dumpable.equals("2");
    add(
        "fs.suid_dumpable",
        dumpable,
        dumpable.isEmpty() ? Verdict.UNKNOWN : safe ? Verdict.GOOD : Verdict.WEAK,
        "whether set-id programs dump core where a link may be waiting",
        safe || dumpable.isEmpty() ? "" : "sysctl -w fs.suid_dumpable=0",
        Row.S05);
    String trace = text("/proc/sys/kernel/yama/ptrace_scope");
    add(
        "kernel.yama.ptrace_scope",
        trace,
        trace.isEmpty() ? Verdict.UNKNOWN : trace.equals("0") ? Verdict.NOTE : Verdict.GOOD,
        "whether a process may stop and steer another one of the same user",
        "",
        Row.S18);
    String grace = text("/proc/sys/fs/lease-break-time");
    add(
        "fs.lease-break-time",
        grace,
        grace.isEmpty() ? Verdict.UNKNOWN : Verdict.NOTE,
        "seconds that an opener waits for the holder of a lease",
        "",
        Row.F15);
  }

  private void sysctl(String name, int least, String meaning, Row row) {
    String value = text("/proc/sys/" + name.replace('.', '/'));
    Verdict verdict;
    try {
      verdict = Integer.parseInt(value) >= least ? Verdict.GOOD : Verdict.WEAK;
    } catch (NumberFormatException unreadable) {
      verdict = Verdict.UNKNOWN;
    }
    add(
        name,
        value,
        verdict,
        meaning,
        verdict == Verdict.WEAK ? "sysctl -w " + name + "=" + least : "",
        row);
  }

  private static String text(String file) {
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException absentOrClosed) {
      return "";
    }
  }

  private void calls() {
    SyscallResult root =
        Fcntl.openat2(
            Fcntl.AT_FDCWD,
            Paths.bytes("/"),
            Fcntl.O_PATH | Fcntl.O_DIRECTORY,
            0,
            Fcntl.RESOLVE_NO_SYMLINKS);
    if (root.ok()) {
      Unistd.close(root.intValue());
    }
    call("openat2", root, "paths are resolved inside a directory by the kernel itself", Row.F03);
    // A descriptor that is none: a kernel that has the call says so.
    SyscallResult change = Unistd.fchmodat2(-1, EMPTY, 0, Fcntl.AT_EMPTY_PATH);
    call(
        "fchmodat2",
        change.is(Errno.EBADF) ? SyscallResult.SUCCESS : change,
        "the mode of a pinned object is changed without /proc",
        Row.F02);
  }

  private void call(String name, SyscallResult result, String meaning, Row row) {
    add(
        name,
        result.ok() ? "works" : result.errno().name(),
        result.ok() ? Verdict.GOOD : Verdict.NOTE,
        meaning,
        result.ok() ? "" : "nothing: Holdfast goes the longer way",
        row);
  }

  private void shared(String directory, Mounts mounts) throws IOException {
    SyscallResult opened =
        Fcntl.openat(
            Fcntl.AT_FDCWD,
            Paths.bytes(directory),
            Fcntl.O_PATH | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW,
            0);
    if (opened.is(Errno.ENOENT)) {
      return;
    }
    if (opened.failed()) {
      add(
          directory,
          opened.errno().name(),
          Verdict.UNKNOWN,
          "a directory that everybody shares",
          "",
          Row.S05);
      return;
    }
    int fd = opened.intValue();
    try {
      Result<Statx> stat = Statx.fstat(fd);
      directory(directory, stat.orThrow("statx", directory), mounts);
      anonymous(directory, fd);
    } finally {
      Unistd.close(fd);
    }
  }

  private void directory(String path, Statx stat, Mounts mounts) {
    boolean open = (stat.mode() & 0002) != 0;
    boolean sticky = (stat.mode() & Statx.S_ISVTX) != 0;
    boolean owned = stat.uid() == 0;
    boolean good = owned && (!open || sticky);
    add(
        path,
        Modes.octal(stat.permissions()) + " uid " + Integer.toUnsignedString(stat.uid()),
        good ? Verdict.GOOD : Verdict.WEAK,
        good
            ? "a directory in which nobody but its owner and root can replace another user's file"
            : "a shared directory in which files of others are replaced at will: "
                + (owned ? "it has no sticky bit" : "its owner is not root"),
        good ? "" : "chown root " + path + " && chmod 1777 " + path,
        Row.S05);
    Mounts.Mount mount = mounts.byId(stat.mountId());
    if (mount != null && !mount.point().equals("/")) {
      add(
          path + " mount",
          mount.type() + " " + String.join(",", mount.options()),
          Verdict.NOTE,
          "nosuid and nodev take the point out of planted files",
          "",
          Row.S13);
    }
    add(
        path + " birth times",
        (stat.mask() & Statx.STATX_BTIME) != 0 ? "kept" : "not kept",
        (stat.mask() & Statx.STATX_BTIME) != 0 ? Verdict.GOOD : Verdict.NOTE,
        "what tells a recycled inode number from the file that had it before",
        "",
        Row.S08);
  }

  /** Makes a file without a name, which is gone with its descriptor. */
  private void anonymous(String path, int fd) {
    SyscallResult made = UnnamedFile.open(fd, 0600);
    if (made.ok()) {
      Unistd.close(made.intValue());
    }
    boolean cannot = made.is(Errno.EACCES) || made.is(Errno.EROFS) || made.is(Errno.ENOSPC);
    add(
        path + " anonymous files",
        made.ok() ? "work" : made.errno().name(),
        made.ok() ? Verdict.GOOD : cannot ? Verdict.UNKNOWN : Verdict.NOTE,
        "temporary files that never have a name (O_TMPFILE)",
        "",
        Row.F07);
  }

  private void add(
      String name, String value, Verdict verdict, String meaning, String advice, Row row) {
    settings.add(new HostSetting(name, value, verdict, meaning, advice, row));
  }
}
