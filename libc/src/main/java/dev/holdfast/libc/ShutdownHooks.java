package dev.holdfast.libc;

/**
 * Work for the moment when the virtual machine ends. It knows whether there is any, so that a
 * command without it can end at once.
 *
 * <p><b>Guarantees.</b> What was added runs when the virtual machine ends in an orderly way: by
 * {@link #exit}, by {@link System#exit}, after its last thread, or by a signal. As with every
 * shutdown hook, {@code kill -9} is not such a way.
 *
 * <p><b>Threads.</b> Safe for all. Hooks run at the same time as each other and as what still runs.
 */
public final class ShutdownHooks {
  private static volatile boolean any;

  private ShutdownHooks() {}

  /** {@link Runtime#addShutdownHook}. */
  public static void add(Thread hook) {
    any = true;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * {@link Runtime#removeShutdownHook}; nothing if the virtual machine is ending already, since the
   * hook then runs or has run.
   */
  public static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      return;
    }
  }

  /**
   * Ends the virtual machine, for a program all of whose hooks were added here; never returns.
   * {@link System#exit} first asks the logging system whether to log that, which takes longer than
   * many a command's work.
   */
  public static void exit(int status) {
    if (any) {
      System.exit(status);
    }
    Runtime.getRuntime().halt(status);
  }
}
