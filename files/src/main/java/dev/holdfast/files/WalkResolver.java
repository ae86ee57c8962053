package dev.holdfast.files;

import dev.holdfast.files.ground.MagicLinks;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import java.util.Arrays;

/**
 * Look-up in user space: each directory on the way is held open while the next component is looked
 * up in it, symbolic links are read and followed by hand, and {@code ..} goes back to the directory
 * that was come from, which is held, and not to whatever is by now above.
 *
 * <p>So nothing that others rename meanwhile can lead out of the directory by {@code ..}, and a
 * flood of renames cannot make it fail.
 */
final class WalkResolver {
  /** As many links as the kernel follows in one look-up. */
  private static final int MAX_LINKS = 40;

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

  private byte[] rest;
  private int at;
  private int links;
  private boolean mustBeDirectory;

  private WalkResolver(int root, byte[] name, Resolution resolution) {
    this.root = root;
    this.rest = name;
    this.resolution = resolution;
  }

  static SyscallResult open(int dirfd, byte[] name, int flags, Resolution resolution) {
    WalkResolver walk = new WalkResolver(dirfd, name, resolution);
    try {
      return walk.run(flags);
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

  private void skipSlashes() {
    while (at < rest.length && rest[at] == '/') {
      at++;
    }
  }

  private byte[] nextComponent() {
    int from = at;
    while (at < rest.length && rest[at] != '/') {
      at++;
    }
    return Arrays.copyOfRange(rest, from, at);
  }

  private static boolean isDot(byte[] component) {
    return component.length == 1 && component[0] == '.';
  }

  private static boolean isDotDot(byte[] component) {
    return component.length == 2 && component[0] == '.' && component[1] == '.';
  }

  private static SyscallResult failure(Errno errno) {
    return SyscallResult.failure(errno);
  }

  private SyscallResult run(int flags) {
    for (; ; ) {
      skipSlashes();
      if (at == rest.length) {
        // Only dots were left: what is meant is the directory that was reached.
        return Fcntl.openat(current(), SELF, flags, 0);
      }
      byte[] component = nextComponent();
      if (isDot(component)) {
        continue;
      }
      if (isDotDot(component)) {
        if (depth > 0) {
          leave();
        } else if (resolution.scope() == Resolution.Scope.BENEATH) {
          return failure(Errno.EXDEV);
        }
        continue;
      }
      int afterName = at;
      skipSlashes();
      boolean last = at == rest.length;
      if (last && at > afterName) {
        mustBeDirectory = true;
      }
      Step step = last ? openLast(component, flags) : descend(component);
      if (step.result != null) {
        return step.result;
      }
    }
  }

  /** A look-up's end, or that it goes on. */
  private record Step(@org.jspecify.annotations.Nullable SyscallResult result) {
    static final Step ON = new Step(null);

    static Step end(SyscallResult result) {
      return new Step(result);
    }

    static Step end(Errno errno) {
      return new Step(failure(errno));
    }
  }

  private Step openLast(byte[] component, int asked) {
    int flags = asked | (mustBeDirectory ? Fcntl.O_DIRECTORY : 0);
    // A slash after the last name, as a link's target may have one, says to follow it.
    boolean follow = (asked & Fcntl.O_NOFOLLOW) == 0 || mustBeDirectory;
    for (int i = 0; i < MAX_TRIES; i++) {
      if (!follow) {
        return Step.end(checkMount(Fcntl.openat(current(), component, flags, 0)));
      }
      SyscallResult looked = Fcntl.openat(current(), component, HOLD, 0);
      if (looked.failed()) {
        return Step.end(looked);
      }
      int fd = looked.intValue();
      try {
        Result<Statx> stat = Statx.fstat(fd);
        if (stat.failed()) {
          return Step.end(stat.errno());
        }
        if (stat.value().isSymlink()) {
          return expand(fd);
        }
      } finally {
        Unistd.close(fd);
      }
      SyscallResult opened = Fcntl.openat(current(), component, flags | Fcntl.O_NOFOLLOW, 0);
      if (opened.ok() && (flags & Fcntl.O_PATH) != 0 && isLink(opened.intValue())) {
        // With O_PATH a link that came in between is opened itself.
        Unistd.close(opened.intValue());
      } else if (!opened.is(Errno.ELOOP)) {
        return Step.end(checkMount(opened));
      }
    }
    return Step.end(Errno.EAGAIN);
  }

  private static boolean isLink(int fd) {
    Result<Statx> stat = Statx.fstat(fd);
    return stat.ok() && stat.value().isSymlink();
  }

  private Step descend(byte[] component) {
    SyscallResult looked = Fcntl.openat(current(), component, HOLD, 0);
    if (looked.failed()) {
      return Step.end(looked);
    }
    int fd = looked.intValue();
    Result<Statx> stat = Statx.fstat(fd);
    if (stat.ok() && stat.value().isDirectory()) {
      SyscallResult checked = checkMount(looked);
      if (checked.failed()) {
        return Step.end(checked);
      }
      enter(fd);
      return Step.ON;
    }
    try {
      if (stat.failed()) {
        return Step.end(stat.errno());
      }
      return stat.value().isSymlink() ? expand(fd) : Step.end(Errno.ENOTDIR);
    } finally {
      Unistd.close(fd);
    }
  }

  /** Puts a link's target in the place of its name. */
  private Step expand(int link) {
    if (!resolution.symlinks() || ++links > MAX_LINKS) {
      return Step.end(Errno.ELOOP);
    }
    Result<byte[]> target = Unistd.readlinkat(link, EMPTY);
    if (target.failed()) {
      return Step.end(target.errno());
    }
    byte[] text = target.value();
    Result<Boolean> magic = MagicLinks.isMagic(link, text);
    if (magic.failed()) {
      return Step.end(magic.errno());
    }
    if (magic.value()) {
      return Step.end(Errno.ELOOP);
    }
    if (text.length > 0 && text[0] == '/') {
      if (resolution.scope() == Resolution.Scope.BENEATH) {
        return Step.end(Errno.EXDEV);
      }
      leaveAll();
    }
    byte[] remaining = Arrays.copyOfRange(rest, at, rest.length);
    byte[] joined = Arrays.copyOf(text, text.length + 1 + remaining.length);
    if (remaining.length > 0) {
      joined[text.length] = '/';
      System.arraycopy(remaining, 0, joined, text.length + 1, remaining.length);
      rest = joined;
    } else {
      rest = text;
    }
    at = 0;
    return Step.ON;
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
    return failure(here.failed() ? here.errno() : there.failed() ? there.errno() : Errno.EXDEV);
  }

  private static boolean sameMount(Statx one, Statx two) {
    boolean known = (one.mask() & two.mask() & Statx.STATX_MNT_ID) != 0;
    return known ? one.mountId() == two.mountId() : one.device() == two.device();
  }
}
