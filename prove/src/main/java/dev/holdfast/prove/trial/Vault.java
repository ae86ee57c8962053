package dev.holdfast.prove.trial;

import static dev.holdfast.libc.Fcntl.AT_FDCWD;
import static dev.holdfast.libc.Fcntl.AT_SYMLINK_NOFOLLOW;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Namespaces;
import dev.holdfast.prove.payload.Environment;
import dev.holdfast.prove.payload.Payloads;
import dev.holdfast.prove.payload.Reader;
import dev.holdfast.prove.plan.NamesBelow;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.watch.Contents;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.watch.VolatileNames;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The canaries of one world: objects only the victim may touch, in a directory only it may enter.
 *
 * <p>Threads: the thread of one world.
 */
final class Vault {
  static final String BASE = "/.holdfast";
  static final String DIRECTORY = BASE + "/vault";

  /** The name of protected directories on other mounts. */
  static final String FURTHER = ".holdfast-vault";

  /**
   * Protected by its directory alone, as many a real one is: who copies it with its mode makes it
   * readable to all.
   */
  static final String SECRET = DIRECTORY + "/secret";

  /** What is linked into the attacker's directory must be closed by itself. */
  private static final String CLOSED = DIRECTORY + "/closed";

  /** Modes that no program sets, so that each that it sets is seen. */
  private static final int FILE_MODE = 0604;

  private static final int DIRECTORY_MODE = 0705;

  static final String MIRROR = DIRECTORY + "/mirror";
  static final String ABSENT = DIRECTORY + "/new";

  /** The attacker's file, if it is run, makes this. */
  static final String EXECUTED = DIRECTORY + "/executed";

  /** Some other user, for canaries that are to be taken over by root. */
  private static final int OTHER = 1;

  private static final int MAX_DEPTH = 16;
  private static final int MAX_ENTRIES = 5000;

  /** An archive's names stand at its end. */
  private static final int MAX_ORIGINAL = 1 << 24;

  private static final int REPEATS = 64;

  private final int uid;
  private final int gid;
  private final byte[] secret;
  private final String injection;
  private final VolatileNames volatileNames;
  private final Set<String> cutShort;
  private final OwnPrograms own;
  private int closedMode = 0600;
  private int fileUid;
  private int fileGid;
  private final List<String> directories = new ArrayList<>(List.of(DIRECTORY));
  private int entries;

  /**
   * @param secret what must not become readable
   */
  Vault(Setting setting, String secret) {
    // A victim that starts as the attacker can only lose what a set-uid file gives it: root's
    // rights.
    boolean startsAsAttacker = setting.victim().uid() == setting.attacker().uid();
    this.uid = startsAsAttacker ? 0 : setting.victim().uid();
    this.gid = startsAsAttacker ? 0 : setting.victim().gid();
    this.fileUid = uid;
    this.fileGid = gid;
    this.secret = Paths.bytes((secret + "\n").repeat(REPEATS));
    this.injection = setting.injection();
    this.volatileNames = setting.volatileNames();
    this.cutShort = setting.cutShort();
    this.own = new OwnPrograms(setting.attacker());
  }

  /**
   * What the attacker puts into a file of its own: a program in the eyes of whoever reads it. What
   * stood there is known to the attacker, too, so it is read with the world's rights.
   *
   * @param command the program that will find it, with its arguments, raw
   */
  byte[] attackerContent(String directory, String name, List<String> command) {
    byte[] original = Contents.read(AT_FDCWD, Raw.bytes(Raw.join(directory, name)), MAX_ORIGINAL);
    return withOwn(Payloads.forReader(new Reader(name, original, command), EXECUTED, injection));
  }

  /** Settings, raw, that make programs load the attacker's. */
  String settings(String original) {
    return Raw.of(withOwn(Raw.bytes(Environment.with(original, EXECUTED, injection))));
  }

  private byte[] withOwn(byte[] content) {
    if (Environment.namesOwn(content)) {
      own.make();
    }
    return content;
  }

  /** The same without the mark by which it is found again elsewhere. */
  byte[] unmarkedContent(Reader reader) {
    return withOwn(Payloads.forReader(reader, EXECUTED, "nothing"));
  }

  /** True for a canary's name, raw. */
  static boolean contains(String path) {
    return path.equals(DIRECTORY) || path.startsWith(DIRECTORY + "/");
  }

  /** Makes the canaries reachable by the same name under another root directory. */
  static void showUnder(String root) throws FileSystemException {
    String place = Raw.join(root, BASE.substring(1));
    byte[] name = Raw.bytes(place);
    Unistd.mkdirat(AT_FDCWD, name, 0755).orThrow("mkdirat", place);
    Unistd.fchmodat(AT_FDCWD, name, 0755).orThrow("fchmodat", place);
    Namespaces.mount(BASE, Paths.display(name), null, Namespaces.MS_BIND, null)
        .orThrow("mount", place);
  }

