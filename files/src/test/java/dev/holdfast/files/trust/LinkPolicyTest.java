package dev.holdfast.files.trust;

import static dev.holdfast.files.inside.Core.CORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.FileStat;
import dev.holdfast.files.Host;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.libc.Statx;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinkPolicyTest {
  private static final int ME = 1000;
  private static final int STRANGER = 54_321;
  private static final LinkPolicy POLICY = LinkPolicy.standard();

  @TempDir Path dir;

  private static FileStat stat(int mode, int uid) {
    MemorySegment structure = MemorySegment.ofArray(new byte[256]);
    structure.set(ValueLayout.JAVA_INT_UNALIGNED, 16, 1);
    structure.set(ValueLayout.JAVA_INT_UNALIGNED, 20, uid);
    structure.set(ValueLayout.JAVA_SHORT_UNALIGNED, 28, (short) mode);
    return CORE.stat(Statx.of(structure));
  }

  @ParameterizedTest
  @CsvSource({
    // directory's mode and owner, the link's owner, whether it is followed
    "1777, 0, 1000, true",
    "1777, 0, 54321, false",
    "1777, 54321, 54321, true",
    "1775, 0, 54321, true",
    "0777, 0, 54321, true",
    "1770, 0, 54321, true",
  })
  void followsAsTheKernelWould(String mode, int owner, int link, boolean followed) {
    FileStat directory = stat(Statx.S_IFDIR | Integer.parseInt(mode, 8), owner);
    assertEquals(followed, POLICY.mayFollow(directory, stat(Statx.S_IFLNK | 0777, link), ME));
  }

  @ParameterizedTest
  @CsvSource({
    // the file's type and mode, its owner, whether it can be opened, whether it is linked
    "100600, 1000, false, true",
    "104755, 1000, false, true",
    "100666, 0, true, true",
    "100644, 0, false, false",
    "104666, 0, true, false",
    "102676, 0, true, false",
    "102666, 0, true, true",
    "010666, 0, true, false",
  })
  void linksAsTheKernelWould(String mode, int owner, boolean open, boolean linked) {
    assertEquals(linked, POLICY.mayLink(stat(Integer.parseInt(mode, 8), owner), ME, open));
  }

  @ParameterizedTest
  @CsvSource({
    // directory's mode, its owner, the file's type and mode, its owner, standard, strict
    "1777, 0, 100666, 54321, false, false",
    "1777, 0, 010666, 54321, false, false",
    "1777, 0, 100666, 1000, true, true",
    "1777, 0, 100666, 0, true, true",
    "1775, 0, 100666, 54321, true, false",
    "0777, 0, 100666, 54321, true, true",
    "1777, 0, 020666, 54321, true, true",
  })
  void createsOverAsTheKernelWould(
      String mode, int owner, String file, int fileOwner, boolean standard, boolean strict) {
    FileStat directory = stat(Statx.S_IFDIR | Integer.parseInt(mode, 8), owner);
    FileStat there = stat(Integer.parseInt(file, 8), fileOwner);
    assertEquals(standard, POLICY.mayCreateOver(directory, there, ME));
    assertEquals(strict, LinkPolicy.strict().mayCreateOver(directory, there, ME));
  }

  private Path shared() throws IOException {
    Path shared = Files.createDirectories(dir.resolve("shared"));
    Files.setAttribute(shared, "unix:mode", 01777);
    return shared;
  }

  private static void give(Path path) throws IOException {
    Files.setAttribute(path, "unix:uid", STRANGER, LinkOption.NOFOLLOW_LINKS);
  }

  private static String read(OpenFile open) throws IOException {
    try (OpenFile file = open) {
      return new String(file.readAll(100), StandardCharsets.UTF_8);
    }
  }

  @Test
  void plantedLinksAreNotFollowedWhateverTheKernelsSetting() throws IOException {
    Host.assumeRoot("making links of other users");
    Path secret = Files.writeString(dir.resolve("secret"), "secret");
    Path planted = Files.createSymbolicLink(shared().resolve("planted"), secret);
    Path own = Files.createSymbolicLink(shared().resolve("own"), secret);
    Path through = Files.createSymbolicLink(dir.resolve("through"), Path.of("shared/planted"));
    give(planted);
    assertEquals("secret", read(POLICY.open(own, Opening.read())));
    for (Path path : new Path[] {planted, through}) {
      UnsafePathException refused =
          assertThrows(UnsafePathException.class, () -> POLICY.open(path, Opening.read()));
      assertEquals("S05", refused.row().name());
    }
    if (Files.readString(Path.of("/proc/sys/fs/protected_symlinks")).strip().equals("0")) {
      assertEquals("secret", Files.readString(planted), "the control: this kernel follows it");
    }
  }

  @Test
  void plantedFilesAreNotWrittenTo() throws IOException {
    Host.assumeRoot("making files of other users");
    Path planted = Files.writeString(shared().resolve("planted"), "");
    Path fifo = shared().resolve("fifo");
    Host.mkfifo(fifo);
    give(planted);
    give(fifo);
    assertThrows(
        UnsafePathException.class, () -> POLICY.openOrCreate(planted, Opening.write(), 0600));
    assertThrows(UnsafePathException.class, () -> POLICY.openOrCreate(fifo, Opening.write(), 0600));
    try (OpenFile created =
        POLICY.openOrCreate(shared().resolve("new"), Opening.readWrite(), 0640)) {
      assertEquals(0640, created.stat().mode());
    }
    POLICY.openOrCreate(shared().resolve("new"), Opening.write(), 0600).close();
  }

  @Test
  void whatAFollowedLinkLeadsToIsMadeThere() throws IOException {
    Path link = Files.createSymbolicLink(dir.resolve("link"), dir.resolve("absent"));
    POLICY.openOrCreate(link, Opening.write(), 0600).close();
    assertTrue(Files.exists(dir.resolve("absent")));
    assertThrows(
        NoSuchFileException.class, () -> POLICY.open(dir.resolve("no/such"), Opening.read()));
  }

  @Test
  void onlyWhatMayBeLinkedIsLinked() throws Exception {
    Path file = Files.writeString(dir.resolve("file"), "mine");
    POLICY.link(file, dir.resolve("second"));
    assertTrue(Files.isSameFile(file, dir.resolve("second")));
    assertThrows(FileAlreadyExistsException.class, () -> POLICY.link(file, dir.resolve("second")));
    Host.assumeRoot("making files of other users");
    give(file);
    Files.setAttribute(file, "unix:mode", 04755);
    UnsafePathException refused =
        assertThrows(UnsafePathException.class, () -> POLICY.link(file, dir.resolve("third")));
    assertEquals("S12", refused.row().name());
    assertFalse(Files.exists(dir.resolve("third")));
    Files.createLink(dir.resolve("control"), file);
  }

  @Test
  void leavesNoDescriptor() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "x");
    long before = Host.openDescriptors();
    read(POLICY.open(file, Opening.read()));
    assertThrows(
        NoSuchFileException.class, () -> POLICY.open(dir.resolve("absent"), Opening.read()));
    assertEquals(before, Host.openDescriptors());
  }
}
