package dev.holdfast.prove.observe;

import dev.holdfast.libc.SyscallResult;
import java.util.List;

/**
 * A call that the attacker could have a hand in.
 *
 * @param changeable the bindings that he could change, over all operands, in order
 * @param result the kernel's answer
 * @param lostRights the call took the attacker's right to read or write the object ({@code R_OK},
 *     {@code W_OK}), so he could have opened it before
 * @param object the object's name, raw, where it is known
 * @param uid the file-system user id of the task at that moment
 */
public record ObservedCall(
    Site site,
    Operation operation,
    List<Binding> changeable,
    SyscallResult result,
    int lostRights,
    String object,
    int uid) {
  public ObservedCall {
    changeable = List.copyOf(changeable);
  }
}
