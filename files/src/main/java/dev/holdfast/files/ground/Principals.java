package dev.holdfast.files.ground;

import dev.holdfast.libc.Result;
import dev.holdfast.libc.process.Pwd;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;

/**
 * Users and groups by number: what the kernel knows. The name is looked up only when asked for, and
 * a number without an account is no error: its name is the number.
 */
public final class Principals {
  private Principals() {}

  public record User(int uid) implements UserPrincipal {
    @Override
    public String getName() {
      Result<Pwd.User> user = Pwd.getpwuid(uid);
      return user.ok() ? user.value().name() : Integer.toUnsignedString(uid);
    }

    @Override
    public String toString() {
      return getName();
    }
  }

  public record Group(int gid) implements GroupPrincipal {
    @Override
    public String getName() {
      Result<Pwd.Group> group = Pwd.getgrgid(gid);
      return group.ok() ? group.value().name() : Integer.toUnsignedString(gid);
    }

    @Override
    public String toString() {
      return getName();
    }
  }

  public static User userNamed(String name) throws UserPrincipalNotFoundException {
    Result<Pwd.User> user = Pwd.getpwnam(name);
    return new User(user.ok() ? user.value().uid() : number(name));
  }

  public static Group groupNamed(String name) throws UserPrincipalNotFoundException {
    Result<Pwd.Group> group = Pwd.getgrnam(name);
    return new Group(group.ok() ? group.value().gid() : number(name));
  }

  /** The group that a user logs in with. */
  public static Group loginGroupOf(String name) throws UserPrincipalNotFoundException {
    Result<Pwd.User> user = Pwd.getpwnam(name);
    user = user.ok() ? user : Pwd.getpwuid(number(name));
    if (user.failed()) {
      throw new UserPrincipalNotFoundException(name);
    }
    return new Group(user.value().gid());
  }

  private static int number(String name) throws UserPrincipalNotFoundException {
    // The highest number is nobody's: to chown(2) and setfsuid(2) it says "as it is".
    if (!name.matches("[0-9]+") || name.equals("4294967295")) {
      throw new UserPrincipalNotFoundException(name);
    }
    try {
      return Integer.parseUnsignedInt(name);
    } catch (NumberFormatException tooLarge) {
      throw new UserPrincipalNotFoundException(name);
    }
  }

  /** The number of a user, be it ours or one of the default file system's. */
  static int uid(UserPrincipal user) throws UserPrincipalNotFoundException {
    if (user instanceof GroupPrincipal) {
      // The name of a group may be that of a user, too.
      throw new UserPrincipalNotFoundException(user.getName() + " (a group)");
    }
    return user instanceof User ours ? ours.uid : userNamed(user.getName()).uid;
  }

  static int gid(GroupPrincipal group) throws UserPrincipalNotFoundException {
    return group instanceof Group ours ? ours.gid : groupNamed(group.getName()).gid;
  }
}
