package dev.holdfast.prove.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.libc.Sysno;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VolatileNamesTest {
  private static VolatileNames learn(String one, String other) {
    return VolatileNames.NONE.learn(List.of(site(one)), List.of(site(other)));
  }

  private static Site site(String name) {
    return new Site("0", "0", 1, Sysno.OPENAT, List.of(name), 0);
  }

  @Test
  void mkstempNamesOfAThirdRunAreTheSame() {
    VolatileNames names = learn("/tmp/work.aB3dE6", "/tmp/work.Zy9xW1");
    assertTrue(names.isVolatile("/tmp/work.q2w3e4"));
    assertEquals(names.normalize("/tmp/work.aB3dE6"), names.normalize("/tmp/work.q2w3e4"));
    assertFalse(names.isVolatile("/tmp/other.q2w3e4"));
    assertFalse(names.isVolatile("/tmp/work.q2w3e4.old"));
  }

  @Test
  void theNumberOfADescriptorIsNoName() {
    VolatileNames none = VolatileNames.NONE;
    assertEquals(none.normalize("/proc/self/fd/12"), none.normalize("/proc/self/fd/7"));
    assertEquals(none.normalize("/proc/41/task/42/fd/3"), none.normalize("/proc/41/task/42/fd/4"));
    assertFalse(none.isVolatile("/proc/self/fd/12"));
    assertEquals("/proc/self/fd/12x", none.normalize("/proc/self/fd/12x"));
    assertEquals("/srv/fd/12", none.normalize("/srv/fd/12"));
    assertEquals("/proc/12/stat", none.normalize("/proc/12/stat"));
  }

  @Test
  void anotherDescriptorTeachesNothingAboutNumbersInNames() {
    VolatileNames names = learn("/proc/self/fd/12", "/proc/self/fd/13");
    assertFalse(names.isVolatile("/srv/spool/1"));
    assertNotEquals(names.normalize("/srv/spool/1"), names.normalize("/srv/spool/2"));
  }

  @Test
  void decimalNumbersMayDifferInLength() {
    VolatileNames names = learn("/tmp/w3596825889732804785.tmp", "/tmp/w17713455488197066279.tmp");
    assertTrue(names.isVolatile("/tmp/w771345548819706627.tmp"));
    assertFalse(names.isVolatile("/tmp/work.tmp"));
    assertFalse(names.isVolatile("/tmp/w12x34.tmp"));
  }

  @Test
  void digitsThatAgreeByChanceDoNotMatter() {
    VolatileNames names = learn("/tmp/w1230.tmp", "/tmp/w1990.tmp");
    assertTrue(names.isVolatile("/tmp/w45678.tmp"));
  }

  @Test
  void lettersThatAgreeByChanceDoNotMatter() {
    VolatileNames names = learn("/tmp/work.0a1f33c7.tmp", "/tmp/work.0a1e99c7.tmp");
    assertTrue(names.isVolatile("/tmp/work.f0e1d2c3.tmp"));
    assertFalse(names.isVolatile("/tmp/other.f0e1d2c3.tmp"));
  }

  @Test
  void numberThatGrewIsAName() {
    VolatileNames names = learn("/tmp/log.99", "/tmp/log.100");
    assertEquals(names.normalize("/tmp/log.99"), names.normalize("/tmp/log.1000"));
  }

  @Test
  void sameNamesTeachNothing() {
    assertTrue(learn("/etc/passwd", "/etc/passwd").isEmpty());
  }

  @Test
  void oneMoreLookDoesNotShiftTheNames() {
    Site look = new Site("0", "0", 1, Sysno.STATX, List.of("/tmp/lock"), 0);
    Site rename =
        new Site("0", "0", 2, Sysno.RENAMEAT2, List.of("/tmp/lock", "/tmp/.aside.1a2b"), 0);
    Site again =
        new Site("0", "0", 3, Sysno.RENAMEAT2, List.of("/tmp/lock", "/tmp/.aside.c9d8"), 0);
    VolatileNames names =
        VolatileNames.NONE.learn(List.of(look, rename), List.of(look, look, again));
    assertEquals(rename.key(names), again.key(names));
    assertFalse(names.isVolatile("/tmp/lock"));
  }

  private static List<Site> sites(String... names) {
    return Stream.of(names).map(VolatileNamesTest::site).toList();
  }

  private static VolatileNames learn(List<Site> one, List<Site> other) {
    return VolatileNames.NONE.learn(one, other);
  }

  /** A hash table with a salt, readdir(3), a pool of threads. */
  @Test
  void anotherOrderTeachesNothing() {
    assertTrue(learn(sites("/d/aa", "/d/bb", "/d/cc"), sites("/d/cc", "/d/aa", "/d/bb")).isEmpty());
    assertTrue(learn(sites("/d/a1", "/d/a2"), sites("/d/a2", "/d/a1", "/d/a1")).isEmpty());
    assertTrue(learn(sites("/d/aa/x", "/e/aa"), sites("/e/aa", "/d/aa/x")).isEmpty());
  }

  @Test
  void namesOfBothRunsAreSteadyBesideThoseThatAreNot() {
    VolatileNames names =
        learn(
            sites("/d/bb.txt", "/d/q8Zr1x", "/d/config"),
            sites("/d/config", "/d/W0p3Kd", "/d/bb.txt"));
    assertTrue(names.isVolatile("/d/k5Tm2c"));
    assertFalse(names.isVolatile("/d/config"));
    assertEquals("/d/bb.txt", names.normalize("/d/bb.txt"));
  }

  @Test
  void aNameThatStoodThereBeforeIsTakenByLotOnly() {
    List<Site> one = sites("/d/alpha");
    List<Site> other = sites("/d/bravo");
    assertEquals(Set.of("alpha", "bravo"), VolatileNames.differing(one, other));
    Set<String> standing = Set.of("alpha", "bravo", "delta");
    assertTrue(VolatileNames.NONE.except(standing).learn(one, other).isEmpty());
    assertTrue(VolatileNames.NONE.learn(one, other).isVolatile("/d/zulu1"));
  }

  @Test
  void eachTemplateHasAPatternOfItsOwn() {
    VolatileNames names =
        learn(
            sites("/t/out.Ab12Cd", "/t/log.99xYz1.txt"),
            sites("/t/log.Qw34eR.txt", "/t/out.zZ9yY8"));
    assertEquals("/t/out.*", names.normalize("/t/out.aaaaaa"));
    assertEquals("/t/log.*.txt", names.normalize("/t/log.bbbbbb.txt"));
    assertFalse(names.isVolatile("/t/other.bbbbbb.txt"));
  }

  @ParameterizedTest
  @CsvSource({
    "/t/e2a5c8f0-55d1-4b6a-9a0e-0123456789ab, /t/0b1de5aa-1f0c-4a3b-8d1e-a0b1c2d3e4f5,"
        + " /t/ffffffff-0000-4111-8222-333333333333, /t/not-even-a-uuid-of-so-many-letters-x",
    "/t/run.1764150038, /t/run.1764150039, /t/run.1764150123, /t/run.now",
    "/t/run-11:20:59, /t/run-11:21:02, /t/run-11:45:30, /t/run-later",
    "/t/tmp-k3j2h4g5x1, /t/tmp-9zqq81ab, /t/tmp-a8b7c6d5e4f, /t/tmp-index.html",
    "/t/w.7/part, /t/w.8/part, /t/w.12/part, /t/w.x/part"
  })
  void aThirdRunsNameIsOfTheSameForm(String one, String other, String third, String fixed) {
    VolatileNames names = learn(one, other);
    assertEquals(names.normalize(one), names.normalize(other));
    assertEquals(names.normalize(one), names.normalize(third));
    assertFalse(names.isVolatile(fixed));
  }

  @Test
  void aNameInADirectoryThatIsMadeUpAnewIsComparedWithItsLike() {
    VolatileNames names =
        learn(
            sites("/t/d.Ab12Cd/k.zz81ax", "/t/e/k.fixed0"),
            sites("/t/e/k.fixed0", "/t/d.Qw34eR/k.pp02bq"));
    assertEquals("/t/d.*/k.*", names.normalize("/t/d.aaaaaa/k.bbbbbb"));
    assertEquals("/t/e/k.fixed0", names.normalize("/t/e/k.fixed0"));
  }

  @ParameterizedTest
  @CsvSource({
    // Random, and never shown; shown by a name that was made from it, or that it was made from.
    "/t/r.0f3a91bc77d2, /t/r.9b1c0aa3e4f5, /t/r.77aa00bb11cc, r.other, false",
    "/t/r.0f3a91bc77d2, /t/r.9b1c0aa3e4f5, /t/r.77aa00bb11cc, 77aa00bb11cc.lck, true",
    "/t/3596825889732804785.tmp, /t/17713455488197066279.tmp, /t/5.tmp, x, false",
    // Few enough to prepare them all.
    "/t/run.1764150038, /t/run.1764150041, /t/run.1764150099, x, true",
    "/t/run-11:20:59, /t/run-11:21:02, /t/run-11:30:00, x, true",
    "/t/x.12345, /t/x.31001, /t/x.777, x, true",
    "/t/x.aQ7, /t/x.Zb3, /t/x.k9k, x, true"
  })
  void whatCanBeKnown(String one, String other, String third, String shown, boolean known) {
    assertEquals(known, learn(one, other).isKnowable(third, shown::contains));
    assertTrue(learn(one, other).isKnowable("/t/a-fixed-name", _ -> false));
  }
}
