package dev.holdfast.prove.watch;

import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.TraceHandler;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Watches one undisturbed run for calls that change what others can see, or look at what others may
 * change: the boundaries at which a crash, or another program, makes a difference.
 *
 * <p>Threads: the tracer's.
 */
public final class MutationObserver implements TraceHandler {
  private static final Set<Sysno> ON_DESCRIPTORS =
      EnumSet.of(
          Sysno.WRITE,
          Sysno.PWRITE64,
          Sysno.WRITEV,
          Sysno.PWRITEV,
          Sysno.PWRITEV2,
          Sysno.FTRUNCATE,
          Sysno.FALLOCATE,
          Sysno.FSYNC,
          Sysno.FDATASYNC,
          Sysno.FCHMOD,
          Sysno.FCHOWN,
          Sysno.FSETXATTR,
          Sysno.FREMOVEXATTR,
          Sysno.FLOCK,
          Sysno.FCNTL,
          Sysno.CLOSE);

  /** Calls that write through their second or third argument. */
  private static final Set<Sysno> BETWEEN_DESCRIPTORS =
      EnumSet.of(Sysno.COPY_FILE_RANGE, Sysno.SENDFILE);

  public static final Set<Sysno> CALLS = calls();

  private final Resolver resolver;
  private final SiteCounter counter;
  private final Commands commands;
  private final List<String> ownDirectories;
  private final List<ObservedCall> found = new ArrayList<>();
  private int calls;
  private int tasks = 1;

  /**
   * @param ownDirectories raw; empty for everywhere
   */
  public MutationObserver(
      Resolver resolver, VolatileNames volatileNames, List<String> ownDirectories) {
    this.resolver = resolver;
    this.counter = new SiteCounter(volatileNames);
    this.commands = new Commands(resolver);
    this.ownDirectories = List.copyOf(ownDirectories);
  }

  private static Set<Sysno> calls() {
    Set<Sysno> all = EnumSet.copyOf(ON_DESCRIPTORS);
    all.addAll(BETWEEN_DESCRIPTORS);
    all.addAll(Operation.PATH_CALLS);
    return all;
  }

  /** The names by which a call is found again: paths as passed, or where a descriptor leads. */
  public static List<String> names(Resolver resolver, Call call, Operation operation) {
    if (ON_DESCRIPTORS.contains(call.sysno())) {
      return List.of(resolver.pathOf(call.task(), call.intArg(0)));
    }
    if (call.sysno() == Sysno.COPY_FILE_RANGE) {
      return List.of(resolver.pathOf(call.task(), call.intArg(2)));
    }
    if (call.sysno() == Sysno.SENDFILE) {
      return List.of(resolver.pathOf(call.task(), call.intArg(0)));
    }
    if (operation.action() == Action.DESCRIPTOR) {
      return List.of(resolver.pathOf(call.task(), call.intArg(0)));
    }
    return operation.names();
  }

  @Override
  public Then beforeCall(Call call) {
    Operation operation = Operation.of(call);
    if (operation.action() == Action.CHROOT) {
      resolver.rootsDiffer();
    }
    List<String> names = names(resolver, call, operation);
    Site site = counter.next(call, names);
    calls++;
    if (operation.action() == Action.EXEC) {
      return Then.GO_ON;
    }
    for (int i = 0; i < names.size(); i++) {
      String where =
          operation.operands().isEmpty()
              ? names.get(i)
              : resolver.absolute(call.task(), operation.operands().get(i));
      if (isOwn(where)) {
        found.add(
            new ObservedCall(
                site,
                operation,
                List.of(),
                SyscallResult.SUCCESS,
                0,
                where,
                -1,
                commands.of(call.task())));
        break;
      }
    }
    return Then.GO_ON;
  }

  /** True if the call changes something that others can see. */
  public static boolean changes(Operation operation) {
    return switch (operation.action()) {
      case STAT, ACCESS, READLINK, EXEC -> false;
      case OPEN -> operation.creates() || operation.writes();
      default -> true;
    };
  }

  private boolean isOwn(String path) {
    if (path.isEmpty() || path.startsWith("/.holdfast") || path.startsWith("/dev/")) {
      return false;
    }
    return ownDirectories.isEmpty()
        || ownDirectories.stream().anyMatch(d -> path.equals(d) || path.startsWith(d + "/"));
  }

  @Override
  public void afterExec(Task task) {
    commands.ran(task, found.size());
  }

  @Override
  public void started(Task parent, Task child) {
    tasks++;
    commands.started(parent, child);
  }

  /** What was seen, in order. */
  public Observation result(Ending ending, boolean orphansLeft, String output) {
    return new Observation(
        List.copyOf(found),
        calls,
        tasks,
        ending,
        orphansLeft,
        output,
        0,
        0,
        commands.all(),
        List.of(),
        List.of(),
        Map.of(),
        Map.of());
  }
}
