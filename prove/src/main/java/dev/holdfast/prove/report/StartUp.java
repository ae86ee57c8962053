package dev.holdfast.prove.report;

import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What language runtimes look for each time they start, whatever program they are to run. To come
 * to such a name is as real as any, but it is not the program's doing and the same in every proof
 * with that runtime: those at which nothing changed hands are told in one line.
 *
 * <p><b>Sources.</b> The manuals of Node.js (Modules: Packages) and Python (site), and of the JVM's
 * {@code -XX:+UsePerfData}; checked with strace.
 */
final class StartUp {
  private static final Map<Pattern, Pattern> KNOWN =
      Map.of(
          Pattern.compile("node(js)?"),
          Pattern.compile("package\\.json|node_modules"),
          Pattern.compile("javac?|jshell"),
          Pattern.compile("hsperfdata_.*|\\.attach_pid\\d+|\\.java_pid\\d+"),
          Pattern.compile("python(\\d(\\.\\d+)?)?"),
          Pattern.compile("pyvenv\\.cfg|pybuilddir\\.txt|.*\\._pth|__pycache__"));

  private StartUp() {}

  /** Whose look-up a window is, by the name of the program that makes it; null if nobody's. */
  static @Nullable String runtime(Window window) {
    List<String> command = window.use().doer().command();
    if (command.isEmpty() || window.before() != null) {
      return null;
    }
    String program = command.getFirst();
    String name = program.substring(program.lastIndexOf('/') + 1);
    boolean known =
        KNOWN.entrySet().stream()
            .anyMatch(
                each ->
                    each.getKey().matcher(name).matches()
                        && each.getValue().matcher(window.entry()).matches());
    return known ? name : null;
  }

  /** One sentence for each runtime that has some among these. */
  static List<String> sentences(List<WindowResult> windows) {
    Map<String, List<Window>> byRuntime = new LinkedHashMap<>();
    for (WindowResult each : windows) {
      String runtime = runtime(each.window());
      if (runtime != null) {
        byRuntime.computeIfAbsent(runtime, _ -> new ArrayList<>()).add(each.window());
      }
    }
    return byRuntime.entrySet().stream()
        .map(
            each ->
                each.getKey()
                    + " looks for "
                    + each.getValue().stream()
                        .map(w -> w.directory() + "/" + w.entry())
                        .distinct()
                        .collect(Collectors.joining(", "))
                    + " at each start, whatever it runs ("
                    + each.getValue().size()
                    + "; --verbose)")
        .toList();
  }
}
