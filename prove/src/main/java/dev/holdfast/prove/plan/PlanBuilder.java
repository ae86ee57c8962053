package dev.holdfast.prove.plan;

import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.payload.Environment;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Observation;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.watch.Site;
import dev.holdfast.prove.watch.VolatileNames;
import dev.holdfast.prove.watch.Words;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The windows of a plan, as they are found call by call: what the attacker puts there is made
 * ready, names that nobody can know are left out, and what the program asks again and again is
 * tried at its first times only.
 *
 * <p>Threads: one at a time.
 */
final class PlanBuilder {
  private static final int MOST_ASKED = 2;

  /** What is tried at the first times for each name, however often the program asks about it. */
  private record Asked(Entry entry, Strike strike, Action kind) {}

  /** Of processes that run at the same time the first is the same in each run. */
  private static final Comparator<Site> IN_TURN =
      Comparator.comparingInt(Site::occurrence)
          .thenComparing(Site::process, PlanBuilder::inTurn)
          .thenComparing(Site::call)
          .thenComparing(site -> String.join("\0", site.names()));

  private final Observation observation;
  private final VolatileNames volatileNames;
  private final EarlierCalls earlier;
  private final ShownNames shown;
  private final NamesBelow.Index namesBelow;

  /** What is missing behind a first move may be so because of that move. */
  private boolean undisturbed = true;

  /** The index of the last call that comes by a name. */
  private final Map<Entry, Integer> last = new HashMap<>();

  /** The index of the call that is looked at. */
  private int now;

  private final Map<Asked, List<Scenario>> asked = new HashMap<>();

  /** Planned, before a call was seen that comes before. */
  private final Set<Scenario> later = Collections.newSetFromMap(new IdentityHashMap<>());

  private final List<Scenario> scenarios = new ArrayList<>();

  private final Map<String, Integer> pruned = new TreeMap<>();

  PlanBuilder(Observation observation, VolatileNames volatileNames, EarlierCalls earlier) {
    this.observation = observation;
    this.volatileNames = volatileNames;
    this.earlier = earlier;
    this.shown = new ShownNames(volatileNames, observation);
    this.namesBelow = new NamesBelow.Index(observation);
    List<ObservedCall> calls = observation.interesting();
    for (int i = 0; i < calls.size(); i++) {
      for (Binding binding : calls.get(i).changeable()) {
        last.put(Entry.of(binding), i);
      }
    }
  }

  void behindAFirstMove() {
    undisturbed = false;
  }

  /** The calls come in their order, each with what is planned at it between these two. */
  void before(ObservedCall call, int index) {
    now = index;
    shown.before(call, index);
  }

  void after(ObservedCall call) {
    earlier.add(call);
    shown.after(call);
  }

  Plan plan() {
    scenarios.removeIf(later::contains);
    // Whoever tries only some of it shall begin with the uses.
    scenarios.sort(Comparator.comparing(s -> s.last().call().operation().action().isCheck()));
    return new Plan(scenarios, pruned);
  }

  void prune(String reason, int count) {
    if (count > 0) {
      pruned.merge(reason, count, Integer::sum);
    }
  }

  /** The program asks about names there that it does not find. */
  boolean asksBelow(Binding binding) {
    return !namesBelow.of(binding.path(), true).missing().isEmpty();
  }

  /** What the program believes of what it reads there. */
  Words words(ObservedCall call, @Nullable Binding binding) {
    if (binding == null) {
      return Words.NONE;
    }
    Words words = observation.believed().getOrDefault(binding.path(), Words.NONE);
    boolean settings = words.settings() || Environment.isNamedSo(binding.entry());
    // To all others the plain contents are settings as well.
    return words.withSettings(
        settings && Environment.isSomethingElse(binding.entry(), call.command()));
  }

  /** A program may ask about one name very often, and seldom goes on otherwise at a later time. */
  void firstTimes(ObservedCall call, Binding binding, Strike strike, Hazard hazard) {
    Asked about = new Asked(Entry.of(binding), strike, call.operation().action());
    List<Scenario> first = asked.computeIfAbsent(about, _ -> new ArrayList<>());
    int most = binding.last() ? MOST_ASKED : 1;
    if (first.size() == most
        && IN_TURN.compare(first.getLast().last().call().site(), call.site()) <= 0) {
      prune("asked about before", 1);
      return;
    }
    int before = scenarios.size();
    window(call, binding, strike, hazard);
    if (scenarios.size() > before) {
      first.add(scenarios.getLast());
      first.sort(Comparator.comparing(s -> s.last().call().site(), IN_TURN));
      if (first.size() > most) {
        later.add(first.removeLast());
        prune("asked about before", 1);
      }
    }
  }

