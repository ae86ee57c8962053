package dev.holdfast.files.tree;

import dev.holdfast.files.ground.Principals;
import dev.holdfast.libc.process.Identity;
import java.nio.file.attribute.UserPrincipalNotFoundException;

/**
 * Whom objects belong to afterwards.
 *
 * @param uid {@link #KEEP} keeps it
 * @param gid {@link #KEEP} keeps it
 */
public record OwnerChange(int uid, int gid) {
  public static final int KEEP = Identity.KEEP;

  /**
   * Reads chown(1)'s notation: {@code OWNER}, {@code OWNER:GROUP}, {@code :GROUP}, or {@code
   * OWNER:} for the owner's login group too, in names or numbers.
   *
   * @throws UserPrincipalNotFoundException if there is no such user or group
   */
  public static OwnerChange parse(String text) throws UserPrincipalNotFoundException {
    int colon = text.indexOf(':');
    String owner = colon < 0 ? text : text.substring(0, colon);
    String group = colon < 0 ? "" : text.substring(colon + 1);
    if (owner.isEmpty() && group.isEmpty()) {
      throw new UserPrincipalNotFoundException(text);
    }
    if (colon >= 0 && group.isEmpty()) {
      return new OwnerChange(
          Principals.userNamed(owner).uid(), Principals.loginGroupOf(owner).gid());
    }
    return new OwnerChange(
        owner.isEmpty() ? KEEP : Principals.userNamed(owner).uid(),
        group.isEmpty() ? KEEP : Principals.groupNamed(group).gid());
  }
}
