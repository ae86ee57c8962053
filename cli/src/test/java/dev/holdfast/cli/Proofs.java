package dev.holdfast.cli;

import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Label;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.prove.model.Ways;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Proofs that nobody made. */
public final class Proofs {
  private Proofs() {}

  static Window window(String id, String path) {
    return new Window(
        id,
        Hazard.S01,
        new CallRef("openat", path, "0", 9),
        new CallRef("newfstatat", path, "0", 8),
        "/srv/arena",
        path.substring(path.lastIndexOf('/') + 1),
        Strike.SYMLINK);
  }

  public static WindowResult race(String id, String path) {
    return new WindowResult(
        window(id, path),
        Verdict.EXPLOITED,
        Set.of(Effect.WRITE, Effect.META),
        Label.RACE,
        List.of("fs.protected_symlinks"),
        List.of("the contents of the protected file changed"));
  }

  public static WindowResult plainFollow(String id) {
    return new WindowResult(
        new Window(
            id,
            Hazard.S05,
            new CallRef("open", "/tmp/report", "0.1", 2),
            null,
            "/tmp",
            "report",
            Strike.SYMLINK_DANGLING),
        Verdict.EXPLOITED,
        Set.of(Effect.CREATE),
        Label.PLAIN_FOLLOW,
        List.of(),
        List.of("a file came to be in the protected directory"));
  }

  static WindowResult with(String id, Verdict verdict) {
    return new WindowResult(
        window(id, "/srv/arena/" + id), verdict, Set.of(), null, List.of(), List.of());
  }

  public static Proof of(WindowResult... windows) {
    return new Proof(
        List.of("cp", "-r", "/srv/arena/a b", "/srv/out"),
        "root",
        "nobody",
        21,
        2,
        0,
        true,
        List.of(windows),
        List.of(),
        List.of(),
        Ways.NONE,
        5,
        Map.of("exclusive", 1, "held descriptor", 3),
        List.of("no leak oracle here"));
  }

  /** Of a program that did not end. */
  public static Proof cutShort() {
    Proof whole = of();
    return new Proof(
        whole.argv(),
        whole.user(),
        whole.attacker(),
        whole.calls(),
        whole.tasks(),
        124,
        false,
        whole.windows(),
        whole.listed(),
        whole.leftOut(),
        whole.ways(),
        whole.trials(),
        whole.pruned(),
        whole.notes());
  }

  /** One race at many files. */
  static Proof manyRaces(int number) {
    List<WindowResult> windows = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      windows.add(race("id" + i, "/srv/arena/f" + i));
    }
    return of(windows.toArray(WindowResult[]::new));
  }
}
