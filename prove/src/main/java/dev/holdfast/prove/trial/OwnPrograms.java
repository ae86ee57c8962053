package dev.holdfast.prove.trial;

import static dev.holdfast.libc.Fcntl.AT_FDCWD;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.payload.Environment;
import dev.holdfast.prove.watch.Attacker;
import dev.holdfast.prove.watch.Raw;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A directory of the attacker's, as everybody has one somewhere, with what its settings name:
 * libraries, scripts, and a program of its own by each usual name.
 *
 * <p>Threads: the thread of one world.
 */
final class OwnPrograms {
  private static final List<String> USUAL =
      List.of("/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin");

  private static final int MOST_PROGRAMS = 5000;

  private final Attacker attacker;
  private boolean made;

  OwnPrograms(Attacker attacker) {
    this.attacker = attacker;
  }

  void make() {
    if (made) {
      return;
    }
    made = true;
    byte[] directory = Raw.bytes(Environment.DIRECTORY);
    Unistd.mkdirat(AT_FDCWD, directory, 0755);
    Unistd.fchownat(AT_FDCWD, directory, attacker.uid(), -1, Fcntl.AT_SYMLINK_NOFOLLOW);
    attacker.act(
        () -> {
          Unistd.mkdirat(AT_FDCWD, Raw.bytes(Environment.PROGRAMS), 0755);
          for (Map.Entry<String, byte[]> file : Environment.files(Vault.EXECUTED).entrySet()) {
            Striker.write(file.getKey(), file.getValue());
          }
          byte[] program = Raw.bytes(Environment.PROGRAM);
          for (String name : usual()) {
            byte[] link = Raw.bytes(Raw.join(Environment.PROGRAMS, name));
            Unistd.symlinkat(program, AT_FDCWD, link);
          }
          return SyscallResult.SUCCESS;
        });
  }

  private static Set<String> usual() {
    Set<String> names = new TreeSet<>();
    for (String directory : USUAL) {
      int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY;
      SyscallResult fd = Fcntl.openat(AT_FDCWD, Raw.bytes(directory), flags, 0);
      if (fd.failed()) {
        continue;
      }
      try {
        for (Dirent entry : Vault.list(fd.intValue())) {
          if (names.size() < MOST_PROGRAMS) {
            names.add(Raw.of(entry.name()));
          }
        }
      } catch (FileSystemException unreadable) {
        // The others have programs, too.
      } finally {
        Unistd.close(fd.intValue());
      }
    }
    return names;
  }
}
