package dev.holdfast.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** The C loop of {@code src/main/c/files.c}, made a library. */
@SuppressWarnings("restricted") // A library of our own, beside the benchmark.
final class FilesInC {
  private final MethodHandle measure;

  /**
   * @param directory where it works
   */
  FilesInC(Path library, Path directory) {
    SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
    Linker linker = Linker.nativeLinker();
    measure =
        linker.downcallHandle(
            symbols.findOrThrow("files_measure"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    MethodHandle prepare =
        linker.downcallHandle(
            symbols.findOrThrow("files_prepare"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      prepare.invokeExact(arena.allocateFrom(directory.toString()));
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    }
  }

  /** The thread's CPU time of so many operations, in nanoseconds. */
  long measure(String operation, int count) {
    long nanos;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(operation);
      nanos = (long) measure.invokeExact(name, count);
    } catch (Throwable unreachable) {
      throw new AssertionError("a downcall threw", unreachable);
    }
    if (nanos < 0) {
      throw new IllegalArgumentException("not in files.c: " + operation);
    }
    return nanos;
  }
}
