package dev.holdfast.files;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Unistd;
import dev.holdfast.path.FileName;
import dev.holdfast.testing.ChildJvm;
import dev.holdfast.testing.Commands;
import dev.holdfast.testing.Descriptors;
import dev.holdfast.testing.Requirements;
import java.io.IOException;
import java.nio.file.Path;

/** What tests need of the machine they run on. */
public final class Host {
  private Host() {}

  public static void assumeRoot(String why) {
    Requirements.root(why);
  }

  /** How many rounds a race gets: {@code -Dholdfast.rounds} says for longer runs. */
  public static int rounds(int usual) {
    return Integer.getInteger("holdfast.rounds", usual);
  }

  public static void assumeProgram(String name) {
    Requirements.program(name);
  }

  public static void mkfifo(Path path) throws IOException {
    byte[] name = FileName.encode(path.toString());
    Unistd.mknodat(Fcntl.AT_FDCWD, name, Statx.S_IFIFO | 0600, 0)
        .orThrow("mknodat", path.toString());
  }

  /** How many descriptors this process has open. */
  public static long openDescriptors() throws IOException {
    return Descriptors.count();
  }

  /** Runs a command that must succeed; returns what it printed. */
  public static String run(String... command) throws IOException, InterruptedException {
    return Commands.run(command);
  }

  /** Ends a child, and closes the pipes to it, which the JDK does only some time later. */
  public static void end(Process process) throws IOException, InterruptedException {
    Commands.end(process);
  }

  /** A child JVM on this test's class path. */
  public static ProcessBuilder java(Class<?> main, String... args) {
    return ChildJvm.builder(main, args);
  }
}
