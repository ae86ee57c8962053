package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.file.WriteCommand;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.testing.ChildJvm;
import dev.holdfast.testing.Commands;
import dev.holdfast.testing.Requirements;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WriteCommandTest {
  @TempDir Path dir;
  private Path file;

  @BeforeEach
  void makeFile() throws IOException {
    file = Files.writeString(dir.resolve("file"), "old\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
  }

  private static CommandRun write(String input, Object... arguments) {
    return CommandRun.of(
        "write",
        new WriteCommand(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8))),
        Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
  }

  private void assertOnly(String... names) throws IOException {
    try (Stream<Path> all = Files.list(dir)) {
      assertEquals(
          Stream.of(names).sorted().toList(),
          all.map(p -> p.getFileName().toString()).sorted().toList());
    }
  }

  /** What it prints replaces the file, if it succeeds. */
  @ParameterizedTest
  @CsvSource({
    "echo new; echo more,              0,   new|more|, rw-r-----, ''",
    "echo half; exit 7,                7,   old|,      rw-r-----, ended with 7",
    "echo half; kill -KILL $$,         137, old|,      rw-r-----, ended with 137",
    "echo mine > file; echo whole,     0,   whole|,    rw-r-----, ''",
    ":,                                0,   '',        rw-r-----, ''",
  })
  void aCommandThatFailsReplacesNothing(
      String script, int exit, String contents, String mode, String told) throws Exception {
    Commands.Result run = child("write", "file", "--", "sh", "-c", script);
    assertEquals(exit, run.exit(), run::toString);
    assertEquals(contents.replace('|', '\n'), Files.readString(file));
    assertEquals(mode, mode(file));
    assertTrue(run.toString().contains(told), run::toString);
    assertOnly("file");
  }

  @Test
  void aCommandThatIsNotThereReplacesNothing() throws Exception {
    assertEquals(127, child("write", "file", "--", "no-such-program").exit());
    assertEquals("old\n", Files.readString(file));
  }

  private Commands.Result child(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "cd \"$0\" && exec \"$@\""));
    command.add(dir.toString());
    command.addAll(ChildJvm.command(Main.class, arguments));
    return Commands.tried(command.toArray(String[]::new));
  }

  @Test
  void aNewFileFollowsTheUmask() throws Exception {
    Commands.Result run =
        Commands.tried(
            Stream.concat(
                    Stream.of(
                        "sh",
                        "-c",
                        "umask 026; cd \"$0\" && exec \"$@\" < /dev/null",
                        dir.toString()),
                    ChildJvm.command(Main.class, "write", "new").stream())
                .toArray(String[]::new));
    assertEquals(0, run.exit(), run::toString);
    assertEquals("rw-r-----", mode(dir.resolve("new")));
    assertEquals(0, write("", "--mode", "604", dir.resolve("other")).exit());
    assertEquals("rw----r--", mode(dir.resolve("other")));
  }

  /** Nor does it where the directory says who may read new files. */
  @Test
  void aNewFileFollowsTheDefaultAcl() throws Exception {
    Requirements.program("setfacl");
    Commands.Result set = Commands.tried("setfacl", "-d", "-m", "u:1:rw,o::---", dir.toString());
    Assumptions.assumeTrue(set.exit() == 0, () -> "no ACLs here: " + set);
    Files.writeString(dir.resolve("usual"), "");
    for (String way : List.of("--durable", "--append", "--no-replace")) {
      Path made = dir.resolve("new" + way);
      assertEquals(0, write("x", way, made).exit());
      assertEquals(mode(dir.resolve("usual")), mode(made), way);
    }
    assertTrue(mode(dir.resolve("usual")).endsWith("---"));
  }

  @Test
  void appends() throws Exception {
    assertEquals(0, write("more\n", "--append", file).exit());
    assertEquals("old\nmore\n", Files.readString(file));
    assertEquals("rw-r-----", mode(file));
    assertEquals(0, write("first\n", "--append", dir.resolve("new")).exit());
    assertEquals("first\n", Files.readString(dir.resolve("new")));
    assertOnly("file", "new");
  }

  /** Whoever comes second adds to what the first one made. */
  @Test
  void thoseWhoAppendToNothingAtOnceLoseNothing() throws Exception {
    int rounds = 30;
    int writers = 4;
    try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      for (int i = 0; i < rounds; i++) {
        Path log = dir.resolve("log" + i);
        CyclicBarrier together = new CyclicBarrier(writers);
        List<Future<CommandRun>> runs = new ArrayList<>();
        for (int j = 0; j < writers; j++) {
          String line = "line " + j + "\n";
          runs.add(
              threads.submit(
                  () -> {
                    together.await();
                    return write(line, "--append", log);
                  }));
        }
        for (Future<CommandRun> run : runs) {
          assertEquals(ExitCode.OK, run.get().exit(), run.get().err());
        }
        assertEquals(writers, Files.readAllLines(log).stream().distinct().count());
      }
    }
    write("x", "--append", dir.resolve("absent/log"))
        .assertRefused(
            ExitCode.UNDECIDED,
            "holdfast write: "
                + dir.resolve("absent/log")
                + ": no such file or directory (ENOENT)");
  }

  @Test
  void writesInPlace() throws Exception {
    Path other = Files.createLink(dir.resolve("other"), file);
    assertEquals(0, write("n\n", "--in-place", file).exit());
    assertEquals("n\n", Files.readString(other));
    assertEquals("rw-r-----", mode(file));
    write("x", "--in-place", dir.resolve("absent"))
        .assertRefused(
            ExitCode.UNDECIDED,
            "holdfast write: " + dir.resolve("absent") + ": no such file or directory (ENOENT)");
    assertOnly("file", "other");
  }

  @Test
  void followsALinkOnlyIfAsked() throws Exception {
    Path link = Files.createSymbolicLink(dir.resolve("link"), Path.of("second"));
    Files.createSymbolicLink(dir.resolve("second"), Path.of("./file"));
    CommandRun refused = write("new\n", link);
    assertEquals(ExitCode.UNDECIDED, refused.exit());
    assertTrue(refused.err().contains("--follow"), refused.err());
    assertEquals("old\n", Files.readString(file));
    assertEquals(0, write("new\n", "--follow", link).exit());
    assertEquals("new\n", Files.readString(file));
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(0, write("in\n", "--follow", "--in-place", link).exit());
    assertEquals("in\n", Files.readString(file));
    Files.delete(dir.resolve("second"));
    assertEquals(0, write("made\n", "--follow", link).exit());
    assertEquals("made\n", Files.readString(dir.resolve("second")));
  }

  /** A stranger's link leads nowhere, also if links are to be followed. */
  @Test
  void aStrangersLinkIsNotFollowed() throws Exception {
    Assumptions.assumeTrue(Identity.geteuid() == 0, "needs root");
    Path link = Files.createSymbolicLink(dir.resolve("link"), Path.of("file"));
    Commands.run("chown", "-h", "nobody", link.toString());
    CommandRun refused = write("new\n", "--follow", link);
    assertEquals(ExitCode.UNDECIDED, refused.exit());
    assertEquals("old\n", Files.readString(file));
  }

  /** What it reads as is another file here than where it leads; the control is an ordinary link. */
  @Test
  void aMagicLinkIsNotFollowedByItsText() throws Exception {
    Process child =
        new ProcessBuilder(
                "sh", "-c", "exec 8<>file; mv file moved; echo other > file; exec sleep 99")
            .directory(dir.toFile())
            .start();
    try {
      Path link = Path.of("/proc/" + child.pid() + "/fd/8");
      for (int i = 0; i < 3000 && !Files.exists(dir.resolve("moved")); i++) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      CommandRun refused = write("new\n", "--follow", link);
      assertEquals(ExitCode.UNDECIDED, refused.exit());
      assertTrue(refused.err().contains("magic"), refused.err());
      assertEquals("old\n", Files.readString(dir.resolve("moved")));
      Files.createSymbolicLink(dir.resolve("link"), dir.resolve("moved"));
      assertEquals(0, write("new\n", "--follow", dir.resolve("link")).exit());
      assertEquals("new\n", Files.readString(dir.resolve("moved")));
    } finally {
      Commands.end(child);
    }
  }

  @Test
  void ownerAndGroupAreGiven() throws Exception {
    Assumptions.assumeTrue(Identity.geteuid() == 0, "needs root");
    assertEquals(0, write("new\n", "--owner", "1:2", file).exit());
    assertEquals(1, Files.getAttribute(file, "unix:uid"));
    assertEquals(2, Files.getAttribute(file, "unix:gid"));
    assertEquals(0, write("new\n", "--group", "3", file).exit());
    assertEquals(1, Files.getAttribute(file, "unix:uid"));
    assertEquals(3, Files.getAttribute(file, "unix:gid"));
    write("new\n", "--owner", "no-such-user", file)
        .assertRefused(ExitCode.USAGE, "holdfast write: no-such-user: no such user or group");
  }

  @ParameterizedTest
  @CsvSource({
    "'--append --in-place F'",
    "'--no-replace --append F'",
    "'--in-place --mode 600 F'",
    "'F second'",
    "'F --'",
    "''",
  })
  void whatMakesNoSenseIsRefused(String arguments) throws Exception {
    Object[] words =
        Arrays.stream(arguments.split(" ", -1))
            .filter(w -> !w.isEmpty())
            .map(w -> w.equals("F") ? file.toString() : w)
            .toArray();
    assertEquals(ExitCode.USAGE, write("new\n", words).exit());
    assertEquals("old\n", Files.readString(file));
    assertFalse(Files.exists(dir.resolve("second")));
  }
}
