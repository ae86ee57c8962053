package dev.holdfast.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.files.nio.DirectoryFileSystem;
import dev.holdfast.files.replace.AtomicReplace;
import dev.holdfast.files.tree.ModeChange;
import dev.holdfast.files.tree.OwnerChange;
import dev.holdfast.libc.process.Pwd;
import dev.holdfast.testing.Commands;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No operation gives somebody more rights than its user asked for. */
class NothingGivenAwayTest {
  /** cap_net_raw, effective and permitted, as the kernel stores it. */
  private static final byte[] CAPABILITY =
      HexFormat.of().parseHex("0100000200200000000000000000000000000000");

  @TempDir Path temp;

  private static int mode(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
  }

  private static void chmod(Path path, int mode) throws IOException {
    Files.setAttribute(path, "unix:mode", mode);
  }

  @Test
  void newContentsHaveNotTheOldOnesPrivileges() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "old");
    chmod(file, 06755);
    AtomicReplace.of(file).write("new".getBytes(UTF_8));
    assertEquals(0755, mode(file));
    // Whoever wants them says so.
    AtomicReplace.of(file).mode(04755).write("newer".getBytes(UTF_8));
    assertEquals(04755, mode(file));
  }

  @Test
  void capabilitiesGoWithTheirContents() throws IOException {
    Host.assumeRoot("gives a file a capability");
    Path file = Files.writeString(temp.resolve("file"), "old");
    try (OpenFile open = OpenFile.open(file, Opening.readWrite())) {
      try {
        open.setXattr("security.capability", CAPABILITY);
      } catch (IOException refused) {
        assumeTrue(false, () -> "no capabilities on files here: " + refused);
      }
      open.setXattr("user.origin", new byte[] {1});
    }
    AtomicReplace.of(file).write("new".getBytes(UTF_8));
    try (OpenFile open = OpenFile.open(file, Opening.read())) {
      assertEquals(null, open.xattr("security.capability"));
      assertEquals(1, open.xattr("user.origin")[0]);
    }
  }

  /**
   * Where a directory has a default ACL, that says who may do what with a new file, and no umask:
   * as the default file system has it.
   */
  @ParameterizedTest
  @CsvSource({
    "'u::rwx,u:12:rw,g::rx,o::---'",
    "'u::rwx,g::r,o::---'",
    "'u::rwx,g::rwx,o::rwx'",
    "'u::r,u:12:rwx,g::---,o::r'",
  })
  void aDefaultAclSaysWhatANewFileGrants(String acl) throws Exception {
    Host.assumeProgram("setfacl");
    Commands.Result set = Commands.tried("setfacl", "-d", "-m", acl, temp.toString());
    assumeTrue(set.exit() == 0, () -> "no ACLs here: " + set);
    Files.writeString(temp.resolve("usual"), "x");
    Files.createDirectory(temp.resolve("usualDir"));
    AtomicReplace.of(temp.resolve("replaced")).newFileUmask(022).write(new byte[1]);
    AtomicReplace.of(temp.resolve("fresh")).newFileUmask(0).noReplace().write(new byte[1]);
    try (Directory held = Directory.open(temp);
        FileSystem files = DirectoryFileSystem.of(held)) {
      Files.writeString(files.getPath("/written"), "x");
      Files.copy(files.getPath("/usual"), files.getPath("/copied"));
      Files.createDirectory(files.getPath("/madeDir"));
    }
    Files.copy(temp.resolve("usual"), temp.resolve("usualCopy"));
    for (String made : List.of("replaced", "fresh", "written")) {
      assertEquals(acl("usual"), acl(made), made);
    }
    assertEquals(acl("usualCopy"), acl("copied"));
    assertEquals(acl("usualDir"), acl("madeDir"));
  }

  private String acl(String name) throws Exception {
    return Host.run("getfacl", "-cpn", temp.resolve(name).toString());
  }

  @Test
  void aViewIsAsTheDefaultFileSystemIs() throws IOException {
    keepsToWhatIsAskedFor(FileSystems.getDefault(), temp, "default");
    try (Directory held = Directory.open(temp);
        FileSystem view = DirectoryFileSystem.of(held)) {
      keepsToWhatIsAskedFor(view, view.getPath("/"), "view");
    }
  }

  private void keepsToWhatIsAskedFor(FileSystem system, Path base, String name) throws IOException {
    Path closed = Files.createDirectory(base.resolve(name));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    Path copy = Files.copy(closed, base.resolve(name + "-copy"));
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)));
    Path file = Files.createFile(base.resolve(name + "-file"));
    chmod(temp.resolve(name + "-file"), 06755);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));
    assertEquals(0750, mode(temp.resolve(name + "-file")));
    GroupPrincipal group =
        system.getUserPrincipalLookupService().lookupPrincipalByGroupName("root");
    assertThrows(IOException.class, () -> Files.setOwner(file, group));
  }

  @Test
  void anOwnerWithAColonMeansItsLoginGroup() throws IOException {
    assumeTrue(Pwd.getpwnam("nobody").ok(), "needs a user nobody");
    Pwd.User nobody = Pwd.getpwnam("nobody").value();
    OwnerChange both = new OwnerChange(nobody.uid(), nobody.gid());
    assertEquals(both, OwnerChange.parse("nobody:"));
    assertEquals(both, OwnerChange.parse(nobody.uid() + ":"));
    assertEquals(new OwnerChange(nobody.uid(), OwnerChange.KEEP), OwnerChange.parse("nobody"));
    assertThrows(IOException.class, () -> OwnerChange.parse("4294967000:"));
  }

  @ParameterizedTest
  @CsvSource({
    "755, 02775, true, 02755",
    "0755, 06775, true, 06755",
    "00755, 02775, true, 0755",
    "755, 06775, false, 0755",
    "2700, 0755, true, 02700",
    "u=rwx, 02775, true, 02775",
  })
  void directoriesKeepWhatTheyPassOn(String change, String old, boolean directory, String now) {
    assertEquals(
        Integer.parseInt(now, 8),
        ModeChange.parse(change).apply(Integer.parseInt(old, 8), directory));
  }
}
