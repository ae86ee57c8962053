package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user asks for is tried, and nothing else. */
class FilterTest {
  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("private worlds, and an attacker that is somebody else");
  }

  private static Case victim() {
    return Case.of(
            List.of(
                "/bin/sh",
                "-c",
                "echo > /holdfast-a/f; echo > /holdfast-a/d/g; chmod 600 /holdfast-b/h"))
        .withDirectory(Path.of("/"))
        .withArena(Path.of("/holdfast-a"), Path.of("/holdfast-b"))
        .withSetup(
            "mkdir /holdfast-a/d; touch /holdfast-b/h; chown nobody /holdfast-a/d /holdfast-b/h");
  }

  private static String[] words(String list) {
    return Arrays.stream(list.split(" ", -1)).filter(w -> !w.isEmpty()).toArray(String[]::new);
  }

  @ParameterizedTest
  @CsvSource({
    "'',                   '',                          '',              'd f g h'",
    "fchmodat,             '',                          '',              'h'",
    "S05,                  '',                          '',              'f g'",
    "/holdfast-a/d,        '',                          '',              'd g'",
    "/holdfast-b fchmodat, '',                          '',              'h'",
    "exchange,             '',                          '',              ''",
    "'',                   /holdfast-a/d,               '',              'd g'",
    "'',                   '/holdfast-a/d /holdfast-b', '',              'd g h'",
    "'',                   '',                          /holdfast-a,     'h'",
    "'',                   '',                          /holdfast-a/d,   'f h'",
    "'',                   '',                          '/holdfast-a/?', 'h'",
    "openat,               /holdfast-a,                 '**/f',          'd g'",
    "'',                   /holdfast-c,                 '',              ''",
  })
  void onlyWhatIsAskedForIsTried(String only, String under, String exclude, String entries)
      throws Exception {
    Proof proof =
        Prover.listWindows(
            victim()
                .withOnly(words(only))
                .withUnder(Arrays.stream(words(under)).map(Path::of).toArray(Path[]::new))
                .withExclude(words(exclude)),
            Progress.NONE);
    TreeSet<String> found = new TreeSet<>();
    proof.listed().forEach(w -> found.add(w.entry()));
    assertEquals(entries, String.join(" ", found), proof::toString);
    int all = Prover.listWindows(victim(), Progress.NONE).listed().size();
    int left =
        proof.pruned().getOrDefault("not asked for", 0)
            + proof.pruned().getOrDefault("excluded", 0);
    assertEquals(all, proof.listed().size() + left, proof::toString);
  }
}