  void build() throws FileSystemException {
    mkdir(BASE, 0755, 0, 0);
    mkdir(DIRECTORY, 0700, uid, gid);
    mkdir(MIRROR, DIRECTORY_MODE, uid, gid);
    file(SECRET, FILE_MODE);
  }

  /**
   * A change that sets what a canary has already would not be seen: gives the canaries another mode
   * or owner than the call is about to set. They stay out of everybody else's reach.
   */
  void contrast(Call call) {
    switch (call.sysno()) {
      case CHMOD -> contrastMode(call.intArg(1));
      case FCHMODAT, FCHMODAT2 -> contrastMode(call.intArg(2));
      case CHOWN, LCHOWN -> contrastOwner(call.intArg(1), call.intArg(2));
      case FCHOWNAT -> contrastOwner(call.intArg(2), call.intArg(3));
      default -> {}
    }
  }

  private void contrastMode(int mode) {
    closedMode = (mode & 07777) == 0600 ? 0400 : 0600;
  }

  private void contrastOwner(int newUid, int newGid) {
    boolean seen = (newUid != -1 && newUid != uid) || (newGid != -1 && newGid != gid);
    if (seen || uid != 0) {
      return;
    }
    fileUid = OTHER;
    fileGid = OTHER;
    for (String canary : List.of(SECRET, MIRROR)) {
      Unistd.fchownat(AT_FDCWD, Raw.bytes(canary), OTHER, OTHER, AT_SYMLINK_NOFOLLOW);
    }
  }

  /**
   * A protected file on the same mount as a directory, for only that can be linked there: the
   * secret, or a copy of it in a further protected directory at that mount's root.
   */
  String linkable(String directory) throws FileSystemException {
    Mount mount = Mount.of(directory);
    if (mount.equals(Mount.of(DIRECTORY))) {
      if (!isThere(CLOSED)) {
        file(CLOSED, closedMode);
      }
      return CLOSED;
    }
    String further = Raw.join(rootOf(mount, directory), FURTHER);
    mkdir(further, 0700, uid, gid);
    directories.add(further);
    file(further + "/secret", closedMode);
    return further + "/secret";
  }

  /**
   * Of one file system several mounts may be made, and there is no link from one to another.
   *
   * @param id 0 where the kernel does not say (before Linux 5.8)
   */
  private record Mount(long device, long id) {
    static Mount of(String path) throws FileSystemException {
      int mask = Statx.STATX_BASIC_STATS | Statx.STATX_MNT_ID;
      Statx stat = Statx.statx(AT_FDCWD, Raw.bytes(path), 0, mask).orThrow("statx", path);
      return new Mount(stat.device(), stat.mountId());
    }
  }

  private static String rootOf(Mount mount, String directory) throws FileSystemException {
    String root = directory;
    while (!root.equals("/") && Mount.of(Raw.parent(root)).equals(mount)) {
      root = Raw.parent(root);
    }
    return root;
  }

  /** Every protected directory there is. */
  List<String> directories() {
    return List.copyOf(directories);
  }

  /**
   * Makes the mirror directory have what a directory has, name by name; but no names that are made
   * up anew in each run, for no real directory would happen to have them.
   *
   * @param below what stopped the program there: it shall not in the mirror
   */
  void mirror(String directory, NamesBelow below) throws FileSystemException {
    entries = 0;
    copyNames(directory, MIRROR, MAX_DEPTH);
    for (String name : below.missing()) {
      if (!volatileNames.isVolatile(name)) {
        makeThere(name);
      }
    }
    for (String name : below.inTheWay()) {
      // A directory goes only if it is empty; otherwise it is in the way there, too.
      byte[] path = Raw.bytes(Raw.join(MIRROR, name));
      if (Unistd.unlinkat(AT_FDCWD, path, 0).failed()) {
        Unistd.unlinkat(AT_FDCWD, path, Fcntl.AT_REMOVEDIR);
      }
    }
  }

