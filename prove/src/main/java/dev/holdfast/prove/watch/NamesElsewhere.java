package dev.holdfast.prove.watch;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a program looks for elsewhere once it has listed a directory of the attacker's: who searches
 * several directories by their listings, as Python does for modules, never asks the kernel for a
 * name that is not in the listing.
 *
 * <p>Threads: the tracer's.
 */
final class NamesElsewhere {
  private static final int MOST = 300;
  private static final String PACKAGE = "__init__.py";

  private boolean listed;
  private final Set<String> names = new LinkedHashSet<>();

  /**
   * @param changeable what the attacker can change on the call's way
   */
  void add(Operation operation, List<Binding> changeable) {
    listed |= changeable.stream().anyMatch(Binding::listing);
    if (!listed || !changeable.isEmpty()) {
      return;
    }
    for (Operand operand : operation.operands()) {
      String name = name(Raw.of(operand.path()));
      if (!name.isEmpty() && !name.equals(".") && !name.equals("..") && names.size() < MOST) {
        names.add(name);
      }
    }
  }

  /** The last name; a package of Python's can be a module as well. */
  private static String name(String path) {
    String last = path.substring(path.lastIndexOf('/') + 1);
    if (!last.equals(PACKAGE) || last.length() == path.length()) {
      return last;
    }
    String directory = Raw.parent(path);
    return directory.substring(directory.lastIndexOf('/') + 1) + ".py";
  }

  /** The names, raw, in the order in which they were first looked for. */
  List<String> all() {
    return List.copyOf(names);
  }
}
