package dev.holdfast.prove.trial;

import static dev.holdfast.libc.Fcntl.AT_FDCWD;
import static dev.holdfast.libc.Fcntl.AT_SYMLINK_NOFOLLOW;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.watch.Contents;
import dev.holdfast.prove.watch.Raw;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** What the vault looks like at one moment, to be held against another. */
final class Snapshot {
  private static final int MAX_CONTENT = 1 << 20;

  private record Entry(
      int mode, int uid, int gid, long size, long mtime, long atime, int content, int attributes) {}

  private final Map<String, Entry> entries = new TreeMap<>();

  static Snapshot take(Vault vault) throws FileSystemException {
    Snapshot snapshot = new Snapshot();
    for (String directory : vault.directories()) {
      snapshot.add(directory);
    }
    return snapshot;
  }

  private void add(String path) throws FileSystemException {
    byte[] name = Raw.bytes(path);
    Result<Statx> got = Statx.statx(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    if (got.failed()) {
      return;
    }
    Statx stat = got.value();
    int content = stat.isRegular() ? contentHash(name) : 0;
    long size = stat.isDirectory() ? 0 : stat.size();
    entries.put(
        path,
        new Entry(
            stat.mode(),
            stat.uid(),
            stat.gid(),
            size,
            stat.mtimeSeconds() * 1_000_000_000L + stat.mtimeNanos(),
            stat.atimeSeconds() * 1_000_000_000L + stat.atimeNanos(),
            content,
            stat.isSymlink() ? 0 : attributesHash(name)));
    if (stat.isDirectory()) {
      SyscallResult fd =
          Fcntl.openat(AT_FDCWD, name, Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOATIME, 0);
      if (fd.ok()) {
        for (Dirent entry : Vault.list(fd.intValue())) {
          add(Raw.join(path, Raw.of(entry.name())));
        }
        Unistd.close(fd.intValue());
      }
    }
  }

  private static int contentHash(byte[] name) {
    return Arrays.hashCode(Contents.read(AT_FDCWD, name, MAX_CONTENT, Fcntl.O_NOATIME));
  }

  private static int attributesHash(byte[] path) {
    Result<byte[]> names = Xattr.listxattr(path);
    if (names.failed()) {
      return 0;
    }
    int hash = 0;
    int start = 0;
    for (int i = 0; i < names.value().length; i++) {
      if (names.value()[i] == 0) {
        byte[] name = Arrays.copyOfRange(names.value(), start, i);
        Result<byte[]> value = Xattr.getxattr(path, name);
        hash += 31 * Arrays.hashCode(name) + (value.ok() ? Arrays.hashCode(value.value()) : 1);
        start = i + 1;
      }
    }
    return hash;
  }

  /** Adds to the findings what the later snapshot shows. */
  void compare(Snapshot later, Outcome outcome) {
    entries.forEach(
        (path, before) -> {
          Entry after = later.entries.get(path);
          String shown = Raw.display(path);
          if (after == null) {
            outcome.effect(Effect.DELETE, path, "the protected " + shown + " is gone");
            return;
          }
          boolean regular = (before.mode & Statx.S_IFMT) == Statx.S_IFREG;
          if (regular && (before.size != after.size || before.content != after.content)) {
            outcome.effect(
                Effect.WRITE,
                path,
                "the protected "
                    + shown
                    + " was overwritten ("
                    + before.size
                    + " bytes before, "
                    + after.size
                    + " now)");
          }
          if (before.mode != after.mode) {
            outcome.effect(
                Effect.META,
                path,
                String.format(
                    "the mode of the protected %s changed from %04o to %04o",
                    shown, before.mode & 07777, after.mode & 07777));
          }
          if (before.uid != after.uid || before.gid != after.gid) {
            outcome.effect(
                Effect.META,
                path,
                "the owner of the protected "
                    + shown
                    + " changed from "
                    + before.uid
                    + ":"
                    + before.gid
                    + " to "
                    + after.uid
                    + ":"
                    + after.gid);
          }
          if (before.attributes != after.attributes) {
            outcome.effect(
                Effect.META, path, "extended attributes of the protected " + shown + " changed");
          }
          if (before.atime != after.atime && outcome.opened) {
            outcome.touched("the victim read the protected " + shown);
          }
          if (regular && before.mtime != after.mtime && before.content == after.content) {
            outcome.touched("the times of the protected " + shown + " changed, nothing else");
          }
        });
    for (String path : later.entries.keySet()) {
      if (path.equals(Vault.EXECUTED)) {
        outcome.effect(Effect.EXEC, path, "the victim executed the attacker's file");
      } else if (!entries.containsKey(path)) {
        outcome.effect(
            Effect.CREATE,
            path,
            "a new " + Raw.display(path) + " stands in the protected directory");
      }
    }
  }
}
