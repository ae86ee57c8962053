package dev.holdfast.files.temp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Host;
import dev.holdfast.files.PrivateMount;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmergencySaveTest {
  private static final byte[] TEXT = "unsaved".getBytes(UTF_8);

  @TempDir Path temp;

  @Test
  void takesTheNameIfItIsFree() throws IOException {
    EmergencySave.Saved saved = EmergencySave.save(temp.resolve("DEADJOE"), TEXT);
    assertTrue(saved.asAsked());
    assertEquals("unsaved", Files.readString(Path.of(saved.path())));
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(saved.path()))));
  }

  @Test
  void aLinkThatWaitsThereIsHarmless() throws IOException {
    Path precious = Files.writeString(temp.resolve("precious"), "precious");
    Files.createSymbolicLink(temp.resolve("DEADJOE"), precious);
    Files.createSymbolicLink(temp.resolve("DEADJOE.1"), temp.resolve("nowhere"));
    EmergencySave.Saved saved = EmergencySave.save(temp.resolve("DEADJOE"), TEXT);
    assertFalse(saved.asAsked());
    assertEquals(temp + "/DEADJOE.2", saved.path());
    assertEquals("precious", Files.readString(precious));
    assertFalse(Files.exists(temp.resolve("nowhere")));
    // The control: what editors did.
    Files.writeString(temp.resolve("DEADJOE"), "unsaved");
    assertEquals("unsaved", Files.readString(precious));
  }

  @Test
  void findsANameWhenAllNumbersAreTaken() throws IOException {
    Files.createFile(temp.resolve("x"));
    for (int i = 1; i < 100; i++) {
      Files.createFile(temp.resolve("x." + i));
    }
    EmergencySave.Saved saved = EmergencySave.save(temp.resolve("x"), TEXT);
    assertEquals("unsaved", Files.readString(Path.of(saved.path())));
  }

  @Test
  void ofANameThatIsTooLongTheBeginningIsTaken() throws IOException {
    for (String name : List.of("é".repeat(200), "x".repeat(255))) {
      Path begins = Files.writeString(temp.resolve(name.substring(0, 24)), "taken");
      if (name.length() == 255) {
        Files.createFile(temp.resolve(name)); // itself it fits, and no number behind it does
      }
      EmergencySave.Saved saved = EmergencySave.save(temp.resolve(name), TEXT);
      assertFalse(saved.asAsked());
      assertEquals(begins + ".1", saved.path());
      assertEquals("unsaved", Files.readString(Path.of(saved.path())));
      assertEquals("taken", Files.readString(begins));
    }
  }

  /** Saves elsewhere, and says where. */
  static final class SaveMain {
    private SaveMain() {}

    public static void main(String[] args) throws IOException {
      System.out.println(EmergencySave.save(Path.of(args[0]), TEXT).path());
    }
  }

  @Test
  void goesToAPrivateDirectoryIfItMust() throws Exception {
    Path runtime = Files.createDirectory(temp.resolve("runtime"));
    Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwx------"));
    ProcessBuilder java = Host.java(SaveMain.class, temp + "/absent/file");
    java.environment().put("XDG_RUNTIME_DIR", runtime.toString());
    Process process = java.redirectErrorStream(true).start();
    try (BufferedReader out = process.inputReader()) {
      assertEquals(runtime + "/holdfast-saved/file", out.readLine());
    }
    assertEquals(0, process.waitFor());
    assertEquals("unsaved", Files.readString(runtime.resolve("holdfast-saved/file")));
  }

  /** More than its heap has room for, out of which only the first place is full after a while. */
  static final class LongMain {
    private LongMain() {}

    public static void main(String[] args) throws IOException {
      InputStream text =
          new InputStream() {
            private long left = Long.parseLong(args[1]);

            @Override
            public int read() {
              return left-- > 0 ? (byte) left & 0xff : -1;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
              int count = (int) Math.min(length, left);
              for (int i = 0; i < count; i++) {
                into[offset + i] = (byte) read();
              }
              return count > 0 || length == 0 ? count : -1;
            }
          };
      System.out.println(EmergencySave.save(Path.of(args[0]), text).path());
    }
  }

  private String saveLong(Path file, long size, String... limits) throws Exception {
    Path runtime = Files.createDirectories(temp.resolve("runtime"));
    Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwx------"));
    ProcessBuilder java = Host.java(LongMain.class, file.toString(), Long.toString(size));
    java.command().add(1, "-Xmx16m");
    java.command().addAll(0, List.of(limits));
    java.environment().put("XDG_RUNTIME_DIR", runtime.toString());
    Process process = java.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertEquals(0, process.waitFor(), said);
    Host.end(process);
    return said;
  }

  private static void assertLong(Path saved, long size) throws IOException {
    assertEquals(size, Files.size(saved));
    try (InputStream in = new BufferedInputStream(Files.newInputStream(saved))) {
      for (long left = size - 1; left >= 0; left--) {
        if (in.read() != ((byte) left & 0xff)) {
          throw new AssertionError("differs " + left + " bytes before the end");
        }
      }
    }
  }

  @Test
  void whatIsLongerThanTheHeapIsSaved() throws Exception {
    Path file = temp.resolve("long");
    assertEquals(file.toString(), saveLong(file, 40L << 20));
    assertLong(file, 40L << 20);
  }

  /** What the first place took before it was full can be read from nowhere else. */
  @Test
  void whatOnePlaceTookBeforeItWasFullGoesToTheNext() throws Exception {
    try (PrivateMount mount = PrivateMount.of(temp, "mount -t tmpfs -o size=1m none m")) {
      String saved = saveLong(mount.path().resolve("text"), 3 << 20);
      assertEquals(temp + "/runtime/holdfast-saved/text", saved);
      assertLong(Path.of(saved), 3 << 20);
      try (var left = Files.list(mount.path())) {
        assertEquals(0, left.count());
      }
    }
  }

  /** Has something to save when it is terminated. */
  static final class EditorMain {
    private EditorMain() {}

    public static void main(String[] args) throws Exception {
      EmergencySave.onTermination(Path.of(args[0]), () -> TEXT);
      EmergencySave.onTermination(Path.of(args[0] + "-withdrawn"), () -> TEXT).close();
      EmergencySave.onTermination(Path.of(args[0] + "-nothing"), () -> null);
      System.out.println("ready");
      System.in.read();
    }
  }

  @Test
  void savesWhenTerminated() throws Exception {
    Process process = Host.java(EditorMain.class, temp.resolve("text").toString()).start();
    assertTrue(String.valueOf(process.inputReader().readLine()).startsWith("ready"));
    process.destroy();
    process.waitFor();
    try (var list = Files.list(temp)) {
      assertEquals(List.of(temp.resolve("text")), list.toList());
    }
    assertEquals("unsaved", Files.readString(temp.resolve("text")));
  }
}
