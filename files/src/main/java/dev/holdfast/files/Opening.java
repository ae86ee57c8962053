package dev.holdfast.files;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.ground.Modes;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.process.Identity;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How to open a file, and what must hold of it once it is open. The checks are made on the open
 * descriptor, never on the name, and before a byte moves.
 *
 * <pre>{@code
 * Opening.read().ownedByMe().singleLink().sizeAtMost(1 << 20)
 * }</pre>
 *
 * <p><b>Guarantees.</b> Whatever is asked for here, an open never follows a symbolic link as the
 * last component unless {@link #followLastLink} is given, never blocks on a FIFO or device, never
 * makes a terminal the controlling one, is close-on-exec, and accepts only a regular file unless
 * {@link #kinds} says otherwise. Truncation happens after the checks.
 *
 * <p><b>Threads.</b> Immutable; each method answers a new value.
 */
public final class Opening {
  private static final int ALWAYS = Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY;

  /** Usual modes, written without their zero, that would be others. */
  private static final Set<Integer> USUAL_IN_DECIMAL =
      Set.of(
          440, 444, 500, 1700, 1730, 1733, 1750, 1755, 1770, 1775, 1777, 2700, 2750, 2755, 2770,
          2775, 2777);

  private static final int REGULAR_ONLY = FileKind.REGULAR.bit;

  private static final Opening READ = new Opening(new Builder(Fcntl.O_RDONLY));
  private static final Opening WRITE = new Opening(new Builder(Fcntl.O_WRONLY));
  private static final Opening READ_WRITE = new Opening(new Builder(Fcntl.O_RDWR));
  private static final Opening APPEND = new Opening(new Builder(Fcntl.O_WRONLY | Fcntl.O_APPEND));

  /** A permission mask that forbids nothing. */
  private static final class Builder {
    int flags;
    boolean follow;
    boolean checkFirst;
    boolean truncate;
    int createMode = -1;
    int kinds = REGULAR_ONLY;
    int @Nullable [] owners;
    int maxLinks = Integer.MAX_VALUE;
    int modeWithin = Modes.ANY;
    long maxSize = Long.MAX_VALUE;
    @Nullable Long device;

    Builder(int flags) {
      this.flags = flags;
    }

    Builder(Opening from) {
      flags = from.flags;
      follow = from.follow;
      checkFirst = from.checkFirst;
      truncate = from.truncate;
      createMode = from.createMode;
      kinds = from.kinds;
      owners = from.owners;
      maxLinks = from.maxLinks;
      modeWithin = from.modeWithin;
      maxSize = from.maxSize;
      device = from.device;
    }
  }

  private final int flags;
  private final boolean follow;
  private final boolean checkFirst;
  private final boolean truncate;
  private final int createMode;
  private final int kinds;
  private final int @Nullable [] owners;
  private final int maxLinks;
  private final int modeWithin;
  private final long maxSize;
  private final @Nullable Long device;

  private Opening(Builder builder) {
    flags = builder.flags;
    follow = builder.follow;
    checkFirst = builder.checkFirst;
    truncate = builder.truncate;
    createMode = builder.createMode;
    kinds = builder.kinds;
    owners = builder.owners;
    maxLinks = builder.maxLinks;
    modeWithin = builder.modeWithin;
    maxSize = builder.maxSize;
    device = builder.device;
  }

  /** Reading an existing file. */
  public static Opening read() {
    return READ;
  }

  /** Writing an existing file, in place, from its beginning. */
  public static Opening write() {
    return WRITE;
  }

  /** Reading and writing an existing file. */
  public static Opening readWrite() {
    return READ_WRITE;
  }

  /** Writing at the end of an existing file, whoever else writes to it. */
  public static Opening append() {
    return APPEND;
  }

  /** A symbolic link as the last component may be followed, within the directory's own limits. */
  public Opening followLastLink() {
    Builder b = new Builder(this);
    b.follow = true;
    return new Opening(b);
  }

  /**
   * Checks the object before it is opened: it is held first, without being opened, and then opened
   * through what holds it. For places where something may wait whose very opening does something: a
   * tape that rewinds, a watchdog that starts, a FIFO whose writer goes on (S11). Costs three more
   * system calls, and needs /proc.
   */
  public Opening checkFirst() {
    Builder b = new Builder(this);
    b.checkFirst = true;
    return new Opening(b);
  }

  /** Cuts the file to nothing, once it has passed the checks. */
  public Opening truncate() {
    if (!writable()) {
      throw new IllegalArgumentException("only a file opened for writing can be truncated");
    }
    Builder b = new Builder(this);
    b.truncate = true;
    return new Opening(b);
  }

  /**
   * If there is no such file, creates it as {@link OpenFile#create} would. A dangling symbolic link
   * is not followed, not even with {@link #followLastLink}.
   */
  public Opening createIfAbsent(int mode) {
    if (!writable()) {
      throw new IllegalArgumentException("only a file opened for writing can be created");
    }
    Builder b = new Builder(this);
    b.createMode = checkMode(mode);
    return new Opening(b);
  }

  /** Every write reaches the disk before it returns, {@code O_SYNC}. */
  public Opening synchronous() {
    return withFlags(Fcntl.O_SYNC);
  }

  /** Reading leaves the access time alone, {@code O_NOATIME}: only the owner and root may ask. */
  public Opening noAccessTime() {
    return withFlags(Fcntl.O_NOATIME);
  }

  private Opening withFlags(int more) {
    Builder b = new Builder(this);
    b.flags |= more;
    return new Opening(b);
  }

  /** Accepts these kinds, and no others, in place of regular files. */
  public Opening kinds(FileKind first, FileKind... rest) {
    Set<FileKind> set = EnumSet.of(first, rest);
    Builder b = new Builder(this);
    b.kinds = 0;
    for (FileKind kind : set) {
      b.kinds |= kind.bit;
    }
    return new Opening(b);
  }

  /** The owner must be one of these. */
  public Opening ownedBy(int... uids) {
    Builder b = new Builder(this);
    b.owners = uids.clone();
    return new Opening(b);
  }

  /** The owner must be the effective user of the thread that calls this method. */
  public Opening ownedByMe() {
    return ownedBy(Identity.geteuid());
  }

  /** The owner must be the effective user of the thread that calls this method, or root. */
  public Opening ownedByMeOrRoot() {
    return ownedBy(Identity.geteuid(), 0);
  }

  /** The file must have no second name: nobody's hard link in my directory (S12). */
  public Opening singleLink() {
    return linkCountAtMost(1);
  }

  /** The file must not have more names than this. */
  public Opening linkCountAtMost(int links) {
    Builder b = new Builder(this);
    b.maxLinks = links;
    return new Opening(b);
  }

  /** The file's mode must have no bit outside of {@code mask}, such as {@code 0644}. */
  public Opening modeWithin(int mask) {
    Builder b = new Builder(this);
    b.modeWithin = checkMode(mask);
    return new Opening(b);
  }

  /** The file must not be writable by its group or by others. */
  public Opening writableByOwnerOnly() {
    return modeWithin(modeWithin & ~022);
  }

  /** The file must not be larger. It can still grow: read with a bound as well. */
  public Opening sizeAtMost(long bytes) {
    Builder b = new Builder(this);
    b.maxSize = bytes;
    return new Opening(b);
  }

  /** The file must be on this device, as {@link FileStat#device} says. */
  public Opening onDevice(long device) {
    Builder b = new Builder(this);
    b.device = device;
    return new Opening(b);
  }

  static int checkMode(int mode) {
    if ((mode & ~Modes.ANY) != 0) {
      throw new IllegalArgumentException("not permission bits: " + Modes.octal(mode));
    }
    if (looksDecimal(mode)) {
      throw new IllegalArgumentException(
          "%d is %s: did you mean 0%d?".formatted(mode, Modes.octal(mode), mode));
    }
    return mode;
  }

  /**
   * 644 for 0644: sticky, and with rights that nobody means. Below and above that range there are
   * modes that somebody may mean (416 is 0640, 400 is 0620, the mode of terminals), so only those
   * are named that nobody does.
   */
  private static boolean looksDecimal(int mode) {
    return (mode > 512 && mode <= 777 && mode % 10 < 8 && mode / 10 % 10 < 8)
        || USUAL_IN_DECIMAL.contains(mode);
  }

  /** For openat(2) and openat2(2), without creation and truncation. */
  int openFlags() {
    return flags | ALWAYS | (follow ? 0 : Fcntl.O_NOFOLLOW);
  }

  /** For the call that looks the name up. */
  int lookUpFlags() {
    return checkFirst ? Fcntl.O_PATH | (follow ? 0 : Fcntl.O_NOFOLLOW) : openFlags();
  }

  /** True if what was looked up is only held, and is to be opened when it has passed the checks. */
  boolean checksFirst() {
    return checkFirst;
  }

  int accessFlags() {
    return flags;
  }

  boolean follow() {
    return follow;
  }

  boolean truncates() {
    return truncate;
  }

  boolean creates() {
    return createMode >= 0;
  }

  int createMode() {
    return createMode;
  }

  boolean writable() {
    return (flags & Fcntl.O_ACCMODE) != Fcntl.O_RDONLY;
  }

  /** True if what is open is what was asked for. */
  boolean accepts(Statx stat) {
    return faultOf(stat) == null;
  }

  /** Throws if what is open is not what was asked for. */
  void check(Statx stat, String path) throws UnsafePathException {
    Fault fault = faultOf(stat);
    if (fault != null) {
      Row row = stat.isSymlink() ? Row.S05 : fault.row;
      throw new UnsafePathException(path, describe(fault, stat), row, null);
    }
  }

  /** What can be wrong with a file that is open. */
  private enum Fault {
    KIND(Row.S11),
    OWNER(Row.S01),
    LINKS(Row.S12),
    MODE(Row.S06),
    SIZE(Row.S11),
    DEVICE(Row.S13);

    final Row row;

    Fault(Row row) {
      this.row = row;
    }
  }

  /** Every open passes here: what it takes to say what is wrong stands elsewhere. */
  private @Nullable Fault faultOf(Statx stat) {
    if ((kinds & FileKind.bitOf(stat.mode())) == 0) {
      return Fault.KIND;
    }
    if (owners != null && !contains(owners, stat.uid())) {
      return Fault.OWNER;
    }
    if (stat.nlink() > maxLinks) {
      return Fault.LINKS;
    }
    if ((stat.permissions() & ~modeWithin) != 0) {
      return Fault.MODE;
    }
    if (stat.size() > maxSize) {
      return Fault.SIZE;
    }
    return device != null && stat.device() != device ? Fault.DEVICE : null;
  }

  private String describe(Fault fault, Statx stat) {
    return switch (fault) {
      case KIND -> "is " + FileKind.ofMode(stat.mode()).description();
      case OWNER ->
          "belongs to uid %s, which is not one of %s"
              .formatted(Integer.toUnsignedString(stat.uid()), Arrays.toString(owners));
      case LINKS -> "has " + stat.nlink() + " names";
      case MODE ->
          "has mode %s, more than %s"
              .formatted(Modes.octal(stat.permissions()), Modes.octal(modeWithin));
      case SIZE -> "has " + stat.size() + " bytes, more than " + maxSize;
      case DEVICE -> "is on another device";
    };
  }

  private static boolean contains(int[] owners, int uid) {
    for (int owner : owners) {
      if (owner == uid) {
        return true;
      }
    }
    return false;
  }
}
