package dev.holdfast.libc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.testing.ChildJvm;
import dev.holdfast.testing.Commands;
import java.lang.foreign.Linker;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ArchTest {
  /** Prints how many calls there are, and what one of them answers. */
  static final class Child {
    public static void main(String... args) {
      // The JVM itself is still that of this machine.
      Linker.nativeLinker();
      System.setProperty("os.arch", args[0]);
      long calls = Arrays.stream(Sysno.values()).filter(Sysno::exists).count();
      System.out.println(calls + " " + Unistd.close(-1).errno());
    }
  }

  private static String on(String architecture) throws Exception {
    return Commands.run(ChildJvm.command(Child.class, architecture)).strip();
  }

  /** Another architecture's numbers are other calls: none is made. */
  @Test
  void whereThereIsNoTableNoCallIsMade() throws Exception {
    assertEquals("0 ENOSYS", on("s390x"));
    assertEquals("0 ENOSYS", on("riscv64"));
  }
}
