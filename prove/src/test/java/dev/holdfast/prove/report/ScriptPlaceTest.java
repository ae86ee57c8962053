package dev.holdfast.prove.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.findings.Finding;
import dev.holdfast.findings.Place;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Doer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptPlaceTest {
  private static final String POSTINST =
      """
      #!/bin/sh
      # chmod 640 /etc/app/key is done below
      set -e
      conf=/etc/app
      if [ "$1" = configure ]; then
        echo secret > "$conf/key"
        chmod 640 "$conf/key"
        chmod 755 /var/lib/app
        chown app "$conf/key"
      fi
      touch /var/lib/app/stamp
      touch /var/lib/app/stamp
      cat /etc/passwd >> /var/lib/app/users
      """;

  private final Path directory;
  private final Path script;

  ScriptPlaceTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    script = Files.writeString(directory.resolve("postinst"), POSTINST);
  }

  private static CallRef call(String path, String in, String... command) {
    return new CallRef("openat", path, "0.1", 3, new Doer(List.of(command), "x", in));
  }

  private int line(String path, String... command) {
    Place.Source source =
        ScriptPlace.of(
            List.of("/bin/sh", script.toString(), "configure"),
            call(path, directory.toString(), command));
    assertNotNull(source);
    assertEquals(script.toString(), source.file());
    return source.line();
  }

  /** Of a command that the script starts, its words and the name tell the line. */
  @ParameterizedTest
  @CsvSource({
    "/etc/app/key, chmod 640 /etc/app/key, 7",
    "/var/lib/app, chmod 755 /var/lib/app, 8",
    "/etc/app/key, /usr/bin/chown app /etc/app/key, 9",
    "/etc/passwd, cat /etc/passwd, 13",
    // Two lines fit as well, so none is named.
    "/var/lib/app/stamp, touch /var/lib/app/stamp, 0",
    "/x, no-such-command /x, 0",
  })
  void aCommandIsFound(String path, String command, int line) {
    assertEquals(line, line(path, command.split(" ", -1)));
  }

  @ParameterizedTest
  @CsvSource({"/var/lib/app/users, 13", "/etc/elsewhere, 0"})
  void whatTheShellOpensItselfIsFoundByItsName(String path, int line) {
    assertEquals(line, line(path, "/bin/sh", script.toString(), "configure"));
  }

  @Test
  void theNearestScriptIsTheOne() throws IOException {
    Path inner = Files.writeString(directory.resolve("inner"), "#!/bin/bash\n\necho > /x/y\n");
    Place.Source source =
        ScriptPlace.of(
            List.of("/bin/sh", script.toString()),
            call("/x/y", directory.toString(), "/bin/bash", "inner"));
    assertEquals(new Place.Source(inner.toString(), 3, 0), source);
  }

  @ParameterizedTest
  @CsvSource({
    "SCRIPT, true",
    "sh SCRIPT, true",
    "/bin/bash -e SCRIPT, true",
    "env LC_ALL=C sh SCRIPT, true",
    "timeout 5 SCRIPT, true",
    "python3 SCRIPT, true",
    "sh -c SCRIPT, false",
    "perl -e SCRIPT, false",
    "cat SCRIPT, false",
    "cp -r SCRIPT /x, false",
    "sh /no/such, false",
    "DIRECTORY, false",
    "sh EMPTY, false",
    "sh BINARY, false",
  })
  void whatIsAScript(String command, boolean found) throws IOException {
    Files.createFile(directory.resolve("empty"));
    Files.write(directory.resolve("binary"), new byte[] {'#', '!', 0, 1, (byte) 0xff});
    String line =
        command
            .replace("SCRIPT", script.toString())
            .replace("DIRECTORY", directory.toString())
            .replace("EMPTY", directory.resolve("empty").toString())
            .replace("BINARY", directory.resolve("binary").toString());
    Place.Source source = ScriptPlace.file(List.of(line.split(" ", -1)));
    if (found) {
      assertNotNull(source);
    } else {
      assertNull(source);
    }
  }

  /** Code hosts refuse a file as a whole if one finding has no place in a file. */
  @Test
  void everyFindingHasAFile() {
    ToldProof bare =
        new ToldProof(Proofs.of(Proofs.race("r", "/srv/arena/f")), false, "1", id -> id);
    Place.Source origin = new Place.Source("cases/a.toml", 2, 0);
    ToldProof ofCase =
        new ToldProof(
            bare.proof(), false, "1", id -> id, bare.policy(), Map.of(), origin, List.of());
    assertTrue(source(bare).file().endsWith("/cp"), "the program: " + source(bare));
    assertEquals(origin, source(ofCase));
  }

  private static Place.Source source(ToldProof told) {
    Finding finding = ProofReport.of(told).findings().getFirst();
    Place.Source source = ((Place.Run) finding.place()).source();
    assertNotNull(source);
    return source;
  }
}
