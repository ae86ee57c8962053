package dev.holdfast.locks.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Key;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.LockLostException;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.wait.Deadline;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one thread asks of a lock while another lets go of it, stopped at the worst moment. */
@Timeout(60)
class HeldRacesTest {
  /** One that stops whoever asks it, until it may go on. */
  private static final class Stopping implements Engine {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private volatile boolean claimed;

    private void stop() {
      asked.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public Key key() {
      return Key.ofName(Kinds.FILE, 1, 3, new byte[] {'x'});
    }

    @Override
    public String name() {
      return "x";
    }

    @Override
    public boolean tryClaim(Mode mode) {
      claimed = true;
      return true;
    }

    @Override
    public boolean claim(Mode mode, Deadline deadline) {
      return tryClaim(mode);
    }

    @Override
    public void release() {
      claimed = false;
    }

    @Override
    public long token(Mode mode) {
      stop();
      return claimed ? 7 : -1;
    }

    @Override
    public void check(Mode mode) throws IOException {
      stop();
      if (!claimed) {
        throw new LockLostException("x", "it is not there");
      }
    }

    @Override
    public boolean releaseTells() {
      return true;
    }

    @Override
    public List<Holder> holders() {
      return List.of();
    }

    @Override
    public void dispose() {}
  }

  private static final class OneLock extends LocalLock<OneLock> {
    private final Slot slot;

    OneLock(Engine engine) {
      super("x", Mode.EXCLUSIVE, Kinds.FILE, Set.of());
      this.slot = new Slot(engine);
    }

    @Override
    protected Slot resolve() {
      return slot;
    }

    @Override
    protected boolean leadsTo(Slot other) {
      return true;
    }
  }

  private interface Question {
    Object of(Held held) throws Exception;
  }

  /** What becomes of a question, while another thread lets go. */
  private static Object askedWhileClosed(Stopping engine, Held held, Question question)
      throws Exception {
    AtomicReference<Object> answer = new AtomicReference<>();
    Thread asks =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    answer.set(question.of(held));
                  } catch (Exception e) {
                    answer.set(e);
                  }
                });
    engine.asked.await();
    Thread closes = Thread.ofPlatform().start(held::close);
    // It waits for the one who asks; or it has let go in spite of that.
    while (closes.isAlive() && closes.getState() != Thread.State.BLOCKED) {
      Thread.onSpinWait();
    }
    engine.goOn.countDown();
    asks.join();
    closes.join();
    assertFalse(held.isOpen());
    return answer.get();
  }

  /** Raised after it was let go it would be the next holder's, too. */
  @Test
  void aTokenIsOfTheTimeInWhichItIsHeld() throws Exception {
    Stopping engine = new Stopping();
    Held held = new OneLock(engine).tryAcquire().orElseThrow();
    assertEquals(7L, askedWhileClosed(engine, held, Held::token));
    assertThrows(IllegalStateException.class, held::token);
  }

  @Test
  void whatIsLetGoWhileSomebodyLooksIsNotLost() throws Exception {
    Stopping engine = new Stopping();
    Held held = new OneLock(engine).tryAcquire().orElseThrow();
    Object answer =
        askedWhileClosed(
            engine,
            held,
            one -> {
              one.ensureValid();
              return "held";
            });
    assertTrue(answer instanceof IllegalStateException, () -> "" + answer);
  }

  @Test
  void nobodyIsToldOfALossThatIsNone() throws Exception {
    Stopping engine = new Stopping();
    Held held = new OneLock(engine).tryAcquire().orElseThrow();
    AtomicInteger told = new AtomicInteger();
    // It looks at once whether it was lost before.
    askedWhileClosed(
        engine,
        held,
        one -> {
          one.onLost(told::incrementAndGet);
          return "";
        });
    assertEquals(0, told.get());
  }

  /** Whoever asks for it while it is tried is heard, though that try found nothing to do. */
  @Test
  void aChoreThatComesWhileItIsDoneIsDoneAgain() throws Exception {
    CountDownLatch twice = new CountDownLatch(2);
    Upkeep.Chore chore =
        new Upkeep.Chore() {
          @Override
          public boolean tryAgain() {
            twice.countDown();
            if (twice.getCount() == 1) {
              Upkeep.alsoDo(this);
            }
            return false;
          }
        };
    Upkeep.alsoDo(chore);
    twice.await();
  }

  @Test
  void whatIsForgottenInALoopIsToldOnce() {
    StackTraceElement loop = new StackTraceElement("Service", "run", "Service.java", 17);
    assertTrue(Forgotten.firstOf(loop));
    assertFalse(Forgotten.firstOf(new StackTraceElement("Service", "run", "Service.java", 17)));
    // The control: another line is another fault.
    assertTrue(Forgotten.firstOf(new StackTraceElement("Service", "run", "Service.java", 18)));
  }

  /** Such as the logger of the program, which is told of what was forgotten. */
  @Test
  void aChoreThatFailsDoesNotStopTheClock() throws Exception {
    CountDownLatch twice = new CountDownLatch(2);
    Upkeep.alsoDo(
        () -> {
          twice.countDown();
          if (twice.getCount() == 1) {
            throw new IllegalStateException("a chore that fails once");
          }
          return false;
        });
    twice.await();
    int before = Upkeep.epoch;
    while (Upkeep.epoch == before) {
      Upkeep.stir();
      Thread.onSpinWait();
    }
  }
}
