package dev.holdfast.files.replace;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.FileKind;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.ground.Place;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import dev.holdfast.path.FileName;
import dev.holdfast.path.proc.ProcSelfFd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the new file is to have of the one it replaces. Immutable.
 *
 * @param stat null if there is nothing to keep
 */
record OldFile(@Nullable Statx stat, Map<String, byte[]> xattrs, InodeFlags flags) {
  static final OldFile NONE = new OldFile(null, Map.of(), InodeFlags.UNKNOWN);

  /** What vouches for contents, or gives rights to them, says nothing of others. */
  private static final Set<String> BOUND_TO_CONTENTS =
      Set.of("security.capability", "security.ima", "security.evm");

  static final String ACL = "system.posix_acl_access";

  /**
   * Looks at what has a name now.
   *
   * @throws UnsafePathException if that is nothing to be replaced
   */
  static OldFile at(Place place, ReplaceSettings settings) throws IOException {
    return settings.keep() ? held(place, settings) : named(place, settings);
  }

  /** Only what sort of thing has the name is asked: nothing to hold. */
  private static OldFile named(Place place, ReplaceSettings settings) throws IOException {
    SyscallResult mode = Statx.mode(place.dirfd(), place.name());
    if (mode.ok()) {
      requireReplaceable(mode.intValue(), place, settings);
    } else if (!mode.is(Errno.ENOENT)) {
      throw CORE.failure(mode.errno(), "statx", place.shown());
    }
    return NONE;
  }

  /** Mode, owner and extended attributes are to be those of one and the same object. */
  private static OldFile held(Place place, ReplaceSettings settings) throws IOException {
    SyscallResult opened =
        Fcntl.openat(place.dirfd(), place.name(), Fcntl.O_PATH | Fcntl.O_NOFOLLOW, 0);
    if (opened.is(Errno.ENOENT)) {
      return NONE;
    }
    String shown = place.shown();
    int raw = (int) CORE.orThrow(opened, "openat", shown);
    try {
      Statx stat = Statx.fstat(raw).orThrow("statx", shown);
      return requireReplaceable(stat.mode(), place, settings)
          ? new OldFile(stat, readXattrs(raw, shown), InodeFlags.ofHeld(raw))
          : NONE;
    } finally {
      Unistd.close(raw);
    }
  }

  /** True for a regular file, false for a link that is to be replaced itself. */
  private static boolean requireReplaceable(int mode, Place place, ReplaceSettings settings)
      throws UnsafePathException {
    FileKind kind = CORE.kind(mode);
    if (kind == FileKind.SYMLINK && !settings.replaceLink()) {
      throw new UnsafePathException(place.shown(), "is a symbolic link", Row.S05, Errno.ELOOP);
    }
    if (kind != FileKind.SYMLINK && kind != FileKind.REGULAR) {
      throw new UnsafePathException(place.shown(), "is " + kind.description(), Row.S11, null);
    }
    return kind == FileKind.REGULAR;
  }

  private static Map<String, byte[]> readXattrs(int raw, String shown) throws IOException {
    byte[] held = ProcSelfFd.name(raw);
    Result<byte[]> list = Xattr.listxattr(held);
    if (list.is(Errno.EOPNOTSUPP)) {
      return Map.of();
    }
    byte[] names = list.orThrow("listxattr", shown);
    if (names.length == 0) {
      return Map.of();
    }
    Map<String, byte[]> all = new LinkedHashMap<>();
    for (String attribute : CORE.splitNames(names)) {
      Result<byte[]> value = Xattr.getxattr(held, FileName.encode(attribute));
      if (value.ok()) {
        all.put(attribute, value.value());
      } else if (!value.is(Errno.ENODATA) && !mayBeLost(attribute)) {
        throw SyscallExceptions.of(value.errno(), "getxattr", shown);
      }
    }
    return all;
  }

  /** Labels that the system's policy sets by itself, or that only root may see. */
  private static boolean mayBeLost(String attribute) {
    return attribute.startsWith("security.") || attribute.startsWith("trusted.");
  }

  /** What the caller is not allowed, or the file system cannot do. */
  static boolean cannotBe(SyscallResult result) {
    return result.is(Errno.EPERM)
        || result.is(Errno.EACCES)
        || result.is(Errno.EINVAL)
        || result.is(Errno.ENOSYS)
        || result.is(Errno.ENOTTY)
        || result.is(Errno.EOPNOTSUPP);
  }

  /**
   * Gives an open file exactly these extended attributes.
   *
   * @param lenient those that it cannot be given are answered
   */
  List<String> copyXattrsTo(int fd, String shown, boolean lenient) throws IOException {
    if (!xattrs.containsKey(ACL)) {
      // The directory's default ACL may have given it one, which the old file had not.
      SyscallResult removed = Xattr.fremovexattr(fd, FileName.encode(ACL));
      if (removed.failed() && !removed.is(Errno.ENODATA) && !removed.is(Errno.EOPNOTSUPP)) {
        removed.orThrow("fremovexattr", shown);
      }
    }
    List<String> missing = new ArrayList<>();
    for (Map.Entry<String, byte[]> attribute : xattrs.entrySet()) {
      if (BOUND_TO_CONTENTS.contains(attribute.getKey())) {
        continue;
      }
      SyscallResult set =
          Xattr.fsetxattr(fd, FileName.encode(attribute.getKey()), attribute.getValue(), 0);
      if (set.ok() || mayBeLost(attribute.getKey())) {
        continue;
      }
      if (!lenient || !cannotBe(set)) {
        set.orThrow("fsetxattr", shown);
      }
      missing.add(attribute.getKey());
    }
    return missing;
  }
}
