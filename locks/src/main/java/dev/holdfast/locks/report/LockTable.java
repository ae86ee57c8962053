package dev.holdfast.locks.report;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.FileLocks;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.proc.KernelLocks;
import dev.holdfast.locks.proc.LockOwners;
import dev.holdfast.locks.proc.ProcessTree;
import dev.holdfast.path.FileName;
import dev.holdfast.path.proc.Mounts;
import dev.holdfast.path.proc.ProcFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who holds which file locks on this machine, who waits, and who waits in a circle (K17): a
 * snapshot of the kernel's table, completed with what the table leaves out.
 *
 * <p><b>Guarantees.</b> Every lock that the kernel lists is listed. The owners of OFD locks, and
 * who waits for one, are found by their descriptors, as far as this process may look into others:
 * all of them as root, else those of the same user.
 *
 * <p><b>Remaining races.</b> It is read in several steps while the world goes on: a circle that is
 * reported and was gone a moment later was none. Locks that other machines hold through NFS are not
 * in it. Waiting is by process: two threads of one process may make a circle look closed that is
 * not.
 *
 * <p><b>Sources.</b> proc_locks(5), proc_pid_fdinfo(5), proc_pid_syscall(5).
 *
 * @param granted locks that are held
 * @param waiting requests that wait
 * @param deadlocks circles, each as the processes in it in their order, the smallest number first
 */
public record LockTable(List<Entry> granted, List<Entry> waiting, List<List<Integer>> deadlocks) {
  private static final Path PROC = Path.of("/proc");
  private static final int STRUCT_FLOCK = 32;

  public LockTable {
    granted = List.copyOf(granted);
    waiting = List.copyOf(waiting);
    deadlocks = deadlocks.stream().map(List::copyOf).toList();
  }

  /**
   * One lock or request.
   *
   * @param kind the kernel's word: POSIX, OFDLCK, FLOCK, LEASE…
   * @param pids who has it: several if a descriptor was inherited; empty if it cannot be seen
   * @param commands of those, in the same order
   * @param path empty if no descriptor of it could be seen
   * @param length 0 means to the end of the file
   */
  public record Entry(
      String kind,
      Mode mode,
      List<Integer> pids,
      List<String> commands,
      String path,
      int major,
      int minor,
      long inode,
      long start,
      long length) {
    public Entry {
      pids = List.copyOf(pids);
      commands = List.copyOf(commands);
    }

    /** False for a file that was opened without a name, and has one by now. */
    private boolean hasName() {
      return !path.isEmpty() && !path.endsWith(" (deleted)");
    }

    private Entry at(String name) {
      return new Entry(kind, mode, pids, commands, name, major, minor, inode, start, length);
    }

    private boolean conflicts(Entry other) {
      return family() == other.family()
          && inode == other.inode
          && major == other.major
          && minor == other.minor
          && start < end(other)
          && other.start < end(this)
          && (mode == Mode.EXCLUSIVE || other.mode == Mode.EXCLUSIVE);
    }

    private KernelLocks.@Nullable Family family() {
      return switch (kind) {
        case "POSIX", "OFDLCK" -> KernelLocks.Family.RECORD;
        case "FLOCK" -> KernelLocks.Family.FLOCK;
        default -> null;
      };
    }

    private static long end(Entry entry) {
      return entry.length == 0 ? Long.MAX_VALUE : entry.start + entry.length;
    }
  }

  /** All of this machine. */
  public static LockTable read() throws IOException {
    List<Entry> granted = new ArrayList<>();
    List<Entry> waiting = new ArrayList<>();
    LockOwners owners = LockOwners.look();
    Map<Integer, String> commands = new HashMap<>();
    for (KernelLocks.Entry entry : new LinkedHashSet<>(KernelLocks.readWhole())) {
      if (!entry.waiting()) {
        granted.add(entry(entry, owners, commands));
      } else if (entry.pid() > 0) {
        waiting.add(entry(entry, owners, commands));
      }
    }
    waiting.addAll(ofdWaiters());
    return new LockTable(granted, waiting, circles(granted, waiting));
  }

