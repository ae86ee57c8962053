package dev.holdfast.prove.watch;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.code.CallSites;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.Task;
import dev.holdfast.prove.trace.TraceHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Watches one undisturbed run. Only calls on whose way the attacker could change something are
 * asked for their result: the others cost one stop.
 *
 * <p>Threads: the tracer's.
 */
public final class Observer implements TraceHandler {
  private static final int RIGHTS = Unistd.R_OK | Unistd.W_OK;

  /** So many relative names out of the attacker's reach are kept. */
  public static final int MOST_BELOW = 20_000;

  private final Resolver resolver;
  private final Attacker attacker;
  private final SiteCounter counter;
  private final Commands commands;
  private final CallSites callSites;
  private final MeantClosed meant;

  private final List<ObservedCall> interesting = new ArrayList<>();
  private final Map<Task, Pending> pending = new LinkedHashMap<>();
  private final FilesUsed files;
  private final List<Observation.Below> below = new ArrayList<>();
  private final NamesElsewhere elsewhere = new NamesElsewhere();
  private final BelievedNames believed = new BelievedNames();
  private final Map<String, String> carried = new HashMap<>();
  private int calls;
  private int tasks = 1;
  private int outOfReach;
  private int onDescriptors;
  private boolean rightsChanged;

  public Observer(Resolver resolver, Attacker attacker, VolatileNames volatileNames) {
    this.resolver = resolver;
    this.attacker = attacker;
    this.counter = new SiteCounter(volatileNames);
    this.commands = new Commands(resolver);
    this.callSites = new CallSites(resolver.hostProc());
    this.meant = new MeantClosed(attacker);
    this.files = new FilesUsed(attacker);
  }

  /**
   * @param after the name, raw, that the call's object then has; empty if it has none, or what
   *     stood in it is gone
   * @param renamed the names of a rename, raw, old and new; empty for all other calls
   */
  private record Pending(ObservedCall call, String after, List<String> renamed) {}

  /** A directory of the attacker's may hold whatever it wants when it comes there. */
  private void carried(Call call, ObservedCall observed) {
    if (observed.operation().action() != Action.RENAME) {
      return;
    }
    for (Binding binding : observed.changeable()) {
      Statx object = binding.object();
      if (binding.last()
          && object != null
          && object.isDirectory()
          && observed.carriesOut(binding)) {
        carried.put(binding.path(), path(call, observed.operation(), 1));
      }
    }
  }

  private boolean isBelowCarried(String path) {
    return carried.values().stream().anyMatch(to -> path.startsWith(to + "/"));
  }