  private void makeThere(String name) throws FileSystemException {
    for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
      String directory = Raw.join(MIRROR, name.substring(0, slash));
      if (!isThere(directory)) {
        mkdir(directory, DIRECTORY_MODE, fileUid, fileGid);
      } else if (!isDirectory(directory)) {
        return;
      }
    }
    String path = Raw.join(MIRROR, name);
    if (!name.endsWith("/") && !isThere(path)) {
      file(path, FILE_MODE);
    }
  }

  private static boolean isDirectory(String path) {
    int mask = Statx.STATX_TYPE;
    Result<Statx> stat = Statx.statx(AT_FDCWD, Raw.bytes(path), AT_SYMLINK_NOFOLLOW, mask);
    return stat.ok() && stat.value().isDirectory();
  }

  private static boolean isThere(String path) {
    return Statx.statx(AT_FDCWD, Raw.bytes(path), AT_SYMLINK_NOFOLLOW, 0).ok();
  }

  private void copyNames(String from, String to, int depth) throws FileSystemException {
    SyscallResult opened =
        Fcntl.openat(AT_FDCWD, Raw.bytes(from), Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0);
    if (opened.failed()) {
      return;
    }
    for (Dirent entry : list(opened.intValue())) {
      String name = Raw.of(entry.name());
      String source = Raw.join(from, name);
      String target = Raw.join(to, name);
      Result<Statx> stat =
          Statx.statx(AT_FDCWD, Raw.bytes(source), AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
      if (stat.failed() || source.startsWith(BASE) || volatileNames.isVolatile(name)) {
        continue;
      }
      if (++entries > MAX_ENTRIES) {
        cutShort(from);
        break;
      }
      // An earlier move may have had it made.
      boolean there = isThere(target);
      switch (stat.value().type()) {
        case Statx.S_IFDIR -> {
          if (depth == 0) {
            cutShort(source);
          } else {
            if (!there) {
              mkdir(target, DIRECTORY_MODE, fileUid, fileGid);
            }
            copyNames(source, target, depth - 1);
          }
        }
        case Statx.S_IFLNK -> {
          if (there) {
            continue;
          }
          Result<byte[]> link = Unistd.readlinkat(AT_FDCWD, Raw.bytes(source));
          if (link.ok()) {
            Unistd.symlinkat(link.value(), AT_FDCWD, Raw.bytes(target))
                .orThrow("symlinkat", target);
          }
        }
        default -> {
          if (!there) {
            file(target, FILE_MODE | (stat.value().mode() & 0700));
          }
        }
      }
    }
    Unistd.close(opened.intValue());
  }

  /** Notes that a directory, raw, has more than was put into the one it is exchanged for. */
  void cutShort(String directory) {
    cutShort.add(directory);
  }

  /** Whether a name is made up anew in each run. */
  boolean isVolatile(String name) {
    return volatileNames.isVolatile(name);
  }

  /** The regular files that stand in a directory in every run, by their names. */
  Map<String, Statx> regularFiles(String directory) throws FileSystemException {
    Map<String, Statx> files = new TreeMap<>();
    SyscallResult opened =
        Fcntl.openat(AT_FDCWD, Raw.bytes(directory), Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0);
    if (opened.failed()) {
      return files;
    }
    int fd = opened.intValue();
    try {
      for (Dirent entry : list(fd)) {
        Result<Statx> stat =
            Statx.statx(fd, entry.name(), AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
        String name = Raw.of(entry.name());
        if (stat.ok()
            && stat.value().isRegular()
            && !volatileNames.isVolatile(name)
            && files.size() < MAX_ENTRIES) {
          files.put(name, stat.value());
        }
      }
      return files;
    } finally {
      Unistd.close(fd);
    }
  }

  static List<Dirent> list(int fd) throws FileSystemException {
    List<Dirent> all = new ArrayList<>();
    for (; ; ) {
      Dirent.Batch batch = Dirent.getdents64(fd).orThrow("getdents64", "a directory");
      all.addAll(batch.entries());
      if (batch.end()) {
        return all;
      }
    }
  }

  private static void mkdir(String path, int mode, int uid, int gid) throws FileSystemException {
    byte[] name = Raw.bytes(path);
    Unistd.mkdirat(AT_FDCWD, name, mode).orThrow("mkdirat", path);
    Unistd.fchmodat(AT_FDCWD, name, mode).orThrow("fchmodat", path);
    Unistd.fchownat(AT_FDCWD, name, uid, gid, AT_SYMLINK_NOFOLLOW).orThrow("fchownat", path);
    // Long ago, so that to list it shows.
    Unistd.utimensat(AT_FDCWD, name, 1, 0, 0, Unistd.UTIME_OMIT, AT_SYMLINK_NOFOLLOW)
        .orThrow("utimensat", path);
  }

  private void file(String path, int mode) throws FileSystemException {
    int flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL;
    int fd = (int) Fcntl.openat(AT_FDCWD, Raw.bytes(path), flags, 0600).orThrow("openat", path);
    Unistd.write(fd, secret, 0, secret.length).orThrow("write", path);
    Unistd.fchown(fd, fileUid, fileGid).orThrow("fchown", path);
    Unistd.fchmod(fd, mode).orThrow("fchmod", path);
    // One moment for all, so that two runs with the same secret give the same copies.
    Unistd.utimensat(fd, new byte[0], 1, 0, 1, 0, Fcntl.AT_EMPTY_PATH).orThrow("utimensat", path);
    Unistd.close(fd);
  }
}