  /** Only what is about these files. A name that leads nowhere has no locks. */
  public LockTable about(Collection<Path> paths) throws IOException {
    Map<String, String> wanted = new TreeMap<>();
    for (Path path : paths) {
      Result<Statx> stat =
          Statx.statx(
              Fcntl.AT_FDCWD, Paths.bytes(path), 0, Statx.STATX_BASIC_STATS | Statx.STATX_MNT_ID);
      if (stat.ok()) {
        Mounts.Device device = KernelLocks.deviceOf(stat.value());
        wanted.putIfAbsent(
            device.major() + ":" + device.minor() + ":" + stat.value().inode(),
            FileName.textOf(path));
      }
    }
    List<Entry> held = about(granted, wanted);
    List<Entry> wait = about(waiting, wanted);
    Set<Integer> pids = new TreeSet<>();
    held.forEach(entry -> pids.addAll(entry.pids()));
    wait.forEach(entry -> pids.addAll(entry.pids()));
    List<List<Integer>> circles =
        deadlocks.stream().filter(circle -> circle.stream().anyMatch(pids::contains)).toList();
    return new LockTable(held, wait, circles);
  }

  /** Those of these files, by the names that were asked for where no other is known. */
  private static List<Entry> about(List<Entry> entries, Map<String, String> wanted) {
    return entries.stream()
        .filter(entry -> wanted.containsKey(id(entry)))
        .map(entry -> entry.hasName() ? entry : entry.at(wanted.getOrDefault(id(entry), "")))
        .toList();
  }

  private static String id(Entry entry) {
    return entry.major() + ":" + entry.minor() + ":" + entry.inode();
  }

  private static Entry entry(
      KernelLocks.Entry entry, LockOwners owners, Map<Integer, String> commands) {
    List<Integer> sorted = List.copyOf(new TreeSet<>(owners.of(entry)));
    String path = owners.path(entry);
    return new Entry(
        entry.word(),
        entry.mode(),
        sorted,
        sorted.stream().map(pid -> commands.computeIfAbsent(pid, KernelLocks::commandOf)).toList(),
        path.isEmpty() ? pathOf(sorted, entry.major(), entry.minor(), entry.inode()) : path,
        entry.major(),
        entry.minor(),
        entry.inode(),
        entry.start(),
        entry.length());
  }

  /**
   * The name under which one of these processes has the file open or mapped: a mapping keeps a
   * flock when the descriptor is closed, as the JVM does with its performance data.
   */
  private static String pathOf(List<Integer> pids, int major, int minor, long inode) {
    for (int pid : pids) {
      String path = openedAs(pid, major, minor, inode);
      path = path.isEmpty() ? KernelLocks.mappedAs(pid, major, minor, inode) : path;
      if (!path.isEmpty()) {
        return path;
      }
    }
    return "";
  }

