package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Outcome;
import dev.holdfast.lab.model.Performance;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.VariantResult;
import dev.holdfast.lab.stage.Actor;
import dev.holdfast.lab.stage.Pair;
import dev.holdfast.lab.stage.Pairs;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.SkipScene;
import dev.holdfast.lab.stage.Victim;
import dev.holdfast.lab.stage.Workshop;
import dev.holdfast.prove.model.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The disk is full, and an administrator looks for the file that nobody can see. */
public final class S20UnlinkedButOpen implements Play {
  private static final long BYTES = 8L << 20;

  /** A file that is there: its name only looks like what the kernel writes behind removed ones. */
  private static final String DECOY = "notes (deleted)";

  private S20UnlinkedButOpen() {}

  public static Play play() {
    return new S20UnlinkedButOpen();
  }

  @Override
  public Scene scene() {
    return new Scene(
        Row.S20,
        List.of(Row.F17),
        "a program holds 8 MiB in a file without a name, and another file that is still there");
  }

  @Override
  public List<VariantResult> perform(Workshop workshop, Progress progress) {
    Victim find = new Victim.Java("UnlinkedFiles.find()", "files.SeeUnlinked", List.of());
    List<Pair> pairs =
        List.of(
            new Pair("du", new Victim.Shell("du -s", "s20-du.sh", List.of(".")), find),
            new Pair(
                "ls | grep deleted",
                new Victim.Shell(
                    "ls -l /proc/*/fd | grep deleted", "s20-grep-deleted.sh", List.of()),
                find));
    return Pairs.perform(scene(), pairs, null, S20UnlinkedButOpen::look, workshop, progress);
  }

  static Performance look(Victim victim, boolean mustLose, Workshop workshop, Progress progress)
      throws IOException, SkipScene {
    List<String> command = victim.command(workshop);
    Path holder = workshop.script("s20-holder.sh");
    Path place = workshop.room();
    try (Actor holding = Actor.start(List.of("/bin/sh", holder.toString(), DECOY), place)) {
      holding.mustSay("holding");
      List<String> lines =
          Actor.run(command, place)
              .lines()
              .map(l -> l.replace('\t', ' '))
              .filter(l -> l.contains(place.toString()) || l.contains(DECOY))
              .toList();
      boolean seen =
          lines.stream()
              .anyMatch(l -> l.contains(Long.toString(holding.pid())) && l.contains("" + BYTES));
      boolean fooled = lines.stream().anyMatch(l -> l.contains(DECOY));
      String evidence =
          (seen ? "it names the holder and the 8 MiB" : "it does not tell who holds the 8 MiB")
              + (fooled ? ", and names a file that is not removed" : "")
              + (lines.isEmpty() ? "; it says nothing" : "; it says: " + String.join("; ", lines));
      return new Performance(
          victim.program(),
          victim.source(),
          seen && !fooled ? Outcome.HELD : Outcome.LOST,
          List.of(evidence.replace(place.toString(), "DIR")),
          1,
          1);
    }
  }
}
