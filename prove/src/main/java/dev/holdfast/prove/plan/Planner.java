package dev.holdfast.prove.plan;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Statx;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Observation;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.watch.VolatileNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Turns an observation into windows: for each use by name, for each binding on its way that the
 * attacker can change, the strikes that could mean something there.
 *
 * <p>Threads: one at a time.
 */
public final class Planner {
  /** Why a use is pruned whose task has nothing that the attacker has not. */
  public static final String AS_ATTACKER = "done as the attacker itself";

  private static final long STAYS_INSIDE =
      Fcntl.RESOLVE_BENEATH | Fcntl.RESOLVE_IN_ROOT | Fcntl.RESOLVE_NO_SYMLINKS;

  private final Observation observation;
  private final VolatileNames volatileNames;
  private final int attackerUid;
  private final boolean invariants;
  private final ShownNames shown;
  private final NamesBelow.Index namesBelow;

  /** A name in a directory, whatever it means at the moment. */
  private record Name(long device, long inode, String entry) {
    static Name of(Binding binding) {
      Statx directory = binding.directoryStat();
      return new Name(directory.device(), directory.inode(), binding.entry());
    }
  }

  /** Who looked at a name last, among the calls up to now: a run may make very many. */
  private final Map<Name, ObservedCall> looked = new HashMap<>();

  /** The index of the last call that comes by a name. */
  private final Map<Name, Integer> last = new HashMap<>();

  /** The index of the call that is looked at. */
  private int now;

  /** What is tried at the first times for each name, however often the program asks about it. */
  private record Asked(Name name, Strike strike, Action kind) {}

  /** What is missing behind a first move may be so because of that move. */
  private boolean undisturbed;

  private static final int MOST_ASKED = 2;

  private final Map<Asked, Integer> asked = new HashMap<>();

  private final List<Scenario> scenarios = new ArrayList<>();

  private final Map<String, Integer> pruned = new TreeMap<>();

  /**
   * @param attackerUid whose files are its own already
   * @param invariants the user gave checks, so that strikes without an effect of their own count
   */
  public Planner(
      Observation observation, VolatileNames volatileNames, int attackerUid, boolean invariants) {
    this.observation = observation;
    this.attackerUid = attackerUid;
    this.volatileNames = volatileNames;
    this.invariants = invariants;
    this.shown = new ShownNames(volatileNames, observation);
    this.namesBelow = new NamesBelow.Index(observation);
  }

  public Plan plan() {
    return plan(0);
  }

  /**
   * Only what the program does from one of the observed calls on.
   *
   * @param from its index; what was before is known, but not tried
   */
  public Plan plan(int from) {
    undisturbed = from == 0;
    prune("attacker cannot change the name", observation.outOfReach());
    prune("held descriptor", observation.onDescriptors());
    List<ObservedCall> calls = observation.interesting();
    for (int i = 0; i < calls.size(); i++) {
      for (Binding binding : calls.get(i).changeable()) {
        last.put(Name.of(binding), i);
      }
    }
    for (now = 0; now < calls.size(); now++) {
      ObservedCall call = calls.get(now);
      shown.before(call, now);
      if (now >= from) {
        moments(call);
      }
      remember(call);
      shown.after(call);
    }
    // Whoever tries only some of it shall begin with the uses.
    scenarios.sort(Comparator.comparing(s -> s.last().call().operation().action().isCheck()));
    return new Plan(scenarios, pruned);
  }

  /**
   * Where a first move made a directory that was missing: a link to a protected one instead, which
   * has what the program then looks for in it, as this observation shows.
   */
  public Optional<Scenario> linkedInstead(Scenario first) {
    Move move = first.last();
    Binding binding = move.binding();
    if (first.moves().size() > 1
        || binding == null
        || binding.object() != null
        || move.strike() != Strike.DIRECTORY
        || namesBelow.of(binding.path(), true).missing().isEmpty()) {
      return Optional.empty();
    }
    int before = scenarios.size();
    window(move.call(), binding, Strike.SYMLINK_DIRECTORY_OTHER, Hazard.S05, null);
    return scenarios.size() == before ? Optional.empty() : Optional.of(scenarios.removeLast());
  }

