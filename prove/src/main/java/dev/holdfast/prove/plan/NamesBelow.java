package dev.holdfast.prove.plan;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.Operand;
import dev.holdfast.prove.watch.Raw;
import java.util.Arrays;
import java.util.List;
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
   * @param directory its path, raw
   */
  static NamesBelow of(String directory, List<ObservedCall> calls) {
    Set<String> missing = new TreeSet<>();
    Set<String> inTheWay = new TreeSet<>();
    Set<String> used = new TreeSet<>();
    for (ObservedCall call : calls) {
      List<Operand> operands = call.operation().operands();
      for (int i = 0; i < operands.size(); i++) {
        String name = call.operation().action().isCheck() ? null : below(directory, call, i);
        if (name == null) {
          continue;
        }
        boolean creates = call.operation().creates() || call.operation().makesNew();
        if (call.result().is(Errno.EEXIST) && i == operands.size() - 1) {
          inTheWay.add(name);
        } else if (call.result().is(Errno.ENOENT) && !creates) {
          missing.add(name + (wantsDirectory(call) ? "/" : ""));
        } else {
          used.add(name);
        }
      }
    }
    missing.removeIf(name -> used.contains(name.endsWith("/") ? parent(name) : name));
    inTheWay.removeAll(used);
    return new NamesBelow(missing, inTheWay);
  }

  private static String parent(String name) {
    return name.substring(0, name.length() - 1);
  }

  private static boolean wantsDirectory(ObservedCall call) {
    Action action = call.operation().action();
    return action == Action.CHDIR || action == Action.RMDIR || call.operation().wantsDirectory();
  }

  /** What a path argument names below the directory; null if it does not lead there, or by links. */
  private static @Nullable String below(String directory, ObservedCall call, int index) {
    Operand operand = call.operation().operands().get(index);
    String spelled = Raw.of(operand.path());
    String rest = null;
    for (Binding binding : call.changeable()) {
      if (binding.operand() == index && binding.last()) {
        rest = after(binding.path(), directory);
      } else if (binding.operand() == index && binding.path().equals(directory)) {
        rest = after("/" + spelled, "/" + binding.entry());
      }
    }
    boolean here = operand.dirfd() == Fcntl.AT_FDCWD && !spelled.startsWith("/");
    if (rest == null && here && call.doing().directory().equals(directory)) {
      rest = spelled;
    }
    return rest == null || !isPlain(rest) ? null : rest;
  }

  private static @Nullable String after(String path, String directory) {
    int at = path.lastIndexOf(directory + "/");
    return at < 0 ? null : path.substring(at + directory.length() + 1);
  }

  private static boolean isPlain(String path) {
    return Arrays.stream(path.split("/", -1))
        .noneMatch(name -> name.isEmpty() || name.equals(".") || name.equals(".."));
  }
}
