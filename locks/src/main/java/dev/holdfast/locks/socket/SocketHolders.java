package dev.holdfast.locks.socket;

import dev.holdfast.libc.Unistd;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.proc.KernelLocks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who has a socket: the kernel's tables of sockets, and the descriptors of processes, proc(5). */
final class SocketHolders {
  private static final Path PROC = Path.of("/proc");

  /** Address, references, protocol, flags, type, state and inode, unix(7). */
  private static final Pattern UNIX_ROW =
      Pattern.compile("\\p{XDigit}+: (?:\\p{XDigit}+ ){5} *(\\d+)");

  private SocketHolders() {}

  static List<Holder> ofTcpPort(int port) {
    String suffix = String.format(Locale.ROOT, ":%04X", port);
    List<String> inodes = new ArrayList<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      for (String line : lines(PROC.resolve("self").resolve(table))) {
        String[] words = line.trim().split("\\s+", -1);
        if (words.length > 9 && words[1].endsWith(suffix)) {
          inodes.add(words[9]);
        }
      }
    }
    return owners(inodes);
  }

  static List<Holder> ofAbstractName(byte[] name) {
    // The table has names as they are, line ends and spaces included, and each NUL as an @.
    String shown = " @" + new String(name, StandardCharsets.ISO_8859_1).replace('\0', '@') + "\n";
    String table;
    try {
      table = Files.readString(PROC.resolve("self/net/unix"), StandardCharsets.ISO_8859_1);
    } catch (IOException none) {
      return List.of();
    }
    List<String> inodes = new ArrayList<>();
    for (int at = table.indexOf(shown); at >= 0; at = table.indexOf(shown, at + 1)) {
      Matcher row = UNIX_ROW.matcher(table.substring(table.lastIndexOf('\n', at - 1) + 1, at));
      if (row.matches()) {
        inodes.add(row.group(1));
      }
    }
    return owners(inodes);
  }

  private static List<String> lines(Path table) {
    try {
      return Files.readAllLines(table, StandardCharsets.ISO_8859_1);
    } catch (IOException none) {
      return List.of();
    }
  }

  private static List<Holder> owners(List<String> inodes) {
    List<Holder> holders = new ArrayList<>();
    if (inodes.isEmpty()) {
      return holders;
    }
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (has(process.resolve("fd"), inodes)) {
          int pid = Integer.parseInt(process.getFileName().toString());
          holders.add(holder(pid));
        }
      }
    } catch (IOException | DirectoryIteratorException incomplete) {
      // Whatever was found is still true.
    }
    return holders;
  }

  private static Holder holder(int pid) {
    String note = pid == Unistd.getpid() ? "this process" : "";
    return new Holder(pid, KernelLocks.commandOf(pid), Mode.EXCLUSIVE, 0, 0, null, "", note);
  }

  private static boolean has(Path descriptors, List<String> inodes) {
    try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
      for (Path link : links) {
        String target = target(link);
        for (String inode : inodes) {
          if (target.equals("socket:[" + inode + "]")) {
            return true;
          }
        }
      }
    } catch (IOException | DirectoryIteratorException goneOrNotOurs) {
      return false;
    }
    return false;
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }
}
