package dev.holdfast.prove.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.TestHost;
import dev.holdfast.prove.trace.Calls;
import dev.holdfast.prove.trace.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which steps of a path the attacker could change, on real directories with real owners. */
class ResolverTest {
  private static final int NOBODY = 65534;

  @TempDir static Path temporary;

  private static String root;
  private static int proc;

  private final Attacker attacker =
      new Attacker("nobody", NOBODY, NOBODY, List.of(), false, List.of(root));
  private final Resolver resolver = new Resolver(proc, attacker);
  private final Task task = Calls.task("0");

  /**
   *
   *
   * <pre>
   * safe/            root's         file, link -> file, out -> ../open/file, way -> inner,
   *                                 abs -> ROOT/safe/inner, loop -> loop
   * safe/inner/      root's         file
   * open/            everybody's    file, sub/ (root's) with file, link -> file
   * sticky/          as /tmp        mine (the attacker's), yours (root's)
   * owned/           the attacker's file
   * </pre>
   */
  @BeforeAll
  static void makeTree() throws IOException {
    TestHost.assumeRoot("directories of several owners");
    root = temporary.toRealPath().toString();
    mode("", "rwxr-xr-x");
    directory("safe", "rwxr-xr-x", 0);
    directory("safe/inner", "rwxr-xr-x", 0);
    directory("open", "rwxrwxrwx", 0);
    directory("open/sub", "rwxr-xr-x", 0);
    directory("sticky", "rwxrwxrwx", 0);
    Files.setAttribute(Path.of(root, "sticky"), "unix:mode", 01777);
    directory("owned", "rwxr-xr-x", NOBODY);
    for (String file :
        List.of(
            "safe/file",
            "safe/inner/file",
            "open/file",
            "open/sub/file",
            "sticky/mine",
            "sticky/yours",
            "owned/file")) {
      Files.writeString(Path.of(root, file), "text");
    }
    Files.setAttribute(Path.of(root, "sticky/mine"), "unix:uid", NOBODY);
    link("safe/link", "file");
    link("safe/out", "../open/file");
    link("safe/way", "inner");
    link("safe/abs", root + "/safe/inner");
    link("safe/loop", "loop");
    link("open/link", "file");
    proc =
        Fcntl.openat(
                Fcntl.AT_FDCWD,
                "/proc".getBytes(StandardCharsets.US_ASCII),
                Fcntl.O_PATH | Fcntl.O_DIRECTORY,
                0)
            .intValue();
  }

  @AfterAll
  static void closeProc() {
    if (proc > 0) {
      Unistd.close(proc);
    }
  }

  private static void mode(String name, String permissions) throws IOException {
    Files.setPosixFilePermissions(
        Path.of(root, name), PosixFilePermissions.fromString(permissions));
  }

  private static void directory(String name, String permissions, int owner) throws IOException {
    Files.createDirectory(Path.of(root, name));
    mode(name, permissions);
    Files.setAttribute(Path.of(root, name), "unix:uid", owner);
  }

  private static void link(String name, String target) throws IOException {
    Files.createSymbolicLink(Path.of(root, name), Path.of(target));
  }

  private String changeable(String path, boolean follow) {
    Operation operation =
        new Operation(
            Action.OPEN, List.of(new Operand(Fcntl.AT_FDCWD, Raw.bytes(path), follow)), 0, 0);
    return resolver.changeable(task, operation, 0).stream()
        .map(
            b ->
                b.path().substring(root.length() + 1)
                    + (b.last() ? "!" : "")
                    + (b.object() == null ? "?" : ""))
        .collect(Collectors.joining(" "));
  }

  /** {@code !} is the last step, {@code ?} a name that is not there. */
  @ParameterizedTest
  @CsvSource({
    "safe/file,            true,  ''",
    "safe/missing,         true,  ''",
    "safe/inner/file,      true,  ''",
    "safe/link,            true,  ''",
    "safe/way/file,        true,  ''",
    "safe/abs/file,        true,  ''",
    "safe/loop,            true,  ''",
    "safe/out,             true,  'open/file!'",
    "safe/out,             false, ''",
    "safe/../open/file,    true,  'open/file!'",
    "safe/./inner/../file, true,  ''",
    "open/file,            true,  'open/file!'",
    "open//file,           true,  'open/file!'",
    "open/missing,         true,  'open/missing!?'",
    "open/missing/file,    true,  'open/missing?'",
    "open/sub/file,        true,  'open/sub'",
    "open/sub/,            true,  'open/sub!'",
    "open/link,            true,  'open/link open/file!'",
    "open/link,            false, 'open/link!'",
    "sticky/mine,          true,  'sticky/mine!'",
    "sticky/yours,         true,  ''",
    "sticky/missing,       true,  'sticky/missing!?'",
    "owned/file,           true,  'owned/file!'",
  })
  void stepsThatTheAttackerCanChange(String path, boolean follow, String expected) {
    assertEquals(expected, changeable(root + "/" + path, follow));
    // What it remembers of the first time must not change the second.
    assertEquals(expected, changeable(root + "/" + path, follow));
  }

  @Test
  void answersAreForgottenWhenRightsMayHaveChanged() throws IOException {
    String file = root + "/safe/inner/file";
    assertEquals("", changeable(file, true));
    mode("safe/inner", "rwxrwxrwx");
    try {
      resolver.forget();
      assertEquals("safe/inner/file!", changeable(file, true));
    } finally {
      mode("safe/inner", "rwxr-xr-x");
    }
    resolver.forget();
    assertEquals("", changeable(file, true));
  }

  @Test
  void nameThatBecameALinkIsFollowedOnceForgotten() throws IOException {
    String name = root + "/safe/new";
    assertEquals("", changeable(name, true));
    link("safe/new", "../open/file");
    try {
      resolver.forget();
      assertEquals("open/file!", changeable(name, true));
    } finally {
      Files.delete(Path.of(name));
    }
  }

  @Test
  void attackerWithScopesKeepsToThem() {
    Resolver narrow =
        new Resolver(
            proc,
            new Attacker("root", 0, 0, List.of(), true, List.of(root + "/open", root + "/owned")));
    Operation operation =
        new Operation(
            Action.OPEN,
            List.of(
                new Operand(Fcntl.AT_FDCWD, Raw.bytes(root + "/safe/file"), true),
                new Operand(Fcntl.AT_FDCWD, Raw.bytes(root + "/open/file"), true)),
            0,
            0);
    assertEquals(List.of(), narrow.changeable(task, operation, 0));
    assertEquals(1, narrow.changeable(task, operation, 1).size());
  }

  /** Relative to a descriptor of the task, which is this process here. */
  @Test
  void relativeNamesStartAtTheirDescriptor() {
    int open =
        Fcntl.openat(Fcntl.AT_FDCWD, Raw.bytes(root + "/open"), Fcntl.O_PATH | Fcntl.O_DIRECTORY, 0)
            .intValue();
    try {
      Operation operation =
          new Operation(Action.UNLINK, List.of(new Operand(open, Raw.bytes("file"), false)), 0, 0);
      assertEquals(
          List.of(root + "/open/file"),
          resolver.changeable(task, operation, 0).stream().map(Binding::path).toList());
      assertEquals(root + "/open/file", resolver.absolute(task, operation.operands().getFirst()));
      assertEquals(root + "/open", resolver.pathOf(task, open));
      assertEquals("", resolver.pathOf(task, 99_999));
    } finally {
      Unistd.close(open);
    }
  }
}
