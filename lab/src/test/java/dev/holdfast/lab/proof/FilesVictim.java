package dev.holdfast.lab.proof;

import dev.holdfast.files.Directory;
import dev.holdfast.files.Resolution;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * What is attacked: {@code FilesVictim WAY BASE OPERATION…}, where the way is an engine of {@link
 * Resolution} or {@code JDK}. Each operation works in its directory below the base; one that fails,
 * as under an attack it may, does not keep the next from running.
 */
final class FilesVictim {
  /** The base in a world. */
  static final String BASE = "/srv";

  static final String JDK = "JDK";

  private static final List<Operation[]> GROUPS =
      List.of(
          OpenOperation.values(),
          NameOperation.values(),
          MetadataOperation.values(),
          TempOperation.values(),
          ReplaceOperation.values(),
          RightsOperation.values(),
          TreeOperation.values(),
          ViewOperation.values());

  private FilesVictim() {}

  static List<Operation> operations() {
    return GROUPS.stream().flatMap(Arrays::stream).toList();
  }

  public static void main(String[] args) {
    String way = args[0];
    Path base = Path.of(args[1]);
    boolean failed = false;
    for (String name : Arrays.asList(args).subList(2, args.length)) {
      try {
        run(operation(name), base, way);
      } catch (Exception refused) {
        failed = true;
        System.err.println(name + ": " + refused);
      }
    }
    System.exit(failed ? 1 : 0);
  }

  private static Operation operation(String place) {
    return operations().stream().filter(o -> o.place().equals(place)).findFirst().orElseThrow();
  }

  private static void run(Operation operation, Path base, String way) throws Exception {
    Path place = base.resolve(operation.place());
    if (way.equals(JDK)) {
      operation.usual(place);
      return;
    }
    Resolution resolution = Resolution.beneath().with(Resolution.Engine.valueOf(way));
    try (Directory at = Directory.open(place, resolution)) {
      operation.holdfast(at);
    }
  }
}
