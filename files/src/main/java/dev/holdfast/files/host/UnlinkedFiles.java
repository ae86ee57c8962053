package dev.holdfast.files.host;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.holdfast.files.ground.HeldDirectory;
import dev.holdfast.libc.DirentCursor;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import dev.holdfast.path.proc.ProcFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Unlinked but open: the files that no listing shows, and that fill the disk all the same (F17).
 *
 * <p><b>Guarantees.</b> Each process is looked at through one held directory of /proc, so that a
 * recycled process number cannot mix two. A file is reported if its link count is 0 when asked
 * through the holder's own descriptor or map. Memory files and devices are left out: they never had
 * a name on a disk.
 *
 * <p><b>Remaining races.</b> It is a snapshot of many moments: processes come and go meanwhile.
 * What belongs to other users is seen by root only; {@link Report#unreadable} counts the rest.
 * Files held by the kernel itself (swap, loop devices) or in flight over a socket are not seen.
 *
 * <p><b>Threads.</b> Safe for all. <b>Sources.</b> proc_pid_fd(5), proc_pid_map_files(5), lsof(8).
 */
public final class UnlinkedFiles {
  private static final String DELETED = " (deleted)";
  private static final int PLACE = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW;

  /**
   * What was found.
   *
   * @param files the largest first
   * @param processes how many were looked at
   * @param unreadable how many could not be: other users' processes
   */
  public record Report(List<UnlinkedFile> files, int processes, int unreadable) {
    public Report {
      files = List.copyOf(files);
    }

    public long allocatedBytes() {
      return files.stream().mapToLong(UnlinkedFile::allocatedBytes).sum();
    }
  }

  private record Key(long device, long inode) {}

  private static final class Found {
    final String name;
    final Statx stat;
    final Map<Integer, UnlinkedFile.Holder> holders = new TreeMap<>();

    Found(String name, Statx stat) {
      this.name = name;
      this.stat = stat;
    }

    UnlinkedFile report() {
      return new UnlinkedFile(
          name,
          stat.device(),
          stat.inode(),
          stat.uid(),
          stat.size(),
          stat.blocks() * 512,
          new ArrayList<>(holders.values()));
    }
  }

  private final Map<Key, Found> found = new LinkedHashMap<>();
  private int processes;
  private int unreadable;

  private UnlinkedFiles() {}

  /** Looks at every process that can be seen. */
  public static Report find() throws IOException {
    return new UnlinkedFiles().search();
  }

  private Report search() throws IOException {
    try (HeldDirectory proc =
        HeldDirectory.open(Fcntl.AT_FDCWD, Paths.bytes("/proc"), PLACE)
            .orThrow("openat", "/proc")) {
      each(
          proc.fd,
          name -> {
            if (name[0] >= '1' && name[0] <= '9') {
              process(proc.fd, name);
            }
          });
    }
    List<UnlinkedFile> files = new ArrayList<>();
    for (Found file : found.values()) {
      files.add(file.report());
    }
    files.sort(Comparator.comparingLong(UnlinkedFile::allocatedBytes).reversed());
    return new Report(files, processes, unreadable);
  }

  private static SyscallResult each(int directory, Consumer<byte[]> action) {
    DirentCursor cursor = new DirentCursor();
    for (; ; ) {
      SyscallResult filled = cursor.fill(directory);
      if (filled.failed() || filled.raw() == 0) {
        return filled;
      }
      while (cursor.next()) {
        action.accept(cursor.name());
      }
    }
  }

  private void process(int proc, byte[] pid) {
    Result<HeldDirectory> opened = HeldDirectory.open(proc, pid, PLACE);
    if (opened.failed()) {
      return;
    }
    try (HeldDirectory process = opened.value()) {
      processes++;
      int number = Integer.parseInt(Paths.display(pid));
      SyscallResult descriptors = look(process, number, "fd");
      look(process, number, "map_files");
      if (descriptors.is(Errno.EACCES) || descriptors.is(Errno.EPERM)) {
        unreadable++;
      }
    }
  }

  private SyscallResult look(HeldDirectory process, int pid, String where) {
    Result<HeldDirectory> opened = HeldDirectory.open(process.fd, Paths.bytes(where), PLACE);
    if (opened.failed()) {
      return SyscallResult.failure(opened.errno());
    }
    try (HeldDirectory links = opened.value()) {
      return each(links.fd, name -> link(process, pid, links, name));
    }
  }

  private void link(HeldDirectory process, int pid, HeldDirectory links, byte[] name) {
    Result<byte[]> target = Unistd.readlinkat(links.fd, name);
    if (target.failed()) {
      return;
    }
    String text = FileName.decode(target.value());
    // The name is only a hint that saves a question; the link count decides.
    if (!text.startsWith("/") || text.startsWith("/memfd:") || !text.endsWith(DELETED)) {
      return;
    }
    Result<Statx> stat = Statx.statx(links.fd, name, 0, Statx.STATX_BASIC_STATS);
    if (stat.failed() || stat.value().nlink() != 0 || !stat.value().isRegular()) {
      return;
    }
    String file = text.substring(0, text.length() - DELETED.length());
    Found entry =
        found.computeIfAbsent(
            new Key(stat.value().device(), stat.value().inode()),
            key -> new Found(file, stat.value()));
    UnlinkedFile.Holder before = entry.holders.get(pid);
    List<Integer> numbers = new ArrayList<>();
    if (before != null) {
      numbers.addAll(before.descriptors());
    }
    String shown = Paths.display(name);
    if (shown.indexOf('-') < 0) {
      numbers.add(Integer.parseInt(shown));
    }
    entry.holders.put(
        pid, new UnlinkedFile.Holder(pid, command(process), process.judged.uid(), numbers));
  }

  private static String command(HeldDirectory process) {
    return FileName.decode(ProcFile.read(process.fd, "comm").getBytes(ISO_8859_1)).strip();
  }
}
