package dev.holdfast.files.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Directory;
import dev.holdfast.files.Host;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.PrivateMount;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.tree.TreeOptions;
import dev.holdfast.files.tree.Trees;
import dev.holdfast.files.trust.Trust.Level;
import dev.holdfast.files.trust.TrustReason.Kind;
import dev.holdfast.libc.process.Pwd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Needs root, to make files of others, and a directory to begin with that can be trusted itself:
 * the home directory, since all of /tmp is shared.
 */
class TrustTest {
  private static final int STRANGER = 54_321;

  private Path base;

  @BeforeEach
  void setUp() throws IOException {
    Host.assumeRoot("making files of other users");
    base = Files.createTempDirectory(Path.of(System.getProperty("user.home")), "holdfast-trust");
    try (TrustVerdict verdict = Trust.forCaller().at(Level.STRICT).judge(base)) {
      assertEquals(List.of(), verdict.reasons(), "the place to begin with");
    }
  }

  @AfterEach
  void tearDown() throws IOException {
    if (base != null) {
      Trees.delete(base, TreeOptions.defaults());
    }
  }

  /**
   * Makes {@code name mode uid} one after another, each in the one before; a name with {@code >} is
   * a link to what follows it.
   */
  private Path layout(String text) throws IOException {
    Path at = base;
    for (String item : text.split("; *", -1)) {
      String[] fields = item.split(" ", -1);
      int link = fields[0].indexOf('>');
      Path made = at.resolve(link < 0 ? fields[0] : fields[0].substring(0, link));
      if (link >= 0) {
        Files.createSymbolicLink(made, Path.of(fields[0].substring(link + 1)));
      } else if (fields[0].endsWith(".f")) {
        Files.writeString(made, "contents");
      } else {
        Files.createDirectory(made);
      }
      if (link < 0) {
        Files.setAttribute(made, "unix:mode", Integer.parseInt(fields[1], 8));
      }
      Files.setAttribute(made, "unix:uid", Integer.parseInt(fields[2]), LinkOption.NOFOLLOW_LINKS);
      if (fields.length > 3) {
        Files.setAttribute(made, "unix:gid", Integer.parseInt(fields[3]));
      }
      at = link < 0 && !fields[0].endsWith(".f") ? made : at;
      last = made;
    }
    return last;
  }

  private Path last = Path.of("/");

  private static String kinds(TrustVerdict verdict) {
    TreeSet<Kind> kinds = new TreeSet<>();
    for (TrustReason reason : verdict.reasons()) {
      kinds.add(reason.kind());
    }
    List<String> names = new ArrayList<>();
    for (Kind kind : kinds) {
      names.add(kind.name());
    }
    return names.isEmpty() ? "-" : String.join(" ", names);
  }

  @ParameterizedTest
  @CsvSource({
    // layout, standard, sticky, strict
    "a 755 0; b 700 0; c.f 600 0, -, -, -",
    "a 755 0; c.f 644 54321, OWNER, OWNER, OWNER",
    "a 755 54321; c.f 644 0, OWNER, OWNER, OWNER",
    "a 777 0; c.f 644 0, OTHERS, OTHERS, OTHERS",
    "a 755 0; c.f 666 0, OTHERS, OTHERS, OTHERS",
    "a 1777 0; c.f 600 0, OTHERS, -, OTHERS",
    "a 1777 0; c.f 600 54321, OWNER OTHERS SHARED_ENTRY, OWNER SHARED_ENTRY, OWNER OTHERS"
        + " SHARED_ENTRY",
    "a 1777 0; b 700 0; c.f 600 0, OTHERS, -, OTHERS",
    "a 775 0 54322; c.f 600 0, -, -, -",
    "a 757 0; c.f 600 0, OTHERS, OTHERS, OTHERS",
    "a 756 0; c.f 600 0, -, -, -",
  })
  void judgesOwnersAndModes(String layout, String standard, String sticky, String strict)
      throws IOException {
    Path object = layout(layout);
    for (Level level : Level.values()) {
      String expected =
          switch (level) {
            case STANDARD -> standard;
            case STICKY -> sticky;
            case STRICT -> strict;
          };
      try (TrustVerdict verdict = Trust.forCaller().at(level).judge(object)) {
        assertEquals(expected, kinds(verdict), level + ": " + verdict.reasons());
        assertEquals(expected.equals("-"), verdict.trusted());
      }
    }
  }

  @Test
  void theUserAskedForIsTrusted() throws IOException {
    Path object = layout("a 755 54321; c.f 644 54321");
    try (TrustVerdict forRoot = Trust.forCaller().judge(object);
        TrustVerdict forOwner = Trust.forUser(STRANGER).judge(object)) {
      assertFalse(forRoot.trusted());
      assertTrue(forOwner.trusted(), () -> forOwner.reasons().toString());
      assertTrue(forOwner.reasons().isEmpty());
      assertTrue(forRoot.reasons().getFirst().who().contains("54321"));
    }
  }

