package dev.holdfast.cli.file;

import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.files.tree.OwnerChange;
import java.nio.file.attribute.UserPrincipalNotFoundException;

/** An owner as chown(1) has it, from the command line. */
final class OwnerArgument {
  private OwnerArgument() {}

  static OwnerChange parse(String typed) {
    try {
      return OwnerChange.parse(typed);
    } catch (UserPrincipalNotFoundException unknown) {
      String name = String.valueOf(unknown.getName());
      // A number may own files without an account; but only an account has a login group.
      boolean number = name.matches("[0-9]+") && typed.equals(name + ":");
      throw CommandFailure.usage(
          number ? typed : name,
          number
              ? "no account has this number, so it has no login group; give OWNER:GROUP"
              : "no such user or group");
    }
  }
}
