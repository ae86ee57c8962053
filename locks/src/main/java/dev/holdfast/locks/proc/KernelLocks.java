package dev.holdfast.locks.proc;

import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Unistd;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Mode;
import dev.holdfast.path.FileName;
import dev.holdfast.path.proc.Mounts;
import dev.holdfast.path.proc.ProcFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's table of file locks, {@code /proc/locks}, and what it leaves out: who holds an OFD
 * lock, which only {@code /proc/PID/fdinfo} says.
 */
public final class KernelLocks {
  private static final Path PROC = Path.of("/proc");

  /** So much of a table is given by one read, which nobody changes meanwhile. */
  private static final int PIECE = 3800;

  /** As many looks say that something is not in a table that is read in pieces. */
  private static final int LOOKS = 10;

  /** Locks that see each other. */
  public enum Family {
    /** POSIX and OFD record locks. */
    RECORD,
    FLOCK,
    LEASE
  }

  /**
   * One line of the table.
   *
   * @param waiting true for a request that waits behind the lock with the same {@code id}
   * @param word the kernel's own word: POSIX, OFDLCK, FLOCK, LEASE…
   * @param pid -1 for OFD locks
   * @param end the first byte after the range; {@link Long#MAX_VALUE} for EOF
   */
  public record Entry(
      int id,
      boolean waiting,
      String word,
      Mode mode,
      int pid,
      int major,
      int minor,
      long inode,
      long start,
      long end) {
    @Nullable Family family() {
      return switch (word) {
        case "POSIX", "OFDLCK" -> Family.RECORD;
        case "FLOCK" -> Family.FLOCK;
        case "LEASE" -> Family.LEASE;
        default -> null;
      };
    }

    public long length() {
      return end == Long.MAX_VALUE ? 0 : end - start;
    }

    /** The same wherever it stands in the table. */
    private Entry withoutPlace() {
      return new Entry(0, waiting, word, mode, pid, major, minor, inode, start, end);
    }
  }

  private KernelLocks() {}

  /**
   * One look at the table.
   *
   * @param atOnce false if it is so long that it was read in pieces: an entry is passed over when
   *     one before it goes in between
   */
  record Look(List<Entry> entries, boolean atOnce) {}

  static Look look() throws IOException {
    String table = ProcFile.text("/proc/locks");
    List<Entry> entries = new ArrayList<>();
    for (int from = 0; from < table.length(); ) {
      int end = table.indexOf('\n', from);
      end = end < 0 ? table.length() : end;
      Entry entry = parse(table.substring(from, end));
      if (entry != null) {
        entries.add(entry);
      }
      from = end + 1;
    }
    return new Look(entries, table.length() < PIECE);
  }

  /** All of it, as one look shows it; see {@link Look#atOnce}. */
  public static List<Entry> read() throws IOException {
    return look().entries();
  }

  /**
   * All of it, as far as that can be had: of a table that is read in pieces what two looks show,
   * one after the other, so that what is there all the time is in it.
   */
  public static List<Entry> readWhole() throws IOException {
    Look first = look();
    return first.atOnce() ? first.entries() : merged(first.entries(), look().entries());
  }

  /** What either has, as often as the one that has it more often. */
  static List<Entry> merged(List<Entry> first, List<Entry> second) {
    Map<Entry, Integer> more = new HashMap<>();
    first.forEach(entry -> more.merge(entry.withoutPlace(), 1, Integer::sum));
    List<Entry> all = new ArrayList<>(first);
    for (Entry entry : second) {
      if (more.merge(entry.withoutPlace(), -1, Integer::sum) < 0) {
        all.add(entry);
      }
    }
    return all;
  }

