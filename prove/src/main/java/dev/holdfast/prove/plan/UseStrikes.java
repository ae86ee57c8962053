package dev.holdfast.prove.plan;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Statx;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.payload.ProcessNumber;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.Words;
import java.util.HashSet;
import java.util.Set;

/**
 * What can be otherwise when the program uses a name: by the kind of the call and what it asks for,
 * by what stands there, and by whether the attacker can change the name itself or a directory on
 * the way to it.
 */
final class UseStrikes {
  private static final long STAYS_INSIDE =
      Fcntl.RESOLVE_BENEATH | Fcntl.RESOLVE_IN_ROOT | Fcntl.RESOLVE_NO_SYMLINKS;

  private final PlanBuilder plan;
  private final EarlierCalls earlier;
  private final int attackerUid;
  private final boolean invariants;
  private final Set<Entry> listed = new HashSet<>();

  /**
   * @param invariants the user gave checks, so that strikes without an effect of their own count
   */
  UseStrikes(PlanBuilder plan, EarlierCalls earlier, int attackerUid, boolean invariants) {
    this.plan = plan;
    this.earlier = earlier;
    this.attackerUid = attackerUid;
    this.invariants = invariants;
  }

  void at(ObservedCall call) {
    for (Binding binding : call.changeable()) {
      if (binding.listing()) {
        if (listed.add(Entry.of(binding))) {
          plan.window(call, binding, Strike.NAMES, Hazard.S01, null);
          plan.window(call, binding, Strike.WORDS, Hazard.S17, null);
        }
      } else if (binding.last()) {
        onObject(call, binding);
      } else if (binding.leadsToObject()) {
        onLink(call, binding);
      } else {
        onTheWay(call, binding);
      }
    }
  }

  private void onTheWay(ObservedCall call, Binding binding) {
    Operation operation = call.operation();
    if (binding.isMissingDirectory()) {
      madeOnTheWay(call, binding);
    } else {
      if ((operation.resolve() & STAYS_INSIDE) != 0) {
        plan.prune("resolution cannot leave the directory", 1);
      } else {
        plan.window(call, binding, Strike.SYMLINK_DIRECTORY, Hazard.S13);
      }
      boolean only = call.changeable().stream().noneMatch(Binding::last);
      if (only && (takesIn(operation) || call.carriesOut(binding))) {
        onDirectory(call, binding, Hazard.S13);
      }
    }
  }

  /** The attacker makes the directory that was missing: then the program comes further. */
  private void madeOnTheWay(ObservedCall call, Binding binding) {
    Operation operation = call.operation();
    if ((operation.resolve() & STAYS_INSIDE) == 0) {
      plan.firstTimes(call, binding, Strike.SYMLINK_DIRECTORY_OTHER, Hazard.S05);
    }
    Strike form = takesIn(operation) ? Strike.EXCHANGE : Strike.DIRECTORY;
    plan.firstTimes(call, binding, form, Hazard.S05);
  }

  /** What the program finds there it reads or runs, and does not change. */
  private static boolean takesIn(Operation operation) {
    return operation.action() == Action.EXEC
        || (operation.action() == Action.OPEN
            && operation.reads()
            && !operation.writes()
            && !operation.creates());
  }

  /** A whole directory of the attacker's, for what the program is going to find in it. */
  private void onDirectory(ObservedCall call, Binding binding, Hazard hazard) {
    Statx object = binding.object();
    if (binding.leadsToOwnOf(attackerUid)) {
      plan.prune("the attacker's own contents", 1);
    } else if (object != null) {
      plan.window(call, binding, Strike.EXCHANGE, hazard);
    }
  }

  /** A link in the last place, which the call follows: it may lead to anything instead. */
  private void onLink(ObservedCall call, Binding binding) {
    onObject(call, binding);
    Operation operation = call.operation();
    boolean anyKind =
        switch (operation.action()) {
          case OPEN -> !operation.writes() && !operation.wantsDirectory();
          case CHMOD, CHOWN, TIMES, XATTR -> true;
          default -> false;
        };
    if (anyKind && (operation.resolve() & STAYS_INSIDE) == 0) {
      Hazard hazard = earlier.hazard(call, binding);
      plan.window(call, binding, Strike.SYMLINK_DIRECTORY, hazard);
    }
  }

