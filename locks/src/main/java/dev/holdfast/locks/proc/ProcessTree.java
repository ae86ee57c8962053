package dev.holdfast.locks.proc;

import dev.holdfast.libc.Sysno;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** Which process waits for which. Threads: safe for all. */
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

  /** Its children, proc_pid_children(5); none if that cannot be seen. */
  public static Set<Integer> childrenOf(int pid) {
    Set<Integer> children = new TreeSet<>();
    Path tasks = PROC.resolve(pid + "/task");
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        String all = Files.readString(thread.resolve("children"), StandardCharsets.US_ASCII);
        for (String child : all.strip().split(" ", -1)) {
          if (!child.isEmpty()) {
            children.add(Integer.valueOf(child));
          }
        }
      }
    } catch (IOException | DirectoryIteratorException | NumberFormatException goneOrNotOurs) {
      return children;
    }
    return children;
  }
}
