package dev.holdfast.prove.report;

import java.util.List;

/**
 * A script that a program runs and that is no file of this host: it comes out of a package.
 *
 * <p>Threads: immutable.
 *
 * @param names the absolute paths by which it may be run
 * @param shown what people know it by
 * @param lines its text
 */
public record Script(List<String> names, String shown, List<String> lines) {
  public Script {
    names = List.copyOf(names);
    lines = List.copyOf(lines);
  }
}
