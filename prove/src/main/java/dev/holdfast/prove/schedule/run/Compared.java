package dev.holdfast.prove.schedule.run;

import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.schedule.run.EndState.Thing;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.TraceHandler;
import dev.holdfast.prove.trace.Tracer;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.world.World;
import dev.holdfast.prove.world.Worlds;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What counts of what programs leave behind: all files that were changed but for what is ignored;
 * or, if that is asked for, what some commands print.
 *
 * <p>Threads: safe for all.
 */
final class Compared {
  private static final String OUTPUT = Outputs.PREFIX + "view";

  private final Worlds worlds;
  private final Together how;
  private @Nullable Set<String> madeBefore;

  Compared(Worlds worlds, Together how) {
    this.worlds = worlds;
    this.how = how;
  }

  /** Makes ready; not in any world. */
  void prepare() {
    madeBefore();
  }

  /**
   * What the setup made, raw. It stands in the layer that changes go to, so what is deleted of it
   * leaves no trace there.
   */
  private synchronized Set<String> madeBefore() {
    if (madeBefore == null) {
      madeBefore = Set.copyOf(worlds.inFreshWorld(EndState::of).keySet());
    }
    return madeBefore;
  }

  /** What these names are before any program runs. */
  Map<String, Thing> before(Collection<String> paths) {
    return paths.isEmpty() ? Map.of() : worlds.inFreshWorld(_ -> EndState.here(paths));
  }

  /**
   * What the commands that were asked for print now, by what they are called.
   *
   * @param like as whom they run
   */
  Map<String, Thing> views(Tracer tracer, Program like) throws FileSystemException {
    Map<String, Thing> views = new TreeMap<>();
    for (String command : how.views()) {
      views.put(Raw.fromText("what '" + command + "' prints"), view(tracer, like, command));
    }
    return views;
  }

  private static Thing view(Tracer tracer, Program like, String command)
      throws FileSystemException {
    Outputs.create(OUTPUT);
    Program program =
        new Program(
            List.of("/bin/sh", "-c", command),
            like.environment(),
            like.directory(),
            like.uid(),
            like.gid(),
            like.groups(),
            OUTPUT);
    Ending end = tracer.run(program, EnumSet.noneOf(Sysno.class), _ -> TraceHandler.Then.GO_ON);
    String failed = end.code() == 0 ? "" : "(exit status " + end.code() + ")";
    return new Thing(Statx.S_IFREG, 0, 0, Outputs.printed(OUTPUT) + failed);
  }

  /**
   * What is there in a world now.
   *
   * @param views what the commands that were asked for printed
   */
  Map<String, Thing> of(World world, Map<String, Thing> views) throws FileSystemException {
    if (!how.views().isEmpty()) {
      return views;
    }
    Map<String, Thing> all = EndState.of(world);
    madeBefore().forEach(name -> all.putIfAbsent(name, Thing.ABSENT));
    for (Path each : how.ignored()) {
      String gone = Raw.fromText(each.toString());
      all.keySet().removeIf(name -> name.equals(gone) || name.startsWith(gone + "/"));
    }
    return all;
  }
}
