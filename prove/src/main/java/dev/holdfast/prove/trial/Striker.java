package dev.holdfast.prove.trial;

import static dev.holdfast.libc.Fcntl.AT_FDCWD;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.observe.Attacker;
import dev.holdfast.prove.observe.Binding;
import dev.holdfast.prove.observe.Raw;
import java.nio.file.FileSystemException;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Does what the attacker would do, with the attacker's identity: every change of a name is made by
 * him. What only prepares the canaries is done before, with the world's own rights.
 *
 * <p>Threads: the thread of one world.
 */
final class Striker {
  private static final String AWAY = ".holdfast-strike";

  private final Attacker attacker;
  private final Vault vault;
  private final Set<String> guardsSet;

  /**
   * @param guardsSet the kernel guards that are in force here
   */
  Striker(Attacker attacker, Vault vault, Set<String> guardsSet) {
    this.attacker = attacker;
    this.vault = vault;
    this.guardsSet = guardsSet;
  }

  /** Performs a strike that changes a name; says in the outcome what came of it. */
  void strike(Strike strike, Binding binding, Outcome outcome) throws FileSystemException {
    String aside = Raw.join(binding.directory(), AWAY);
    SyscallResult result =
        switch (strike) {
          case SYMLINK -> replaceByLink(Vault.SECRET, aside, binding);
          case SYMLINK_DANGLING -> replaceByLink(Vault.ABSENT, aside, binding);
          case SYMLINK_DIRECTORY -> {
            vault.mirror(binding.path());
            yield replaceByLink(Vault.MIRROR, aside, binding);
          }
          case HARDLINK -> hardlink(aside, binding);
          case FIFO ->
              attacker.act(
                  () -> {
                    byte[] name = Raw.bytes(aside);
                    SyscallResult made = Unistd.mknodat(AT_FDCWD, name, Statx.S_IFIFO | 0666, 0);
                    Unistd.fchmodat(AT_FDCWD, name, 0666);
                    return made.failed() ? made : replace(aside, binding);
                  });
          case CONTENT ->
              attacker.act(
                  () -> {
                    SyscallResult made = write(aside);
                    return made.failed() ? made : replace(aside, binding);
                  });
          case EXCHANGE -> {
            Set<String> names = othersFiles(binding.path());
            yield attacker.act(() -> exchange(aside, names, binding));
          }
          case REMOVE ->
              attacker.act(
                  () ->
                      Unistd.renameat2(
                          AT_FDCWD, Raw.bytes(binding.path()), AT_FDCWD, Raw.bytes(aside), 0));
          case HOLD_OPEN, KILL, COPY, RIVAL ->
              throw new IllegalArgumentException(strike + " changes no name");
        };
    if (result.ok()) {
      outcome.struck = Outcome.Struck.DONE;
    } else if (strike == Strike.HARDLINK && guardsSet.contains("fs.protected_hardlinks")) {
      outcome.struck = Outcome.Struck.BLOCKED;
      outcome.evidence.add("the kernel keeps the attacker from linking to a file of another user");
    } else {
      outcome.struck = Outcome.Struck.FAILED;
      outcome.evidence.add("the attacker could not do it: " + result);
    }
  }

  private SyscallResult replaceByLink(String target, String aside, Binding binding) {
    return attacker.act(
        () -> {
          SyscallResult made = Unistd.symlinkat(Raw.bytes(target), AT_FDCWD, Raw.bytes(aside));
          return made.failed() ? made : replace(aside, binding);
        });
  }

  /** Puts what was prepared aside into the entry's place, in one step. */
  private static SyscallResult replace(String aside, Binding binding) {
    byte[] from = Raw.bytes(aside);
    byte[] to = Raw.bytes(binding.path());
    Statx object = binding.object();
    // Only an exchange puts anything but a directory in a directory's place.
    int flags = object != null && object.isDirectory() ? Unistd.RENAME_EXCHANGE : 0;
    return Unistd.renameat2(AT_FDCWD, from, AT_FDCWD, to, flags);
  }

