package dev.holdfast.files.identity;

import dev.holdfast.files.ground.Principals;
import dev.holdfast.libc.process.Pwd;
import java.io.IOException;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
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

  /** The group of those of whom none is known, {@code /proc/sys/kernel/overflowgid}. */
  private static final int NO_GROUP = 65534;

  /**
   * As a log-in would have it: all groups the name service gives to the user.
   *
   * <p>A number that no account has (as containers run programs) is a user, too, in no group but
   * 65534, which stands for none. {@code UID:GID,GID…} is exactly that user, in these groups, of
   * which the first is the primary one.
   *
   * @throws UserPrincipalNotFoundException if there is no such user
   */
  public static UserIdentity named(String user) throws IOException {
    int colon = user.indexOf(':');
    if (colon >= 0) {
      int uid = Principals.userNamed(user.substring(0, colon)).uid();
      List<Integer> gids = new ArrayList<>();
      for (String group : user.substring(colon + 1).split(",", -1)) {
        gids.add(Principals.groupNamed(group).gid());
      }
      return new UserIdentity(user, uid, gids.getFirst(), gids.subList(1, gids.size()));
    }
    int uid = Principals.userNamed(user).uid();
    Pwd.User account = Pwd.getpwuid(uid).valueOrNull();
    if (account == null) {
      return new UserIdentity(user, uid, NO_GROUP, List.of());
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
