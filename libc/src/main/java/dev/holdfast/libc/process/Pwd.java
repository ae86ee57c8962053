package dev.holdfast.libc.process;

import dev.holdfast.libc.CFunction;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Memory;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Scratch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code <pwd.h>} and {@code <grp.h>}: users and groups as the C library's name service knows them,
 * nsswitch.conf(5), so from a directory server too. These may read files and talk to servers.
 */
public final class Pwd {
  /**
   * {@code struct passwd}.
   *
   * @param uid as an unsigned number
   */
  public record User(String name, int uid, int gid, String home) {}

  /** {@code struct group}: only the members that the group's own entry lists. */
  public record Group(String name, int gid, List<String> members) {}

  private static final int BUFFER = 256 * 1024;
  private static final int STRUCT = 64;

  private static final CFunction GETPWNAM_R = CFunction.named("getpwnam_r");
  private static final CFunction GETPWUID_R = CFunction.named("getpwuid_r");
  private static final CFunction GETGRNAM_R = CFunction.named("getgrnam_r");
  private static final CFunction GETGRGID_R = CFunction.named("getgrgid_r");
  private static final CFunction GETPWENT_R = CFunction.named("getpwent_r");
  private static final CFunction SETPWENT = CFunction.named("setpwent");
  private static final CFunction ENDPWENT = CFunction.named("endpwent");
  private static final CFunction GETGROUPLIST = CFunction.named("getgrouplist");

  private Pwd() {}

  /** {@code getpwnam_r}, getpwnam(3). {@code ENOENT} if there is no such user. */
  public static Result<User> getpwnam(String name) {
    byte[] bytes = Paths.bytes(name);
    return Paths.invalid(bytes)
        ? Result.failure(Errno.EINVAL)
        : ask(
            (s, entry, buffer, found) ->
                GETPWNAM_R.call(s, s.cString(bytes), entry, buffer, BUFFER, found),
            Pwd::user);
  }

  /** {@code getpwuid_r}, getpwnam(3). {@code ENOENT} if there is no such user. */
  public static Result<User> getpwuid(int uid) {
    return ask(
        (s, entry, buffer, found) -> GETPWUID_R.call(s, uid, entry, buffer, BUFFER, found),
        Pwd::user);
  }

  /** {@code getgrnam_r}, getgrnam(3). {@code ENOENT} if there is no such group. */
  public static Result<Group> getgrnam(String name) {
    byte[] bytes = Paths.bytes(name);
    return Paths.invalid(bytes)
        ? Result.failure(Errno.EINVAL)
        : ask(
            (s, entry, buffer, found) ->
                GETGRNAM_R.call(s, s.cString(bytes), entry, buffer, BUFFER, found),
            Pwd::group);
  }

  /** {@code getgrgid_r}, getgrnam(3). {@code ENOENT} if there is no such group. */
  public static Result<Group> getgrgid(int gid) {
    return ask(
        (s, entry, buffer, found) -> GETGRGID_R.call(s, gid, entry, buffer, BUFFER, found),
        Pwd::group);
  }

  /**
   * {@code setpwent, getpwent_r…, endpwent}: every user the name service lists. A directory server
   * may be set up not to list its users: then this is not all of them.
   */
  public static synchronized Result<List<User>> getpwent() {
    try (Scratch scratch = Scratch.open()) {
      Map<String, User> users = new LinkedHashMap<>();
      SETPWENT.call(scratch);
      try {
        for (; ; ) {
          Result<User> next =
              ask(
                  (s, entry, buffer, found) -> GETPWENT_R.call(s, entry, buffer, BUFFER, found),
                  Pwd::user);
          if (next.failed()) {
            return next.is(Errno.ENOENT)
                ? Result.of(List.copyOf(users.values()))
                : Result.failure(next.errno());
          }
          users.putIfAbsent(next.value().name(), next.value());
        }
      } finally {
        ENDPWENT.call(scratch);
      }
    }
  }

  /** {@code getgrouplist(user, group, …)}, getgrouplist(3): the groups a log-in would get. */
  public static Result<int[]> getgrouplist(String user, int gid) {
    byte[] name = Paths.bytes(user);
    if (Paths.invalid(name)) {
      return Result.failure(Errno.EINVAL);
    }
    try (Scratch scratch = Scratch.open()) {
      int room = 65_536;
      long list = scratch.allocate(4L * room);
      long count = scratch.allocate(4);
      Memory.putInt(count, room);
      int answer = GETGROUPLIST.call(scratch, scratch.cString(name), gid, list, count);
      if (answer < 0) {
        return Result.failure(Errno.ERANGE);
      }
      int[] groups = new int[Memory.getInt(count)];
      for (int i = 0; i < groups.length; i++) {
        groups[i] = Memory.getInt(list + 4L * i);
      }
      return Result.of(groups);
    }
  }

  @FunctionalInterface
  private interface Call {
    int ask(Scratch scratch, long entry, long buffer, long found);
  }

  @FunctionalInterface
  private interface Reader<T> {
    T read(long entry);
  }

  private static <T> Result<T> ask(Call call, Reader<T> reader) {
    try (Scratch scratch = Scratch.open()) {
      long entry = scratch.allocateZeroed(STRUCT);
      long found = scratch.allocateZeroed(8);
      long buffer = scratch.allocate(BUFFER);
      int error = call.ask(scratch, entry, buffer, found);
      if (error != 0) {
        return Result.failure(Errno.of(error));
      }
      return Memory.getLong(found) == 0
          ? Result.failure(Errno.ENOENT)
          : Result.of(reader.read(entry));
    }
  }

  private static User user(long entry) {
    return new User(
        string(Memory.getLong(entry)),
        Memory.getInt(entry + 16),
        Memory.getInt(entry + 20),
        string(Memory.getLong(entry + 32)));
  }

  private static Group group(long entry) {
    List<String> members = new ArrayList<>();
    long vector = Memory.getLong(entry + 24);
    for (long at = vector; vector != 0 && Memory.getLong(at) != 0; at += 8) {
      members.add(string(Memory.getLong(at)));
    }
    return new Group(
        string(Memory.getLong(entry)), Memory.getInt(entry + 16), List.copyOf(members));
  }

  private static String string(long address) {
    if (address == 0) {
      return "";
    }
    int length = 0;
    while (Memory.getByte(address + length) != 0) {
      length++;
    }
    byte[] bytes = new byte[length];
    Memory.copyOut(address, bytes, 0, length);
    return Paths.display(bytes);
  }
}
