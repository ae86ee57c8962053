package dev.holdfast.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.ChildJvm;
import dev.holdfast.testing.Commands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever forgets the option is told it, in the first line. */
class NativeAccessTest {
  /** Calls the kernel. */
  public static final class Caller {
    public static void main(String[] args) {
      if (System.getProperty("holdfast.test.only") != null) {
        System.out.println("loaded " + Errno.of(2));
        return;
      }
      System.out.println("pid " + (Unistd.getpid() > 0));
    }
  }

  private static Commands.Result run(String... options) throws Exception {
    String[] command = new String[options.length + 4];
    command[0] = ChildJvm.launcher();
    System.arraycopy(options, 0, command, 1, options.length);
    command[options.length + 1] = "-cp";
    command[options.length + 2] = System.getProperty("java.class.path");
    command[options.length + 3] = Caller.class.getName();
    return Commands.tried(command);
  }

  /** Where the numbers of Linux' calls mean other ones, nothing is called. */
  @ParameterizedTest
  @ValueSource(strings = {"Mac OS X", "Windows 11", "FreeBSD", "AIX"})
  void onAnotherSystemNothingIsCalledAndItIsSaid(String system) throws Exception {
    Commands.Result refused = run("-Dos.name=" + system, "--enable-native-access=ALL-UNNAMED");
    assertEquals(1, refused.exit());
    String first = refused.output().lines().findFirst().orElse("");
    assertTrue(
        first.contains("NativeAccessError: Holdfast calls the Linux kernel, and this is " + system),
        refused::output);
    assertFalse(refused.output().contains("pid true"));
    // The control: the class loads there, and does what needs no kernel.
    Commands.Result loaded =
        run(
            "-Dos.name=" + system,
            "--enable-native-access=ALL-UNNAMED",
            "-Dholdfast.test.only=load");
    assertEquals(new Commands.Result(0, "loaded ENOENT\n"), loaded);
  }

  @Test
  void theFirstLineSaysWhatToDo() throws Exception {
    Commands.Result refused = run("--illegal-native-access=deny");
    assertEquals(1, refused.exit());
    String first = refused.output().lines().findFirst().orElse("");
    assertTrue(first.contains("start it with --enable-native-access=ALL-UNNAMED"), refused::output);
    // The control: with it, it works.
    assertEquals(
        new Commands.Result(0, "pid true\n"),
        run("--illegal-native-access=deny", "--enable-native-access=ALL-UNNAMED"));
  }
}
