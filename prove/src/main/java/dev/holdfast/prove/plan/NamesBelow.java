package dev.holdfast.prove.plan;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Observation;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.Operand;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.Raw;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What stopped a program below a directory, as far as it was observed: in another directory it may
 * be otherwise, and the program goes on there.
 *
 * @param missing names relative to the directory, raw, that it only ever used in vain; those of
 *     directories end with {@code /}. For names that are added: what it looked for elsewhere
 * @param inTheWay names that it wanted to make and that were there already, each time
 */
public record NamesBelow(Set<String> missing, Set<String> inTheWay) {
  /** Nothing is known, or nothing stopped it. */
  public static final NamesBelow NONE = new NamesBelow(Set.of(), Set.of());

  /**
   * What an observation shows of all directories. All of the run counts, whenever a directory is
   * exchanged: threads do not come in one order.
   *
   * <p>Threads: one at a time.
   */
  static final class Index {
    /**
     * @param slash it is spelled with one at its end, so it is to be a directory
     */
    private record Use(
        String name, Operation operation, int operand, boolean there, boolean slash) {}

    private record Key(String directory, boolean checks) {}

    private final Map<String, List<Use>> uses = new HashMap<>();
    private final Map<Key, NamesBelow> known = new HashMap<>();

    Index(Observation observation) {
      for (ObservedCall call : observation.interesting()) {
        for (int i = 0; i < call.operation().operands().size(); i++) {
          // Where the first was not there the second was not come to.
          if (i == 0 || !call.result().is(Errno.ENOENT)) {
            add(call, i);
          }
        }
      }
      for (Observation.Below call : observation.below()) {
        addAbove(call.path(), call.operation(), call.operand(), call.there(), false);
      }
    }

    /** What a path argument names below each directory that it leads over, if not by links. */
    private void add(ObservedCall call, int index) {
      Operand operand = call.operation().operands().get(index);
      Operation operation = call.operation();
      String raw = Raw.of(operand.path());
      String spelled = raw.replaceAll("/+$", "");
      boolean slash = spelled.length() < raw.length();
      boolean there = wasThere(call, index);
      Set<String> above = new HashSet<>();
      List<Binding> bindings =
          call.changeable().stream().filter(b -> b.operand() == index).toList();
      Binding last = bindings.stream().filter(Binding::last).reduce(null, (_, b) -> b);
      if (last != null) {
        above.addAll(addAbove(last.path(), operation, index, there, slash));
      } else {
        for (Binding binding : bindings) {
          int at = ("/" + spelled).lastIndexOf("/" + binding.entry() + "/");
          String rest = at < 0 ? "" : spelled.substring(at + binding.entry().length() + 1);
          if (isPlain(rest) && above.add(binding.path())) {
            add(binding.path(), new Use(rest, operation, index, there, slash));
          }
        }
      }
      boolean here = operand.dirfd() == Fcntl.AT_FDCWD && !spelled.startsWith("/");
      if (here && isPlain(spelled) && !above.contains(call.doing().directory())) {
        add(call.doing().directory(), new Use(spelled, operation, index, there, slash));
      }
    }

    /** For every directory above a path; gives them. */
    private List<String> addAbove(
        String path, Operation operation, int operand, boolean there, boolean slash) {
      List<String> above = new ArrayList<>();
      for (int at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) {
        String rest = path.substring(at + 1);
        if (isPlain(rest)) {
          above.add(path.substring(0, at));
          add(above.getLast(), new Use(rest, operation, operand, there, slash));
        }
      }
      return above;
    }

    private void add(String directory, Use use) {
      uses.computeIfAbsent(directory, _ -> new ArrayList<>()).add(use);
    }

    /**
     * @param directory its path, raw
     * @param checks whether what it only asked for in vain is missing, too
     */
    NamesBelow of(String directory, boolean checks) {
      return known.computeIfAbsent(new Key(directory, checks), this::collect);
    }

    /** All names that were used below a directory, relative to it, raw, but not only looked at. */
    Set<String> used(String directory) {
      Set<String> names = new TreeSet<>();
      for (Use use : uses.getOrDefault(directory, List.of())) {
        if (!use.operation().action().isCheck()) {
          names.add(use.name());
        }
      }
      return names;
    }

    private NamesBelow collect(Key key) {
      Seen seen = new Seen(key.checks());
      for (Use use : uses.getOrDefault(key.directory(), List.of())) {
        seen.add(use);
      }
      seen.missing.removeIf(name -> isUsed(name, seen.used));
      seen.inTheWay.removeAll(seen.used);
      seen.missing.addAll(seen.cleanedUp);
      return new NamesBelow(seen.missing, seen.inTheWay);
    }
  }

  /** The same for a call that what is there kept from making it: it is in the way. */
  NamesBelow without(ObservedCall call, Binding binding) {
    String spelled = Raw.of(call.operation().operands().get(binding.operand()).path());
    int at = ("/" + spelled).lastIndexOf("/" + binding.entry() + "/");
    String name = at < 0 ? "" : spelled.substring(at + binding.entry().length() + 1);
    if (!call.result().is(Errno.EEXIST) || !isPlain(name)) {
      return this;
    }
    Set<String> more = new TreeSet<>(inTheWay);
    more.add(name);
    return new NamesBelow(missing, more);
  }

  private static boolean wasThere(ObservedCall call, int operand) {
    for (Binding binding : call.changeable()) {
      if (binding.operand() == operand && binding.last()) {
        return binding.object() != null;
      }
    }
    boolean makes = call.operation().creates() || call.operation().makesNew();
    return makes ? call.result().is(Errno.EEXIST) : !call.result().is(Errno.ENOENT);
  }

  /** What became of names, call by call. */
  private static final class Seen {
    final Set<String> missing = new TreeSet<>();
    final Set<String> inTheWay = new TreeSet<>();
    final Set<String> used = new TreeSet<>();

    /**
     * Made where there was nothing, though it would have taken what is there, and removed again.
     */
    final Set<String> cleanedUp = new TreeSet<>();

    private final Set<String> made = new TreeSet<>();
    private final boolean checks;

    Seen(boolean checks) {
      this.checks = checks;
    }

    void add(Index.Use use) {
      String name = use.name();
      Operation operation = use.operation();
      boolean there = use.there();
      boolean target = use.operand() == 1;
      String end = use.slash() || wantsDirectory(operation) ? "/" : "";
      boolean makes = operation.makesNew() && (target || operation.operands().size() == 1);
      if (operation.action().isCheck()) {
        if (checks && !there) {
          missing.add(name + end);
        }
      } else if (makes && there && operation.action() != Action.RENAME) {
        inTheWay.add(name);
      } else if (!there && !makes && !operation.creates()) {
        missing.add(name + end);
      } else {
        used.add(name);
      }
      if (operation.creates() && !operation.exclusive() && !there) {
        made.add(name);
      }
      boolean removes = operation.action() == Action.UNLINK || operation.action() == Action.RENAME;
      if (removes && !target && made.contains(name)) {
        cleanedUp.add(name);
      }
    }
  }

  /** Itself, or a directory on its way, which the program may have made. */
  private static boolean isUsed(String name, Set<String> used) {
    for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
      if (used.contains(name.substring(0, slash))) {
        return true;
      }
    }
    return used.contains(name);
  }

  private static boolean wantsDirectory(Operation operation) {
    Action action = operation.action();
    return action == Action.CHDIR || action == Action.RMDIR || operation.wantsDirectory();
  }

  private static boolean isPlain(String path) {
    String all = "/" + path + "/";
    return !path.isEmpty() && !all.contains("//") && !all.contains("/./") && !all.contains("/../");
  }
}
