package dev.holdfast.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * A batch's CPU time of its thread, in nanoseconds, system calls included; and that of as many of
 * the same operation in C, right before, by the same thread.
 */
@AuxCounters(AuxCounters.Type.EVENTS)
@State(Scope.Thread)
public class ThreadCpu {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  public long cpuNanos;
  public long cNanos;

  private long start;
  private long nanosInC;
  private String operation = "";
  private @Nullable FilesInC inC;

  @Setup(Level.Trial)
  public void load(BenchmarkParams params) {
    String benchmark = params.getBenchmark();
    operation = benchmark.substring(benchmark.lastIndexOf('.') + 1).replaceFirst("Jdk$", "");
    inC = new FilesInC(Path.of(params.getParam("library")), Path.of(params.getParam("directory")));
  }

  @Setup(Level.Iteration)
  public void start() {
    if (inC != null) {
      nanosInC = inC.measure(operation, FilesBenchmark.BATCH);
    }
    start = THREADS.getCurrentThreadCpuTime();
  }

  @TearDown(Level.Iteration)
  public void stop() {
    cpuNanos = THREADS.getCurrentThreadCpuTime() - start;
    cNanos = nanosInC; // JMH clears the counters after the set-up.
  }
}
