package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Names that are not UTF-8 on the command lines of those who work with files. Beside each stands
 * another file: the one whose name Java would take it for.
 */
class NotUtf8Test {
  /** As {@link FileName#text} has the byte 0xff. */
  private static final String BYTE = "\uDCFF";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path dir;

  private Path other;

  @BeforeEach
  void another() throws IOException {
    other = Files.writeString(at("n\uFFFD"), "other");
  }

  private Path at(String name) {
    return FileName.pathOf(dir + "/" + name);
  }

  /** In a line, N stands for the name and DIR for the directory that it is in. */
  private int run(String line) {
    String[] words =
        Stream.of(line.split(" ", -1))
            .map(word -> word.replace("N", "DIR/n" + BYTE).replace("DIR", dir.toString()))
            .toArray(String[]::new);
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(dir)) {
      return all.map(path -> FileName.textOf(path.getFileName())).sorted().toList();
    }
  }

  private void assertOtherIsAsItWas() throws IOException {
    assertEquals("other", Files.readString(other));
    assertFalse(Files.isExecutable(other));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lock N -- true",
        "lock --fair N -- true",
        "lock --kind flock N -- true",
        "lock --slots 2 N -- true",
        "write N -- true",
        "write --append N -- true",
        "tree cp DIR/n\uFFFD N",
        "lock --kind pid N -- cp /dev/null N",
        "lock --kind file N -- test -e N",
        "lock --kind nfs N -- test -e N",
        "lock --kind mail N -- test -e N.lock",
      })
  void theNameThatWasTypedIsMade(String line) throws IOException {
    assertEquals(0, run(line), err::toString);
    assertEquals("", err.toString());
    assertOtherIsAsItWas();
    boolean stays = !line.contains("--kind ") || line.contains("flock");
    assertEquals(stays, names().contains("n" + BYTE), names()::toString);
  }

  /** Those that a program is told of, too. */
  @Test
  void theNameThatIsPrintedIsTheName() throws IOException {
    Files.createDirectory(at("d" + BYTE));
    assertEquals(0, run("temp --in DIR/d" + BYTE + " --suffix " + BYTE), err::toString);
    String printed = out.toString().strip();
    assertTrue(printed.endsWith(BYTE), printed);
    assertTrue(Files.exists(FileName.pathOf(printed)));
    assertEquals(
        0,
        run("temp dir --in DIR/d" + BYTE + " -- sh -c test\t-d\t\"$HOLDFAST_TEMP\""),
        err::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tree chmod 700 N",
        "tree chown 0:0 N",
        "trust --quiet N",
        "locks N",
        "locks --json N",
        "open --as 0:0 N",
        "write --in-place N -- true",
        "write --follow N -- true",
        "tree rm N",
        "clean DIR --older-than 1d --exclude n" + BYTE,
      })
  void theNameThatWasTypedIsMeant(String line) throws IOException {
    Path named = Files.writeString(at("n" + BYTE), "named");
    Files.setLastModifiedTime(named, FileTime.fromMillis(0));
    run(line);
    assertFalse(err.toString().contains("such file"), err::toString);
    assertFalse(err.toString().contains("\uFFFD"), err::toString);
    assertOtherIsAsItWas();
    assertEquals(!line.startsWith("tree rm"), Files.exists(named));
  }

  /** A byte of a pattern is that byte, and a star is any. */
  @Test
  void patternsMayHaveBytes() throws IOException {
    for (String name : List.of("a" + BYTE, "b" + BYTE, "a\uDCFE")) {
      Files.setLastModifiedTime(Files.createFile(at(name)), FileTime.fromMillis(0));
    }
    String line = "clean DIR --older-than 1d --by m --exclude ";
    assertEquals(0, run(line + "a" + BYTE), err::toString);
    assertEquals(List.of("a" + BYTE, "n\uFFFD"), names());
    assertEquals(0, run(line + "?*"), err::toString);
    assertTrue(names().contains("a" + BYTE));
    assertEquals(0, run(line + "n*"), err::toString);
    assertEquals(List.of("n\uFFFD"), names());
  }

  /** The usual message, with the bytes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "locks N",
        "open --as 0:0 N",
        "tree rm N",
        "tree chmod 600 N",
        "tree chown 0:0 N",
        "tree cp N DIR/copy",
        "clean N --older-than 1d",
        "write N/x -- true",
        "temp --in N",
        "lock N/x -- true",
        "lock --kind file N/x -- true",
      })
  void whatIsNotThereIsNamedByItsBytes(String line) throws IOException {
    assertEquals(ExitCode.UNDECIDED, run(line));
    String told = err.toString();
    assertTrue(told.contains("/n\\xff"), told);
    assertTrue(told.contains("(ENOENT)"), told);
    assertFalse(told.contains("\uFFFD"), told);
    assertEquals(1, told.lines().count(), told);
    assertOtherIsAsItWas();
  }

  /** What is in JSON leads back to the name. */
  @Test
  void documentsHaveTheName() throws IOException {
    Files.createFile(at("n" + BYTE));
    run("trust --json N");
    assertTrue(out.toString().contains("/n\\uDCFF\""), out::toString);
  }

  @Test
  void linksLeadToSuchNames() throws IOException {
    Path named = Files.writeString(at("n" + BYTE), "named");
    Files.createSymbolicLink(at("l" + BYTE), named.getFileName());
    assertEquals(0, run("write --follow DIR/l" + BYTE + " -- echo new"), err::toString);
    assertEquals("new\n", Files.readString(named));
    assertTrue(Files.isSymbolicLink(at("l" + BYTE)));
    assertTrue(Files.exists(named, LinkOption.NOFOLLOW_LINKS));
    assertOtherIsAsItWas();
  }
}
