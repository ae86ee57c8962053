package dev.holdfast.junit;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * One option of a proof, which goes to the JVM that proves: a {@code Case} itself has paths in it,
 * which do not travel. What it captures must be serializable.
 */
interface Setting<T> extends UnaryOperator<T>, Serializable {
  /** Some, and one that is applied after them. */
  static <T> List<Setting<T>> after(List<Setting<T>> settings, Setting<T> last) {
    List<Setting<T>> all = new ArrayList<>(settings);
    all.add(last);
    return List.copyOf(all);
  }

  static <T> T all(List<Setting<T>> settings, T start) {
    T result = start;
    for (Setting<T> setting : settings) {
      result = setting.apply(result);
    }
    return result;
  }

  static Path[] paths(String... names) {
    return Stream.of(names)
        .map(name -> Path.of(name).toAbsolutePath().normalize())
        .toArray(Path[]::new);
  }
}
