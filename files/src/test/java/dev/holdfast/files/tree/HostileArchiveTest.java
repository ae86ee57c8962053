package dev.holdfast.files.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.holdfast.files.Directory;
import dev.holdfast.files.nio.DirectoryFileSystem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The loop that everybody writes around an archive reader, with no check at all: on a held
 * directory it is safe, on the default file system it is led out by every one of these archives.
 */
class HostileArchiveTest {
  @TempDir Path temp;
  private Path outside;
  private int made;

  @BeforeEach
  void makeOutside() throws IOException {
    outside = Files.createDirectory(temp.resolve("outside"));
  }

  /** One member of a tar. */
  private record Member(byte type, String name, String text) {
    static Member file(String name) {
      return new Member(TarConstants.LF_NORMAL, name, "evil");
    }

    static Member symlink(String name, String target) {
      return new Member(TarConstants.LF_SYMLINK, name, target);
    }

    static Member link(String name, String target) {
      return new Member(TarConstants.LF_LINK, name, target);
    }
  }

  private static byte[] tar(List<Member> members) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes)) {
      for (Member member : members) {
        TarArchiveEntry entry = new TarArchiveEntry(member.name, member.type, true);
        boolean file = member.type == TarConstants.LF_NORMAL;
        if (file) {
          entry.setSize(member.text.length());
        } else {
          entry.setLinkName(member.text);
        }
        out.putArchiveEntry(entry);
        if (file) {
          out.write(member.text.getBytes(UTF_8));
        }
        out.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] zip(String... names) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(bytes)) {
      for (String name : names) {
        out.putArchiveEntry(new ZipArchiveEntry(name));
        out.write("evil".getBytes(UTF_8));
        out.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static void untar(byte[] archive, Path target) throws IOException {
    try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(archive))) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Path path = target.resolve(entry.getName());
        if (path.getParent() != null) {
          Files.createDirectories(path.getParent());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(path);
        } else if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(path, path.getFileSystem().getPath(entry.getLinkName()));
        } else if (entry.isLink()) {
          Files.createLink(path, target.resolve(entry.getLinkName()));
        } else {
          Files.write(path, in.readAllBytes());
        }
      }
    }
  }

  private static void unzip(byte[] archive, Path target) throws IOException {
    try (ZipArchiveInputStream in = new ZipArchiveInputStream(new ByteArrayInputStream(archive))) {
      for (ZipArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Path path = target.resolve(entry.getName());
        if (path.getParent() != null) {
          Files.createDirectories(path.getParent());
        }
        Files.copy(in, path, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** Unpacks an archive. */
  private interface Unpack {
    void into(Path target) throws IOException;
  }

  private Map<String, String> snapshot() throws IOException {
    Map<String, String> all = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(outside)) {
      for (Path path : walk.toList()) {
        String what =
            Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.readString(path) : "";
        all.put(path.toString(), what + Files.getAttribute(path, "unix:nlink"));
      }
    }
    return all;
  }

  private void restoreOutside() throws IOException {
    Trees.deleteContents(outside, TreeOptions.defaults());
    Files.writeString(outside.resolve("precious"), "precious");
  }

  private DynamicTest check(String name, Unpack unpack) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          restoreOutside();
          Map<String, String> before = snapshot();
          unpackQuietly(unpack, fresh());
          assertNotEquals(before, snapshot(), "the control was not led out: this proves nothing");

          restoreOutside();
          before = snapshot();
          try (Directory directory = Directory.open(fresh());
              FileSystem fileSystem = DirectoryFileSystem.of(directory)) {
            unpackQuietly(unpack, fileSystem.getPath("/"));
          }
          assertEquals(before, snapshot());
        });
  }

  private Path fresh() throws IOException {
    return Files.createDirectory(temp.resolve("target" + made++));
  }

  private static void unpackQuietly(Unpack unpack, Path target) throws IOException {
    try {
      unpack.into(target);
    } catch (FileSystemException refused) {
      // Led out and refused, or led out and then tripped: what counts is the outside.
    }
  }

  @TestFactory
  List<DynamicTest> hostileArchives() {
    String absolute = outside.toString();
    Map<String, List<Member>> archives = new TreeMap<>();
    archives.put("dot dot", List.of(Member.file("../outside/new")));
    archives.put(
        "dot dot in the middle", List.of(Member.file("a/x"), Member.file("a/../../outside/new")));
    archives.put("over a file", List.of(Member.file("../outside/precious")));
    archives.put("absolute name", List.of(Member.file(absolute + "/new")));
    archives.put(
        "a link, then a file through it",
        List.of(Member.symlink("link", "../outside"), Member.file("link/new")));
    archives.put(
        "an absolute link, then a file through it",
        List.of(Member.symlink("link", absolute), Member.file("link/precious")));
    archives.put(
        "a link to a file, then that file",
        List.of(Member.symlink("link", "../outside/precious"), Member.file("link")));
    archives.put(
        "a dangling link, then that file",
        List.of(Member.symlink("link", "../outside/new"), Member.file("link")));
    archives.put(
        "links in steps",
        List.of(
            Member.symlink("one", "."),
            Member.symlink("one/two", ".."),
            Member.file("two/outside/new")));
    archives.put(
        "a hard link to the outside, then that file",
        List.of(Member.link("hard", "../outside/precious"), Member.file("hard")));
    archives.put(
        "an absolute hard link, then that file",
        List.of(Member.link("hard", absolute + "/precious"), Member.file("hard")));
    List<DynamicTest> tests = new ArrayList<>();
    archives.forEach(
        (name, members) -> tests.add(check("tar: " + name, target -> untar(tar(members), target))));
    for (String name : List.of("../outside/new", absolute + "/new", "a/../../outside/precious")) {
      tests.add(check("zip: " + name, target -> unzip(zip("a/x", name), target)));
    }
    assertFalse(tests.isEmpty());
    return tests;
  }
}