  /**
   * The names behind which he could not put his own contents anyway, and a new one, for who takes
   * whatever is there.
   */
  private Set<String> othersFiles(String directory) throws FileSystemException {
    Set<String> names = new TreeSet<>();
    if (!attacker.mayChange(directory)) {
      vault
          .regularFiles(directory)
          .forEach(
              (name, stat) -> {
                if (stat.uid() != attacker.uid()) {
                  names.add(name);
                }
              });
      names.add("attacker");
    }
    return names;
  }

  private SyscallResult exchange(String aside, Set<String> names, Binding binding) {
    SyscallResult made = Unistd.mkdirat(AT_FDCWD, Raw.bytes(aside), 0755);
    for (Iterator<String> left = names.iterator(); made.ok() && left.hasNext(); ) {
      made = write(aside + "/" + left.next());
    }
    return made.failed() ? made : replace(aside, binding);
  }

  private SyscallResult write(String path) {
    int flags = Fcntl.O_WRONLY | Fcntl.O_CREAT | Fcntl.O_EXCL;
    SyscallResult fd = Fcntl.openat(AT_FDCWD, Raw.bytes(path), flags, 0755);
    if (fd.failed()) {
      return fd;
    }
    byte[] content = vault.attackerContent();
    SyscallResult written = Unistd.write(fd.intValue(), content, 0, content.length);
    Unistd.close(fd.intValue());
    return written;
  }

  /**
   * The vault cannot be entered by the attacker, as the directory of a real target often can; so
   * the link itself is made for him, unless the kernel's guard would refuse it to him.
   */
  private SyscallResult hardlink(String aside, Binding binding) throws FileSystemException {
    if (guardsSet.contains("fs.protected_hardlinks")) {
      return SyscallResult.failure(Errno.EPERM);
    }
    String target = vault.linkable(binding.directory(), binding.directoryStat());
    SyscallResult linked =
        Unistd.linkat(AT_FDCWD, Raw.bytes(target), AT_FDCWD, Raw.bytes(aside), 0);
    return linked.failed() ? linked : attacker.act(() -> replace(aside, binding));
  }

  /** What the attacker can read of an object by its name; empty if nothing. */
  byte[] readable(String path, int limit) {
    return attacker.act(() -> Contents.read(AT_FDCWD, Raw.bytes(path), limit));
  }

  /**
   * Opens the object as the attacker, -1 if he may not.
   *
   * @param writing for writing, too, if he may
   */
  int holdOpen(String path, boolean writing, Outcome outcome) {
    int flags = Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY | Fcntl.O_NOFOLLOW;
    int[] accesses =
        writing
            ? new int[] {Fcntl.O_RDWR, Fcntl.O_WRONLY, Fcntl.O_RDONLY}
            : new int[] {Fcntl.O_RDONLY};
    SyscallResult fd =
        attacker.act(
            () -> {
              SyscallResult opened = SyscallResult.failure(Errno.EACCES);
              for (int access : accesses) {
                opened = Fcntl.openat(AT_FDCWD, Raw.bytes(path), flags | access, 0);
                if (opened.ok()) {
                  break;
                }
              }
              return opened;
            });
    if (fd.failed()) {
      outcome.struck = Outcome.Struck.FAILED;
      outcome.evidence.add("the attacker could not open it: " + fd);
      return -1;
    }
    outcome.struck = Outcome.Struck.DONE;
    return fd.intValue();
  }

  /** The binding as it is before the victim starts; null if its directory is not there yet. */
  static @Nullable Binding beforehand(Binding later) {
    byte[] directory = Raw.bytes(later.directory());
    Result<Statx> stat = Statx.statx(AT_FDCWD, directory, 0, Statx.STATX_BASIC_STATS);
    if (stat.failed()) {
      return null;
    }
    Result<Statx> object =
        Statx.statx(
            AT_FDCWD, Raw.bytes(later.path()), Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_BASIC_STATS);
    return new Binding(
        later.operand(),
        later.index(),
        later.last(),
        later.directory(),
        later.entry(),
        stat.value(),
        object.ok() ? object.value() : null);
  }
}
