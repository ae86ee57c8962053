package dev.holdfast.prove.plan;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Statx;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.observe.Action;
import dev.holdfast.prove.observe.Binding;
import dev.holdfast.prove.observe.Observation;
import dev.holdfast.prove.observe.ObservedCall;
import dev.holdfast.prove.observe.Operation;
import dev.holdfast.prove.observe.Raw;
import dev.holdfast.prove.observe.Site;
import dev.holdfast.prove.observe.VolatileNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns an observation into windows: for each use by name, for each binding on its way that the
 * attacker can change, the strikes that could mean something there.
 *
 * <p>Threads: one at a time.
 */
public final class Planner {
  private static final long STAYS_INSIDE =
      Fcntl.RESOLVE_BENEATH | Fcntl.RESOLVE_IN_ROOT | Fcntl.RESOLVE_NO_SYMLINKS;

  private final Observation observation;
  private final VolatileNames volatileNames;
  private final int attackerUid;
  private final boolean invariants;

  /** A name in a directory, whatever it means at the moment. */
  private record Name(long device, long inode, String entry) {
    static Name of(Binding binding) {
      Statx directory = binding.directoryStat();
      return new Name(directory.device(), directory.inode(), binding.entry());
    }
  }

  /** Who looked at a name last, among the calls up to now: a run may make very many. */
  private final Map<Name, ObservedCall> looked = new HashMap<>();

  private final List<PlannedWindow> windows = new ArrayList<>();
  private final Map<String, Integer> pruned = new TreeMap<>();

  /**
   * @param attackerUid whose files are his own already
   * @param invariants the user gave checks, so that strikes without an effect of their own count
   */
  public Planner(
      Observation observation, VolatileNames volatileNames, int attackerUid, boolean invariants) {
    this.observation = observation;
    this.attackerUid = attackerUid;
    this.volatileNames = volatileNames;
    this.invariants = invariants;
  }

  public Plan plan() {
    prune("attacker cannot change the name", observation.outOfReach());
    prune("held descriptor", observation.onDescriptors());
    for (ObservedCall call : observation.interesting()) {
      if (call.lostRights() != 0) {
        window(call, null, Strike.HOLD_OPEN, Hazard.S06, null);
      }
      if (!call.operation().action().isCheck()) {
        uses(call);
      }
      remember(call);
    }
    return new Plan(List.copyOf(windows), Map.copyOf(pruned));
  }

  private void uses(ObservedCall call) {
    for (Binding binding : call.changeable()) {
      if (binding.last()) {
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
    if (binding.object() == null) {
      prune("nothing there", 1);
    } else if ((operation.resolve() & STAYS_INSIDE) != 0) {
      prune("resolution cannot leave the directory", 1);
    } else {
      boolean leadsToObject = isLastStep(call, binding);
      Hazard hazard = leadsToObject ? objectHazard(call, binding) : Hazard.S13;
      window(call, binding, Strike.SYMLINK_DIRECTORY, hazard, check(binding));
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
      }
      case CHDIR, CHROOT, MOUNT ->
          window(call, binding, Strike.SYMLINK_DIRECTORY, objectHazard(call, binding), check);
      case RENAME, LINK -> {
        boolean source = binding.operand() == 0;
        boolean carriesOut =
            source && call.changeable().stream().noneMatch(b -> b.operand() == 1 && b.last());
        if (source && follow) {
          window(call, binding, Strike.SYMLINK, objectHazard(call, binding), check);
        }
        if (carriesOut && object != null && object.isRegular()) {
          onContent(call, binding, objectHazard(call, binding), check);
        } else {
          prune("acts on the entry itself", 1);
        }
      }
      case MKDIR, MKNOD, SYMLINK -> prune("exclusive", 1);
      case UNLINK, RMDIR -> prune("acts on the entry itself", 1);
      default -> {}
    }
    if (invariants && object != null && operation.reads()) {
      window(call, binding, Strike.REMOVE, Hazard.S16, check);
    }
  }

  private void onOpen(ObservedCall call, Binding binding, @Nullable CallRef check) {
    Operation operation = call.operation();
    Statx object = binding.object();
    Hazard hazard = objectHazard(call, binding);
    if (operation.exclusive()) {
      prune("exclusive", 1);
      return;
    }
    boolean follow = operation.operands().get(binding.operand()).follow();
    if (operation.wantsDirectory() || (object != null && object.isDirectory())) {
      if (follow) {
        window(call, binding, Strike.SYMLINK_DIRECTORY, hazard, check);
      } else {
        prune("no-follow", 1);
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
  }

  /** What the attacker wrote himself he need not put there. */
  private void onContent(
      ObservedCall call, Binding binding, Hazard hazard, @Nullable CallRef check) {
    Statx object = binding.object();
    if (object != null && object.uid() == attackerUid) {
      prune("the attacker's own contents", 1);
    } else {
      window(call, binding, Strike.CONTENT, hazard, check);
    }
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
    if (earlier != null && earlier.operation().action() == Action.UNLINK) {
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
    return earlier == null ? null : reference(earlier.site());
  }

  private void window(
      ObservedCall call,
      @Nullable Binding binding,
      Strike strike,
      Hazard hazard,
      @Nullable CallRef check) {
    String path = binding == null ? call.object() : binding.path();
    int slash = path.lastIndexOf('/');
    String directory = slash <= 0 ? "/" : path.substring(0, slash);
    windows.add(
        new PlannedWindow(
            new Window(
                id(call.site(), binding, strike),
                hazard,
                reference(call.site()),
                check,
                Raw.display(directory),
                Raw.display(path.substring(slash + 1)),
                strike),
            call,
            binding,
            "",
            !volatileNames.isVolatile(path)));
  }

  private static CallRef reference(Site site) {
    String path = String.join(" , ", site.names().stream().map(Raw::display).toList());
    return new CallRef(site.call().callName(), path, site.task(), site.nth());
  }

  private String id(Site site, @Nullable Binding binding, Strike strike) {
    String place = binding == null ? "-" : binding.operand() + "/" + binding.index();
    return WindowId.of(
        site.key(volatileNames) + '\0' + site.occurrence() + '\0' + place + '\0' + strike);
  }
}
