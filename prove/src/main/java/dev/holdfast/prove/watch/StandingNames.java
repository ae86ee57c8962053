package dev.holdfast.prove.watch;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What stands in a world before the program starts: a program that takes one file of many by lot
 * makes up no name.
 *
 * <p>Threads: the thread of one world.
 */
public final class StandingNames {
  private StandingNames() {}

  /**
   * All names in the directories in which a program used one of some names.
   *
   * @param calls what it did
   * @param names raw, without slashes
   */
  public static Set<String> beside(List<ObservedCall> calls, Set<String> names) {
    Set<String> directories = new HashSet<>();
    for (ObservedCall call : calls) {
      for (Binding binding : call.changeable()) {
        if (names.contains(binding.entry())) {
          directories.add(binding.directory());
        }
      }
      add(call.object(), names, directories);
      call.site().names().forEach(path -> add(path, names, directories));
    }
    Set<String> standing = new HashSet<>();
    directories.forEach(directory -> list(directory, standing));
    return standing;
  }

  /** The directories of an absolute path in which one of the names is the next step. */
  private static void add(String path, Set<String> names, Set<String> directories) {
    if (!path.startsWith("/")) {
      return;
    }
    int from = 1;
    while (from < path.length()) {
      int slash = path.indexOf('/', from);
      int to = slash < 0 ? path.length() : slash;
      if (names.contains(path.substring(from, to))) {
        directories.add(from == 1 ? "/" : path.substring(0, from - 1));
      }
      from = to + 1;
    }
  }

  private static void list(String directory, Set<String> names) {
    SyscallResult opened =
        Fcntl.openat(Fcntl.AT_FDCWD, Raw.bytes(directory), Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0);
    if (opened.failed()) {
      // One that is not there yet holds no names.
      return;
    }
    boolean end = false;
    while (!end) {
      Result<Dirent.Batch> batch = Dirent.getdents64(opened.intValue());
      end = batch.failed() || batch.value().end();
      if (batch.ok()) {
        batch.value().entries().forEach(entry -> names.add(Raw.of(entry.name())));
      }
    }
    Unistd.close(opened.intValue());
  }
}
