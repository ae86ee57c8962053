package dev.holdfast.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Command lines of child JVMs on this test's class path, made to start fast. */
public final class ChildJvm {
  private ChildJvm() {}

  /** The command that runs a main class. */
  public static List<String> command(Class<?> main, String... arguments) {
    return commandWith(List.of(), main, arguments);
  }

  /** The command that runs a main class with further options of the JVM. */
  public static List<String> commandWith(List<String> options, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(launcher());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    // Its file in /tmp has a name that can be foretold, which a proof would find.
    command.add("-XX:-UsePerfData");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  public static ProcessBuilder builder(Class<?> main, String... arguments) {
    return new ProcessBuilder(command(main, arguments));
  }

  /** {@return the program that starts a JVM like this one} */
  public static String launcher() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
