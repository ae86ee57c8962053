package dev.holdfast.prove;

import dev.holdfast.prove.trial.Guards;
import dev.holdfast.testing.ChildJvm;
import dev.holdfast.testing.Commands;
import dev.holdfast.testing.CompiledC;
import dev.holdfast.testing.Requirements;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** What tests of proofs need of the machine they run on. */
public final class TestHost {
  /** The attacker, by number. */
  public static final String ATTACKER = "65534";

  private TestHost() {}

  /** Worlds, and a second identity for the attacker. */
  public static void assumeRoot(String why) {
    Requirements.root(why);
    Assumptions.assumeFalse(Host.inUserNamespace(), () -> "needs the host's root: " + why);
    Requirements.nothingAgainst(Host.whyNot());
  }

  /** A setting of this kernel that stops the strike leaves nothing to be seen. */
  static void assumeGuardUnset(String guard) {
    Assumptions.assumeFalse(Guards.set().contains(guard), () -> "needs a host without " + guard);
  }

  public static void assumeX86() {
    Requirements.x86();
  }

  public static void assumeProgram(String name) {
    Requirements.program(name);
  }

  /** Compiles a C source from the test resources; the program has its name without {@code .c}. */
  public static Path compile(Path directory, String resource, String... options)
      throws IOException, InterruptedException {
    return CompiledC.resource(TestHost.class, directory, resource, options);
  }

  /** Compiles a C source given as text. */
  public static Path compileText(Path directory, String name, String text, String... options)
      throws IOException, InterruptedException {
    return CompiledC.text(directory, name, text, options);
  }

  /** Runs a command that must succeed; returns what it printed. */
  public static String run(List<String> command) throws IOException, InterruptedException {
    return Commands.run(command);
  }

  /** A child JVM on this test's class path. */
  public static List<String> java(Class<?> main, String... arguments) {
    return ChildJvm.command(main, arguments);
  }
}
