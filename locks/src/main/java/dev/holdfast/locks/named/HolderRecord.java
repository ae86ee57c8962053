package dev.holdfast.locks.named;

import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Xattr;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Mode;
import dev.holdfast.path.FileName;
import dev.holdfast.path.make.RandomNames;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a lock file says about its holder, complete before anybody can see it: enough to prove later
 * that the holder is dead, and for an administrator to know whom to ask.
 *
 * @param pid in the PID namespace {@code pidNamespace}
 * @param startTicks when that process started, in the kernel's ticks since boot as seen in {@code
 *     timeNamespace}: tells it from a later one with the same number
 * @param boot the kernel's id of this boot
 * @param machine the machine's id, and its host name for people
 * @param flocked true if the file itself is flocked, on a file system that only the kernel of this
 *     machine keeps locks of, for as long as the holder or a program that inherited it lives
 * @param token random: which lock this is, for who wants to break exactly this one
 */
public record HolderRecord(
    int pid,
    long startTicks,
    String boot,
    String machine,
    String host,
    long pidNamespace,
    long timeNamespace,
    String token,
    Instant since,
    String command,
    boolean flocked) {

  private static final String MAGIC = "holdfast-lock 1";

  /** The extended attribute for a record beside contents that other programs read. */
  static final byte[] BESIDE = Paths.bytes("user.holdfast.holder");

  /** More than a record can be; a larger file is none. */
  static final int MOST_BYTES = 4096;

  /** The same for a holder that has the file flocked. */
  HolderRecord withFlock(boolean has) {
    return new HolderRecord(
        pid,
        startTicks,
        boot,
        machine,
        host,
        pidNamespace,
        timeNamespace,
        token,
        since,
        command,
        has);
  }

  public byte[] toBytes() {
    return FileName.encode(
        MAGIC
            + "\npid "
            + pid
            + "\nstart "
            + startTicks
            + "\nboot "
            + boot
            + "\nmachine "
            + machine
            + "\nhost "
            + host
            + "\npidns "
            + pidNamespace
            + "\ntimens "
            + timeNamespace
            + "\ntoken "
            + token
            + "\nsince "
            + since
            + "\ncommand "
            + command.replace('\n', ' ')
            + (flocked ? "\nheld flock" : "")
            + "\nend\n");
  }

  /** The record beside a file's contents; null if there is none. */
  static @Nullable HolderRecord besideOf(int fd) {
    Result<byte[]> beside = Xattr.fgetxattr(fd, BESIDE);
    return beside.ok() ? parse(beside.value()) : null;
  }

  /** The record in these bytes; null if they are none, or only a part of one. */
  static @Nullable HolderRecord parse(byte[] bytes) {
    String text = FileName.decode(bytes);
    if (!text.startsWith(MAGIC + "\n") || !text.endsWith("\nend\n")) {
      return null;
    }
    Map<String, String> fields = new HashMap<>();
    for (String line : text.substring(MAGIC.length() + 1).split("\n", -1)) {
      int space = line.indexOf(' ');
      if (space > 0 && fields.put(line.substring(0, space), line.substring(space + 1)) != null) {
        return null;
      }
    }
    try {
      int pid = Integer.parseInt(get(fields, "pid"));
      String token = get(fields, "token");
      if (pid <= 0 || token.length() != RandomNames.LETTERS) {
        return null;
      }
      return new HolderRecord(
          pid,
          Long.parseLong(get(fields, "start")),
          get(fields, "boot"),
          get(fields, "machine"),
          get(fields, "host"),
          Long.parseLong(get(fields, "pidns")),
          Long.parseLong(get(fields, "timens")),
          token,
          Instant.parse(get(fields, "since")),
          get(fields, "command"),
          "flock".equals(fields.get("held")));
    } catch (NumberFormatException | DateTimeException damaged) {
      return null;
    }
  }

  private static String get(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new NumberFormatException("no " + name);
    }
    return value;
  }

  Holder holder() {
    boolean here = machine.equals(Self.machine()) && pidNamespace == Self.pidNamespace();
    return new Holder(
        here ? pid : -1,
        command,
        Mode.EXCLUSIVE,
        0,
        0,
        since,
        machine.equals(Self.machine()) ? "" : host,
        "token " + token + (here ? "" : ", pid " + pid + " there"));
  }
}