  /**
   * Relative names: the directory that they start from was come to by names before. And whatever is
   * in a directory that was the attacker's.
   */
  private void below(Task task, Operation operation) {
    for (int i = 0; i < operation.operands().size(); i++) {
      Operand operand = operation.operands().get(i);
      byte[] path = operand.path();
      boolean relative = path.length > 0 && path[0] != '/';
      boolean known = relative || (path.length > 0 && !carried.isEmpty());
      String name = known && below.size() < MOST_BELOW ? resolver.absolute(task, operand) : "";
      if (!name.isEmpty() && (relative || isBelowCarried(name))) {
        boolean there =
            Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(name), Fcntl.AT_SYMLINK_NOFOLLOW, 0).ok();
        below.add(new Observation.Below(name, operation, i, there));
        if (!there) {
          // To a second one, of a rename or a link, the call does not come.
          return;
        }
      }
    }
  }

  @Override
  public Start starts(Task task, Program program) {
    commands.starts(task, program);
    return Start.SHOWN;
  }

  @Override
  public Then beforeCall(Call call) {
    if (rightsChanged) {
      resolver.forget();
      rightsChanged = false;
    }
    Operation operation = resolver.operationOf(call);
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
    Moment moment = new Moment(call);
    List<Binding> changeable = changeable(call, operation);
    rightsChanged = changesTheWay(operation);
    Narrowing narrowing = narrowing(call, operation, changeable);
    use(moment, operation, site);
    elsewhere.add(operation, changeable);
    believes(call, operation, changeable);
    if (changeable.isEmpty()) {
      if (!operation.action().isCheck()) {
        outOfReach++;
      }
      below(call.task(), operation);
      if (narrowing.rights == 0
          && operation.action() != Action.RENAME
          && !(changesRights(operation) && isRegular(narrowing.after))) {
        return Then.GO_ON;
      }
    }
    TaskStatus status = moment.status();
    boolean closed =
        !changeable.isEmpty() && meant.closed(call, operation, changeable.getLast(), status);
    ObservedCall observed =
        new ObservedCall(
            site,
            operation,
            changeable,
            SyscallResult.SUCCESS,
            narrowing.rights,
            narrowing.before,
            status.fileSystemUid(),
            !changeable.isEmpty() && resolver.isAttackersOwn(call.task(), status),
            closed,
            List.of(),
            List.of(),
            moment.doing());
    carried(call, observed);
    pending.put(
        call.task(),
        new Pending(
            observed,
            narrowing.after,
            operation.action() == Action.RENAME
                ? List.of(path(call, operation, 0), path(call, operation, 1))
                : List.of()));
    return Then.SHOW_RESULT;
  }

  /** What a task that stands still is, asked for once. */
  private final class Moment {
    private final Call call;
    private @Nullable TaskStatus status;
    private @Nullable Doing doing;

    Moment(Call call) {
      this.call = call;
    }

    TaskStatus status() {
      TaskStatus known = status;
      if (known == null) {
        known = resolver.statusOf(call.task());
        status = known;
      }
      return known;
    }

    Doing doing() {
      Doing known = doing;
      if (known == null) {
        known =
            commands.of(call.task()).at(callSites.of(call.task().tid(), call.sysno().callName()));
        doing = known;
      }
      return known;
    }
  }

  /** Files are told apart by their names: which are read, and which are written. */
  private void use(Moment moment, Operation operation, Site site) {
    Call call = moment.call;
    if (changesRights(operation)) {
      String path = path(call, operation, 0);
      files.rights(path, bare(moment, operation, site, path, 0));
    }
    if (operation.action() != Action.OPEN || operation.wantsDirectory()) {
      return;
    }
    String path = path(call, operation, 0);
    if (operation.reads()) {
      files.read(path);
    }
    if (operation.writes()) {
      files.write(path, bare(moment, operation, site, path, 0));
    }
  }

  private void believes(Call call, Operation operation, List<Binding> changeable) {
    for (Operand operand : operation.operands()) {
      String path = Raw.of(operand.path());
      believed.uses(operation, path, () -> resolver.absolute(call.task(), operand));
    }
    if (operation.action() == Action.OPEN && operation.reads() && !operation.writes()) {
      for (Binding binding : changeable) {
        Statx object = binding.object();
        if (binding.last() && object != null && object.isRegular()) {
          believed.reads(binding.path());
        }
      }
    }
  }

  /** On whose way there is nothing to change. */
  private ObservedCall bare(
      Moment moment, Operation operation, Site site, String object, int rights) {
    TaskStatus status = moment.status();
    return new ObservedCall(
        site,
        operation,
        List.of(),
        SyscallResult.SUCCESS,
        rights,
        object,
        status.fileSystemUid(),
        resolver.isAttackersOwn(moment.call.task(), status),
        false,
        List.of(),
        List.of(),
        moment.doing());
  }

  /** One spelling of a path for all that is known of the file: without dots and empty names. */
  private String path(Call call, Operation operation, int operand) {
    String spelled = resolver.absolute(call.task(), operation.operands().get(operand));
    return spelled.contains("/.") || spelled.contains("//")
        ? "/" + String.join("/", Raw.names(spelled))
        : spelled;
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
   * Which rights the attacker has that the call may take: it could have opened it before.
   *
   * @param before the object's name, raw; empty if it is not known
   * @param after the name that it then has
   */
  private record Narrowing(int rights, String before, String after) {
    static final Narrowing NONE = new Narrowing(0, "", "");
  }

  private Narrowing narrowing(Call call, Operation operation, List<Binding> changeable) {
    return switch (operation.action()) {
      case CHMOD, CHOWN, XATTR -> {
        boolean known = !changeable.isEmpty() && changeable.getLast().last();
        String path = known ? changeable.getLast().path() : path(call, operation, 0);
        if (isRegular(path)) {
          yield new Narrowing(rights(path), path, path);
        }
        // What was made in a directory is closed by closing that.
        String inside = files.writtenBelow(path);
        yield inside == null
            ? new Narrowing(0, known ? path : "", path)
            : new Narrowing(rights(inside) & Unistd.R_OK, inside, inside);
      }
      case RENAME -> moved(path(call, operation, 0), path(call, operation, 1));
      case UNLINK -> gone(path(call, operation, 0), Narrowing.NONE);
      case OPEN, TRUNCATE -> {
        // What is written to may be emptied, or written over.
        boolean changes = operation.action() == Action.TRUNCATE || operation.writes();
        Narrowing none = named(changeable);
        yield changes ? gone(path(call, operation, 0), none) : none;
      }
      default -> named(changeable);
    };
  }

  private static Narrowing named(List<Binding> changeable) {
    boolean known = !changeable.isEmpty() && changeable.getLast().last();
    return known ? new Narrowing(0, changeable.getLast().path(), "") : Narrowing.NONE;
  }

  /** A secret that the program wrote where the attacker could read it goes with this call. */
  private Narrowing gone(String path, Narrowing otherwise) {
    return files.isWritten(path) && (rights(path) & Unistd.R_OK) != 0 && files.isSecret(path)
        ? new Narrowing(Unistd.R_OK, path, "")
        : otherwise;
  }

  /** Over a file; or one, or a directory with one in it, to where it is closed. */
  private Narrowing moved(String from, String to) {
    files.replaced(to);
    Narrowing over = gone(to, Narrowing.NONE);
    if (over.rights != 0) {
      return over;
    }
    if (files.isWritten(from) && isRegular(from)) {
      return new Narrowing(rights(from), from, to);
    }
    String inside = files.writtenBelow(from);
    return inside == null
        ? Narrowing.NONE
        : new Narrowing(rights(inside) & Unistd.R_OK, inside, to + inside.substring(from.length()));
  }

  /** No name leads to it now, but one did, and may have been open to the attacker until here. */
  private Then onDescriptor(Call call, Operation operation) {
    onDescriptors++;
    String path = resolver.pathOf(call.task(), call.intArg(0));
    Site site = counter.next(call, List.of(path));
    if (path.isEmpty()) {
      return Then.GO_ON;
    }
    Moment moment = new Moment(call);
    String object = path;
    String after = path;
    if (call.sysno() == Sysno.FTRUNCATE) {
      Narrowing narrowing = gone(path, Narrowing.NONE);
      if (narrowing.rights == 0) {
        return Then.GO_ON;
      }
      after = narrowing.after;
    } else if (!isRegular(path)) {
      rightsChanged = true;
      files.rights(path, bare(moment, operation, site, path, 0));
      String inside = files.writtenBelow(path);
      if (inside == null) {
        return Then.GO_ON;
      }
      object = inside;
      after = inside;
    }
    int rights = rights(object);
    pending.put(
        call.task(), new Pending(bare(moment, operation, site, object, rights), after, List.of()));
    return Then.SHOW_RESULT;
  }

  private static boolean isRegular(String path) {
    Result<Statx> stat =
        Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(path), Fcntl.AT_SYMLINK_NOFOLLOW, Statx.STATX_TYPE);
    return stat.ok() && stat.value().isRegular();
  }

  private static boolean changesRights(Operation operation) {
    return switch (operation.action()) {
      case CHMOD, CHOWN, XATTR -> true;
      default -> false;
    };
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
    Pending waiting = pending.remove(call.task());
    if (waiting == null) {
      return Then.GO_ON;
    }
    ObservedCall before = waiting.call;
    boolean done = new SyscallResult(result).ok();
    if (done && !waiting.renamed.isEmpty()) {
      files.renamed(waiting.renamed.getFirst(), waiting.renamed.getLast());
    }
    if (done
        && (changesRights(before.operation()) || before.operation().action() == Action.DESCRIPTOR)
        && (before.lostRights() & Unistd.R_OK) == 0
        && isRegular(waiting.after)
        && (rights(waiting.after) & Unistd.R_OK) != 0) {
      files.opened(waiting.after, before);
    }
    int lost = done ? before.lostRights() : 0;
    if (lost != 0 && !waiting.after.isEmpty()) {
      lost &= ~rights(waiting.after);
    }
    if (before.changeable().isEmpty() && lost == 0) {
      return Then.GO_ON;
    }
    interesting.add(before.ended(new SyscallResult(result), lost));
    return Then.GO_ON;
  }

  /** A call that hung until the program was killed has used its name all the same. */
  private void addUnended() {
    for (Pending waiting : pending.values()) {
      if (!waiting.call.changeable().isEmpty()) {
        interesting.add(waiting.call.ended(SyscallResult.failure(Errno.EINTR), 0));
      }
    }
    pending.clear();
  }

  @Override
  public void afterExec(Task task) {
    commands.ran(task, interesting.size());
  }

  @Override
  public void started(Task parent, Task child) {
    tasks++;
    commands.started(parent, child);
  }

  /** How many calls of interest there were up to now. */
  public int seen() {
    return interesting.size();
  }

  /** Something but the victim has changed names. */
  public void namesChanged() {
    rightsChanged = true;
  }

  /** What was seen. */
  public Observation result(Ending ending, boolean orphansLeft, String output) {
    addUnended();
    interesting.addAll(files.left());
    return new Observation(
        List.copyOf(interesting),
        calls,
        tasks,
        ending,
        orphansLeft,
        output,
        outOfReach,
        onDescriptors,
        commands.all(),
        List.copyOf(below),
        elsewhere.all(),
        Map.copyOf(carried),
        believed.all());
  }
}
