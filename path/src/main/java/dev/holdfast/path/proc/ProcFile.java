package dev.holdfast.path.proc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Files of {@code /proc}, proc(5). What stands there of names, threads and arguments is bytes that
 * others chose: they are read one character a byte, which never fails and loses nothing. {@link
 * dev.holdfast.path.FileName#decode} makes names of them.
 *
 * <p>Threads: safe for all.
 */
public final class ProcFile {
  private static final int AT_ONCE = 4096;

  /** Of proc_pid_stat(5), the first one after the name, which may contain anything. */
  private static final int FIRST_AFTER_NAME = 3;

  private ProcFile() {}

  public static String text(String file) throws IOException {
    return Files.readString(Path.of(file), ISO_8859_1);
  }

  public static List<String> lines(String file) throws IOException {
    return Files.readAllLines(Path.of(file), ISO_8859_1);
  }

  /**
   * What one read gives of a file in a procfs: all of most files there. Empty if it cannot be read.
   *
   * @param procfs the directory that the name begins in
   */
  public static String read(int procfs, String name) {
    return read(procfs, name, new byte[AT_ONCE]);
  }

  /** The same into a buffer, for who asks often or for more. */
  public static String read(int procfs, String name, byte[] buffer) {
    SyscallResult fd = Fcntl.openat(procfs, name.getBytes(ISO_8859_1), Fcntl.O_RDONLY, 0);
    if (fd.failed()) {
      return "";
    }
    SyscallResult read = Unistd.read(fd.intValue(), buffer, 0, buffer.length);
    Unistd.close(fd.intValue());
    return new String(buffer, 0, read.ok() ? read.intValue() : 0, ISO_8859_1);
  }

  /** The strings of a file such as {@code cmdline} or {@code environ}, each ended by a NUL. */
  public static List<byte[]> strings(String file) throws IOException {
    byte[] all = Files.readAllBytes(Path.of(file));
    List<byte[]> strings = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < all.length; i++) {
      if (all[i] == 0) {
        strings.add(Arrays.copyOfRange(all, start, i));
        start = i + 1;
      }
    }
    return strings;
  }

  /**
   * A field of proc_pid_status(5); empty if it is not there. No thread's name can feign one: the
   * kernel escapes line ends in it.
   *
   * @param name without the colon
   */
  public static String field(String status, String name) {
    String start = name + ":\t";
    int from = status.startsWith(start) ? 0 : status.indexOf('\n' + start) + 1;
    if (from == 0 && !status.startsWith(start)) {
      return "";
    }
    int end = status.indexOf('\n', from);
    return status.substring(from + start.length(), end < 0 ? status.length() : end).strip();
  }

  /** A number of our own status; another one where it cannot be told. */
  public static long ownStatus(String field, int radix, long otherwise) {
    try {
      return Long.parseUnsignedLong(field(text("/proc/self/status"), field), radix);
    } catch (IOException | NumberFormatException noProc) {
      return otherwise;
    }
  }

  /**
   * A field of proc_pid_stat(5), numbered from 1 as there; empty if it is not there.
   *
   * @param number 3 or more
   */
  public static String statField(String stat, int number) {
    int name = stat.lastIndexOf(')');
    String[] rest = name < 0 ? new String[0] : stat.substring(name + 1).strip().split(" ", -1);
    int index = number - FIRST_AFTER_NAME;
    return index < rest.length ? rest[index] : "";
  }

  /** Whether a number is that of somebody in this user namespace, user_namespaces(7). */
  public static boolean mapsUser(int uid) {
    long wanted = Integer.toUnsignedLong(uid);
    try {
      for (String line : lines("/proc/self/uid_map")) {
        String[] range = line.strip().split("\\s+", -1);
        long first = Long.parseLong(range[0]);
        if (wanted >= first && wanted - first < Long.parseLong(range[2])) {
          return true;
        }
      }
      return false;
    } catch (IOException noUserNamespaces) {
      return true;
    }
  }

  /** The children of a process, proc_pid_children(5); none if that cannot be seen. */
  public static Set<Integer> childrenOf(int pid) {
    Set<Integer> children = new TreeSet<>();
    Path tasks = Path.of("/proc/" + pid + "/task");
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        String all = Files.readString(thread.resolve("children"), ISO_8859_1);
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
