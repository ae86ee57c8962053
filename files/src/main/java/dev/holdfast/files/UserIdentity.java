package dev.holdfast.files;

import dev.holdfast.libc.Pwd;
import java.io.IOException;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Arrays;
import java.util.List;

/**
 * Who somebody is to the file system.
 *
 * @param uid as an unsigned number
 * @param gid the primary group
 * @param groups the supplementary groups, in order and each once
 */
public record UserIdentity(String name, int uid, int gid, List<Integer> groups) {
  public UserIdentity {
    groups = groups.stream().distinct().sorted(Integer::compareUnsigned).toList();
  }

  /**
   * As a log-in would have it: all groups the name service gives to the user.
   *
   * @throws UserPrincipalNotFoundException if there is no such user
   */
  public static UserIdentity named(String user) throws IOException {
    int uid = Principals.userNamed(user).uid();
    Pwd.User account = Pwd.getpwuid(uid).valueOrNull();
    if (account == null) {
      throw new UserPrincipalNotFoundException(user);
    }
    int[] groups = Pwd.getgrouplist(account.name(), account.gid()).orThrow("getgrouplist", user);
    return new UserIdentity(
        account.name(), uid, account.gid(), Arrays.stream(groups).boxed().toList());
  }

  int[] groupArray() {
    return groups.stream().mapToInt(Integer::intValue).toArray();
  }

  boolean hasGroups(int[] actual) {
    return groups.equals(
        Arrays.stream(actual).boxed().distinct().sorted(Integer::compareUnsigned).toList());
  }
}
