package dev.holdfast.locks.proc;

import dev.holdfast.libc.Sysno;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Which process waits for its children. Threads: safe for all. */
public final class ProcessTree {
  private static final Path PROC = Path.of("/proc");

  private ProcessTree() {}

  /** True if a thread of it is in wait4(2) or waitid(2); false if that cannot be seen. */
  public static boolean waitsForChildren(int pid) {
    Path tasks = PROC.resolve(pid + "/task");
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        if (isWait(thread.resolve("syscall"))) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException goneOrNotOurs) {
      return false;
    }
    return false;
  }

  private static boolean isWait(Path syscall) throws IOException {
    String number = Files.readString(syscall, StandardCharsets.US_ASCII).strip().split(" ", -1)[0];
    return number.equals(Integer.toString(Sysno.WAIT4.nr))
        || number.equals(Integer.toString(Sysno.WAITID.nr));
  }
}