  /** By numbers: {@code 0.2} before {@code 0.10}. */
  private static int inTurn(String process, String other) {
    String[] one = process.split("\\.", -1);
    String[] two = other.split("\\.", -1);
    for (int i = 0; i < Math.min(one.length, two.length); i++) {
      int first = Integer.compare(one[i].length(), two[i].length());
      int order = first != 0 ? first : one[i].compareTo(two[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(one.length, two.length);
  }

  /** Between the last call that looked at the same name and this one. */
  void window(ObservedCall call, Binding binding, Strike strike, Hazard hazard) {
    window(call, binding, strike, hazard, earlier.check(binding));
  }

  void window(
      ObservedCall call,
      @Nullable Binding binding,
      Strike strike,
      Hazard hazard,
      @Nullable CallRef check) {
    Optional<Scenario> found = scenario(call, binding, strike, hazard, check);
    if (found.isEmpty()) {
      prune("nobody knows the name yet", 1);
      return;
    }
    if (binding != null && strike == Strike.SYMLINK_DIRECTORY && undisturbed && isUse(call)) {
      NamesBelow below = found.get().last().below();
      if (!below(call, binding, Strike.SYMLINK_DIRECTORY_OTHER).equals(below)) {
        window(call, binding, Strike.SYMLINK_DIRECTORY_OTHER, hazard, check);
      }
    }
    scenarios.add(found.get());
  }

  /** Nothing if nobody can know the name yet. */
  Optional<Scenario> scenario(
      ObservedCall call,
      @Nullable Binding binding,
      Strike strike,
      Hazard hazard,
      @Nullable CallRef check) {
    String path = binding == null ? call.object() : binding.path();
    if (binding != null && !shown.tell(path)) {
      return Optional.empty();
    }
    Move move = move(call, binding, strike, path);
    int slash = path.lastIndexOf('/');
    Window window =
        new Window(
            WindowId.of(move, volatileNames),
            hazard,
            call.reference(),
            check,
            Raw.display(slash <= 0 ? "/" : path.substring(0, slash)),
            Raw.display(path.substring(slash + 1)),
            strike,
            WindowId.fingerprint(move, volatileNames));
    return Optional.of(new Scenario(window, List.of(move), volatileNames));
  }

  private Move move(ObservedCall call, @Nullable Binding binding, Strike strike, String path) {
    // Of all names below a directory that are asked about, one is as good as another.
    boolean onTheWay = binding != null && !binding.last() && !binding.listing() && !isUse(call);
    // Where it came to nothing there, nobody knows what it will do when it does not.
    boolean again =
        binding != null
            && (last.getOrDefault(Entry.of(binding), now) > now
                || (isUse(call) && call.result().failed()));
    return new Move(
        call,
        binding,
        strike,
        null,
        !volatileNames.isVolatile(path),
        onTheWay,
        below(call, binding, strike),
        strike == Strike.NAMED || strike == Strike.NAMED_OWN ? words(call, binding) : Words.NONE,
        again);
  }

  private static boolean isUse(ObservedCall call) {
    return !call.operation().action().isCheck();
  }

  /** What shall be otherwise in the directory that is put into the place of one. */
  private NamesBelow below(ObservedCall call, @Nullable Binding binding, Strike strike) {
    if (strike == Strike.NAMES) {
      return new NamesBelow(new TreeSet<>(observation.elsewhere()), Set.of());
    }
    if (strike == Strike.LINKS && binding != null) {
      String to = observation.carried().getOrDefault(binding.path(), binding.path());
      return new NamesBelow(namesBelow.used(to), Set.of());
    }
    boolean asks =
        strike == Strike.EXCHANGE
            || strike == Strike.SYMLINK_DIRECTORY_OTHER
            || strike == Strike.SYMLINK_OWN
            || (strike == Strike.DIRECTORY && binding != null && binding.isMissingDirectory());
    if (binding == null || !(asks || strike == Strike.SYMLINK_DIRECTORY)) {
      return NamesBelow.NONE;
    }
    NamesBelow known = namesBelow.of(binding.path(), asks);
    return strike == Strike.SYMLINK_DIRECTORY_OTHER ? known.without(call, binding) : known;
  }
}
