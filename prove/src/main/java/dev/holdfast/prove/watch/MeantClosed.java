package dev.holdfast.prove.watch;

import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.trace.Call;

/** Whether what a program is about to write is meant for the attacker's eyes. */
final class MeantClosed {
  private static final int OWNER_READ = 0400;
  private static final int OTHERS_READ = 04;
  private static final int GROUP_READ = 040;

  private final Attacker attacker;

  MeantClosed(Attacker attacker) {
    this.attacker = attacker;
  }

  /**
   * True if the call opens a file for writing that the attacker is not to read: by the mode that it
   * asks for, less the umask, or because the file is there and the attacker cannot read it.
   */
  boolean closed(Call call, Operation operation, Binding binding, TaskStatus status) {
    if (operation.action() != Action.OPEN || !operation.writes() || !binding.last()) {
      return false;
    }
    Statx object = binding.object();
    if (object != null && object.isRegular() && isClosed(object, binding)) {
      return true;
    }
    if (!operation.creates()) {
      return false;
    }
    int mode = mode(call) & ~status.umask();
    boolean group = attacker.isIn(status.fileSystemGid());
    return (mode & OTHERS_READ) == 0 && !(group && (mode & GROUP_READ) != 0);
  }

  /** The attacker can reach it, so of its own file the owner's bits say it; ACLs do not. */
  private boolean isClosed(Statx object, Binding binding) {
    boolean his = object.uid() == attacker.uid() && !attacker.sameUser();
    return his ? (object.mode() & OWNER_READ) == 0 : !attacker.may(binding.path(), Unistd.R_OK);
  }

  private static int mode(Call call) {
    return switch (call.sysno()) {
      case OPEN -> call.intArg(2);
      case CREAT -> call.intArg(1);
      case OPENAT -> call.intArg(3);
      case OPENAT2 -> (int) call.word(2, 8);
      default -> 0;
    };
  }
}
