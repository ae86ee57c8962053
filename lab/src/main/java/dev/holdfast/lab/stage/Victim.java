package dev.holdfast.lab.stage;

import dev.holdfast.lab.model.Outcome;
import dev.holdfast.lab.model.Performance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A program to be attacked, and how to start it. */
public sealed interface Victim {
  /** What it does, in the words of its language. */
  String program();

  /** The file it is made from, relative to the project. */
  String source();

  /** Of one that did not even come to be attacked. */
  default Performance failed(String why, int trials) {
    return new Performance(program(), source(), Outcome.FAILED, List.of(why), 0, trials);
  }

  /** The command that runs it. */
  List<String> command(Workshop workshop) throws IOException, SkipScene;

  /** A program in C, made by the compiler of this machine. */
  record C(String program, String file, List<String> args) implements Victim {
    @Override
    public String source() {
      return "examples/" + file;
    }

    @Override
    public List<String> command(Workshop workshop) throws IOException, SkipScene {
      return with(List.of(workshop.program(file).toString()), args);
    }
  }

  /** A script for {@code /bin/sh}. */
  record Shell(String program, String file, List<String> args) implements Victim {
    @Override
    public String source() {
      return "examples/" + file;
    }

    @Override
    public List<String> command(Workshop workshop) throws IOException {
      return with(List.of("/bin/sh", workshop.script(file).toString()), args);
    }
  }

  /** A script for another interpreter, skipped where that is missing. */
  record Script(String program, String interpreter, String file, List<String> args)
      implements Victim {
    @Override
    public String source() {
      return "examples/" + file;
    }

    @Override
    public List<String> command(Workshop workshop) throws IOException, SkipScene {
      String found = Workshop.interpreter(interpreter).toString();
      return with(List.of(found, workshop.script(file).toString()), args);
    }
  }

  /**
   * The same program, in a shell that prepares its world.
   *
   * @param line for {@code /bin/sh}; the program and its arguments are {@code "$@"}
   */
  record Prepared(String line, Victim victim) implements Victim {
    @Override
    public String program() {
      return victim.program();
    }

    @Override
    public String source() {
      return victim.source();
    }

    @Override
    public List<String> command(Workshop workshop) throws IOException, SkipScene {
      return with(List.of("/bin/sh", "-c", line, "sh"), victim.command(workshop));
    }
  }

  /**
   * A main class below {@code lab.victim}, such as {@code locks.Hold}, run by the Java that runs
   * us.
   */
  record Java(String program, String className, List<String> args) implements Victim {
    @Override
    public String source() {
      return sourceOf(className);
    }

    @Override
    public List<String> command(Workshop workshop) {
      return with(workshop.java(className), args);
    }
  }

  /** The source of a main class below {@code lab.victim}, relative to the project. */
  static String sourceOf(String className) {
    return "lab/src/main/java/dev/holdfast/lab/victim/" + className.replace('.', '/') + ".java";
  }

  private static List<String> with(List<String> command, List<String> args) {
    List<String> all = new ArrayList<>(command);
    all.addAll(args);
    return all;
  }
}
