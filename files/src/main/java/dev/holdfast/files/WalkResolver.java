package dev.holdfast.files;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.walk.MagicLinks;
import dev.holdfast.path.walk.PathWalk;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Look-up in user space: each directory on the way is held open while the next component is looked
 * up in it, symbolic links are read and followed by hand, and {@code ..} returns to the parent that
 * the walk came from, which is still held open, and not to whatever is by now above.
 *
 * <p>So nothing that others rename meanwhile can lead out of the directory by {@code ..}, and a
 * flood of renames cannot make it fail.
 */
final class WalkResolver extends PathWalk<RuntimeException> {
  /** For a last component that is a link when opened, and none when looked at. */
  private static final int MAX_TRIES = 64;

  private static final int HOLD = Fcntl.O_PATH | Fcntl.O_NOFOLLOW;
  private static final byte[] SELF = {'.'};
  private static final byte[] EMPTY = new byte[0];

  private final int root;
  private final Resolution resolution;

  /** The directories below the root that are held, in the order in which they were entered. */
  private int[] held = new int[16];

  private int depth;
  private final int flags;

  /** What the look-up ended with; null as long as it goes on. */
  private @Nullable SyscallResult result;

  private WalkResolver(int root, byte[] name, int flags, Resolution resolution) {
    super(name);
    this.root = root;
    this.flags = flags;
    this.resolution = resolution;
  }

  static SyscallResult open(int dirfd, byte[] name, int flags, Resolution resolution) {
    WalkResolver walk = new WalkResolver(dirfd, name, flags, resolution);
    try {
      walk.walk();
      SyscallResult result = walk.result;
      // Where only dots were left, what is meant is the directory that was reached.
      return result != null ? result : Fcntl.openat(walk.current(), SELF, flags, 0);
    } finally {
      walk.leaveAll();
    }
  }

  private int current() {
    return depth == 0 ? root : held[depth - 1];
  }

  private void enter(int fd) {
    if (depth == held.length) {
      held = Arrays.copyOf(held, depth * 2);
    }
    held[depth++] = fd;
  }

  private void leave() {
    Unistd.close(held[--depth]);
  }

  private void leaveAll() {
    while (depth > 0) {
      leave();
    }
  }

  private byte @Nullable [] end(SyscallResult with) {
    result = with;
    end();
    return null;
  }

  private byte @Nullable [] end(Errno errno) {
    return end(SyscallResult.failure(errno));
  }

  @Override
  protected byte @Nullable [] step(byte[] name) {
    return isLast() && !endsInDot() ? openLast(name) : descend(name);
  }

  @Override
  protected void up() {
    if (depth > 0) {
      leave();
    } else if (resolution.scope() == Resolution.Scope.BENEATH) {
      end(Errno.EXDEV);
    }
  }

  @Override
  protected void toRoot() {
    if (resolution.scope() == Resolution.Scope.BENEATH) {
      end(Errno.EXDEV);
    }
    leaveAll();
  }

  @Override
  protected void tooManyLinks() {
    end(Errno.ELOOP);
  }

  private byte @Nullable [] openLast(byte[] component) {
    int asked = flags | (mustBeDirectory() ? Fcntl.O_DIRECTORY : 0);
    // A slash after the last name, as a link's target may have one, says to follow it.
    boolean follow = (flags & Fcntl.O_NOFOLLOW) == 0 || mustBeDirectory();
    for (int i = 0; i < MAX_TRIES; i++) {
      if (!follow) {
        return end(checkMount(Fcntl.openat(current(), component, asked, 0)));
      }
      SyscallResult looked = Fcntl.openat(current(), component, HOLD, 0);
      if (looked.failed()) {
        return end(looked);
      }
      int fd = looked.intValue();
      try {
        Result<Statx> stat = Statx.fstat(fd);
        if (stat.failed()) {
          return end(stat.errno());
        }
        if (stat.value().isSymlink()) {
          return target(fd);
        }
      } finally {
        Unistd.close(fd);
      }
      SyscallResult opened = Fcntl.openat(current(), component, asked | Fcntl.O_NOFOLLOW, 0);
      if (opened.ok() && (asked & Fcntl.O_PATH) != 0 && isLink(opened.intValue())) {
        // With O_PATH a link that came in between is opened itself.
        Unistd.close(opened.intValue());
      } else if (!opened.is(Errno.ELOOP)) {
        return end(checkMount(opened));
      }
    }
    return end(Errno.EAGAIN);
  }

  private static boolean isLink(int fd) {
    Result<Statx> stat = Statx.fstat(fd);
    return stat.ok() && stat.value().isSymlink();
  }

  private byte @Nullable [] descend(byte[] component) {
    SyscallResult looked = Fcntl.openat(current(), component, HOLD, 0);
    if (looked.failed()) {
      return end(looked);
    }
    int fd = looked.intValue();
    Result<Statx> stat = Statx.fstat(fd);
    if (stat.ok() && stat.value().isDirectory()) {
      SyscallResult checked = checkMount(looked);
      if (checked.failed()) {
        return end(checked);
      }
      enter(fd);
      return null;
    }
    try {
      if (stat.failed()) {
        return end(stat.errno());
      }
      return stat.value().isSymlink() ? target(fd) : end(Errno.ENOTDIR);
    } finally {
      Unistd.close(fd);
    }
  }

  /** What a link that may be followed says. */
  private byte @Nullable [] target(int link) {
    if (!resolution.symlinks()) {
      return end(Errno.ELOOP);
    }
    Result<byte[]> target = Unistd.readlinkat(link, EMPTY);
    if (target.failed()) {
      return end(target.errno());
    }
    Result<Boolean> magic = MagicLinks.isMagic(link, target.value());
    if (magic.failed()) {
      return end(magic.errno());
    }
    return magic.value() ? end(Errno.ELOOP) : target.value();
  }

  /** Closes what was opened, and answers EXDEV, if it lies on another mount than its directory. */
  private SyscallResult checkMount(SyscallResult opened) {
    if (resolution.mountCrossing() || opened.failed()) {
      return opened;
    }
    Result<Statx> here = Statx.fstat(current());
    Result<Statx> there = Statx.fstat(opened.intValue());
    if (here.ok() && there.ok() && sameMount(here.value(), there.value())) {
      return opened;
    }
    Unistd.close(opened.intValue());
    return SyscallResult.failure(
        here.failed() ? here.errno() : there.failed() ? there.errno() : Errno.EXDEV);
  }

  private static boolean sameMount(Statx one, Statx two) {
    boolean known = (one.mask() & two.mask() & Statx.STATX_MNT_ID) != 0;
    return known ? one.mountId() == two.mountId() : one.device() == two.device();
  }
}
