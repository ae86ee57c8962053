package dev.holdfast.prove.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.libc.Sysno;
import java.util.List;
import org.junit.jupiter.api.Test;

class VolatileNamesTest {
  private static VolatileNames learn(String one, String other) {
    return VolatileNames.NONE.learn(List.of(site(one)), List.of(site(other)));
  }

  private static Site site(String name) {
    return new Site("0", 1, Sysno.OPENAT, List.of(name), 0);
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
    Site look = new Site("0", 1, Sysno.STATX, List.of("/tmp/lock"), 0);
    Site rename = new Site("0", 2, Sysno.RENAMEAT2, List.of("/tmp/lock", "/tmp/.aside.1a2b"), 0);
    Site again = new Site("0", 3, Sysno.RENAMEAT2, List.of("/tmp/lock", "/tmp/.aside.c9d8"), 0);
    VolatileNames names =
        VolatileNames.NONE.learn(List.of(look, rename), List.of(look, look, again));
    assertEquals(rename.key(names), again.key(names));
    assertFalse(names.isVolatile("/tmp/lock"));
  }
}