  /** Reads {@code 1: [->] POSIX ADVISORY WRITE 123 08:01:456 0 EOF}. */
  public static @Nullable Entry parse(String line) {
    String[] words = line.trim().split("\\s+", -1);
    if (words.length < 8 || !words[0].endsWith(":")) {
      return null;
    }
    boolean waiting = words[1].equals("->");
    int at = waiting ? 2 : 1;
    if (words.length < at + 7) {
      return null;
    }
    try {
      int id = Integer.parseInt(words[0].substring(0, words[0].length() - 1));
      Mode mode = words[at + 2].equals("READ") ? Mode.SHARED : Mode.EXCLUSIVE;
      String[] object = words[at + 4].split(":", -1);
      if (object.length != 3) {
        return null;
      }
      String last = words[at + 6];
      return new Entry(
          id,
          waiting,
          words[at],
          mode,
          Integer.parseInt(words[at + 3]),
          Integer.parseInt(object[0], 16),
          Integer.parseInt(object[1], 16),
          Long.parseLong(object[2]),
          Long.parseLong(words[at + 5]),
          last.equals("EOF") ? Long.MAX_VALUE : Long.parseLong(last) + 1);
    } catch (NumberFormatException notALock) {
      return null;
    }
  }

  /** The device of a file as the table names it: of the file system, not what stat says. */
  public static Mounts.Device deviceOf(Statx stat) throws IOException {
    Mounts.Device mounted = stat.mountId() == 0 ? null : Mounts.deviceOf(stat.mountId());
    return mounted != null ? mounted : new Mounts.Device(stat.devMajor(), stat.devMinor());
  }

  private static boolean on(Entry entry, Mounts.Device device, Statx stat, Key key) {
    long end = key.length() == 0 ? Long.MAX_VALUE : key.start() + key.length();
    return entry.inode() == stat.inode()
        && entry.major() == device.major()
        && entry.minor() == device.minor()
        && entry.start() < end
        && key.start() < entry.end();
  }

  /** True if such a table says that a lock of this family is held on this range. */
  public static boolean isHeld(List<Entry> table, Statx stat, Family family, Key key)
      throws IOException {
    Mounts.Device device = deviceOf(stat);
    for (Entry entry : table) {
      if (!entry.waiting() && entry.family() == family && on(entry, device, stat, key)) {
        return true;
      }
    }
    return false;
  }

  /** Who holds locks of this family on this range. */
  public static List<Holder> holders(Statx stat, Family family, Key key) throws IOException {
    Mounts.Device device = deviceOf(stat);
    List<Holder> holders = new ArrayList<>();
    LockOwners owners = null;
    for (Entry entry : heldOn(device, stat, family, key)) {
      // The table names whoever took it, which may be gone while its child has the lock still.
      owners = owners == null ? LockOwners.look() : owners;
      Set<Integer> pids = owners.of(entry);
      for (int pid : pids.isEmpty() ? List.of(-1) : pids) {
        holders.add(holder(entry, pid));
      }
    }
    return holders;
  }

  /** Until two looks agree that somebody holds it, or many that nobody does. */
  private static List<Entry> heldOn(Mounts.Device device, Statx stat, Family family, Key key)
      throws IOException {
    List<Entry> last = List.of();
    for (int i = 0; i < LOOKS; i++) {
      Look look = look();
      List<Entry> now = new ArrayList<>();
      for (Entry entry : look.entries()) {
        if (!entry.waiting() && entry.family() == family && on(entry, device, stat, key)) {
          now.add(entry.withoutPlace());
        }
      }
      if (look.atOnce() || (!now.isEmpty() && now.equals(last))) {
        return now;
      }
      last = now.isEmpty() ? last : now;
    }
    return last;
  }

  static Holder holder(Entry entry, int pid) {
    String note = pid == Unistd.getpid() ? "this process" : "";
    return new Holder(
        pid,
        pid < 0 ? "" : commandOf(pid),
        entry.mode(),
        entry.start(),
        entry.length(),
        null,
        "",
        note);
  }

  /** That something is not in a table that is read in pieces is said after many looks only. */
  private static boolean shows(Predicate<List<Entry>> sought) throws IOException {
    for (int i = 0; i < LOOKS; i++) {
      Look look = look();
      if (sought.test(look.entries())) {
        return true;
      }
      if (look.atOnce()) {
        return false;
      }
    }
    return false;
  }

