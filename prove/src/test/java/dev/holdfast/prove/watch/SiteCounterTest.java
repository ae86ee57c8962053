package dev.holdfast.prove.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.trace.Calls;
import dev.holdfast.prove.trace.Task;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SiteCounterTest {
  private final SiteCounter counter = new SiteCounter(VolatileNames.NONE);

  private Site next(Task task, Sysno call, String... names) {
    return counter.next(Calls.of(task, call), List.of(names));
  }

  @Test
  void sameCallOnSameNameIsCounted() {
    Task task = Calls.task("0");
    assertEquals(0, next(task, Sysno.OPENAT, "/a").occurrence());
    assertEquals(0, next(task, Sysno.OPENAT, "/b").occurrence());
    assertEquals(0, next(task, Sysno.UNLINK, "/a").occurrence());
    assertEquals(1, next(task, Sysno.OPENAT, "/a").occurrence());
    assertEquals(0, next(task, Sysno.RENAME, "/a", "/b").occurrence());
    assertEquals(0, next(task, Sysno.RENAME, "/b", "/a").occurrence());
    assertEquals(7, next(task, Sysno.OPENAT, "/c").nth());
  }

  @Test
  void namesThatRunTogetherAreNotTheSame() {
    Task task = Calls.task("0");
    assertEquals(0, next(task, Sysno.RENAME, "ab", "c").occurrence());
    assertEquals(0, next(task, Sysno.RENAME, "a", "bc").occurrence());
    assertEquals(0, next(task, Sysno.RENAME, "abc", "").occurrence());
  }

  /** A new task in between must not move the numbers of the others. */
  @Test
  void eachTaskCountsForItself() {
    Task one = Calls.task("0");
    Task other = Calls.task("0.1");
    assertEquals(0, next(one, Sysno.OPENAT, "/a").occurrence());
    assertEquals(0, next(other, Sysno.OPENAT, "/a").occurrence());
    Site again = next(one, Sysno.OPENAT, "/a");
    assertEquals(1, again.occurrence());
    assertEquals(2, again.nth());
    assertNotEquals(
        again.key(VolatileNames.NONE), next(other, Sysno.OPENAT, "/a").key(VolatileNames.NONE));
  }

  /** Which of them gets a job is decided anew in each run. */
  @Test
  void threadsOfOneProcessAreCountedTogether() {
    Task main = Calls.task("0");
    Task one = Calls.child(main, true);
    Task other = Calls.child(main, true);
    Task process = Calls.child(other, false);
    assertEquals("0.2", other.path());
    assertEquals("0", other.process());
    assertEquals("0.1", process.process());
    assertEquals("0.2", Calls.child(main, false).process());
    assertEquals(0, next(one, Sysno.OPENAT, "/a").occurrence());
    Site second = next(other, Sysno.OPENAT, "/a");
    assertEquals(1, second.occurrence());
    assertEquals(1, second.nth());
    assertEquals(0, next(process, Sysno.OPENAT, "/a").occurrence());
    Site third = next(main, Sysno.OPENAT, "/a");
    assertEquals(second.key(VolatileNames.NONE), third.key(VolatileNames.NONE));
    assertEquals(2, third.occurrence());
  }

  /** Ids that were given to people stay what they are. */
  @Test
  void processesWithoutThreadsAreCalledAsTheirTasks() {
    Task program = Calls.task("0");
    Task first = Calls.child(program, false);
    Task second = Calls.child(program, false);
    for (Task task : List.of(program, first, second, Calls.child(second, false))) {
      assertEquals(task.path(), task.process());
    }
  }

  @Test
  void counterAgreesWithPlainMap() {
    LongCounter ours = new LongCounter();
    Map<Long, Integer> plain = new HashMap<>();
    Random random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      // Many equal, many that differ in the upper half only, and 0 among them.
      long key = (long) random.nextInt(3000) << (random.nextBoolean() ? 40 : 0);
      int before = plain.merge(key, 1, Integer::sum) - 1;
      assertEquals(before, ours.next(key));
    }
  }
}