  private void moments(ObservedCall call) {
    if (call.asAttacker()) {
      prune(AS_ATTACKER, call.changeable().size());
      return;
    }
    if (call.lostRights() != 0) {
      window(call, null, Strike.HOLD_OPEN, Hazard.S06, null);
    }
    if (!call.names().isEmpty()) {
      leave(call);
      return;
    }
    if (!call.sources().isEmpty()) {
      window(call, null, Strike.READ, Hazard.S06, null);
      return;
    }
    if (call.operation().action().isCheck()) {
      call.changeable().forEach(binding -> atCheck(call, binding));
    } else {
      uses(call);
    }
  }

  /** What is made later under a name of its own nobody can leave there before. */
  private void leave(ObservedCall call) {
    if (call.names().stream().allMatch(this::isMadeUp)) {
      prune("nobody knows the name yet", 1);
    } else {
      window(call, null, Strike.LEAVE, Hazard.S06, null);
    }
  }

  private boolean isMadeUp(String path) {
    return volatileNames.isVolatile(path.substring(path.lastIndexOf('/') + 1));
  }

  /** What the program is told here decides on which way it goes on. */
  private void atCheck(ObservedCall call, Binding binding) {
    Statx object = binding.object();
    boolean directory = object != null && object.isDirectory();
    if (binding.isMissingDirectory()) {
      firstTimes(call, binding, Strike.EXCHANGE, Hazard.S05);
      firstTimes(call, binding, Strike.SYMLINK_DIRECTORY_OTHER, Hazard.S05);
      firstTimes(call, binding, Strike.DIRECTORY, Hazard.S05);
    } else if (!binding.last()) {
      if (object != null) {
        firstTimes(call, binding, Strike.SYMLINK_DIRECTORY, Hazard.S13);
        if (call.changeable().stream().noneMatch(Binding::last)) {
          // The attacker cannot change what was asked about, only where it is asked.
          boolean there = call.result().ok();
          firstTimes(call, binding, there ? Strike.DIRECTORY : Strike.EXCHANGE, Hazard.S13);
        }
      }
    } else if (object == null) {
      firstTimes(call, binding, Strike.CONTENT, Hazard.S05);
      firstTimes(call, binding, Strike.SYMLINK, Hazard.S05);
      firstTimes(call, binding, Strike.SYMLINK_DIRECTORY, Hazard.S05);
      firstTimes(call, binding, Strike.DIRECTORY, Hazard.S05);
    } else if (directory) {
      firstTimes(call, binding, Strike.SYMLINK_DIRECTORY, Hazard.S01);
    } else {
      firstTimes(call, binding, Strike.SYMLINK, Hazard.S01);
      firstTimes(call, binding, Strike.SYMLINK_DANGLING, Hazard.S04);
      firstTimes(call, binding, Strike.REMOVE, Hazard.S04);
      if (!isHis(object)) {
        firstTimes(call, binding, Strike.CONTENT, Hazard.S01);
      }
    }
  }

  /** A program may ask about one name very often, and seldom goes on otherwise at a later time. */
  private void firstTimes(ObservedCall call, Binding binding, Strike strike, Hazard hazard) {
    int most = binding.last() ? MOST_ASKED : 1;
    if (ask(binding, strike, call.operation().action()) <= most) {
      window(call, binding, strike, hazard, check(binding));
    } else {
      prune("asked about before", 1);
    }
  }

  private int ask(Binding binding, Strike strike, Action kind) {
    return asked.merge(new Asked(Name.of(binding), strike, kind), 1, Integer::sum);
  }

  private void uses(ObservedCall call) {
    for (Binding binding : call.changeable()) {
      if (binding.listing()) {
        if (ask(binding, Strike.NAMES, Action.OPEN) == 1) {
          window(call, binding, Strike.NAMES, Hazard.S01, null);
        }
      } else if (binding.last()) {
        onObject(call, binding);
      } else {
        onTheWay(call, binding);
      }
    }
  }

  private void prune(String reason, int count) {
    if (count > 0) {
      pruned.merge(reason, count, Integer::sum);
    }
  }

