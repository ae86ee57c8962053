package dev.holdfast.lab.stage;

import dev.holdfast.lab.stage.StagedPlay.Part;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Programs that use locks past one machine. Their libraries are none of ours: they are in a
 * directory beside it, which nothing looks at before such a program is started; see
 * docs/decisions/0021. So these programs are known by name only.
 */
public final class FleetPrograms {
  private static final String PACKAGE = "dev.holdfast.cluster.scene.";
  private static final String SOURCES = "cluster/src/main/java/dev/holdfast/cluster/scene/";

  private FleetPrograms() {}

  /** One way of doing the work, by a main class of that module. */
  public static Part part(String program, String className, StagedPlay.Director director) {
    return new Part(program, SOURCES + className + ".java", director);
  }

  /** A main class of that module. */
  public static List<String> command(String className, String... args)
      throws IOException, SkipScene {
    List<String> command = new ArrayList<>(Workshop.java(classPath(), PACKAGE + className));
    // What their libraries log is no message of theirs.
    command.add(1, "-Dslf4j.internal.verbosity=ERROR");
    command.addAll(Arrays.asList(args));
    return command;
  }

  private static String classPath() throws IOException, SkipScene {
    String door = (PACKAGE + "OneServer").replace('.', '/') + ".class";
    if (ClassLoader.getSystemResource(door) != null) {
      return System.getProperty("java.class.path");
    }
    Path ours = Path.of(URI.create(Workshop.codeSource(FleetPrograms.class)));
    Path beside = ours.resolveSibling("../cluster").normalize();
    StringBuilder all = new StringBuilder(Workshop.classPath());
    if (Files.isDirectory(beside)) {
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(beside, "*.jar")) {
        for (Path jar : jars) {
          all.append(':').append(jar);
        }
        return all.toString();
      }
    }
    throw new SkipScene(
        "no libraries of locks past one machine here: run it from a checkout, which builds them");
  }
}
