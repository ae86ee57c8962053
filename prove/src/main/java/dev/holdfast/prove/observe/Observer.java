package dev.holdfast.prove.observe;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.TraceHandler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches one undisturbed run. Only calls on whose way the attacker could change something are
 * asked for their result: the others cost one stop.
 *
 * <p>Threads: the tracer's.
 */
public final class Observer implements TraceHandler {
  private static final int RIGHTS = Unistd.R_OK | Unistd.W_OK;

  private final Resolver resolver;
  private final Attacker attacker;
  private final SiteCounter counter;

  private final List<ObservedCall> interesting = new ArrayList<>();
  private final Map<Task, ObservedCall> pending = new LinkedHashMap<>();
  private int calls;
  private int tasks = 1;
  private int outOfReach;
  private int onDescriptors;
  private boolean rightsChanged;

  public Observer(Resolver resolver, Attacker attacker, VolatileNames volatileNames) {
    this.resolver = resolver;
    this.attacker = attacker;
    this.counter = new SiteCounter(volatileNames);
  }

  @Override
  public Then beforeCall(Call call) {
    if (rightsChanged) {
      resolver.forget();
      rightsChanged = false;
    }
    Operation operation = Operation.of(call);
    if (operation.action() == Action.IDENTITY) {
      return Then.GO_ON;
    }
    if (operation.action() == Action.CHROOT) {
      resolver.rootsDiffer();
    }
    if (operation.action() == Action.DESCRIPTOR) {
      return onDescriptor(call, operation);
    }
    calls++;
    if (operation.operands().isEmpty()) {
      return Then.GO_ON;
    }
    Site site = counter.next(call, operation.names());
    List<Binding> changeable = changeable(call, operation);
    rightsChanged = changesTheWay(operation);
    if (changeable.isEmpty()) {
      if (!operation.action().isCheck()) {
        outOfReach++;
      }
      return narrows(operation) ? onObject(call, operation, site) : Then.GO_ON;
    }
    String object = changeable.getLast().last() ? changeable.getLast().path() : "";
    int rights = narrows(operation) && !object.isEmpty() ? rights(object) : 0;
    pending.put(
        call.task(),
        new ObservedCall(
            site, operation, changeable, SyscallResult.SUCCESS, rights, object, uid(call)));
    return Then.SHOW_RESULT;
  }

  private List<Binding> changeable(Call call, Operation operation) {
    List<Binding> changeable = List.of();
    for (int i = 0; i < operation.operands().size(); i++) {
      List<Binding> more = resolver.changeable(call.task(), operation, i);
      if (changeable.isEmpty()) {
        changeable = more;
      } else if (!more.isEmpty()) {
        changeable = new ArrayList<>(changeable);
        changeable.addAll(more);
      }
    }
    return changeable;
  }

  /**
   * The name is out of reach, but what it leads to may have been open to the attacker until here.
   */
  private Then onObject(Call call, Operation operation, Site site) {
    String path = resolver.absolute(call.task(), operation.operands().getFirst());
    return pendingIfOpen(call, operation, site, path);
  }

  /** No name leads to it now, but one did, and may have been open to the attacker until here. */
  private Then onDescriptor(Call call, Operation operation) {
    onDescriptors++;
    String path = resolver.pathOf(call.task(), call.intArg(0));
    Site site = counter.next(call, List.of(path));
    if (path.isEmpty()) {
      return Then.GO_ON;
    }
    return pendingIfOpen(call, operation, site, path);
  }

  private Then pendingIfOpen(Call call, Operation operation, Site site, String path) {
    Result<Statx> stat =
        Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(path), Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_TYPE);
    if (stat.failed() || !stat.value().isRegular()) {
      rightsChanged = true;
      return Then.GO_ON;
    }
    int rights = rights(path);
    if (rights == 0) {
      return Then.GO_ON;
    }
    pending.put(
        call.task(),
        new ObservedCall(
            site, operation, List.of(), SyscallResult.SUCCESS, rights, path, uid(call)));
    return Then.SHOW_RESULT;
  }

  private int uid(Call call) {
    return resolver.fileSystemUid(call.task());
  }

  private static boolean narrows(Operation operation) {
    return operation.action() == Action.CHMOD || operation.action() == Action.CHOWN;
  }

  /** True if a later name may lead elsewhere by this, or the attacker may do more or less. */
  private static boolean changesTheWay(Operation operation) {
    return switch (operation.action()) {
      case CHMOD, CHOWN, XATTR, MOUNT, RENAME, LINK, SYMLINK, RMDIR -> true;
      default -> false;
    };
  }

  private int rights(String path) {
    int rights = 0;
    for (int right : new int[] {Unistd.R_OK, Unistd.W_OK}) {
      if ((RIGHTS & right) != 0 && attacker.may(path, right)) {
        rights |= right;
      }
    }
    return rights;
  }

  @Override
  public Then afterCall(Call call, long result) {
    ObservedCall before = pending.remove(call.task());
    if (before == null) {
      return Then.GO_ON;
    }
    int lost = before.lostRights();
    if (lost != 0) {
      lost &= ~rights(before.object());
    }
    if (before.changeable().isEmpty() && lost == 0) {
      return Then.GO_ON;
    }
    interesting.add(ended(before, new SyscallResult(result), lost));
    return Then.GO_ON;
  }

  private static ObservedCall ended(ObservedCall call, SyscallResult result, int lostRights) {
    return new ObservedCall(
        call.site(),
        call.operation(),
        call.changeable(),
        result,
        lostRights,
        call.object(),
        call.uid());
  }

  /** A call that hung until the program was killed has used its name all the same. */
  private void addUnended() {
    for (ObservedCall call : pending.values()) {
      if (!call.changeable().isEmpty()) {
        interesting.add(ended(call, SyscallResult.failure(Errno.EINTR), 0));
      }
    }
    pending.clear();
  }

  @Override
  public void started(Task parent, Task child) {
    tasks++;
  }

  /** What was seen. */
  public Observation result(Ending ending, boolean orphansLeft, String output) {
    addUnended();
    return new Observation(
        List.copyOf(interesting),
        calls,
        tasks,
        ending,
        orphansLeft,
        output,
        outOfReach,
        onDescriptors);
  }
}
