package dev.holdfast.prove.trial;

import dev.holdfast.libc.Statx;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The link and creation guards of the kernel, by their documented rules: would they stop a strike
 * if they were set, and are they?
 *
 * <p>Source: {@code Documentation/admin-guide/sysctl/fs.rst}, {@code fs.protected_symlinks}, {@code
 * protected_hardlinks}, {@code protected_fifos}, {@code protected_regular}.
 */
public final class Guards {
  static final String PROTECTED_HARDLINKS = "fs.protected_hardlinks";

  private static final List<String> ALL =
      List.of(
          "fs.protected_symlinks",
          PROTECTED_HARDLINKS,
          "fs.protected_fifos",
          "fs.protected_regular");

  private Guards() {}

  /** The guards that are in force on this host. */
  public static Set<String> set() {
    return ALL.stream().filter(Guards::isSet).collect(Collectors.toUnmodifiableSet());
  }

  /** The guards that stop this strike against this victim where they are set. */
  static List<String> against(
      Strike strike, Binding binding, Operation operation, int victimUid, int attackerUid) {
    List<String> guards = new ArrayList<>();
    Statx directory = binding.directoryStat();
    boolean sticky = binding.stickyWorldWritable();
    switch (strike) {
      case SYMLINK, SYMLINK_DANGLING, SYMLINK_DIRECTORY, SYMLINK_DIRECTORY_OTHER -> {
        // Followed only by the link's owner, or if the directory's owner made the link.
        if (sticky && victimUid != attackerUid && directory.uid() != attackerUid) {
          guards.add("fs.protected_symlinks");
        }
      }
      // Linking needs the owner, or a file the linker could read and write anyway.
      case HARDLINK -> guards.add(PROTECTED_HARDLINKS);
      case FIFO -> {
        if (sticky && operation.creates() && directory.uid() != attackerUid) {
          guards.add("fs.protected_fifos");
        }
      }
      case CONTENT, FILE -> {
        if (sticky && operation.creates() && directory.uid() != attackerUid) {
          guards.add("fs.protected_regular");
        }
      }
      default -> {}
    }
    return guards;
  }

  private static boolean isSet(String guard) {
    try {
      Path setting = Path.of("/proc/sys", guard.replace('.', '/'));
      return !Files.readString(setting).strip().equals("0");
    } catch (IOException e) {
      return false;
    }
  }
}
