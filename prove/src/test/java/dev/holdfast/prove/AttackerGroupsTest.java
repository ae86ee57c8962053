package dev.holdfast.prove;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The attacker has every right that its groups give it, as when it logs in. */
class AttackerGroupsTest {
  /** A user of this host and a group, not its first, that it belongs to. */
  private record Member(String user, String group) {}

  private static Member member() throws IOException {
    try (Stream<String> groups = Files.lines(Path.of("/etc/group"))) {
      Optional<Member> found =
          groups
              .map(line -> line.split(":", -1))
              .filter(parts -> parts.length > 3 && !parts[3].isEmpty())
              .map(parts -> new Member(parts[3].split(",", -1)[0], parts[0]))
              .filter(member -> !member.user().equals("root"))
              .findFirst();
      Assumptions.assumeTrue(found.isPresent(), "needs a user who is in a further group");
      return found.get();
    }
  }

  private static Proof prove(String attacker, String group) throws Exception {
    TestHost.assumeRoot("the attacker is another user");
    return Prover.prove(
        Case.of(List.of("chmod", "640", "/srv/q/d/f"))
            .withDirectory(Path.of("/"))
            .withFresh(Path.of("/srv/q"))
            .withAttacker(attacker)
            .withSetup(
                "mkdir /srv/q/d; touch /srv/q/d/f; chown root:"
                    + group
                    + " /srv/q/d; chmod 2775 /srv/q/d"),
        Progress.NONE);
  }

  @Test
  void aDirectoryOfItsGroupIsItsToChange() throws Exception {
    Member member = member();
    Proof proof = prove(member.user(), member.group());
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.verdict() == Verdict.EXPLOITED),
        () -> member + ": " + proof.windows());
  }

  @Test
  void aDirectoryOfAnotherGroupIsNot() throws Exception {
    Member member = member();
    Proof proof = prove("nobody", member.group());
    assertTrue(
        proof.windows().stream().noneMatch(w -> w.verdict() == Verdict.EXPLOITED),
        () -> "" + proof.windows());
  }
}
