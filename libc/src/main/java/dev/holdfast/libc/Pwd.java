package dev.holdfast.libc;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
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

  private static final ValueLayout INT = ValueLayout.JAVA_INT;
  private static final ValueLayout LONG = ValueLayout.JAVA_LONG;

  private static final MethodHandle GETPWNAM_R =
      function("getpwnam_r", LONG, LONG, LONG, LONG, LONG);
  private static final MethodHandle GETPWUID_R =
      function("getpwuid_r", INT, LONG, LONG, LONG, LONG);
  private static final MethodHandle GETGRNAM_R =
      function("getgrnam_r", LONG, LONG, LONG, LONG, LONG);
  private static final MethodHandle GETGRGID_R =
      function("getgrgid_r", INT, LONG, LONG, LONG, LONG);
  private static final MethodHandle GETPWENT_R = function("getpwent_r", LONG, LONG, LONG, LONG);
  private static final MethodHandle SETPWENT = procedure("setpwent");
  private static final MethodHandle ENDPWENT = procedure("endpwent");
  private static final MethodHandle GETGROUPLIST = function("getgrouplist", LONG, INT, LONG, LONG);

  private Pwd() {}

  private static MethodHandle function(String name, ValueLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(
            Kernel.symbol(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
  }

  private static MethodHandle procedure(String name) {
    return Linker.nativeLinker().downcallHandle(Kernel.symbol(name), FunctionDescriptor.ofVoid());
  }

  /** {@code getpwnam_r}, getpwnam(3). {@code ENOENT} if there is no such user. */
  public static Result<User> getpwnam(String name) {
    byte[] bytes = Paths.bytes(name);
    return Paths.invalid(bytes)
        ? Result.failure(Errno.EINVAL)
        : ask(
            (s, entry, buffer, found) ->
                (int) GETPWNAM_R.invokeExact(s.cString(bytes), entry, buffer, (long) BUFFER, found),
            Pwd::user);
  }

  /** {@code getpwuid_r}, getpwnam(3). {@code ENOENT} if there is no such user. */
  public static Result<User> getpwuid(int uid) {
    return ask(
        (s, entry, buffer, found) ->
            (int) GETPWUID_R.invokeExact(uid, entry, buffer, (long) BUFFER, found),
        Pwd::user);
  }

  /** {@code getgrnam_r}, getgrnam(3). {@code ENOENT} if there is no such group. */
  public static Result<Group> getgrnam(String name) {
    byte[] bytes = Paths.bytes(name);
    return Paths.invalid(bytes)
        ? Result.failure(Errno.EINVAL)
        : ask(
            (s, entry, buffer, found) ->
                (int) GETGRNAM_R.invokeExact(s.cString(bytes), entry, buffer, (long) BUFFER, found),
            Pwd::group);
  }

  /** {@code getgrgid_r}, getgrnam(3). {@code ENOENT} if there is no such group. */
  public static Result<Group> getgrgid(int gid) {
    return ask(
        (s, entry, buffer, found) ->
            (int) GETGRGID_R.invokeExact(gid, entry, buffer, (long) BUFFER, found),
        Pwd::group);
  }

  /**
   * {@code setpwent, getpwent_r…, endpwent}: every user the name service lists. A directory server
   * may be set up not to list its users: then this is not all of them.
   */
  public static synchronized Result<List<User>> getpwent() {
    try {
      Map<String, User> users = new LinkedHashMap<>();
      SETPWENT.invokeExact();
      try {
        for (; ; ) {
          Result<User> next =
              ask(
                  (s, entry, buffer, found) ->
                      (int) GETPWENT_R.invokeExact(entry, buffer, (long) BUFFER, found),
                  Pwd::user);
          if (next.failed()) {
            return next.is(Errno.ENOENT)
                ? Result.of(List.copyOf(users.values()))
                : Result.failure(next.errno());
          }
          users.putIfAbsent(next.value().name(), next.value());
        }
      } finally {
        ENDPWENT.invokeExact();
      }
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
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
      int answer = (int) GETGROUPLIST.invokeExact(scratch.cString(name), gid, list, count);
      if (answer < 0) {
        return Result.failure(Errno.ERANGE);
      }
      int[] groups = new int[Memory.getInt(count)];
      for (int i = 0; i < groups.length; i++) {
        groups[i] = Memory.getInt(list + 4L * i);
      }
      return Result.of(groups);
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    }
  }

  @FunctionalInterface
  private interface Call {
    int ask(Scratch scratch, long entry, long buffer, long found) throws Throwable;
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
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
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
