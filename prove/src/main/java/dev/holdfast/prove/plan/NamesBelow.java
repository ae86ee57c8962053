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
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What stopped a program below a directory, as far as it was observed: in another directory it may
 * be otherwise, and the program goes on there.
 *
 * @param missing names relative to the directory, raw, that it only ever used in vain; those of
 *     directories end with {@code /}
 * @param inTheWay names that it wanted to make and that were there already, each time
 */
public record NamesBelow(Set<String> missing, Set<String> inTheWay) {
  /** Nothing is known, or nothing stopped it. */
  public static final NamesBelow NONE = new NamesBelow(Set.of(), Set.of());

  /**
   * All of the run counts, whenever the directory is exchanged: threads do not come in one order.
   *
   * @param directory its path, raw
   * @param checks whether what it only asked for in vain is missing, too
   */
  static NamesBelow of(String directory, Observation observation, boolean checks) {
    Seen seen = new Seen(checks);
    for (ObservedCall call : observation.interesting()) {
      for (int i = 0; i < call.operation().operands().size(); i++) {
        // Where the first was not there the second was not come to.
        boolean reached = i == 0 || !call.result().is(Errno.ENOENT);
        String name = reached ? below(directory, call, i) : null;
        if (name != null) {
          seen.add(name, call.operation(), i, wasThere(call, i));
        }
      }
    }
    for (Observation.Below call : observation.below()) {
      String name = after(call.path(), directory);
      if (name != null && isPlain(name)) {
        seen.add(name, call.operation(), call.operand(), call.there());
      }
    }
    seen.missing.removeIf(name -> isUsed(name, seen.used));
    seen.inTheWay.removeAll(seen.used);
    seen.missing.addAll(seen.cleanedUp);
    return new NamesBelow(seen.missing, seen.inTheWay);
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

    void add(String name, Operation operation, int operand, boolean there) {
      boolean target = operand == 1;
      boolean makes = operation.makesNew() && (target || operation.operands().size() == 1);
      if (operation.action().isCheck()) {
        if (checks && !there) {
          missing.add(name);
        }
      } else if (makes && there && operation.action() != Action.RENAME) {
        inTheWay.add(name);
      } else if (!there && !makes && !operation.creates()) {
        missing.add(name + (wantsDirectory(operation) ? "/" : ""));
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

  /**
   * What a path argument names below the directory; null if it does not lead there, or by links.
   */
  private static @Nullable String below(String directory, ObservedCall call, int index) {
    Operand operand = call.operation().operands().get(index);
    String spelled = Raw.of(operand.path());
    String rest = null;
    for (Binding binding : call.changeable()) {
      if (binding.operand() == index && binding.last()) {
        rest = after(binding.path(), directory);
      } else if (binding.operand() == index && binding.path().equals(directory)) {
        int at = ("/" + spelled).lastIndexOf("/" + binding.entry() + "/");
        rest = at < 0 ? null : spelled.substring(at + binding.entry().length() + 1);
      }
    }
    boolean here = operand.dirfd() == Fcntl.AT_FDCWD && !spelled.startsWith("/");
    if (rest == null && here && call.doing().directory().equals(directory)) {
      rest = spelled;
    }
    return rest == null || !isPlain(rest) ? null : rest;
  }

  private static @Nullable String after(String path, String directory) {
    return path.startsWith(directory + "/") ? path.substring(directory.length() + 1) : null;
  }

  private static boolean isPlain(String path) {
    return Arrays.stream(path.split("/", -1))
        .noneMatch(name -> name.isEmpty() || name.equals(".") || name.equals(".."));
  }
}
