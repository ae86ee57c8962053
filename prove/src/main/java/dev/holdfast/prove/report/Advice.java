package dev.holdfast.prove.report;

import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Window;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What to do instead, in words that fit the program's language and the case. */
final class Advice {
  /** What a program is written in, as far as its command line and its first line tell. */
  enum Language {
    SHELL,
    PYTHON,
    PERL,
    NODE,
    JAVA,
    /** C, and whatever has its calls. */
    OTHER;

    private static final int FIRST_LINE = 256;

    static Language of(List<String> argv) {
      Language named = named(argv);
      List<String> interpreter = named == OTHER ? interpreter(argv.getFirst()) : List.of();
      return interpreter.isEmpty() ? named : named(interpreter);
    }

    /** What the first line of a script says; empty if it is none, or cannot be read. */
    private static List<String> interpreter(String program) {
      try (InputStream in = Files.newInputStream(find(program))) {
        String start = new String(in.readNBytes(FIRST_LINE), StandardCharsets.ISO_8859_1);
        return start.startsWith("#!")
            ? List.of(start.substring(2).lines().findFirst().orElse("").strip().split("\\s+", -1))
            : List.of();
      } catch (IOException | InvalidPathException e) {
        return List.of();
      }
    }

    private static Path find(String program) throws IOException {
      List<Path> places =
          program.contains("/")
              ? List.of(Path.of(program))
              : Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1))
                  .map(directory -> Path.of(directory, program))
                  .toList();
      // Nothing that is opened only to wait for a writer, or to do something.
      return places.stream()
          .filter(Files::isRegularFile)
          .findFirst()
          .orElseThrow(() -> new NoSuchFileException(program));
    }

    private static Language named(List<String> argv) {
      String path = argv.getFirst();
      String name = path.substring(path.lastIndexOf('/') + 1);
      if (name.equals("env") && argv.size() > 1) {
        return named(argv.subList(1, argv.size()));
      }
      if (name.matches("(ba|da|k|z|)sh") || name.endsWith(".sh")) {
        return SHELL;
      }
      if (name.matches("python[0-9.]*|pip[0-9.]*") || name.endsWith(".py")) {
        return PYTHON;
      }
      if (name.matches("perl[0-9.]*") || name.endsWith(".pl")) {
        return PERL;
      }
      if (name.matches("node|nodejs|npm|npx") || name.endsWith(".js")) {
        return NODE;
      }
      return name.equals("java") ? JAVA : OTHER;
    }
  }

  private static final Map<Language, Map<Hazard, String>> TABLE = table();

  /** Calls of {@code mkdir -p} and of what checks no result: the name may be somebody else's. */
  private static final Set<String> MAKES =
      Set.of("mkdir", "mkdirat", "mknod", "mknodat", "symlink");

  /** A program is taken by its name: there is nothing to check it by in between. */
  private static final Set<String> EXECUTES = Set.of("execve", "execveat");

  private Advice() {}

  private static Map<Language, Map<Hazard, String>> table() {
    Map<Language, Map<Hazard, String>> all = new EnumMap<>(Language.class);
    all.put(
        Language.SHELL,
        Map.ofEntries(
            Map.entry(
                Hazard.S01,
                "A shell has no descriptor to check: work as the user whom the directory belongs to"
                    + " (setpriv --reuid=USER --regid=GROUP --init-groups CMD), or leave it to"
                    + " 'holdfast tree' or 'holdfast write' (F11, F14, F10)."),
            Map.entry(
                Hazard.S02,
                "Do the work as that user: setpriv --reuid=USER --regid=GROUP --init-groups CMD"
                    + " (F11)."),
            Map.entry(
                Hazard.S03,
                "Leave it to 'holdfast tree chown' or 'holdfast tree chmod', which follow no name"
                    + " twice; or do it as the directory's owner, with setpriv (F14, F11)."),
            Map.entry(
                Hazard.S04,
                "Create it in one step that fails if it is there: set -C; : > FILE; or write it"
                    + " with 'holdfast write' (F04, F10)."),
            Map.entry(
                Hazard.S05,
                "Take a name that nobody can foresee: f=$(mktemp) || exit, or 'holdfast temp --"
                    + " CMD'. A file that keeps its name, such as a log, is written as the"
                    + " directory's owner: setpriv, or su in logrotate (F06, F11)."),
            Map.entry(
                Hazard.S06,
                "umask 077 before the file is made, and chmod afterwards to what it may be; or"
                    + " 'holdfast write --mode' (F04)."),
            Map.entry(
                Hazard.S09, "Open it once and go on with that: exec 3> \"$f\"; later >&3 (F02)."),
            Map.entry(
                Hazard.S10,
                "Do not remove what mktemp made in order to make it again: take 'mktemp -d' and a"
                    + " name in it, or 'holdfast temp' (F07)."),
            Map.entry(
                Hazard.S13,
                "Do not work by name below a directory that others may change: do it as its owner,"
                    + " with setpriv, or leave it to 'holdfast tree' (F11, F14)."),
            Map.entry(
                Hazard.S16, "set -e, or || exit after each step: stop where one fails (F18)."),
            Map.entry(
                Hazard.S17,
                "Do it as the user whom the file belongs to, who can only signal and change its"
                    + " own: setpriv --reuid=USER --regid=GROUP --init-groups CMD (F11)."),
            Map.entry(
                Hazard.L01,
                "Put it under one lock: holdfast lock FILE -- CMD, or flock FILE CMD (K04)."),
            Map.entry(
                Hazard.L04,
                "Write to a new file and mv it into place, or 'holdfast write'; let 'holdfast"
                    + " lock' hold locks, which end with the program (F10, K04).")));
    all.put(
        Language.PYTHON,
        Map.of(
            Hazard.S01,
            "Open it once, check os.fstat(fd), and go on with that descriptor (F01).",
            Hazard.S03,
            "Give os.chmod, os.chown, os.utime the descriptor, not the name (F02).",
            Hazard.S04,
            "open(name, 'x') fails if it is there: take FileExistsError as the answer (F04).",
            Hazard.S05,
            "tempfile.NamedTemporaryFile, mkstemp or mkdtemp make names that nobody can foresee"
                + " (F06, F07).",
            Hazard.S06,
            "os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), and os.fchmod afterwards"
                + " (F04).",
            Hazard.S10,
            "Not tempfile.mktemp, and no name again after removing it: mkstemp, or mkdtemp and a"
                + " name in it (F07).",
            Hazard.S13,
            "Hold the directory: dir_fd= with os.open(…, O_DIRECTORY | O_NOFOLLOW); shutil.rmtree"
                + " does it so (F03)."));
    all.put(
        Language.PERL,
        Map.of(
            Hazard.S03,
            "chmod, chown and utime take a file handle instead of a name (F02).",
            Hazard.S04,
            "sysopen with O_CREAT | O_EXCL, and take EEXIST as the answer (F04).",
            Hazard.S05,
            "File::Temp makes names that nobody can foresee (F06, F07)."));
    all.put(
        Language.NODE,
        Map.of(
            Hazard.S01,
            "Open it once, check handle.stat(), and go on with that handle (F01).",
            Hazard.S03,
            "fs.fchmod, fs.fchown and fs.futimes take the descriptor (F02).",
            Hazard.S04,
            "Flag 'wx' fails if it is there: take EEXIST as the answer (F04).",
            Hazard.S05,
            "fs.mkdtemp makes a private directory with a name that nobody can foresee (F07)."));
    all.put(
        Language.JAVA,
        Map.of(
            Hazard.S01,
            "Open it once, check the open file, and go on with that: OpenFile (F01).",
            Hazard.S03,
            "Change it through the open file: OpenFile.chmod, chown (F02).",
            Hazard.S04,
            "StandardOpenOption.CREATE_NEW fails if it is there: take"
                + " FileAlreadyExistsException as the answer (F04).",
            Hazard.S05,
            "Files.createTempFile or createTempDirectory, or TempFiles (F06, F07).",
            Hazard.S06,
            "Give Files.createFile the permissions as an attribute, or OpenFile.create a mode"
                + " (F04).",
            Hazard.S10,
            "Not createTempFile, delete and mkdir: createTempDirectory makes it in one step"
                + " (F07).",
            Hazard.S13,
            "Hold the directory: Directory, or SecureDirectoryStream (F03)."));
    return all;
  }

  /** For this window of a program. */
  static String of(List<String> argv, Window window) {
    Language language = Language.of(argv);
    Window before = window.before();
    if (before != null && MAKES.contains(before.use().call())) {
      return language == Language.SHELL
          ? "mkdir -p, and a mkdir whose failure is passed over, take what is there, whoever made"
              + " it: use mktemp -d or 'holdfast temp', or stop where mkdir fails (F07, F18)."
          : "What is there already may be somebody else's: make a directory with a name that nobody"
              + " can foresee (mkdtemp), or stop where it exists (F07, F18).";
    }
    if (EXECUTES.contains(window.use().call())) {
      return "What is run must lie, with each directory on the way, where nobody but root and"
          + " whoever runs it can write: install or copy it to such a place, and run it from there;"
          + " 'holdfast trust FILE' says who can change a file (F05).";
    }
    return TABLE
        .getOrDefault(language, Map.of())
        .getOrDefault(window.hazard(), window.hazard().advice());
  }
}
