package dev.holdfast.locks;

import java.time.Instant;
import java.util.Optional;

/**
 * Where in this program a lock was acquired.
 *
 * @param thread its name
 * @param frame the nearest caller outside this library and the JDK
 */
public record Place(String thread, StackTraceElement frame, Instant since) {
  private static final StackWalker WALKER = StackWalker.getInstance();
  private static final StackTraceElement UNKNOWN = new StackTraceElement("?", "?", null, -1);
  private static final String OURS = Place.class.getPackageName() + ".";
  private static final String PAST_ONE_MACHINE = "dev.holdfast.cluster.";

  public static Place here() {
    Optional<StackTraceElement> caller =
        WALKER.walk(
            frames ->
                frames
                    .filter(frame -> !isOurs(frame.getClassName()) && !isJdks(frame))
                    .findFirst()
                    .map(StackWalker.StackFrame::toStackTraceElement));
    return new Place(nameOf(Thread.currentThread()), caller.orElse(UNKNOWN), Instant.now());
  }

  /** The same place, at this moment. */
  public Place now() {
    return new Place(thread, frame, Instant.now());
  }

  /** The library's own frames; its tests, which share the package, count as callers. */
  private static boolean isOurs(String className) {
    return (className.startsWith(OURS) || className.startsWith(PAST_ONE_MACHINE))
        && !className.contains("Test")
        && !className.contains("Contract");
  }

  /** What hands a call on, such as an Optional or a stream, is no place that anybody looks for. */
  private static boolean isJdks(StackWalker.StackFrame frame) {
    return frame.getClassName().startsWith("java.") || frame.getClassName().startsWith("jdk.");
  }

  private static String nameOf(Thread thread) {
    return thread.getName().isEmpty() ? "thread " + thread.threadId() : thread.getName();
  }

  @Override
  public String toString() {
    return frame + " in " + thread;
  }
}
