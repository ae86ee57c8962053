package dev.holdfast.lab.stage;

import dev.holdfast.lab.model.Outcome;
import dev.holdfast.lab.model.Performance;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.VariantResult;
import dev.holdfast.prove.model.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A scene of processes that trust and do not attack one another, and still trip: they are real, in
 * a directory of their own, and a director sees to it in which order they act.
 */
public record StagedPlay(Scene scene, List<Pair> pairs) implements Play {
  /** The same work written twice. */
  public record Pair(String name, Part usual, Part holdfast) {}

  /**
   * One way of doing the work.
   *
   * @param program what it does, in the words of its language
   * @param source the file it is made from, relative to the project
   */
  public record Part(String program, String source, Director director) {
    /** Of a main class of this module. */
    public static Part java(String program, String className, Director director) {
      return new Part(program, Victim.sourceOf(className), director);
    }

    /** Of a file among the examples. */
    public static Part example(String program, String file, Director director) {
      return new Part(program, "examples/" + file, director);
    }
  }

  /** Has the processes act, and says what came of it. */
  @FunctionalInterface
  public interface Director {
    Ending direct(Workshop workshop, Path directory)
        throws IOException, InterruptedException, SkipScene;
  }

  /** What came of it, with what a reader can check. */
  public record Ending(Outcome outcome, String evidence) {
    public static Ending lost(String evidence) {
      return new Ending(Outcome.LOST, evidence);
    }

    public static Ending held(String evidence) {
      return new Ending(Outcome.HELD, evidence);
    }

    public static Ending failed(String evidence) {
      return new Ending(Outcome.FAILED, evidence);
    }
  }

  public StagedPlay {
    pairs = List.copyOf(pairs);
  }

  @Override
  public List<VariantResult> perform(Workshop workshop, Progress progress) {
    List<VariantResult> results = new ArrayList<>();
    for (Pair pair : pairs) {
      progress.step(scene.id() + " " + pair.name(), results.size(), pairs.size());
      results.add(perform(pair, workshop));
    }
    return results;
  }

  private static VariantResult perform(Pair pair, Workshop workshop) {
    try {
      return new VariantResult(
          pair.name(), perform(pair.usual(), workshop), perform(pair.holdfast(), workshop), null);
    } catch (SkipScene e) {
      return VariantResult.skipped(pair.name(), String.valueOf(e.getMessage()));
    }
  }

  private static Performance perform(Part part, Workshop workshop) throws SkipScene {
    Ending ending;
    try {
      ending = part.director().direct(workshop, workshop.room());
    } catch (IOException e) {
      ending = Ending.failed(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      ending = new Ending(Outcome.UNDECIDED, "interrupted");
    }
    return new Performance(
        part.program(), part.source(), ending.outcome(), List.of(ending.evidence()), 1, 1);
  }

  /** Two processes that want the same lock, one after the other, while the first holds it. */
  public static Director twoHolders(Starter first, Starter second) {
    return (workshop, directory) -> {
      try (Actor holder = Actor.start(first.command(workshop, directory), directory)) {
        String said = holder.says();
        if (!said.equals("held")) {
          return Ending.failed("the first one says: " + said);
        }
        try (Actor other = Actor.start(second.command(workshop, directory), directory)) {
          String answer = other.says();
          return switch (answer) {
            case "held" -> Ending.lost("both hold it: " + holder.pid() + " and " + other.pid());
            case "busy" -> afterwards(holder, second, workshop, directory);
            default -> Ending.failed("the second one says: " + answer);
          };
        }
      }
    };
  }

  /** A lock that nobody ever gets holds as well: so it must be free again. */
  private static Ending afterwards(Actor holder, Starter second, Workshop workshop, Path directory)
      throws IOException, InterruptedException, SkipScene {
    holder.ends();
    try (Actor next = Actor.start(second.command(workshop, directory), directory)) {
      String answer = next.says();
      return answer.equals("held")
          ? Ending.held("busy while the first one holds it, and free afterwards")
          : Ending.failed("after the first one has let go, the second one says: " + answer);
    }
  }

  /** How an actor is started. */
  @FunctionalInterface
  public interface Starter {
    List<String> command(Workshop workshop, Path directory) throws IOException, SkipScene;
  }

  /** A main class of this module; the word {@code DIR} in an argument is the scene's directory. */
  public static Starter java(String className, String... args) {
    return (workshop, directory) -> with(workshop.java(className), directory, args);
  }

  /** A program in C. */
  public static Starter c(String file, String... args) {
    return (workshop, directory) ->
        with(List.of(workshop.program(file).toString()), directory, args);
  }

  /** A script for {@code /bin/sh}. */
  public static Starter shell(String file, String... args) {
    return (workshop, directory) ->
        with(List.of("/bin/sh", workshop.script(file).toString()), directory, args);
  }

  private static List<String> with(List<String> command, Path directory, String... args) {
    List<String> all = new ArrayList<>(command);
    for (String arg : args) {
      all.add(arg.replace("DIR", directory.toString()));
    }
    return all;
  }

  public static void requireProgram(String name) throws SkipScene {
    if (!Workshop.isOnPath(name)) {
      throw new SkipScene("no " + name + " here: install it");
    }
  }
}
