package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.prove.ProveCommand;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.Locks;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.model.Verdict;
import dev.holdfast.testing.Requirements;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What each command prints with {@code --json} is what its schema in {@code docs} says. */
class SchemasTest {
  private final Path directory;

  SchemasTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private static String run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    assertFalse(out.toString().isEmpty(), err::toString);
    return out.toString();
  }

  @Test
  void proofs() throws IOException {
    FakeEngine engine =
        new FakeEngine(
            Proofs.of(
                Proofs.race("r", "/srv/f"),
                Proofs.plainFollow("p"),
                Proofs.with("t", Verdict.TIMEOUT)));
    Schemas.check("prove", prove(engine, "--json", "true"));
    Schemas.check("prove", prove(engine, "--json", "--list-windows", "true"));
    Path one = Files.writeString(directory.resolve("one.toml"), "command = ['a']\n");
    Path two = Files.writeString(directory.resolve("two.toml"), "command = ['b']\n");
    engine.of("b", null);
    JsonNode all =
        Schemas.check("prove-cases", prove(engine, "--json", "--case=" + one, "--case=" + two));
    Schemas.check("prove", all.at("/cases/0/proof").toString());
  }

  private static String prove(FakeEngine engine, String... args) {
    return CommandRun.of("prove", new ProveCommand(engine), args).out();
  }

  /** For real: what has a script, a directory to wait for, and two moves. */
  @Test
  void proofsOfRealPrograms() throws IOException {
    Requirements.root("the attacker is another user than the victim");
    Requirements.nothingAgainst(Prover.whyNot());
    Path script =
        Files.writeString(
            directory.resolve("s"),
            "mkdir -p /srv/in/d\ntouch /srv/in/d/f\nchmod 600 /srv/in/d/f\n");
    JsonNode proof =
        Schemas.check(
            "prove", run("prove", "--json", "--arena=/srv/in", "--", "/bin/sh", script.toString()));
    assertTrue(proof.path("windows").size() > 3);
    Schemas.check(
        "prove-together",
        run(
            "prove",
            "--json",
            "--twice",
            "--fresh=/srv/in",
            "--setup=echo 0 > /srv/in/n",
            "--",
            "/bin/sh",
            "-c",
            "read n < /srv/in/n; echo $((n + 1)) > /srv/in/n"));
  }

  @Test
  void files() throws Exception {
    Schemas.check("doctor", run("doctor", "--json"));
    Schemas.check("trust", run("trust", "--json", "/etc/passwd"));
    Schemas.check("trust", run("trust", "--json", "--level", "strict", directory + "/none"));
    Schemas.check("unlinked", run("unlinked", "--json"));
    Path tree = Files.createDirectories(directory.resolve("tree/a"));
    Files.writeString(tree.resolve("f"), "x");
    Schemas.check("tree", run("tree", "cp", "--json", tree.toString(), directory + "/copy"));
    Schemas.check("tree", run("tree", "chmod", "--json", "u=rwX", tree.toString()));
    Schemas.check(
        "clean", run("clean", "--json", "--older-than", "0s", "--dry-run", tree.toString()));
    Schemas.check("tree", run("tree", "rm", "--json", tree.toString()));
  }

  @Test
  void locks() throws Exception {
    try (Held held = Locks.of(directory.resolve("l")).acquire(Duration.ofSeconds(60));
        Held file = Locks.file(directory.resolve("f")).acquire(Duration.ofSeconds(60))) {
      JsonNode all = Schemas.check("locks", run("locks", "--json"));
      assertTrue(all.path("held").size() > 0);
      JsonNode one = Schemas.check("locks", run("locks", "--json", directory + "/f"));
      assertEquals(1, one.path("files").size());
      held.ensureValid();
      file.ensureValid();
    }
  }

  @Test
  void theLab() throws IOException {
    Schemas.check("lab-list", run("lab", "--list", "--json"));
    Schemas.check("lab", run("lab", "--json", "L01", "L09"));
  }

  /** No schema is for nothing, and no command with JSON is without one. */
  @Test
  void everyCommandThatHasJsonHasASchema() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> all = Files.list(Schemas.DIRECTORY)) {
      all.map(p -> p.getFileName().toString().replace(".schema.json", "")).forEach(names::add);
    }
    for (CommandLine each : Commands.commandLineFor().getSubcommands().values()) {
      Command command = (Command) each.getCommandSpec().userObject();
      assertEquals(
          !command.isTextOnly(), names.contains(each.getCommandName()), each.getCommandName());
    }
    names.removeAll(Commands.names());
    assertEquals(Set.of("lab-list", "locks-servers", "prove-cases", "prove-together"), names);
  }

  /** The control: these are schemas that refuse. */
  @Test
  void whatIsNotDescribedIsRefused() throws IOException {
    ObjectNode doctor = (ObjectNode) Schemas.check("doctor", run("doctor", "--json"));
    doctor.put("more", 1);
    assertFalse(Schemas.errors("doctor", doctor).isEmpty(), "a key that nobody described");
    doctor.remove("more");
    ((ObjectNode) doctor.at("/settings/0")).put("value", 7);
    assertFalse(Schemas.errors("doctor", doctor).isEmpty(), "another type");
    ((ObjectNode) doctor.at("/settings/0")).put("value", "7").remove("name");
    assertFalse(Schemas.errors("doctor", doctor).isEmpty(), "a key that is missing");
    assertEquals(
        List.of(), Schemas.errors("doctor", doctor.deepCopy().set("settings", doctor.arrayNode())));
  }
}