  @Test
  void aGroupIsAsTrustedAsItsMembers() throws Exception {
    int gid = Integer.parseUnsignedInt(Host.run("id", "-g", "nobody").strip());
    Path object = layout("a 775 0 " + gid + "; c.f 600 0");
    Trust everyMember = Trust.forCaller();
    for (Pwd.User user : Pwd.getpwent().value()) {
      if (user.gid() == gid || Pwd.getgrgid(gid).value().members().contains(user.name())) {
        everyMember = everyMember.alsoTrusting(user.uid());
      }
    }
    try (TrustVerdict verdict = Trust.forCaller().judge(object);
        TrustVerdict withAll = everyMember.judge(object)) {
      assertEquals("GROUP", kinds(verdict));
      assertTrue(verdict.reasons().getFirst().who().contains("nobody"));
      assertEquals("-", kinds(withAll));
    }
  }

  private static final String ACL = "system.posix_acl_access";

  /** As setfacl(1) would write it: version, then tag, permissions, id. */
  private static byte[] acl(int... entries) {
    ByteBuffer buffer =
        ByteBuffer.allocate(4 + entries.length / 3 * 8).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(2);
    for (int i = 0; i < entries.length; i += 3) {
      buffer.putShort((short) entries[i]);
      buffer.putShort((short) entries[i + 1]);
      buffer.putInt(entries[i + 2]);
    }
    return buffer.array();
  }

  @Test
  void accessControlListsAreRead() throws IOException {
    Path object = layout("a 755 0; c.f 644 0");
    int all = -1;
    byte[] granting = acl(1, 6, all, 2, 6, STRANGER, 4, 4, all, 0x10, 6, all, 0x20, 4, all);
    byte[] masked = acl(1, 6, all, 2, 6, STRANGER, 4, 4, all, 0x10, 4, all, 0x20, 4, all);
    setAcl(object, granting);
    try (TrustVerdict verdict = Trust.forCaller().judge(object)) {
      assertEquals("ACL", kinds(verdict));
    }
    try (TrustVerdict verdict = Trust.forUser(STRANGER).judge(object)) {
      assertEquals("-", kinds(verdict));
    }
    setAcl(object, masked);
    try (TrustVerdict verdict = Trust.forCaller().judge(object)) {
      assertEquals("-", kinds(verdict), "the mask takes the right away");
    }
  }

  /** Judged upwards, but by the same rules. */
  @Test
  void directoriesOfOurOwnFilesAreJudgedTheSame() throws IOException {
    Path place = layout("a 755 0; b 755 0; c.f 644 0").getParent();
    int all = -1;
    try (Directory held = Directory.open(place);
        Directory above = Directory.open(place.getParent())) {
      assertNull(TrustedDirectory.distrust(held));
      above.setXattr(
          "b", ACL, acl(1, 7, all, 2, 7, STRANGER, 4, 5, all, 0x10, 7, all, 0x20, 5, all));
      assertTrue(String.valueOf(TrustedDirectory.distrust(held)).startsWith("it: "));
      above.removeXattr("b", ACL);
      assertNull(TrustedDirectory.distrust(held));
      above.chmod(0777);
      assertTrue(String.valueOf(TrustedDirectory.distrust(held)).startsWith("its parent: anybody"));
    }
  }

  private static void setAcl(Path path, byte[] acl) throws IOException {
    try (OpenFile file = OpenFile.open(path, Opening.readWrite())) {
      file.setXattr(ACL, acl);
    }
  }

  @Test
  void bothWaysThroughALinkAreJudged() throws IOException {
    Path target = layout("good 755 0; c.f 644 0");
    Path shared = layout("shared 777 0; inner 755 0; d.f 644 0").getParent();
    Path links = Files.createDirectory(base.resolve("links"));
    Path toGood = Files.createSymbolicLink(links.resolve("to-good"), target);
    Path throughShared =
        Files.createSymbolicLink(
            links.resolve("through-shared"), Path.of("../shared/inner/../../good/c.f"));
    try (TrustVerdict verdict = Trust.forCaller().judge(toGood)) {
      assertEquals("-", kinds(verdict));
      TrustComponent link =
          verdict.components().stream()
              .filter(component -> component.stat().isSymbolicLink())
              .findFirst()
              .orElseThrow();
      assertEquals(target.toString(), link.linkTarget());
      assertEquals(target.toString(), verdict.components().getLast().path());
    }
    try (TrustVerdict verdict = Trust.forCaller().judge(throughShared)) {
      assertEquals("OTHERS", kinds(verdict), "the way leads through a directory of everybody");
      assertTrue(
          verdict.components().stream()
              .anyMatch(
                  component ->
                      component.path().equals(shared.getParent().toString())
                          && !component.trusted()));
    }
  }

