package dev.holdfast.prove.schedule.run;

import dev.holdfast.libc.Result;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.libc.process.Ptrace;
import dev.holdfast.libc.process.Registers;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.Task;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The clock of programs whose sleeps are skipped: the machine's, and what was skipped where nobody
 * could go on. So who waits until some time of day gives up as it would if it had slept.
 *
 * <p>The kernel gives a program the time without a system call (vDSO, where that is); a program
 * that does not know of it asks by clock_gettime(2), gettimeofday(2) and time(2).
 *
 * <p>Threads: the tracer's.
 *
 * <p><b>Sources.</b> vdso(7), getauxval(3).
 */
final class VirtualClock {
  /** The calls that tell the time. */
  static final Set<Sysno> CALLS = EnumSet.of(Sysno.CLOCK_GETTIME, Sysno.GETTIMEOFDAY, Sysno.TIME);

  private static final long AT_IGNORE = 1;
  private static final long AT_SYSINFO_EHDR = 33;
  private static final int WORD = 8;
  private static final int STACK = 1 << 16;
  private static final int ABSOLUTE = 1;
  private static final int PATIENT_ROUNDS = 20;
  private static final int MOST_DOUBLED = 20;
  private static final long SECOND = 1_000_000_000;
  private static final long MOST_AT_ONCE = 3_600 * 24 * SECOND;

  /** A clock that is further ahead may overflow somewhere. */
  private static final long MOST = 3_600L * 24 * 365 * SECOND;

  private static final long MICRO = 1_000;

  /** The clocks that go by the time of day or since the start; the others count work. */
  private static final Set<Integer> OF_TIME = Set.of(0, 1, 4, 5, 6, 7);

  private final boolean followed;
  private long skipped;

  /**
   * @param followed whether the programs are to ask by system calls
   */
  VirtualClock(boolean followed) {
    this.followed = followed;
  }

  /**
   * Time passes that nobody waits for: as much as who sleeps shortest asked for.
   *
   * @param asleep programs that could only wait for time to pass
   * @param before how often that was done before and nothing came of it: then more time passes at
   *     once, so that who gives up at some time of day does so soon
   */
  void skip(List<Actor> asleep, int before) {
    long nanos = asleep.stream().mapToLong(this::asked).filter(n -> n > 0).min().orElse(0);
    long much = Math.min(nanos, MOST_AT_ONCE);
    int doubled = Math.min(Math.max(0, before - PATIENT_ROUNDS), MOST_DOUBLED);
    skipped = Math.min(MOST, skipped + Math.min(MOST_AT_ONCE, much << doubled));
  }

  /** How long a program asks to sleep, all of whose tasks that could go on sleep. */
  private long asked(Actor actor) {
    Actor.Held held = actor.next(true);
    return held != null && held.sleeps() ? asked(held.call()) : 0;
  }

  private long asked(Call call) {
    return switch (call.sysno()) {
      case SELECT -> call.word(4, 0) * SECOND + call.word(4, WORD) * MICRO;
      case PSELECT6 -> call.word(4, 0) * SECOND + call.word(4, WORD);
      case POLL -> call.intArg(2) * (SECOND / 1000);
      case PPOLL -> call.word(2, 0) * SECOND + call.word(2, WORD);
      case NANOSLEEP -> call.word(0, 0) * SECOND + call.word(0, WORD);
      case CLOCK_NANOSLEEP -> {
        long span = call.word(2, 0) * SECOND + call.word(2, WORD);
        yield (call.intArg(1) & ABSOLUTE) == 0 ? span : Math.max(0, span - now(call.intArg(0)));
      }
      default -> 0;
    };
  }

  private long now(int clock) {
    boolean ofDay = clock == 0;
    return skipped + (ofDay ? System.currentTimeMillis() * (SECOND / 1000) : System.nanoTime());
  }

  /** A program was just executed: it does not learn where the kernel keeps the time. */
  void hide(Task task) {
    if (!followed) {
      return;
    }
    Result<Registers> registers = Ptrace.getRegisters(task.tid());
    if (registers.failed()) {
      return;
    }
    long at = registers.value().stackPointer();
    byte[] stack = new byte[STACK];
    int known = 0;
    // The stack may end soon, and only whole pages can be read.
    while (known < STACK) {
      int piece = (int) Math.min(STACK - known, 4096 - ((at + known) & 4095));
      SyscallResult read = Processes.process_vm_readv(task.tid(), at + known, stack, known, piece);
      if (read.failed() || read.intValue() < piece) {
        break;
      }
      known += piece;
    }
    ByteBuffer words = ByteBuffer.wrap(stack, 0, known).order(ByteOrder.nativeOrder());
    int place = WORD;
    // The arguments, then the environment, each with a 0 behind it.
    for (int lists = 0; lists < 2; lists++) {
      while (place + WORD <= known && words.getLong(place) != 0) {
        place += WORD;
      }
      place += WORD;
    }
    for (; place + WORD <= known && words.getLong(place) != 0; place += 2 * WORD) {
      if (words.getLong(place) == AT_SYSINFO_EHDR) {
        Processes.process_vm_writev(task.tid(), at + place, bytes(AT_IGNORE));
      }
    }
  }

  /** A call that asks for the time has its answer: what was skipped is added. */
  void correct(Call call, long result) {
    if (skipped == 0 || result < 0) {
      return;
    }
    switch (call.sysno()) {
      case CLOCK_GETTIME -> {
        if (OF_TIME.contains(call.intArg(0))) {
          add(call, 1, 1);
        }
      }
      case GETTIMEOFDAY -> {
        if (call.arg(0) != 0) {
          add(call, 0, MICRO);
        }
      }
      default -> seconds(call, result);
    }
  }

  private void seconds(Call call, long result) {
    long now = result + skipped / SECOND;
    Result<Registers> registers = Ptrace.getRegisters(call.task().tid());
    if (registers.ok()) {
      Registers changed = registers.value();
      changed.setResult(now);
      Ptrace.setRegisters(call.task().tid(), changed);
    }
    if (call.arg(0) != 0) {
      Processes.process_vm_writev(call.task().tid(), call.arg(0), bytes(now));
    }
  }

  private void add(Call call, int argument, long unit) {
    long nanos = call.word(argument, WORD) * unit + skipped % SECOND;
    long whole = call.word(argument, 0) + skipped / SECOND + nanos / SECOND;
    int tid = call.task().tid();
    Processes.process_vm_writev(tid, call.arg(argument), bytes(whole));
    Processes.process_vm_writev(tid, call.arg(argument) + WORD, bytes(nanos % SECOND / unit));
  }

  private static byte[] bytes(long word) {
    return ByteBuffer.allocate(WORD).order(ByteOrder.nativeOrder()).putLong(word).array();
  }
}
