package dev.holdfast.prove.payload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.prove.Case;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.TestHost;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Progress;
import dev.holdfast.prove.model.Proof;
import dev.holdfast.prove.model.Verdict;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is planted for whoever unpacks it is what was there, with other contents. */
class ArchivesTest {
  private static Proof prove(String setup, String line) throws Exception {
    TestHost.assumeRoot("the attacker is another user");
    return Prover.prove(
        Case.of(List.of("/bin/sh", "-c", line))
            .withDirectory(Path.of("/private"))
            .withArena(Path.of("/arena"))
            .withFresh(Path.of("/private"))
            .withSetup("cd /private; mkdir s; echo : > s/i.sh; " + setup + "; rm -r s"),
        Progress.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "tar  ! tar -C s -cf /arena/a.tar i.sh       ! tar -xf /arena/a.tar && sh ./i.sh",
        "tar  ! tar -C s -cf /arena/a.tar .          ! tar -xf /arena/a.tar && ./i.sh",
        "tar  ! tar -C s -cf /arena/any i.sh         ! tar -xf /arena/any && sh ./i.sh",
        "gzip ! tar -C s -czf /arena/a.tgz i.sh      ! tar -xzf /arena/a.tgz && sh ./i.sh",
        "gzip ! gzip -c s/i.sh > /arena/i.sh.gz      ! gzip -dc /arena/i.sh.gz | sh",
        "cpio ! (cd s; echo i.sh | cpio --quiet -o -H newc) > /arena/a.cpio"
            + " ! cpio --quiet -i < /arena/a.cpio && sh ./i.sh",
        "cpio ! (cd s; printf '.\\ni.sh\\n' | cpio --quiet -o -H odc) > /arena/any"
            + " ! cpio --quiet -idu -F /arena/any && ./i.sh",
        "cpio ! (cd s; echo i.sh | cpio --quiet -o -H newc | gzip) > /arena/a.gz"
            + " ! gzip -dc /arena/a.gz | cpio --quiet -i && ./i.sh",
        "xz    ! tar -C s -cJf /arena/a.tar.xz i.sh  ! tar -xf /arena/a.tar.xz && sh ./i.sh",
        "xz    ! xz -c s/i.sh > /arena/any           ! xz -dc < /arena/any | sh",
        "bzip2 ! tar -C s -cjf /arena/a.tbz i.sh     ! tar -xjf /arena/a.tbz && sh ./i.sh",
        "zstd  ! zstd -qc s/i.sh > /arena/i.zst      ! zstd -qdc < /arena/i.zst | sh",
        "python3 ! python3 -m zipfile -c /arena/a.zip s/i.sh"
            + " ! python3 -m zipfile -e /arena/a.zip . && sh ./i.sh",
        "patch ! printf -- '--- s\\n+++ s\\n@@ -1 +1 @@\\n-a\\n+b\\n' > /arena/p; echo a > s.sh"
            + " ! patch -s s.sh /arena/p && sh ./s.sh",
      })
  void whatIsUnpackedIsRun(String program, String setup, String line) throws Exception {
    TestHost.assumeProgram(program);
    Proof proof = prove(setup, line);
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.effects().contains(Effect.EXEC)), proof::toString);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "tar  ! tar -C s -cf /arena/a.tar i.sh       ! tar -tf /arena/a.tar",
        "gzip ! gzip -c s/i.sh > /arena/i.sh.gz      ! gzip -dc /arena/i.sh.gz > /dev/null",
        "xz   ! tar -C s -cJf /arena/a.tar.xz i.sh   ! tar -tf /arena/a.tar.xz",
        "cpio ! (cd s; echo i.sh | cpio --quiet -o -H newc) > /arena/a.cpio"
            + " ! cpio --quiet -t < /arena/a.cpio",
        "python3 ! python3 -m zipfile -c /arena/a.zip s/i.sh ! python3 -m zipfile -t /arena/a.zip",
      })
  void whatIsOnlyReadIsNot(String program, String setup, String line) throws Exception {
    TestHost.assumeProgram(program);
    Proof proof = prove(setup, line);
    assertEquals(0, proof.count(Verdict.EXPLOITED), proof::toString);
    assertEquals(0, proof.undecided(), proof::toString);
    assertTrue(proof.count(Verdict.TAKEN_IN) > 0, proof::toString);
  }

  @Test
  void aPackageIsInstalled() throws Exception {
    TestHost.assumeProgram("dpkg-deb");
    String control =
        "Package: x\\nVersion: 1\\nArchitecture: all\\nMaintainer: x <x@x>\\nDescription: x\\n";
    Proof proof =
        prove(
            "mkdir -p p/DEBIAN; printf '"
                + control
                + "' > p/DEBIAN/control;"
                + " dpkg-deb -b p /arena/x.deb > /dev/null",
            "dpkg -i /arena/x.deb");
    assertTrue(
        proof.windows().stream().anyMatch(w -> w.effects().contains(Effect.EXEC)), proof::toString);
  }

  /** A name says only so much. */
  @ParameterizedTest
  @CsvSource({"a.tar", "a.tgz", "a.zip", "a.gz", "a.cpio", "a.tar.xz", "a.bz2", "a.zst"})
  void whatIsNotAnArchiveIsText(String name) {
    byte[] cut = "nothing of the kind".getBytes(StandardCharsets.ISO_8859_1);
    byte[] made = Payloads.forReader(new Reader(name, cut, List.of()), "/m", "n");
    assertArrayEquals("#!/bin/sh\n: > /m\n# n\n".getBytes(StandardCharsets.ISO_8859_1), made);
  }
}