  @Test
  void aStrangersLinkInASharedDirectoryIsNotFollowedInTrust() throws IOException {
    layout("good 755 0; c.f 644 0");
    Path link = layout("shared 1777 0; link>" + base.resolve("good/c.f") + " - 54321");
    try (TrustVerdict verdict = Trust.forCaller().at(Level.STICKY).judge(link)) {
      assertEquals("SHARED_ENTRY", kinds(verdict));
    }
  }

  @Test
  void linksInCirclesAreRefused() throws IOException {
    Files.createSymbolicLink(base.resolve("a"), Path.of("b"));
    Files.createSymbolicLink(base.resolve("b"), Path.of("a"));
    long before = Host.openDescriptors();
    assertThrows(UnsafePathException.class, () -> Trust.forCaller().judge(base.resolve("a")));
    assertEquals(before, Host.openDescriptors());
  }

  @Test
  void secondNamesCountWhereTheyMatter() throws IOException {
    Path object = layout("a 1777 0; c.f 600 0");
    Files.createLink(base.resolve("second"), object);
    try (TrustVerdict sticky = Trust.forCaller().at(Level.STICKY).judge(object);
        TrustVerdict strict = Trust.forCaller().at(Level.STRICT).judge(base.resolve("second"));
        TrustVerdict standard = Trust.forCaller().judge(base.resolve("second"))) {
      assertEquals("SHARED_HARD_LINK", kinds(sticky));
      assertEquals("HARD_LINK", kinds(strict));
      assertEquals("-", kinds(standard));
    }
  }

  @Test
  void whatIsNotThereIsJudgedByItsWay() throws IOException {
    Path shared = layout("a 1777 0");
    try (TrustVerdict verdict =
            Trust.forCaller().at(Level.STICKY).judge(shared.resolve("absent/x"));
        TrustVerdict good = Trust.forCaller().judge(base.resolve("absent"))) {
      assertFalse(verdict.exists());
      assertEquals("SHARED_ABSENT", kinds(verdict));
      assertFalse(good.exists());
      assertTrue(good.trusted());
    }
  }

  @Test
  void opensWhatItJudgedWhateverTheNameMeansNow() throws IOException {
    Path object = layout("a 755 0; c.f 600 0");
    try (TrustVerdict verdict = Trust.forCaller().require(object)) {
      assertTrue(verdict.unchanged());
      Files.move(object, object.resolveSibling("moved"));
      Files.writeString(object, "planted");
      assertEquals("planted", Files.readString(object), "the control: by name it is another");
      try (OpenFile file = verdict.open(Opening.read())) {
        assertEquals("contents", new String(file.readAll(100), StandardCharsets.UTF_8));
      }
      Files.setAttribute(object.resolveSibling("moved"), "unix:mode", 0666);
      assertFalse(verdict.unchanged());
    }
  }

  @Test
  void insistingNamesComponentAndReason() throws IOException {
    Path object = layout("a 777 0; c.f 644 0");
    UnsafePathException refused =
        assertThrows(UnsafePathException.class, () -> Trust.forCaller().require(object));
    assertEquals("S13", refused.row().name());
    assertTrue(refused.getMessage().contains("anybody"), refused.getMessage());
  }

  /** What /proc/PID/root reads as is "/": our own, and not what it leads to. */
  @Test
  void whatAMagicLinkReadsAsIsNotJudgedInItsPlace() throws Exception {
    layout("etc 755 0; conf.f 644 0");
    Path conf = base.resolve("etc/conf.f");
    try (PrivateMount mount = PrivateMount.of(base, "mount --bind s m && rm -rf s")) {
      Path root = mount.path().getRoot().resolve(mount.path().subpath(0, 3));
      for (Path path : List.of(root, root.resolve("etc"), Path.of("/dev/stdin"))) {
        UnsafePathException refused =
            assertThrows(UnsafePathException.class, () -> Trust.forCaller().judge(path));
        assertTrue(refused.getReason().contains("magic link"), refused.getReason());
        assertThrows(
            UnsafePathException.class, () -> LinkPolicy.standard().open(path, Opening.read()));
      }
    }
    // The control: links in /proc that are text are followed, and so is ours.
    for (Path path : List.of(Path.of("/proc/self/status"), Path.of("/proc/mounts"), conf)) {
      Trust.forCaller().judge(path).close();
    }
    LinkPolicy.standard().open(Path.of("/proc/self/status"), Opening.read()).close();
  }
}