  private void onTheWay(ObservedCall call, Binding binding) {
    Operation operation = call.operation();
    if (binding.isMissingDirectory()) {
      madeOnTheWay(call, binding);
    } else {
      boolean leadsToObject = isLastStep(call, binding);
      Hazard hazard = leadsToObject ? objectHazard(call, binding) : Hazard.S13;
      if ((operation.resolve() & STAYS_INSIDE) != 0) {
        prune("resolution cannot leave the directory", 1);
      } else {
        window(call, binding, Strike.SYMLINK_DIRECTORY, hazard, check(binding));
      }
      if (takesIn(operation) && call.changeable().stream().noneMatch(Binding::last)) {
        onDirectory(call, binding, hazard);
      }
    }
  }

  /** The attacker makes the directory that was missing: then the program comes further. */
  private void madeOnTheWay(ObservedCall call, Binding binding) {
    Operation operation = call.operation();
    if ((operation.resolve() & STAYS_INSIDE) == 0) {
      firstTimes(call, binding, Strike.SYMLINK_DIRECTORY_OTHER, Hazard.S05);
    }
    Strike form = takesIn(operation) ? Strike.EXCHANGE : Strike.DIRECTORY;
    firstTimes(call, binding, form, Hazard.S05);
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
    if (isHis(object)) {
      prune("the attacker's own contents", 1);
    } else if (object != null) {
      window(call, binding, Strike.EXCHANGE, hazard, check(binding));
    }
  }

  /** A link in the last place, which the call follows: what it leads to is the object. */
  private static boolean isLastStep(ObservedCall call, Binding binding) {
    String path =
        call.operation().operands().get(binding.operand()).path().length == 0
            ? ""
            : Raw.of(call.operation().operands().get(binding.operand()).path());
    Statx object = binding.object();
    return object != null && object.isSymlink() && path.endsWith(binding.entry());
  }

