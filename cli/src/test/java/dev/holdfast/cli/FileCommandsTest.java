package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.cli.command.Age;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.file.CleanCommand;
import dev.holdfast.cli.file.OpenCommand;
import dev.holdfast.cli.file.SaveCommand;
import dev.holdfast.cli.file.TempCommand;
import dev.holdfast.cli.file.TreeCommand;
import dev.holdfast.cli.file.TrustCommand;
import dev.holdfast.cli.file.UnlinkedCommand;
import dev.holdfast.cli.file.WriteCommand;
import dev.holdfast.files.Directory;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.testing.Commands;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class FileCommandsTest {
  @TempDir Path dir;

  private static JsonNode json(CommandRun run) throws IOException {
    return new ObjectMapper().readTree(run.out());
  }

  private static ByteArrayInputStream input(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void trustAnswersByItsStatus() throws IOException {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path file = Files.writeString(dir.resolve("file"), "x");
    CommandRun run = CommandRun.of("trust", new TrustCommand(), file.toString());
    assertEquals(ExitCode.NO, run.exit());
    assertTrue(run.out().contains("NOT OK") && run.out().contains("anybody could"), run.out());
    CommandRun json = CommandRun.of("trust", new TrustCommand(), "--json", file.toString());
    assertEquals(ExitCode.NO, json.exit());
    assertFalse(json(json).get("trusted").asBoolean());
    assertEquals(file.toString(), json(json).get("components").findValuesAsText("path").getLast());
    assertEquals(ExitCode.OK, CommandRun.of("trust", new TrustCommand(), "/").exit());
    CommandRun.of("trust", new TrustCommand(), "--for", "no-such-user", "/")
        .assertRefused(ExitCode.USAGE, "holdfast trust: --for no-such-user: no such user");
  }

  @Test
  void treeCopiesChangesAndRemoves() throws IOException {
    Path source = Files.createDirectories(dir.resolve("source/sub")).getParent();
    Files.writeString(source.resolve("sub/file"), "contents");
    Path copy = dir.resolve("copy");
    CommandRun copied =
        CommandRun.of(
            "tree", new TreeCommand(), "--json", "cp", source.toString(), copy.toString());
    assertEquals(ExitCode.OK, copied.exit(), copied.err());
    assertEquals(2, json(copied).get("directories").asInt());
    assertEquals(8, json(copied).get("bytes").asInt());
    assertEquals(
        ExitCode.OK,
        CommandRun.of("tree", new TreeCommand(), "chmod", "u=rwX,go=", copy.toString()).exit());
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(copy.resolve("sub/file"))));
    Files.createLink(dir.resolve("second"), copy.resolve("sub/file"));
    CommandRun refused = CommandRun.of("tree", new TreeCommand(), "chmod", "644", copy.toString());
    assertEquals(ExitCode.NO, refused.exit());
    assertTrue(refused.err().contains("[S12]"), refused.err());
    assertEquals(
        ExitCode.OK, CommandRun.of("tree", new TreeCommand(), "rm", copy.toString()).exit());
    assertFalse(Files.exists(copy));
  }

  /** A device with the numbers 0, 0 is for overlayfs, and anybody may make it. */
  @Test
  void aDeviceThatIsNotCopiedSaysHowItIs() throws Exception {
    Path source = Files.createDirectory(dir.resolve("source"));
    Path device = source.resolve("device");
    int made = new ProcessBuilder("mknod", device.toString(), "c", "0", "0").start().waitFor();
    assumeTrue(made == 0, "no device can be made here");
    CommandRun refused =
        CommandRun.of("tree", new TreeCommand(), "cp", source.toString(), dir + "/copy");
    assertEquals(ExitCode.NO, refused.exit());
    assertTrue(refused.err().endsWith("[S11]; --devices makes it\n"), refused.err());
    CommandRun copied =
        CommandRun.of(
            "tree", new TreeCommand(), "cp", "--devices", source.toString(), dir + "/whole");
    assertEquals(ExitCode.OK, copied.exit(), copied.err());
    assertTrue(Files.exists(dir.resolve("whole/device")));
  }

  /** Each error names what it is about: the copy that cannot be made, and not what is copied. */
  @Test
  void aCopyThatCannotBeMadeIsNamed() throws Exception {
    Path source = Files.createDirectory(dir.resolve("source"));
    Path file = Files.writeString(source.resolve("file"), "contents");
    Path taken = Files.createFile(dir.resolve("taken"));
    for (Path from : List.of(source, file)) {
      CommandRun run =
          CommandRun.of("tree", new TreeCommand(), "cp", from.toString(), taken.toString());
      assertEquals(ExitCode.NO, run.exit());
      assertTrue(run.err().startsWith("holdfast tree cp: " + taken + ": "), run.err());
      assertTrue(run.err().contains("EEXIST"), run.err());
    }
    List<String> limited =
        new ArrayList<>(List.of("sh", "-c", "ulimit -f 1; cd \"$0\"; exec \"$@\"", dir.toString()));
    Files.write(file, new byte[100_000]);
    limited.addAll(CommandRun.process("tree", "cp", "source", "copy"));
    Commands.Result full = Commands.tried(limited.toArray(String[]::new));
    assertEquals(ExitCode.NO, full.exit(), full::toString);
    assertTrue(full.output().contains("source/file: "), full::toString);
    assertTrue(full.output().contains("to the copy: "), full::toString);
    assertFalse(Files.exists(dir.resolve("copy/file")), "half a copy is worse than none");
  }

  @Test
  void treeRefusesInOneLine() {
    CommandRun.of("tree", new TreeCommand(), "rm", dir.resolve("absent").toString())
        .assertRefused(
            ExitCode.UNDECIDED,
            "holdfast tree rm: " + dir.resolve("absent") + ": no such file or directory (ENOENT)");
    CommandRun.of("tree", new TreeCommand(), "chmod", "u+q", dir.toString())
        .assertRefused(
            ExitCode.USAGE, "holdfast tree chmod: u+q: is not a mode such as 640 or u+rwX,go-w");
    CommandRun.of("tree", new TreeCommand(), "chown", "no-such-user", dir.toString())
        .assertRefused(ExitCode.USAGE, "holdfast tree chown: no-such-user: no such user or group");
    CommandRun.of("tree", new TreeCommand(), "chown", "424242:", dir.toString())
        .assertRefused(
            ExitCode.USAGE,
            "holdfast tree chown: 424242:: no account has this number, so it has no login group;"
                + " give OWNER:GROUP");
    for (String nobody : new String[] {"4294967295", ":4294967295"}) {
      CommandRun.of("tree", new TreeCommand(), "chown", nobody, dir.toString())
          .assertRefused(ExitCode.USAGE, "holdfast tree chown: 4294967295: no such user or group");
    }
  }

  /** The directory itself, as people type it; but it can neither be made nor removed so. */
  @Test
  void aDotIsTheDirectoryItself() throws Exception {
    Path source = Files.createDirectories(dir.resolve("source/sub")).getParent();
    Path old = Files.writeString(source.resolve("sub/file"), "contents");
    String dot = source + "/.";
    Path copy = dir.resolve("copy");
    CommandRun copied = CommandRun.of("tree", new TreeCommand(), "cp", dot, copy.toString());
    assertEquals(ExitCode.OK, copied.exit(), copied.err());
    Commands.run("cp", "-a", dot, dir.resolve("usual").toString());
    Commands.run("diff", "-r", dir.resolve("usual").toString(), copy.toString());
    assertEquals(
        ExitCode.OK,
        CommandRun.of("tree", new TreeCommand(), "chmod", "go=", source + "/sub/..").exit());
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(source)));
    for (String[] refused :
        new String[][] {{"rm", dot}, {"rm", source + "/sub/.."}, {"cp", copy.toString(), dot}}) {
      CommandRun run = CommandRun.of("tree", new TreeCommand(), refused);
      assertEquals(ExitCode.UNDECIDED, run.exit());
      assertTrue(run.err().contains("is not the name of an entry"), run.err());
    }
    Files.setLastModifiedTime(old, FileTime.fromMillis(0));
    CommandRun cleaned =
        CommandRun.of("clean", new CleanCommand(), dot, "--older-than", "10d", "--by", "m");
    assertEquals(ExitCode.OK, cleaned.exit(), cleaned.err());
    assertFalse(Files.exists(old));
    assertTrue(Files.exists(source.resolve("sub")));
  }

  @Test
  void anEmptyPathIsRefused() {
    CommandRun.of("trust", new TrustCommand(), "")
        .assertRefused(
            ExitCode.USAGE, "holdfast trust: PATH: '' is not a path; see 'holdfast trust --help'");
    CommandRun.of("write", new WriteCommand(input("x")), "")
        .assertRefused(
            ExitCode.USAGE, "holdfast write: FILE: '' is not a path; see 'holdfast write --help'");
    CommandRun.of("write", new WriteCommand(input("x")), "/")
        .assertRefused(ExitCode.USAGE, "holdfast write: /: is a directory (EISDIR); name a file");
    CommandRun.of("temp", new TempCommand(), "--in", "")
        .assertRefused(
            ExitCode.USAGE, "holdfast temp: --in: '' is not a path; see 'holdfast temp --help'");
  }

  @Test
  void namesThatAreNotTextArriveInJson() throws IOException {
    try (Directory directory = Directory.open(dir)) {
      directory.symlink("no-such-target\udcff", "link");
    }
    CommandRun run =
        CommandRun.of("trust", new TrustCommand(), "--json", dir.resolve("link").toString());
    assertTrue(run.out().contains("\"no-such-target\\uDCFF\""), run.out());
  }

  @Test
  void treeHelpTellsItsOwnExitStatus() {
    for (String each : new String[] {"rm", "cp", "chown", "chmod"}) {
      CommandRun help = CommandRun.of("tree", new TreeCommand(), each, "--help");
      assertTrue(help.out().contains("some entries could not be processed"), help.out());
    }
  }

  @Test
  void cleanTellsWhatItWouldRemoveAndRemovesIt() throws IOException {
    Path old = Files.writeString(dir.resolve("old"), "old");
    Path kept = Files.writeString(dir.resolve("old.keep"), "old");
    for (Path file : new Path[] {old, kept}) {
      Files.setAttribute(file, "lastAccessTime", FileTime.from(Instant.EPOCH));
      Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
    }
    String[] args = {dir.toString(), "--older-than", "10d", "--by", "am", "--exclude", "*.keep"};
    String[] dry = Arrays.copyOf(args, args.length + 1);
    dry[args.length] = "--dry-run";
    CommandRun told = CommandRun.of("clean", new CleanCommand(), dry);
    assertEquals(old + System.lineSeparator(), told.out());
    assertTrue(Files.exists(old));
    CommandRun done = CommandRun.of("clean", new CleanCommand(), args);
    assertEquals(ExitCode.OK, done.exit(), done.err());
    assertFalse(Files.exists(old));
    assertTrue(Files.exists(kept));
    CommandRun.of("clean", new CleanCommand(), dir.toString(), "--older-than", "soon")
        .assertRefused(
            ExitCode.USAGE,
            "holdfast clean: --older-than: 'soon' is not an age such as 12h, 10d, 4w or 1d12h; see"
                + " 'holdfast clean --help'");
    CommandRun.of(
            "clean", new CleanCommand(), dir.toString(), "--older-than", "10d", "--exclude", "[a")
        .assertRefused(
            ExitCode.USAGE, "holdfast clean: --exclude [a: is not a valid pattern: Missing ']");
  }

  @ParameterizedTest
  @CsvSource({"0s,PT0S", "0h,PT0S", "12h30m,PT12H30M", "1y,PT8760H", "2w1d,PT360H", "90s,PT90S"})
  void agesAreTaken(String typed, Duration meant) {
    assertEquals(meant, new Age().convert(typed));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "h", "1mo", "-1d", "1d 2h", "1d,2h", "1d1w"})
  void whatIsNoAgeIsRefused(String typed) {
    assertThrows(TypeConversionException.class, () -> new Age().convert(typed));
  }

  /** A slash at the end says "directory", and to the kernel "what the link leads to". */
  @Test
  void aSlashAtTheEndMeansADirectory() throws IOException {
    Path real = Files.createDirectory(dir.resolve("real"));
    Path kept = Files.writeString(real.resolve("kept"), "kept");
    Path file = Files.writeString(dir.resolve("file"), "old");
    Path link = Files.createSymbolicLink(dir.resolve("link"), real);
    Files.createSymbolicLink(dir.resolve("toFile"), file);
    for (String name : new String[] {"link/", "toFile/", "file/"}) {
      String path = dir + "/" + name;
      String[][] lines = {
        {"tree", "rm", path},
        {"tree", "chmod", "700", path},
        {"tree", "chown", "0", path},
        {"tree", "cp", path, dir + "/copy"},
        {"clean", path, "--older-than", "0s"},
      };
      for (String[] line : lines) {
        CommandRun run =
            CommandRun.of(
                line[0],
                line[0].equals("tree") ? new TreeCommand() : new CleanCommand(),
                Arrays.copyOfRange(line, 1, line.length));
        assertEquals(ExitCode.UNDECIDED, run.exit(), String.join(" ", line));
        assertTrue(run.err().contains(path + ": "), run.err());
      }
      for (Command command :
          List.of(new WriteCommand(input("new")), new SaveCommand(input("new")))) {
        String called = command instanceof WriteCommand ? "write" : "save";
        assertEquals(ExitCode.UNDECIDED, CommandRun.of(called, command, path).exit(), called);
      }
    }
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("kept", Files.readString(kept));
    assertEquals("old", Files.readString(file));
    CommandRun copied = CommandRun.of("tree", new TreeCommand(), "cp", real + "/", dir + "/copy/");
    assertEquals(ExitCode.OK, copied.exit(), copied.err());
    CommandRun removed = CommandRun.of("tree", new TreeCommand(), "rm", dir + "/copy/");
    assertEquals(ExitCode.OK, removed.exit(), removed.err());
    assertFalse(Files.exists(dir.resolve("copy")));
  }

  /** Containers run programs as users that no account tells of. */
  @ParameterizedTest
  @CsvSource({
    "12345,            rw----r--, true",
    "12345,            rw-r-----, false",
    "'12345:4242',     rw-r-----, true",
    "'12345:5,4242',   rw-r-----, true",
    "'12345:5,6',      rw-r-----, false",
  })
  void openKnowsUsersWithoutAnAccount(String user, String mode, boolean readable)
      throws IOException {
    Assumptions.assumeTrue(Identity.geteuid() == 0, "needs root: becoming a user");
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path file = Files.writeString(dir.resolve("file"), "contents");
    Files.setAttribute(file, "unix:gid", 4242);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CommandRun run = CommandRun.of("open", new OpenCommand(out), "--as", user, file.toString());
    assertEquals(readable ? ExitCode.OK : ExitCode.NO, run.exit(), run.err());
    assertEquals(readable ? "contents" : "", out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void openKnowsWhoIsNobody() {
    for (String nobody : new String[] {"4294967295", "0:4294967295", "-1", "+1", "1:", ":1"}) {
      CommandRun.of("open", new OpenCommand(), "--as=" + nobody, "/etc/hostname")
          .assertRefused(ExitCode.USAGE, "holdfast open: --as " + nobody + ": no such user");
    }
  }

  @Test
  void openSaysWhatToDoAboutALink() throws IOException {
    Assumptions.assumeTrue(Identity.geteuid() == 0, "needs root: becoming a user");
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path file = Files.writeString(dir.resolve("file"), "contents");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Path link = Files.createSymbolicLink(dir.resolve("link"), file);
    CommandRun.of("open", new OpenCommand(), "--as", "nobody", link.toString())
        .assertRefused(
            ExitCode.UNDECIDED,
            "holdfast open: " + link + ": is a symbolic link [S05]; name what it leads to");
    // The control: on the way to it links are followed.
    Files.createSymbolicLink(dir.resolve("way"), dir);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CommandRun.of("open", new OpenCommand(out), "--as", "nobody", dir + "/way/file");
    assertEquals("contents", out.toString(StandardCharsets.UTF_8));
  }

  /** As cat(1) is when head(1) has enough. */
  @Test
  void openEndsQuietlyWhenNobodyReads() throws Exception {
    Assumptions.assumeTrue(Identity.geteuid() == 0, "needs root: becoming a user");
    Path file = Files.write(dir.resolve("file"), new byte[1 << 20]);
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "{ \"$@\" 2>&1 >&3; echo $?; } 3>&1 >\"$0\" | true"));
    command.add(dir.resolve("told").toString());
    command.addAll(CommandRun.process("open", "--as", "root", file.toString()));
    Commands.run(command);
    assertEquals("141\n", Files.readString(dir.resolve("told")));
  }

  /** Not even root may, and EPERM does not say why. */
  @Test
  void aFlagThatForbidsItIsNamed() throws Exception {
    Assumptions.assumeTrue(Identity.geteuid() == 0, "needs root: sets the flags of chattr(1)");
    Path file = Files.writeString(dir.resolve("file"), "old");
    Assumptions.assumeTrue(
        Commands.tried("chattr", "+i", file.toString()).exit() == 0,
        "needs a file system with immutable files");
    try {
      CommandRun.of("write", new WriteCommand(input("new")), file.toString())
          .assertRefused(
              ExitCode.UNDECIDED,
              "holdfast write: "
                  + file
                  + ": renameat2: Operation not permitted (EPERM); it is immutable (chattr -i ends"
                  + " that)");
      CommandRun run = CommandRun.of("tree", new TreeCommand(), "rm", file.toString());
      assertTrue(run.err().contains("it is immutable"), run.err());
    } finally {
      Commands.run("chattr", "-i", file.toString());
    }
    Commands.run("chattr", "+i", dir.toString());
    try {
      CommandRun.of("temp", new TempCommand(), "--in", dir.toString())
          .assertRefused(
              ExitCode.UNDECIDED,
              "holdfast temp: "
                  + dir
                  + ": openat: Operation not permitted (EPERM); it is immutable (chattr -i ends"
                  + " that)");
    } finally {
      Commands.run("chattr", "-i", dir.toString());
    }
    assertEquals(
        ExitCode.OK, CommandRun.of("write", new WriteCommand(input("new")), "" + file).exit());
  }

  @Test
  void tempTellsWhyItDidNotTakeTmpdir() throws Exception {
    Path open = Files.createDirectory(dir.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    for (String[] each :
        new String[][] {
          {"relative", "is not an absolute path"},
          {dir.resolve("absent").toString(), "is not there"},
          {open.toString(), "anybody could replace any entry in it"}
        }) {
      List<String> command = new ArrayList<>(List.of("env", "-u", "TMP", "TMPDIR=" + each[0]));
      command.addAll(CommandRun.process("temp", "--", "true"));
      Commands.Result run = Commands.tried(command.toArray(new String[0]));
      assertEquals(0, run.exit(), run::toString);
      assertTrue(
          run.toString().contains("note: not in TMPDIR=" + each[0] + ": ")
              && run.toString().contains(each[1]),
          run::toString);
    }
  }

  @Test
  void openReadsAsTheUserCould() throws IOException {
    Assumptions.assumeTrue(Identity.geteuid() == 0, "needs root: becoming a user");
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path file = Files.writeString(dir.resolve("file"), "contents");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw----r--"));
    assertEquals(
        ExitCode.OK,
        CommandRun.of("open", new OpenCommand(out), "--as", "nobody", file.toString()).exit());
    assertEquals("contents", out.toString(StandardCharsets.UTF_8));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    CommandRun.of("open", new OpenCommand(out), "--as", "nobody", file.toString())
        .assertRefused(
            ExitCode.NO, "holdfast open: " + file + ": user nobody may not read it (EACCES)");
  }

  @Test
  void openTellsThatItsOutputFailed() throws IOException {
    Assumptions.assumeTrue(Identity.geteuid() == 0, "needs root: becoming a user");
    Path file = Files.writeString(dir.resolve("file"), "contents");
    try (OutputStream full = Files.newOutputStream(Path.of("/dev/full"))) {
      CommandRun.of("open", new OpenCommand(full), "--as", "root", file.toString())
          .assertRefused(
              ExitCode.UNDECIDED,
              "holdfast open: standard output: could not be written: No space left on device");
    }
  }

  @Test
  void unlinkedAndDoctorSpeakJson() throws IOException {
    CommandRun unlinked = CommandRun.of("unlinked", new UnlinkedCommand(), "--json");
    assertEquals(ExitCode.OK, unlinked.exit());
    assertTrue(json(unlinked).get("processes").asInt() > 0);
    CommandRun doctor = CommandRun.of("doctor", new DoctorCommand(), "--json");
    boolean weak = json(doctor).get("settings").findValuesAsText("verdict").contains("WEAK");
    assertEquals(weak ? ExitCode.NO : ExitCode.OK, doctor.exit());
    CommandRun text = CommandRun.of("doctor", new DoctorCommand());
    assertTrue(text.out().contains("fs.protected_symlinks = "), text.out());
  }

  @Test
  void writeReplacesAndSaveDoesNot() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "old");
    CommandRun written =
        CommandRun.of("write", new WriteCommand(input("new")), "--mode", "640", file.toString());
    assertEquals(ExitCode.OK, written.exit(), written.err());
    assertEquals("new", Files.readString(file));
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    CommandRun taken =
        CommandRun.of("write", new WriteCommand(input("x")), "--no-replace", file.toString());
    taken.assertRefused(
        ExitCode.NO,
        "holdfast write: " + file + ": exists already (EEXIST), and --no-replace was given");
    CommandRun saved = CommandRun.of("save", new SaveCommand(input("saved")), file.toString());
    assertEquals(ExitCode.OK, saved.exit(), saved.err());
    assertEquals("new", Files.readString(file));
    assertEquals("saved", Files.readString(Path.of(saved.out().strip())));
  }

  @Test
  void tempPrintsANameThatCanBeUsed() throws IOException {
    Path odd = Files.createDirectory(dir.resolve("two\nlines\u200b"));
    CommandRun run = CommandRun.of("temp", new TempCommand(), "--in", odd.toString());
    assertEquals(ExitCode.OK, run.exit(), run.err());
    assertTrue(Files.exists(Path.of(run.out().strip())), run.out());
  }

  @Test
  void tempRemovesWhatNobodyWasToldOf() throws IOException {
    for (String kind : new String[] {"file", "dir"}) {
      StringWriter err = new StringWriter();
      try (PrintWriter full = new PrintWriter(Files.newBufferedWriter(Path.of("/dev/full")))) {
        int exit = Main.run(full, new PrintWriter(err, true), "temp", kind, "--in", dir.toString());
        assertEquals(ExitCode.UNDECIDED, exit);
      }
      // Main tells, as for every command.
      assertEquals("", err.toString());
      try (Stream<Path> left = Files.list(dir)) {
        assertEquals(List.of(), left.toList());
      }
    }
  }

  @Test
  void tempPrintsANameOrCleansUpAfterACommand() throws IOException {
    CommandRun file =
        CommandRun.of(
            "temp", new TempCommand(), "file", "--in", dir.toString(), "--suffix", ".csv");
    assertEquals(ExitCode.OK, file.exit(), file.err());
    Path made = Path.of(file.out().strip());
    assertTrue(made.toString().endsWith(".csv"));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(made)));
    for (String kind : new String[] {"file", "dir", "anonymous"}) {
      Path mark = dir.resolve("mark-" + kind);
      CommandRun ran =
          CommandRun.of(
              "temp",
              new TempCommand(),
              kind,
              "--in",
              dir.toString(),
              "--",
              "sh",
              "-c",
              "test -e \"$HOLDFAST_TEMP\" && readlink -f \"$HOLDFAST_TEMP\" > '"
                  + mark
                  + "'; exit 7");
      assertEquals(7, ran.exit(), ran.err());
      Path name = Path.of(Files.readString(mark).strip());
      assertFalse(Files.exists(name, LinkOption.NOFOLLOW_LINKS), kind + " is left: " + name);
    }
    CommandRun.of("temp", new TempCommand(), "--in", dir.toString(), "--", "no-such-program")
        .assertRefused(127, "holdfast temp: no-such-program: no such program in PATH");
    Path orphan = Files.writeString(dir.resolve("orphan"), "#!/no/such/interpreter\n");
    Files.setPosixFilePermissions(orphan, PosixFilePermissions.fromString("rwx------"));
    CommandRun.of("temp", new TempCommand(), "--in", dir.toString(), "--", orphan.toString())
        .assertRefused(
            127,
            "holdfast temp: "
                + orphan
                + ": cannot be executed: its interpreter is not there (ENOENT)");
    for (String kind : new String[] {"file", "dir"}) {
      String check = "case $HOLDFAST_TEMP in *.d) exit 0 ;; esac; exit 1";
      String[] line = {kind, "--suffix", ".d", "--", "sh", "-c", check};
      assertEquals(ExitCode.OK, CommandRun.of("temp", new TempCommand(), line).exit(), kind);
    }
    CommandRun.of("temp", new TempCommand(), "anonymous", "--suffix", "x", "--", "true")
        .assertRefused(
            ExitCode.USAGE,
            "holdfast temp: --suffix x: an anonymous file has no name, so it takes no --suffix");
    CommandRun.of("temp", new TempCommand(), "pipe")
        .assertRefused(ExitCode.USAGE, "holdfast temp: pipe: is neither file, dir nor anonymous");
    CommandRun none = CommandRun.of("temp", new TempCommand(), "anonymous");
    none.assertRefused(
        ExitCode.USAGE, "holdfast temp: anonymous: has no name to print; give a command to run");
  }

  /** Somebody's mount point, or a name on the command line, is anybody's text. */
  @Test
  void aMountPointThatIsNotUtf8BreaksNothing() throws Exception {
    Assumptions.assumeTrue(Identity.geteuid() == 0, "needs root");
    List<String> command =
        new ArrayList<>(
            List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                "cd \"$0\" && m=$(printf 'm\\377') && mkdir \"$m\" && mount -t tmpfs t \"$m\" &&"
                    + " exec flock f \"$@\"",
                dir.toString()));
    command.addAll(CommandRun.process("locks", "f"));
    String told = Commands.run(command);
    assertTrue(told.contains("flock") && told.contains(dir.resolve("f").toString()), told);
  }

  @Test
  void noEscapeReachesTheTerminal() {
    CommandRun run =
        CommandRun.of("write", new WriteCommand(input("x")), dir + "/no\033[31m\u202e/none");
    assertEquals(ExitCode.UNDECIDED, run.exit());
    assertTrue(run.err().contains("no\\x1b[31m\\u202e/none"), run.err());
  }

  /** A pattern that can match nothing would spare nothing. */
  @Test
  void patternsAreForNames() throws Exception {
    Path odd = Files.createFile(dir.resolve("two\nlines"));
    Files.setLastModifiedTime(odd, FileTime.fromMillis(0));
    for (String slip : List.of("", "cache/", "*/x", "[")) {
      CommandRun run = clean("--exclude", slip);
      assertEquals(ExitCode.USAGE, run.exit(), run.err());
    }
    assertTrue(Files.exists(odd));
    assertEquals(ExitCode.OK, clean("--exclude", "t**s").exit());
    assertTrue(Files.exists(odd));
    assertEquals(ExitCode.OK, clean("--exclude", "t\\**").exit());
    assertFalse(Files.exists(odd));
  }

  private CommandRun clean(String... options) {
    List<String> words =
        new ArrayList<>(List.of(dir.toString(), "--older-than", "10d", "--by", "m"));
    words.addAll(List.of(options));
    return CommandRun.of("clean", new CleanCommand(), words.toArray(String[]::new));
  }

  /** A name that is no text is one of which patterns know the rest. */
  @Test
  void aNameThatIsNotUtf8EndsNoCleaning() throws Exception {
    Commands.run(
        "sh",
        "-c",
        "cd \"$0\" && touch \"$(printf 'a\\377')\" \"$(printf 'a\\377.keep')\" b c.keep"
            + " && touch -d '30 days ago' *",
        dir.toString());
    CommandRun run =
        CommandRun.of(
            "clean",
            new CleanCommand(),
            "--older-than",
            "10d",
            "--by",
            "m",
            "--exclude",
            "*.keep",
            dir.toString());
    assertEquals(ExitCode.OK, run.exit(), run.err());
    assertEquals(
        "2\n", Commands.run("sh", "-c", "cd \"$0\" && ls -b | grep -c keep", dir.toString()));
    assertEquals("2\n", Commands.run("sh", "-c", "cd \"$0\" && ls -b | wc -l", dir.toString()));
  }
}