  private void onObject(ObservedCall call, Binding binding) {
    Operation operation = call.operation();
    switch (operation.action()) {
      case OPEN -> onOpen(call, binding);
      case EXEC -> plan.window(call, binding, Strike.CONTENT, earlier.hazard(call, binding));
      case CHMOD, CHOWN, TRUNCATE, TIMES, XATTR -> onChange(call, binding);
      case CHDIR, CHROOT, MOUNT -> {
        Hazard hazard = earlier.hazard(call, binding);
        plan.window(call, binding, Strike.SYMLINK_DIRECTORY, hazard);
        onDirectory(call, binding, hazard);
        goesOn(call, binding, Strike.DIRECTORY);
      }
      case RENAME, LINK -> onNaming(call, binding);
      case MKDIR -> squat(call, binding, Strike.DIRECTORY, Strike.SYMLINK_DIRECTORY);
      case MKNOD -> squat(call, binding, Strike.FILE, Strike.SYMLINK, Strike.FIFO);
      case SYMLINK ->
          squat(
              call,
              binding,
              Strike.FILE,
              Strike.DIRECTORY,
              Strike.SYMLINK,
              Strike.SYMLINK_DIRECTORY);
      case UNLINK, RMDIR -> {
        plan.prune("acts on the entry itself", 1);
        goesOn(call, binding, operation.action() == Action.RMDIR ? Strike.DIRECTORY : Strike.FILE);
      }
      default -> {}
    }
    if (invariants && binding.object() != null && operation.reads()) {
      plan.window(call, binding, Strike.REMOVE, Hazard.S16);
    }
  }

  /** Rights, owner, length, times or attributes of what stands there. */
  private void onChange(ObservedCall call, Binding binding) {
    Statx object = binding.object();
    if (follows(call, binding)) {
      boolean directory = object != null && object.isDirectory();
      Strike strike = directory ? Strike.SYMLINK_DIRECTORY : Strike.SYMLINK;
      plan.window(call, binding, strike, earlier.hazard(call, binding));
      return;
    }
    plan.prune("no-follow", 1);
    if (object != null && object.isRegular()) {
      plan.window(call, binding, Strike.HARDLINK, Hazard.S12);
    }
    goesOn(call, binding, Strike.FILE);
  }

  /** A rename or a link: the first operand is what gets a name, the second the name. */
  private void onNaming(ObservedCall call, Binding binding) {
    boolean source = binding.operand() == 0;
    Statx object = binding.object();
    if (source && follows(call, binding)) {
      plan.window(call, binding, Strike.SYMLINK, earlier.hazard(call, binding));
    }
    if (object != null && call.carriesOut(binding)) {
      onCarried(call, binding, object);
    } else if (!source && call.operation().action() == Action.LINK) {
      squat(call, binding, Strike.FILE, Strike.SYMLINK);
    } else if (!source && object == null && movesDirectory(call)) {
      squat(call, binding, Strike.DIRECTORY, Strike.SYMLINK_DIRECTORY);
    } else {
      plan.prune("acts on the entry itself", 1);
    }
    if (source || object != null) {
      goesOn(call, binding, !source && movesDirectory(call) ? Strike.DIRECTORY : Strike.FILE);
    }
  }

  private static boolean follows(ObservedCall call, Binding binding) {
    return call.operation().operands().get(binding.operand()).follow();
  }

  /** What is moved to where the attacker does not come is used there by a name that is trusted. */
  private void onCarried(ObservedCall call, Binding binding, Statx object) {
    Hazard hazard = earlier.hazard(call, binding);
    if (object.isDirectory()) {
      plan.window(call, binding, Strike.SYMLINK_DIRECTORY, hazard);
      plan.window(call, binding, Strike.LINKS, hazard);
      plan.window(call, binding, Strike.EXCHANGE, hazard);
      return;
    }
    if (!follows(call, binding)) {
      plan.window(call, binding, Strike.SYMLINK, hazard);
    }
    if (object.isRegular()) {
      plan.window(call, binding, Strike.HARDLINK, Hazard.S12);
      plan.window(call, binding, Strike.CONTENT, hazard);
    } else if (object.isSymlink()) {
      plan.window(call, binding, Strike.SYMLINK_DIRECTORY, hazard);
    }
  }

