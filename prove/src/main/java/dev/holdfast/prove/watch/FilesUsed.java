package dev.holdfast.prove.watch;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Unistd;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which files a program read that the attacker may not, and which it wrote: for telling whether
 * what it leaves open to the attacker is somebody's secret.
 *
 * <p>Threads: the tracer's.
 */
final class FilesUsed {
  private static final int MOST_WRITTEN = 1 << 16;
  private static final int MOST_BYTES = 1 << 20;
  private static final List<String> NOT_STORED = List.of("/proc/", "/sys/", "/dev/");

  private final Attacker attacker;

  /** What was there before. */
  private final Secrets secrets = new Secrets(FilesUsed::contents);

  /** By name, raw: the call that opened it to be written. */
  private final Map<String, ObservedCall> written = new LinkedHashMap<>();

  /** Names, raw, of files that were closed to the attacker until the program opened them. */
  private final Set<String> opened = new HashSet<>();

  /** A call that closes a directory to the attacker, and what is made there later. */
  private record Closing(ObservedCall call, List<String> names) {}

  /** By the directory's name, raw. */
  private final Map<String, Closing> closings = new LinkedHashMap<>();

  FilesUsed(Attacker attacker) {
    this.attacker = attacker;
  }

  /** Right before a file is opened to be read. */
  void read(String path) {
    if (attacker.sameUser() || isWritten(path) || !isStored(path)) {
      return;
    }
    if (attacker.may(path, Unistd.R_OK)) {
      secrets.open(path);
    } else if (isRegular(path)) {
      secrets.closed(path);
    }
  }

  /** Right before a file is opened to be written. */
  void write(String path, ObservedCall call) {
    if (attacker.sameUser() || !isStored(path) || written.size() >= MOST_WRITTEN) {
      return;
    }
    secrets.changes(path);
    written.put(path, call);
    String directory = Raw.parent(path);
    Closing closing = closings.get(directory);
    if (closing != null && !exists(path) && !attacker.mayChange(directory)) {
      closing.names.add(path);
    }
  }

  /** Right before rights are changed. */
  void rights(String path, ObservedCall call) {
    if (!attacker.sameUser() && isStored(path) && attacker.mayChange(path)) {
      closings.putIfAbsent(path, new Closing(call, new ArrayList<>()));
    }
  }

  /**
   * A file that the attacker could not read, and now can. What the program itself has made, closed
   * at first, it may well mean for everybody.
   */
  void opened(String path, ObservedCall call) {
    if (!attacker.sameUser() && isStored(path) && written.putIfAbsent(path, call) == null) {
      opened.add(path);
    }
  }

  /** Right before something else takes this name. */
  void replaced(String path) {
    secrets.changes(path);
  }

  /** A name was changed into another. */
  void renamed(String from, String to) {
    if (opened.remove(from)) {
      opened.add(to);
    }
    ObservedCall call = written.remove(from);
    if (call != null) {
      written.put(to, call);
    } else if (!isRegular(from)) {
      String directory = from + "/";
      List<String> inside =
          written.keySet().stream().filter(path -> path.startsWith(directory)).toList();
      for (String path : inside) {
        ObservedCall moved = written.remove(path);
        if (moved != null) {
          written.put(Raw.join(to, path.substring(directory.length())), moved);
        }
      }
    }
  }

  boolean isWritten(String path) {
    return written.containsKey(path);
  }

  /** Something stands there that the attacker was not to read. */
  boolean isSecret(String path) {
    return isWritten(path) && (opened.contains(path) || !sources(path).isEmpty());
  }

  /** One that was written in this directory, at any depth, and that the attacker may read. */
  @Nullable String writtenBelow(String directory) {
    for (String path : written.keySet()) {
      if (path.startsWith(directory + "/") && isRegular(path) && attacker.may(path, Unistd.R_OK)) {
        return path;
      }
    }
    return null;
  }

  /** Of which files, by their names, some bytes stand in one that was written. */
  List<String> sources(String path) {
    if (!isWritten(path) || !isRegular(path)) {
      return List.of();
    }
    return secrets.in(contents(path)).stream().filter(source -> !source.equals(path)).toList();
  }

  /**
   * The calls by which something is open for which nobody has to change a name: what is left,
   * readable to the attacker, of files that it may not read, and directories that were closed too
   * late.
   */
  List<ObservedCall> left() {
    List<ObservedCall> left = new ArrayList<>();
    closings.forEach(
        (directory, closing) -> {
          if (!closing.names.isEmpty()) {
            left.add(closing.call.closing(directory, closing.names));
          }
        });
    written.forEach(
        (path, call) -> {
          if (attacker.may(path, Unistd.R_OK)) {
            List<String> sources = sources(path);
            if (!sources.isEmpty()) {
              left.add(call.leaving(path, sources));
            }
          }
        });
    return left;
  }

  private static byte[] contents(String path) {
    return Contents.read(Fcntl.AT_FDCWD, Raw.bytes(path), MOST_BYTES);
  }

  private static boolean isStored(String path) {
    return path.startsWith("/") && NOT_STORED.stream().noneMatch(path::startsWith);
  }

  private static boolean exists(String path) {
    return Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(path), Fcntl.AT_SYMLINK_NOFOLLOW, 0).ok();
  }

  private static boolean isRegular(String path) {
    Result<Statx> stat =
        Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(path), Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_TYPE);
    return stat.ok() && stat.value().isRegular();
  }
}