  /** True if the table says that this process holds all of the range at least so strongly. */
  public static boolean holdsPosix(Statx stat, Key key, Mode mode) throws IOException {
    Mounts.Device device = deviceOf(stat);
    return shows(entries -> coversPosix(entries, device, stat, key, mode));
  }

  private static boolean coversPosix(
      List<Entry> entries, Mounts.Device device, Statx stat, Key key, Mode mode) {
    int self = Unistd.getpid();
    long from = key.start();
    long end = key.length() == 0 ? Long.MAX_VALUE : key.start() + key.length();
    boolean progress = true;
    while (from < end && progress) {
      progress = false;
      for (Entry entry : entries) {
        if (!entry.waiting()
            && entry.word().equals("POSIX")
            && entry.pid() == self
            && on(entry, device, stat, key)
            && (mode == Mode.SHARED || entry.mode() == Mode.EXCLUSIVE)
            && entry.start() <= from
            && from < entry.end()) {
          from = entry.end();
          progress = true;
        }
      }
    }
    return from >= end;
  }

  /** True if the table says that this process has a POSIX lock on any part of the file. */
  public static boolean hasPosix(Statx stat) throws IOException {
    Mounts.Device device = deviceOf(stat);
    return shows(entries -> showsPosix(entries, device, stat));
  }

  private static boolean showsPosix(List<Entry> entries, Mounts.Device device, Statx stat) {
    int self = Unistd.getpid();
    for (Entry entry : entries) {
      if (!entry.waiting()
          && entry.word().equals("POSIX")
          && entry.pid() == self
          && entry.inode() == stat.inode()
          && entry.major() == device.major()
          && entry.minor() == device.minor()) {
        return true;
      }
    }
    return false;
  }

  /** What is locked by an entry, whoever the table takes for its owner. */
  public record Locked(String word, int major, int minor, long inode, long start, long end) {
    static Locked by(Entry entry) {
      return new Locked(
          entry.word(), entry.major(), entry.minor(), entry.inode(), entry.start(), entry.end());
    }

    // By hand: those of a record are made at run time, which takes a start some milliseconds.

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Locked that
          && inode == that.inode
          && start == that.start
          && end == that.end
          && major == that.major
          && minor == that.minor
          && word.equals(that.word);
    }

    @Override
    public int hashCode() {
      return Long.hashCode(31 * (31 * inode + start) + end) ^ word.hashCode();
    }
  }

  /** The processes, ourselves included, that have the locks of this descriptor of ours. */
  public static List<Integer> inheritors(int fd) {
    return DescriptorLocks.inheritors(fd, DescriptorLocks.in(PROC.resolve("self/fdinfo/" + fd)));
  }

  /** The name under which a process has a file mapped, proc_pid_maps(5); empty if it has not. */
  public static String mappedAs(int pid, int major, int minor, long inode) {
    String device = String.format("%02x:%02x", major, minor);
    try {
      for (String line : ProcFile.lines("/proc/" + pid + "/maps")) {
        String[] words = line.split(" +", 6);
        if (words.length == 6 && words[3].equals(device) && words[4].equals(Long.toString(inode))) {
          return FileName.decode(words[5].getBytes(StandardCharsets.ISO_8859_1));
        }
      }
    } catch (IOException goneOrNotOurs) {
      return "";
    }
    return "";
  }

  /** Arguments in one line, for people: of a JVM what it runs. */
  public static String shown(List<String> arguments) {
    return CommandLine.shown(arguments);
  }

  /** The command line of a process; its name if it has none; empty if it is gone. */
  public static String commandOf(int pid) {
    Path process = PROC.resolve(Integer.toString(pid));
    try {
      byte[] arguments = Files.readAllBytes(process.resolve("cmdline"));
      if (arguments.length > 0) {
        return shown(List.of(FileName.decode(arguments).split("\0", -1)));
      }
      // Cut at fifteen bytes, perhaps in the middle of a letter.
      byte[] name = Files.readAllBytes(process.resolve("comm"));
      return FileName.decode(name).strip();
    } catch (IOException gone) {
      return "";
    }
  }
}
