package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Actor;
import dev.holdfast.lab.stage.FleetPrograms;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.SkipScene;
import dev.holdfast.lab.stage.StagedPlay;
import dev.holdfast.lab.stage.StagedPlay.Ending;
import dev.holdfast.lab.stage.StagedPlay.Pair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.stream.Stream;

/** The holder of a lock that a server keeps is stopped until another one has had it. */
public final class L14PausedHolder {
  private static final long FIRST = 7;

  private L14PausedHolder() {}

  public static Play play() {
    return new StagedPlay(
        new Scene(
            Row.L14,
            List.of(Row.K18),
            "the holder of a server's lock is stopped for longer than its session lasts"),
        List.of(
            new Pair(
                "ZooKeeper",
                FleetPrograms.part(
                    "held.ensureValid(), Files.writeString(file)",
                    "CountIfHeld",
                    paused("CountIfHeld")),
                FleetPrograms.part(
                    "FencedFile.of(file).write(bytes, held.token())",
                    "CountFenced",
                    paused("CountFenced")))));
  }

  /** Two count up; the first is stopped between its reading and its writing. */
  private static StagedPlay.Director paused(String program) {
    return (_, directory) -> {
      Path counter = Files.writeString(directory.resolve("counter"), FIRST + "\n");
      requireAttributes(counter);
      try (Actor server =
          Actor.start(FleetPrograms.command("OneServer", directory.toString()), directory)) {
        String at = server.says();
        List<String> counting = FleetPrograms.command(program, at, counter.toString(), "2");
        try (Actor first = Actor.start(counting, directory)) {
          first.mustSay("read " + FIRST);
          first.pause();
          // Granted when the server has ended the session of the first one.
          String second =
              Actor.run(FleetPrograms.command(program, at, counter.toString(), "60"), directory);
          first.wake();
          return judge(second, first.rest(), Files.readString(counter).strip());
        }
      }
    };
  }

  private static Ending judge(String second, String first, String counter) {
    if (!second.equals("read " + FIRST + "\nwrote " + (FIRST + 1) + "\n")) {
      return Ending.failed("the second one says: " + second);
    }
    long counted = Stream.of(first, second).filter(said -> said.contains("wrote ")).count();
    if (counted != 2) {
      return Ending.failed("the first one, when it goes on, says: " + first);
    }
    if (!counter.equals(Long.toString(FIRST + counted))) {
      return Ending.lost(
          "two have counted up from "
              + FIRST
              + ", and the counter is at "
              + counter
              + ": the first one, when it went on, wrote over the other's");
    }
    return first.startsWith("refused\n")
        ? Ending.held(
            "the first one, when it went on, was refused; it counted again, to " + counter)
        : Ending.failed("nobody was refused: " + first);
  }

  private static void requireAttributes(Path file) throws SkipScene {
    try {
      UserDefinedFileAttributeView view =
          Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
      view.write("holdfast.probe", ByteBuffer.allocate(1));
      view.delete("holdfast.probe");
    } catch (IOException | UnsupportedOperationException e) {
      throw new SkipScene("no user attributes here: set java.io.tmpdir to a place with them");
    }
  }
}