  /** A use that failed for what stood there, or did not: with what it wants the program goes on. */
  private void goesOn(ObservedCall call, Binding binding, Strike form) {
    if (call.failedFor(binding) && !binding.kept()) {
      plan.window(call, binding, form, Hazard.S05);
    }
  }

  /** The attacker makes the name first: does the program take it for its own? */
  private void squat(ObservedCall call, Binding binding, Strike... forms) {
    if (binding.object() != null) {
      plan.prune("exclusive", 1);
      if (call.result().is(Errno.EEXIST)) {
        // On the way on which it was not there before.
        plan.window(call, binding, Strike.REMOVE, Hazard.S04);
      }
      return;
    }
    ObservedCall before = earlier.before(binding);
    Hazard hazard = before != null && EarlierCalls.removes(before) ? Hazard.S10 : Hazard.S05;
    for (Strike form : forms) {
      plan.window(call, binding, form, form == Strike.FIFO ? Hazard.S11 : hazard);
    }
  }

  /** The first operand is a directory, as far as that can be told. */
  private static boolean movesDirectory(ObservedCall call) {
    return call.changeable().stream()
        .filter(b -> b.operand() == 0 && b.last())
        .map(Binding::object)
        .allMatch(object -> object == null || object.isDirectory());
  }

  private void onOpen(ObservedCall call, Binding binding) {
    Operation operation = call.operation();
    Statx object = binding.object();
    Hazard hazard = earlier.hazard(call, binding);
    if (operation.exclusive()) {
      squat(call, binding, Strike.FILE, Strike.SYMLINK, Strike.FIFO);
      return;
    }
    boolean follow = follows(call, binding);
    boolean directory = object != null && object.isDirectory() && !operation.writes();
    if (object != null || operation.wantsDirectory()) {
      goesOn(call, binding, operation.wantsDirectory() ? Strike.DIRECTORY : Strike.FILE);
    }
    if (operation.wantsDirectory() || directory) {
      onOpenDirectory(call, binding, hazard);
      return;
    }
    boolean changes = operation.writes() || operation.creates();
    if (follow && (operation.resolve() & STAYS_INSIDE) == 0) {
      plan.window(call, binding, Strike.SYMLINK, hazard);
      if (operation.creates() && object == null) {
        plan.window(call, binding, Strike.SYMLINK_DANGLING, hazard);
      }
    } else {
      plan.prune("no-follow", 1);
      if (object != null && object.isRegular()) {
        plan.window(call, binding, Strike.HARDLINK, Hazard.S12);
      }
    }
    if (operation.mayBlock() && object != null && object.isRegular()) {
      plan.window(call, binding, Strike.FIFO, Hazard.S11);
    }
    if (operation.reads() && !changes) {
      onContent(call, binding, hazard);
    }
    if (call.meantClosed()) {
      plan.window(call, binding, Strike.FILE, hazard);
    }
  }

  private void onOpenDirectory(ObservedCall call, Binding binding, Hazard hazard) {
    Statx object = binding.object();
    boolean follow = follows(call, binding);
    if (follow) {
      plan.window(call, binding, Strike.SYMLINK_DIRECTORY, hazard);
    } else {
      plan.prune("no-follow", 1);
    }
    // A file can only be opened so by mistake, and the call fails.
    if (follow && object != null && (object.isDirectory() || object.isSymlink())) {
      onDirectory(call, binding, hazard);
    } else if (object != null && object.isDirectory()) {
      plan.window(call, binding, Strike.EXCHANGE, Hazard.S13);
    }
  }

  /** Also in place of what is the attacker's own already: it may be run, which nothing shows. */
  private void onContent(ObservedCall call, Binding binding, Hazard hazard) {
    Words words = plan.words(call, binding);
    if (!words.equals(Words.NONE)) {
      plan.window(call, binding, Strike.NAMED, Hazard.S17);
    }
    if (!words.read().isEmpty()) {
      plan.window(call, binding, Strike.NAMED_OWN, Hazard.S17);
    }
    boolean pidFile = ProcessNumber.isPidFile(binding.entry());
    plan.window(call, binding, Strike.CONTENT, pidFile ? Hazard.S17 : hazard);
  }
}
