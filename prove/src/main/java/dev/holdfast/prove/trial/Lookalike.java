package dev.holdfast.prove.trial;

import static dev.holdfast.libc.Fcntl.AT_FDCWD;
import static dev.holdfast.libc.Fcntl.AT_SYMLINK_NOFOLLOW;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.plan.NamesBelow;
import dev.holdfast.prove.watch.Attacker;
import dev.holdfast.prove.watch.Contents;
import dev.holdfast.prove.watch.Raw;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a directory of the attacker's own must have so that the victim goes on in it as in the one
 * that it is exchanged for: the same names at every depth, with its contents behind those that it
 * could not have changed.
 *
 * <p>Threads: the thread of one world.
 */
final class Lookalike {
  private static final int MAX_DEPTH = 8;
  private static final int MAX_ENTRIES = 1000;
  private static final int MAX_COPY = 1 << 20;

  /** Something in the directory, its name relative to it, raw; parents come first. */
  sealed interface Entry {
    String name();
  }

  record Folder(String name) implements Entry {}

  record Link(String name, byte[] target) implements Entry {}

  /** As it stands there: the attacker could have changed it anyway. */
  record Copy(String name, byte[] content) implements Entry {}

  /** The attacker's contents, for whoever will read it. */
  record Planted(String name, byte[] content) implements Entry {}

  private final Vault vault;
  private final Attacker attacker;
  private final List<String> command;
  private final List<Entry> entries = new ArrayList<>();
  private final boolean carried;

  /**
   * @param command the program that will find it, with its arguments, raw
   * @param carried it is about to be moved to where the attacker can change nothing: also of one of
   *     its own nobody else knows what it will hold
   */
  Lookalike(Vault vault, Attacker attacker, List<String> command, boolean carried) {
    this.vault = vault;
    this.attacker = attacker;
    this.command = command;
    this.carried = carried;
  }

  /**
   * Nothing for a directory in which it could change everything: to exchange the whole gains it no
   * more. A new name is added, for who takes whatever is there.
   *
   * @param below what the program looks for there in vain is added, too
   */
  List<Entry> of(String directory, NamesBelow below) throws FileSystemException {
    if (!carried && attacker.mayChange(directory)) {
      return List.of();
    }
    add(directory, "", MAX_DEPTH);
    below.missing().forEach(name -> addMissing(directory, name));
    plant(directory, "attacker");
    return List.copyOf(entries);
  }

  /**
   * The same names, and those that the program makes there: none is a file, all are links to
   * protected ones.
   */
  List<Entry> links(String directory, NamesBelow below) throws FileSystemException {
    add(directory, "", MAX_DEPTH);
    entries.replaceAll(
        entry -> entry instanceof Folder ? entry : new Link(entry.name(), Raw.bytes(Vault.SECRET)));
    for (String each : below.missing()) {
      String name = each.replaceFirst("/.*", "");
      boolean leadsOn = below.missing().stream().anyMatch(other -> other.startsWith(name + "/"));
      if (!has(name) && !vault.isVolatile(name)) {
        entries.add(new Link(name, Raw.bytes(leadsOn ? Vault.MIRROR : Vault.SECRET)));
      }
    }
    return List.copyOf(entries);
  }

  private void addMissing(String directory, String name) {
    for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
      String folder = name.substring(0, slash);
      if (!has(folder)) {
        entries.add(new Folder(folder));
      } else if (!entries.contains(new Folder(folder))) {
        return;
      }
    }
    if (name.endsWith("/")) {
      // What it takes for a directory it may list: then it shall find something.
      AddedNames.files(Set.of()).forEach(each -> plant(directory, name + each));
    } else if (!vault.isVolatile(name)) {
      plant(directory, name);
    }
  }

  private void plant(String directory, String name) {
    if (!has(name)) {
      entries.add(new Planted(name, vault.attackerContent(directory, name, command)));
    }
  }

  private boolean has(String name) {
    return entries.stream().anyMatch(e -> e.name().equals(name));
  }

  private void add(String directory, String prefix, int depth) throws FileSystemException {
    SyscallResult opened =
        Fcntl.openat(AT_FDCWD, Raw.bytes(directory), Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0);
    if (opened.failed()) {
      return;
    }
    int fd = opened.intValue();
    try {
      boolean his = attacker.mayChange(directory);
      for (Dirent entry : Vault.list(fd)) {
        String name = Raw.of(entry.name());
        Result<Statx> stat =
            Statx.statx(fd, entry.name(), AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
        if (stat.failed() || vault.isVolatile(name)) {
          continue;
        }
        if (entries.size() >= MAX_ENTRIES) {
          vault.cutShort(directory);
        } else {
          one(directory, name, prefix + name, stat.value(), his, depth);
        }
      }
    } finally {
      Unistd.close(fd);
    }
  }

  private void one(
      String directory, String name, String relative, Statx stat, boolean his, int depth)
      throws FileSystemException {
    byte[] path = Raw.bytes(Raw.join(directory, name));
    switch (stat.type()) {
      case Statx.S_IFDIR -> {
        entries.add(new Folder(relative));
        if (depth == 0) {
          vault.cutShort(Raw.join(directory, name));
        } else {
          add(Raw.join(directory, name), relative + "/", depth - 1);
        }
      }
      case Statx.S_IFLNK -> {
        Result<byte[]> target = Unistd.readlinkat(AT_FDCWD, path);
        if (target.ok()) {
          entries.add(new Link(relative, target.value()));
        }
      }
      case Statx.S_IFREG -> {
        boolean known = !carried && (his || stat.uid() == attacker.uid());
        if (known && attacker.may(Raw.join(directory, name), Unistd.R_OK)) {
          entries.add(new Copy(relative, Contents.read(AT_FDCWD, path, MAX_COPY)));
        } else {
          entries.add(new Planted(relative, vault.attackerContent(directory, name, command)));
        }
      }
      default -> {
        // FIFOs, sockets and devices: their contents are nobody's.
      }
    }
  }
}
