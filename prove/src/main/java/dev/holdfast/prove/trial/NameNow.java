package dev.holdfast.prove.trial;

import dev.holdfast.libc.Dirent;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.plan.Move;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.watch.VolatileNames;
import java.nio.file.FileSystemException;

/**
 * Finds an object of an observed run again in this one, where parts of its name are made up anew.
 *
 * @param argument what the call that is met again names now, absolute and raw: the object, or a
 *     directory that it is in; empty if it is not known
 */
record NameNow(VolatileNames volatileNames, String argument) {
  /** For what has to do with a move's call, which the victim has come to again. */
  static NameNow at(Stage stage, Move move, Call call) {
    String argument =
        move.call().operation().action() == Action.DESCRIPTOR
            ? stage.resolver.pathOf(call.task(), call.intArg(0))
            : stage.resolver.absolute(call.task(), Operation.of(call).operands().getFirst());
    return new NameNow(stage.setting.volatileNames(), argument);
  }

  /**
   * The name as it is now; as it was if none is found.
   *
   * @param observed the name, absolute and raw, in the observed run
   */
  String of(String observed) {
    if (!volatileNames.isVolatile(observed)) {
      return observed;
    }
    String wanted = volatileNames.normalize(argument);
    int end = observed.length();
    while (end > 0 && !volatileNames.normalize(observed.substring(0, end)).equals(wanted)) {
      end = observed.lastIndexOf('/', end - 1);
    }
    String now = end > 0 ? argument : "/";
    for (String name : observed.substring(Math.max(end, 0)).split("/", -1)) {
      if (!name.isEmpty()) {
        now = Raw.join(now, volatileNames.isVolatile(name) ? nameIn(now, name) : name);
      }
    }
    return now;
  }

  /** Of several that come into question any one will do, if it is not there under the old name. */
  private String nameIn(String directory, String observed) {
    SyscallResult opened =
        Fcntl.openat(Fcntl.AT_FDCWD, Raw.bytes(directory), Fcntl.O_RDONLY | Fcntl.O_DIRECTORY, 0);
    if (opened.failed()) {
      return observed;
    }
    String wanted = volatileNames.normalize(observed);
    String found = "";
    try {
      for (Dirent entry : Vault.list(opened.intValue())) {
        String name = Raw.of(entry.name());
        if (name.equals(observed)) {
          return observed;
        }
        if (found.isEmpty() && volatileNames.normalize(name).equals(wanted)) {
          found = name;
        }
      }
    } catch (FileSystemException gone) {
      return observed;
    } finally {
      Unistd.close(opened.intValue());
    }
    return found.isEmpty() ? observed : found;
  }
}
