package dev.holdfast.path.proc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.libc.Unistd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcFileTest {
  @TempDir Path temp;

  @Test
  void fieldsAreFoundByTheirWholeName() {
    String status =
        "Name:\tUmask:\\n077\nUmask:\t0022\nTgid:\t7\nNStgid:\t7\t1\nUid:\t0\t1\t2\t3\n";
    assertEquals("0022", ProcFile.field(status, "Umask"));
    assertEquals("7", ProcFile.field(status, "Tgid"));
    assertEquals("7\t1", ProcFile.field(status, "NStgid"));
    assertEquals("0\t1\t2\t3", ProcFile.field(status, "Uid"));
    assertEquals("Umask:\\n077", ProcFile.field(status, "Name"));
    assertEquals("", ProcFile.field(status, "mask"));
    assertEquals("", ProcFile.field(status, "Gid"));
  }

  /** A program may call itself what it likes. */
  @Test
  void fieldsOfStatBeginBehindTheName() {
    String stat = "42 (a) R 1 (b) S 7 8 9 10";
    assertEquals("S", ProcFile.statField(stat, 3));
    assertEquals("9", ProcFile.statField(stat, 6));
    assertEquals("", ProcFile.statField(stat, 9));
    assertEquals("", ProcFile.statField("", 3));
  }

  @Test
  void ourselves() throws IOException {
    String status = ProcFile.text("/proc/self/status");
    assertEquals(Integer.toString(Unistd.getpid()), ProcFile.field(status, "Tgid"));
    assertEquals(Unistd.getpid(), ProcFile.ownStatus("Tgid", 10, -1));
    assertEquals(-1, ProcFile.ownStatus("NoSuchField", 10, -1));
    assertFalse(ProcFile.statField(ProcFile.text("/proc/self/stat"), 22).isEmpty());
    assertTrue(ProcFile.mapsUser(0));
  }

  /**
   * A name that is not UTF-8 stands in mount tables and command lines, and is read nevertheless.
   */
  @Test
  void bytesThatAreNoTextAreKept() throws IOException {
    byte[] odd = {'a', (byte) 0xff, 0, 'b', (byte) 0xe4, 0};
    Path file = Files.write(temp.resolve("cmdline"), odd);
    List<byte[]> strings = ProcFile.strings(file.toString());
    assertEquals(2, strings.size());
    assertArrayEquals(new byte[] {'a', (byte) 0xff}, strings.get(0));
    assertArrayEquals(odd, ProcFile.text(file.toString()).getBytes(ISO_8859_1));
  }
}