  private void onObject(ObservedCall call, Binding binding) {
    Operation operation = call.operation();
    boolean follow = operation.operands().get(binding.operand()).follow();
    Statx object = binding.object();
    boolean directory = object != null && object.isDirectory();
    CallRef check = check(binding);
    switch (operation.action()) {
      case OPEN -> onOpen(call, binding, check);
      case EXEC -> window(call, binding, Strike.CONTENT, objectHazard(call, binding), check);
      case CHMOD, CHOWN, TRUNCATE, TIMES, XATTR -> {
        if (follow) {
          Strike strike = directory ? Strike.SYMLINK_DIRECTORY : Strike.SYMLINK;
          window(call, binding, strike, objectHazard(call, binding), check);
        } else {
          prune("no-follow", 1);
        }
        if (!follow && object != null && object.isRegular()) {
          window(call, binding, Strike.HARDLINK, Hazard.S12, check);
        }
        if (!follow) {
          goesOn(call, binding, Strike.FILE);
        }
      }
      case CHDIR, CHROOT, MOUNT -> {
        Hazard hazard = objectHazard(call, binding);
        window(call, binding, Strike.SYMLINK_DIRECTORY, hazard, check);
        onDirectory(call, binding, hazard);
        goesOn(call, binding, Strike.DIRECTORY);
      }
      case RENAME, LINK -> {
        boolean source = binding.operand() == 0;
        boolean carriesOut =
            source && call.changeable().stream().noneMatch(b -> b.operand() == 1 && b.last());
        if (source && follow) {
          window(call, binding, Strike.SYMLINK, objectHazard(call, binding), check);
        }
        if (carriesOut && object != null && object.isRegular()) {
          onContent(call, binding, objectHazard(call, binding), check);
        } else if (!source && operation.action() == Action.LINK) {
          squat(call, binding, Strike.FILE, Strike.SYMLINK);
        } else if (!source && object == null && movesDirectory(call)) {
          squat(call, binding, Strike.DIRECTORY, Strike.SYMLINK_DIRECTORY);
        } else {
          prune("acts on the entry itself", 1);
        }
        if (source || object != null) {
          goesOn(call, binding, !source && movesDirectory(call) ? Strike.DIRECTORY : Strike.FILE);
        }
      }
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
        prune("acts on the entry itself", 1);
        goesOn(call, binding, operation.action() == Action.RMDIR ? Strike.DIRECTORY : Strike.FILE);
      }
      default -> {}
    }
    if (invariants && object != null && operation.reads()) {
      window(call, binding, Strike.REMOVE, Hazard.S16, check);
    }
  }

  /** A use that failed for what stood there, or did not: with what it wants the program goes on. */
  private void goesOn(ObservedCall call, Binding binding, Strike form) {
    if (call.failedFor(binding)) {
      window(call, binding, form, Hazard.S05, check(binding));
    }
  }

  /** The attacker makes the name first: does the program take it for its own? */
  private void squat(ObservedCall call, Binding binding, Strike... forms) {
    if (binding.object() != null) {
      prune("exclusive", 1);
      if (call.result().is(Errno.EEXIST)) {
        // On the way on which it was not there before.
        window(call, binding, Strike.REMOVE, Hazard.S04, check(binding));
      }
      return;
    }
    ObservedCall earlier = earlier(binding);
    Hazard hazard = earlier != null && removes(earlier) ? Hazard.S10 : Hazard.S05;
    for (Strike form : forms) {
      window(call, binding, form, form == Strike.FIFO ? Hazard.S11 : hazard, check(binding));
    }
  }

  private static boolean removes(ObservedCall call) {
    Action action = call.operation().action();
    return action == Action.UNLINK || action == Action.RMDIR;
  }

  /** The first operand is a directory, as far as that can be told. */
  private static boolean movesDirectory(ObservedCall call) {
    return call.changeable().stream()
        .filter(b -> b.operand() == 0 && b.last())
        .map(Binding::object)
        .allMatch(object -> object == null || object.isDirectory());
  }

  private void onOpen(ObservedCall call, Binding binding, @Nullable CallRef check) {
    Operation operation = call.operation();
    Statx object = binding.object();
    Hazard hazard = objectHazard(call, binding);
    if (operation.exclusive()) {
      squat(call, binding, Strike.FILE, Strike.SYMLINK, Strike.FIFO);
      return;
    }
    boolean follow = operation.operands().get(binding.operand()).follow();
    boolean directory = object != null && object.isDirectory() && !operation.writes();
    if (object != null || operation.wantsDirectory()) {
      goesOn(call, binding, operation.wantsDirectory() ? Strike.DIRECTORY : Strike.FILE);
    }
    if (operation.wantsDirectory() || directory) {
      if (follow) {
        window(call, binding, Strike.SYMLINK_DIRECTORY, hazard, check);
      } else {
        prune("no-follow", 1);
      }
      // A file can only be opened so by mistake, and the call fails.
      if (follow && object != null && (object.isDirectory() || object.isSymlink())) {
        onDirectory(call, binding, hazard);
      } else if (object != null && object.isDirectory()) {
        window(call, binding, Strike.EXCHANGE, Hazard.S13, check);
      }
      return;
    }
    boolean changes = operation.writes() || operation.creates();
    if (follow && (operation.resolve() & STAYS_INSIDE) == 0) {
      window(call, binding, Strike.SYMLINK, hazard, check);
      if (operation.creates() && object == null) {
        window(call, binding, Strike.SYMLINK_DANGLING, hazard, check);
      }
    } else {
      prune("no-follow", 1);
      if (object != null && object.isRegular()) {
        window(call, binding, Strike.HARDLINK, Hazard.S12, check);
      }
    }
    if (operation.mayBlock() && object != null && object.isRegular()) {
      window(call, binding, Strike.FIFO, Hazard.S11, check);
    }
    if (operation.reads() && !changes) {
      onContent(call, binding, hazard, check);
    }
    if (call.meantClosed()) {
      window(call, binding, Strike.FILE, hazard, check);
    }
  }

  /** What the attacker itself wrote it need not put there, unless it was looked at before. */
  private void onContent(
      ObservedCall call, Binding binding, Hazard hazard, @Nullable CallRef check) {
    if (check == null && isHis(binding.object())) {
      prune("the attacker's own contents", 1);
    } else {
      window(call, binding, Strike.CONTENT, hazard, check);
    }
  }

  /** A link of the attacker's is not meant: what it leads to may be anybody's. */
  private boolean isHis(@Nullable Statx object) {
    return object != null && object.uid() == attackerUid && !object.isSymlink();
  }

  /** Which row of the catalogue a strike on the object itself belongs to. */
  private Hazard objectHazard(ObservedCall call, Binding binding) {
    Operation operation = call.operation();
    ObservedCall earlier = earlier(binding);
    if (earlier != null && earlier.operation().action() == Action.ACCESS) {
      return Hazard.S02;
    }
    if (operation.action().isMetadata()) {
      return Hazard.S03;
    }
    if (operation.action() != Action.OPEN) {
      return earlier == null && !predictableOnly(call) ? Hazard.S05 : Hazard.S01;
    }
    if (earlier != null && removes(earlier)) {
      return Hazard.S10;
    }
    if (earlier != null && earlier.operation().action() == Action.OPEN) {
      return earlier.result().is(Errno.ENOENT) ? Hazard.S04 : Hazard.S09;
    }
    if (operation.creates()) {
      if (earlier != null) {
        return earlier.result().is(Errno.ENOENT) ? Hazard.S04 : Hazard.S01;
      }
      return Hazard.S05;
    }
    return Hazard.S01;
  }

  private boolean predictableOnly(ObservedCall call) {
    return call.site().names().stream().noneMatch(volatileNames::isVolatile);
  }

  /** The last call before this one that looked at the same name in the same directory. */
  private @Nullable ObservedCall earlier(Binding binding) {
    return looked.get(Name.of(binding));
  }

  private void remember(ObservedCall call) {
    for (Binding binding : call.changeable()) {
      if (binding.last()) {
        looked.put(Name.of(binding), call);
      }
    }
  }

  private @Nullable CallRef check(Binding binding) {
    ObservedCall earlier = earlier(binding);
    return earlier == null ? null : earlier.reference();
  }

  /** What shall be otherwise in the directory that is put into the place of one. */
  private NamesBelow below(@Nullable Binding binding, Strike strike) {
    if (strike == Strike.NAMES) {
      return new NamesBelow(new TreeSet<>(observation.elsewhere()), Set.of());
    }
    boolean asks =
        strike == Strike.EXCHANGE
            || strike == Strike.SYMLINK_DIRECTORY_OTHER
            || (strike == Strike.DIRECTORY && binding != null && binding.isMissingDirectory());
    return binding != null && (asks || strike == Strike.SYMLINK_DIRECTORY)
        ? namesBelow.of(binding.path(), asks)
        : NamesBelow.NONE;
  }

  private void window(
      ObservedCall call,
      @Nullable Binding binding,
      Strike strike,
      Hazard hazard,
      @Nullable CallRef check) {
    String path = binding == null ? call.object() : binding.path();
    if (binding != null && !shown.tell(path)) {
      prune("nobody knows the name yet", 1);
      return;
    }
    int slash = path.lastIndexOf('/');
    String directory = slash <= 0 ? "/" : path.substring(0, slash);
    // Of all names below a directory that are asked about, one is as good as another.
    boolean onTheWay =
        binding != null
            && !binding.last()
            && !binding.listing()
            && call.operation().action().isCheck();
    NamesBelow below = below(binding, strike);
    boolean use = !call.operation().action().isCheck();
    if (binding != null && strike == Strike.SYMLINK_DIRECTORY && use && undisturbed) {
      NamesBelow other = below(binding, Strike.SYMLINK_DIRECTORY_OTHER);
      if (!other.equals(below)) {
        window(call, binding, Strike.SYMLINK_DIRECTORY_OTHER, hazard, check);
      }
    }
    boolean predictable = !volatileNames.isVolatile(path);
    boolean again = binding != null && last.getOrDefault(Name.of(binding), now) > now;
    Move move = new Move(call, binding, strike, null, predictable, onTheWay, below, again);
    scenarios.add(
        new Scenario(
            new Window(
                WindowId.of(move, volatileNames),
                hazard,
                call.reference(),
                check,
                Raw.display(directory),
                Raw.display(path.substring(slash + 1)),
                strike,
                WindowId.fingerprint(move, volatileNames)),
            List.of(move),
            volatileNames));
  }
}
