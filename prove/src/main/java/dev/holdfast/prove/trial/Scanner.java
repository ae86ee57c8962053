package dev.holdfast.prove.trial;

import static dev.holdfast.libc.Fcntl.AT_SYMLINK_NOFOLLOW;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.watch.Attacker;
import dev.holdfast.prove.watch.Contents;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.world.World;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Looks through everything that was changed in a world, for a secret that the attacker can now read
 * and for contents of the attacker's where that may not write.
 */
final class Scanner {
  private static final int MAX_FILE = 4 << 20;
  private static final int MAX_ENTRIES = 20_000;

  private final Attacker attacker;
  private final byte[] secret;
  private final byte[] injection;
  private final List<String> attackersPlaces;
  private final Outcome outcome;
  private final List<Found> found = new ArrayList<>();
  private int entries;

  /**
   * @param attackersPlaces names, raw, at and below which the attacker's contents are no news
   */
  Scanner(
      Attacker attacker,
      String secret,
      String injection,
      List<String> attackersPlaces,
      Outcome outcome) {
    this.attacker = attacker;
    this.secret = Paths.bytes(secret);
    this.injection = Paths.bytes(injection);
    this.attackersPlaces = List.copyOf(attackersPlaces);
    this.outcome = outcome;
  }

  void scan(World world) throws FileSystemException {
    for (World.Upper upper : world.uppers()) {
      int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY;
      SyscallResult fd = Fcntl.openat(upper.fd(), new byte[] {'.'}, flags, 0);
      directory((int) fd.orThrow("openat", upper.point()), Raw.fromText(upper.point()));
    }
    List<Boolean> readable = attacker.may(found.stream().map(Found::path).toList(), Unistd.R_OK);
    for (int i = 0; i < found.size(); i++) {
      judge(found.get(i), readable.get(i));
    }
  }

  private void directory(int fd, String path) throws FileSystemException {
    try {
      for (Dirent entry : Vault.list(fd)) {
        String name = Raw.join(path, Raw.of(entry.name()));
        if (name.startsWith(Vault.BASE)
            || Raw.of(entry.name()).equals(Vault.FURTHER)
            || ++entries > MAX_ENTRIES) {
          continue;
        }
        Result<Statx> stat =
            Statx.statx(fd, entry.name(), AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
        if (stat.failed()) {
          continue;
        }
        if (stat.value().isDirectory()) {
          int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW;
          SyscallResult child = Fcntl.openat(fd, entry.name(), flags, 0);
          if (child.ok()) {
            directory(child.intValue(), name);
          }
        } else if (stat.value().isRegular()) {
          file(fd, entry.name(), name, stat.value());
        }
      }
    } finally {
      Unistd.close(fd);
    }
  }

  /** A regular file, and what stands in it. */
  private record Found(String path, Statx stat, int contents, boolean secret, boolean injection) {}

  private void file(int fd, byte[] entry, String path, Statx stat) {
    byte[] contents = Contents.read(fd, entry, MAX_FILE);
    found.add(
        new Found(
            path,
            stat,
            Arrays.hashCode(contents),
            Contents.contains(contents, secret),
            Contents.contains(contents, injection)));
  }

  private void judge(Found file, boolean mayRead) {
    String path = file.path;
    // Where the victim's user is the attacker, a link it made to its own file betrays nothing.
    boolean ownLink = attacker.sameUser() && file.stat.nlink() > 1 && isAttackersPlace(path);
    if (mayRead && !ownLink) {
      outcome.readable.put(path, file.contents);
      if (file.secret) {
        outcome.effect(
            Effect.LEAK,
            path,
            "the attacker can read the protected contents in " + Raw.display(path));
      }
    }
    if (file.injection
        && file.stat.uid() != attacker.uid()
        && !isAttackersPlace(path)
        && !attacker.may(path, Unistd.W_OK)
        && !attacker.mayChange(Raw.parent(path))
        && !couldReplace(path)) {
      outcome.effect(
          Effect.INJECT,
          path,
          "the attacker's contents ended up in " + Raw.display(path) + ", where it may not write");
    }
  }

  /** Where the attacker itself put it, or could have. */
  private boolean isAttackersPlace(String path) {
    return attackersPlaces.stream().anyMatch(p -> path.equals(p) || path.startsWith(p + "/"));
  }

  /** Whether the attacker could put something into its place, or that of what it stands in. */
  private boolean couldReplace(String path) {
    for (String name = path; !name.equals("/"); name = Raw.parent(name)) {
      Result<Statx> directory = stat(Raw.parent(name));
      Result<Statx> entry = stat(name);
      if (directory.ok()
          && entry.ok()
          && attacker.mayReplace(directory.value(), entry.value())
          && attacker.mayChange(Raw.parent(name))) {
        return true;
      }
    }
    return false;
  }

  private static Result<Statx> stat(String path) {
    return Statx.statx(
        Fcntl.AT_FDCWD, Raw.bytes(path), AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
  }
}
