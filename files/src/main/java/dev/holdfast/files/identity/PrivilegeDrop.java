package dev.holdfast.files.identity;

import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.libc.process.ProcessIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Becoming a user for good: the whole process, every thread, with no way back (F11, against S17).
 *
 * <p><b>Guarantees.</b> Groups first, then the group, then the user, real, effective, saved and
 * file-system identity alike, through the C library's calls that reach every thread. Afterwards
 * each thread is looked at in /proc, and it is tried whether there is a way back: if anything is
 * not as asked this ends the process, since half a drop is not to be continued with.
 *
 * <p><b>Remaining races.</b> A descriptor that was opened before keeps the rights it was opened
 * with.
 *
 * <p><b>Threads.</b> Acts on all of them. <b>Sources.</b> setresuid(2), nptl(7), "Setuid
 * Demystified" (Chen, Wagner, Dean).
 */
public final class PrivilegeDrop {
  private static final int HALTED_HALFWAY = 3;

  private PrivilegeDrop() {}

  /**
   * Becomes a user of this host, with all of the user's groups.
   *
   * @throws AccessDeniedException if this process may not become that user; nothing was changed
   */
  public static void toUser(String user) throws IOException {
    to(UserIdentity.named(user));
  }

  /**
   * Becomes exactly this identity.
   *
   * @throws AccessDeniedException if this process may not become that user; nothing was changed
   */
  public static void to(UserIdentity identity) throws IOException {
    SyscallResult groups = ProcessIdentity.setgroups(identity.groupArray());
    if (groups.failed()) {
      // The first of three, and the others need the same privilege: nothing has happened yet.
      throw new AccessDeniedException(
          "user " + identity.name(),
          null,
          "setgroups: " + groups.errno().message + " (" + groups.errno() + ")");
    }
    try {
      int gid = identity.gid();
      int uid = identity.uid();
      ProcessIdentity.setresgid(gid, gid, gid).orThrow("setresgid", identity.name());
      ProcessIdentity.setresuid(uid, uid, uid).orThrow("setresuid", identity.name());
      verify(identity);
    } catch (IOException | RuntimeException halfway) {
      System.getLogger(PrivilegeDrop.class.getName())
          .log(System.Logger.Level.ERROR, "privileges were dropped by half", halfway);
      Runtime.getRuntime().halt(HALTED_HALFWAY);
    }
  }

  private static void verify(UserIdentity identity) throws IOException {
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        try {
          verify(identity, Files.readAllLines(task.resolve("status"), StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException ended) {
          // A thread that is no more has no rights.
        }
      }
    }
    if (identity.uid() != 0 && Identity.setresuid(0, 0, 0).ok()) {
      throw new IllegalStateException("there is a way back to root");
    }
  }

  private static void verify(UserIdentity identity, List<String> status) {
    String uid = Integer.toUnsignedString(identity.uid());
    String gid = Integer.toUnsignedString(identity.gid());
    for (String line : status) {
      String[] fields = line.split("\\s+", -1);
      boolean good =
          switch (fields[0]) {
            case "Uid:" -> all(fields, uid);
            case "Gid:" -> all(fields, gid);
            case "Groups:" ->
                identity.hasGroups(
                    Arrays.stream(fields)
                        .skip(1)
                        .filter(field -> !field.isEmpty())
                        .mapToInt(Integer::parseUnsignedInt)
                        .toArray());
            case "CapPrm:", "CapEff:" ->
                identity.uid() == 0 || Long.parseUnsignedLong(fields[1], 16) == 0;
            default -> true;
          };
      if (!good) {
        throw new IllegalStateException("a thread is still " + line);
      }
    }
  }

  private static boolean all(String[] fields, String id) {
    return Arrays.stream(fields).skip(1).limit(4).allMatch(id::equals);
  }
}
