package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Actor;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.StagedPlay;
import dev.holdfast.lab.stage.StagedPlay.Ending;
import dev.holdfast.lab.stage.StagedPlay.Pair;
import dev.holdfast.lab.stage.StagedPlay.Part;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * A lock file is made by link(2) on a server, and the answer of the server is lost: the link is
 * there, and the call says that it failed. There is no such server here; a library between the
 * program and the kernel loses the first answer.
 */
public final class L06LostAnswer {
  private L06LostAnswer() {}

  public static Play play() {
    return new StagedPlay(
        new Scene(Row.L06, List.of(Row.K02), "the server does it, and its answer is lost"),
        List.of(
            new Pair(
                "C",
                Part.example(
                    "link(own, lock) == 0", "l06-believe-link.c", with("l06-believe-link.c")),
                Part.example(
                    "link(own, lock); stat(own).st_nlink == 2",
                    "l06-count-links.c",
                    with("l06-count-links.c")))));
  }

  private static StagedPlay.Director with(String source) {
    return (workshop, directory) -> {
      List<String> lossy =
          new ArrayList<>(List.of("env", "LD_PRELOAD=" + workshop.library("l06-lost-answer.c")));
      List<String> program = StagedPlay.c(source, "DIR").command(workshop, directory);
      lossy.addAll(program);
      try (Actor first = Actor.start(lossy, directory)) {
        String said = first.says();
        if (!Files.exists(directory.resolve("lock"))) {
          return Ending.failed("there is no lock file; the program says: " + said);
        }
        if (!said.equals("held")) {
          return Ending.lost(
              "its own lock file is there, and the program says: "
                  + said
                  + "; nobody holds it, and nobody can have it");
        }
      }
      try (Actor second = Actor.start(program, directory)) {
        String answer = second.says();
        return answer.equals("busy")
            ? Ending.held(
                "it looked at its own file, and found two links; the next one is told busy")
            : Ending.lost("the second one says: " + answer);
      }
    };
  }
}
