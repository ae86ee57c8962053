package dev.holdfast.junit;

import java.io.File;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.SerializedLambda;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Command lines of JVMs that find the classes that this one finds, and start fast. */
final class JavaCommand {
  /** What this JVM was told of modules; where it was told nothing there is no such option. */
  private static final List<String> OF_MODULES =
      List.of(
          "--module-path",
          "--add-modules",
          "--add-reads",
          "--add-exports",
          "--add-opens",
          "--patch-module",
          "--upgrade-module-path",
          "--enable-preview");

  private JavaCommand() {}

  /** One that runs a main method. */
  static List<String> main(Class<?> type, List<String> options, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            // Its file in /tmp has a name that can be foretold, which a proof would find.
            "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED"));
    Module ours = JavaCommand.class.getModule();
    if (ours.isNamed()) {
      command.add("--enable-native-access=dev.holdfast.libc");
    }
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> OF_MODULES.stream().anyMatch(option::startsWith))
        .forEach(command::add);
    command.addAll(options);
    String classes = System.getProperty("java.class.path", "");
    if (!classes.isEmpty()) {
      command.addAll(List.of("-cp", absolute(classes)));
    }
    Module module = type.getModule();
    if (module.isNamed()) {
      command.addAll(List.of("--module", module.getName() + "/" + type.getName()));
    } else {
      command.add(type.getName());
    }
    command.addAll(arguments);
    return command;
  }

  /** One that calls a method without parameters: a static one, or one of a new object. */
  static List<String> call(Class<?> type, String method, List<String> options) {
    List<String> all = new ArrayList<>(options);
    Module module = type.getModule();
    if (module.isNamed()) {
      String opened = module.getName() + "/" + type.getPackageName();
      Module ours = Call.class.getModule();
      all.add("--add-opens=" + opened + "=" + (ours.isNamed() ? ours.getName() : "ALL-UNNAMED"));
    }
    return main(Call.class, all, List.of(type.getName(), method));
  }

  /**
   * The method that this code is.
   *
   * @throws IllegalArgumentException if it needs more than a method
   */
  static Named named(Body body) {
    SerializedLambda lambda = lambda(body);
    if (lambda == null
        || lambda.getCapturedArgCount() > 0
        || lambda.getImplMethodKind() != MethodHandleInfo.REF_invokeStatic) {
      throw new IllegalArgumentException(
          "the code to prove runs in a JVM of its own: it must be a static method (Settings::save)"
              + " or a lambda that uses nothing of the method around it");
    }
    String name = lambda.getImplClass().replace('/', '.');
    try {
      Class<?> type = Class.forName(name, false, body.getClass().getClassLoader());
      return new Named(type, lambda.getImplMethodName());
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(name + ": cannot be found again", e);
    }
  }

  /** A method that is there in every JVM with the same classes. */
  record Named(Class<?> type, String method) {}

  /** The class path may be relative to where this JVM started, and the victim starts there too. */
  private static String absolute(String path) {
    return String.join(
        File.pathSeparator,
        Stream.of(path.split(File.pathSeparator, -1))
            .map(each -> Path.of(each).toAbsolutePath().toString())
            .toList());
  }

  /** What a serialized lambda says of itself; the stream may ask it where reflection may not. */
  private static @Nullable SerializedLambda lambda(Body body) {
    try (Asking asking = new Asking()) {
      asking.writeObject(body);
      return asking.lambda;
    } catch (IOException e) {
      return null; // It captured what cannot be written, or is none.
    }
  }

  private static final class Asking extends ObjectOutputStream {
    private @Nullable SerializedLambda lambda;

    Asking() throws IOException {
      super(OutputStream.nullOutputStream());
      enableReplaceObject(true);
    }

    @Override
    protected Object replaceObject(Object written) {
      if (written instanceof SerializedLambda found) {
        lambda = found;
      }
      return written;
    }
  }
}