  private static String openedAs(int pid, int major, int minor, long inode) {
    Path descriptors = PROC.resolve(pid + "/fd");
    try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
      for (Path link : links) {
        Statx stat = statOf(link);
        if (stat != null && stat.inode() == inode) {
          Mounts.Device device = KernelLocks.deviceOf(stat);
          boolean same = device.major() == major && device.minor() == minor;
          if (same || (stat.devMajor() == major && stat.devMinor() == minor)) {
            return FileName.textOf(Files.readSymbolicLink(link));
          }
        }
      }
    } catch (IOException | DirectoryIteratorException goneOrNotOurs) {
      // Perhaps another one has a name for it.
    }
    return "";
  }

  private static @Nullable Statx statOf(Path link) {
    Result<Statx> stat =
        Statx.statx(
            Fcntl.AT_FDCWD, Paths.bytes(link), 0, Statx.STATX_BASIC_STATS | Statx.STATX_MNT_ID);
    return stat.ok() ? stat.value() : null;
  }

  /** Threads that are in a blocking request for an OFD lock: the table does not say whose it is. */
  private static List<Entry> ofdWaiters() {
    List<Entry> waiters = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        waitersIn(process, waiters);
      }
    } catch (IOException | DirectoryIteratorException incomplete) {
      // Whatever was found is still true.
    }
    return waiters;
  }

  private static void waitersIn(Path process, List<Entry> waiters) {
    int pid = Integer.parseInt(process.getFileName().toString());
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path thread : threads) {
        Entry waiter = waiter(pid, process, thread);
        if (waiter != null) {
          waiters.add(waiter);
        }
      }
    } catch (IOException | DirectoryIteratorException goneOrNotOurs) {
      return;
    }
  }

  private static @Nullable Entry waiter(int pid, Path process, Path thread) {
    try {
      String line = Files.readString(thread.resolve("syscall"), StandardCharsets.US_ASCII);
      String[] words = line.strip().split(" ", -1);
      if (words.length < 4
          || !words[0].equals(Integer.toString(Sysno.FCNTL.nr))
          || Long.decode(words[2]) != FileLocks.F_OFD_SETLKW) {
        return null;
      }
      byte[] lock = new byte[STRUCT_FLOCK];
      SyscallResult read =
          Processes.process_vm_readv(pid, Long.decode(words[3]), lock, 0, STRUCT_FLOCK);
      Statx stat = statOf(process.resolve("fd/" + Long.decode(words[1])));
      if (read.failed() || read.raw() != STRUCT_FLOCK || stat == null) {
        return null;
      }
      ByteBuffer struct = ByteBuffer.wrap(lock).order(ByteOrder.nativeOrder());
      Mounts.Device device = KernelLocks.deviceOf(stat);
      return new Entry(
          "OFDLCK",
          struct.getShort(0) == FileLocks.F_RDLCK ? Mode.SHARED : Mode.EXCLUSIVE,
          List.of(pid),
          List.of(KernelLocks.commandOf(pid)),
          pathOf(List.of(pid), device.major(), device.minor(), stat.inode()),
          device.major(),
          device.minor(),
          stat.inode(),
          struct.getLong(8),
          struct.getLong(16));
    } catch (IOException | NumberFormatException goneOrNotOurs) {
      return null;
    }
  }

  /** The circles of the graph in which each waiting process points to those in its way. */
  private static List<List<Integer>> circles(List<Entry> granted, List<Entry> waiting) {
    Map<Integer, Set<Integer>> graph = new TreeMap<>();
    Map<String, List<Entry>> byFile =
        granted.stream().collect(Collectors.groupingBy(LockTable::id));
    for (Entry wait : waiting) {
      for (Entry held : byFile.getOrDefault(id(wait), List.of())) {
        if (wait.conflicts(held)) {
          for (int waiter : wait.pids()) {
            Set<Integer> inTheWay = graph.computeIfAbsent(waiter, _ -> new TreeSet<>());
            inTheWay.addAll(held.pids());
          }
        }
      }
    }
    addWaitsForChildren(graph, granted);
    return WaitGraph.circles(graph);
  }

  /**
   * A process that holds a lock and waits for a child, as a shell does, waits for whatever the
   * child waits for.
   */
  private static void addWaitsForChildren(Map<Integer, Set<Integer>> graph, List<Entry> granted) {
    Set<Integer> open = new TreeSet<>();
    granted.forEach(entry -> open.addAll(entry.pids()));
    while (!open.isEmpty()) {
      int parent = open.iterator().next();
      open.remove(parent);
      if (graph.containsKey(parent) || !ProcessTree.waitsForChildren(parent)) {
        continue;
      }
      Set<Integer> children = ProcFile.childrenOf(parent);
      graph.put(parent, children);
      open.addAll(children);
    }
  }
}
