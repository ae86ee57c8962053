package dev.holdfast.libc.process;

import dev.holdfast.libc.Arch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The general registers of a stopped task ({@code struct user_regs_struct}), as far as a system
 * call needs them. Known for x86-64 only: {@link #requireSupported} says so elsewhere.
 *
 * <p>Threads: not safe; a mutable copy for one thread.
 */
public final class Registers {
  static final int SIZE = 27 * 8;

  private static final int R10 = 7;
  private static final int R9 = 8;
  private static final int R8 = 9;
  private static final int RAX = 10;
  private static final int RDX = 12;
  private static final int RSI = 13;
  private static final int RDI = 14;
  private static final int ORIG_RAX = 15;
  private static final int RIP = 16;
  private static final int RSP = 19;

  private static final int[] ARGUMENTS = {RDI, RSI, RDX, R10, R8, R9};

  private final byte[] bytes;
  private final ByteBuffer view;

  Registers(byte[] bytes) {
    this.bytes = bytes;
    this.view = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }

  byte[] bytes() {
    return bytes;
  }

  /**
   * Fails where the layout is not known.
   *
   * @throws UnsupportedOperationException on any architecture but x86-64
   */
  public static void requireSupported() {
    if (Arch.CURRENT != Arch.X86_64) {
      throw new UnsupportedOperationException(
          "the tracer is not on this architecture yet (" + System.getProperty("os.arch") + ")");
    }
  }

  private long get(int index) {
    return view.getLong(index * 8);
  }

  private void set(int index, long value) {
    view.putLong(index * 8, value);
  }

  public Registers copy() {
    return new Registers(bytes.clone());
  }

  /** The machine instruction that enters the kernel, as bytes. */
  public static byte[] syscallInstruction() {
    return new byte[] {0x0f, 0x05};
  }

  /** An argument of a system call, from 0, at a stop before it. */
  public long argument(int index) {
    return get(ARGUMENTS[index]);
  }

  public void setArgument(int index, long value) {
    set(ARGUMENTS[index], value);
  }

  /** Prepares a system call at the given {@code syscall} instruction. */
  public void prepareCall(long instruction, long nr, long... args) {
    for (int i = 0; i < ARGUMENTS.length; i++) {
      set(ARGUMENTS[i], i < args.length ? args[i] : 0);
    }
    set(RAX, nr);
    set(ORIG_RAX, -1);
    set(RIP, instruction);
  }

  /** At a stop before a call: have the kernel skip it; the task then sees {@link #setResult}. */
  public void skipCall() {
    set(ORIG_RAX, -1);
  }

  /**
   * At a stop before a call: have the kernel skip it, and the task make the same call anew when it
   * has handled its signals.
   */
  public void repeatCall(long nr) {
    set(ORIG_RAX, -1);
    set(RAX, nr);
    set(RIP, get(RIP) - syscallInstruction().length);
  }

  public void setResult(long value) {
    set(RAX, value);
  }

  /** The answer at an exit. */
  public long result() {
    return get(RAX);
  }

  public long instructionPointer() {
    return get(RIP);
  }

  public long stackPointer() {
    return get(RSP);
  }
}
