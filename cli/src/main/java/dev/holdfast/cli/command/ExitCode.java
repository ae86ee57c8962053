package dev.holdfast.cli.command;

/** What a command's exit status means. Scripts rely on these: they never change. */
public final class ExitCode {
  /** It worked, and the answer is "yes". */
  public static final int OK = 0;

  /** The answer is "no": a race was proved, a rule fired, a scene failed. */
  public static final int NO = 1;

  /** Wrong use: nothing was done. */
  public static final int USAGE = 2;

  /** Could not decide: the answer is unknown, and must not be read as "yes". */
  public static final int UNDECIDED = 3;

  /** Busy, or timed out. The value is {@code EX_TEMPFAIL} of {@code sysexits.h}. */
  public static final int BUSY = 75;

  /** Interrupted by the user. */
  public static final int INTERRUPTED = 130;

  /** A program that is to be run cannot be, as shells say it. */
  public static final int CANNOT_EXECUTE = 126;

  /** There is no program of that name, as shells say it. */
  public static final int NOT_FOUND = 127;

  /** Whoever reads our output has enough, as shells say it of a program that SIGPIPE ended. */
  public static final int NOBODY_READS = 141;

  private ExitCode() {}
}
