package dev.holdfast.locks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.locks.process.Slots;
import dev.holdfast.testing.ChildJvm;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** More locks than files may be open: what can be done is said, and letting go makes room. */
class FewDescriptorsTest {
  @TempDir Path directory;

  /** In a process of its own, which can use up its descriptors. */
  static final class Child {
    private static final int SPARE = 20;
    private static final int MANY = 40;

    private final Kind kind;
    private final Path directory;
    private final List<FileInputStream> hoard = new ArrayList<>();

    private Child(Kind kind, Path directory) {
      this.kind = kind;
      this.directory = directory;
    }

    public static void main(String[] args) throws Exception {
      new Child(Kinds.of(args[0]).orElseThrow(), Path.of(args[1])).run();
      System.out.println("ok");
    }

    private void run() throws IOException {
      loadWhatIsNeeded();
      hoardAll();
      for (int i = 0; i < SPARE; i++) {
        hoard.removeLast().close();
      }
      List<Held> held = new ArrayList<>();
      expectFull(() -> acquire(held, MANY));
      int most = held.size();
      letGoOf(held);
      // Of the program's own files as many can be opened at once.
      int before = hoard.size();
      hoardAll();
      check(hoard.size() - before >= SPARE - 1, "room for " + (hoard.size() - before));
      while (hoard.size() > before) {
        hoard.removeLast().close();
      }
      expectFull(() -> acquire(held, MANY));
      check(held.size() >= most, held.size() + " after " + most);
      letGoOf(held);
      LockSet set = Locks.all(locks(MANY));
      expectFull(set::tryAcquire);
      for (HostLock each : locks(MANY)) {
        each.tryAcquire().orElseThrow().close();
      }
    }

    /** Where classes are files of a directory, loading one takes a descriptor. */
    private void loadWhatIsNeeded() throws IOException {
      try {
        Slots.makeRoomFor(SyscallExceptions.of(Errno.EMFILE, "open", ""), true);
      } catch (FileSystemException expected) {
        check(isFull(expected), expected.toString());
      }
      Locks.all(locks(3)).tryAcquire().orElseThrow().close();
      List<Held> held = new ArrayList<>();
      acquire(held, 3);
      letGoOf(held);
    }

    private void hoardAll() throws IOException {
      while (true) {
        try {
          hoard.add(new FileInputStream("/dev/null"));
        } catch (IOException full) {
          return;
        }
      }
    }

    private List<HostLock> locks(int howMany) {
      List<HostLock> locks = new ArrayList<>();
      for (int i = 0; i < howMany; i++) {
        locks.add(TestKinds.open(kind, directory, "few-" + i));
      }
      return locks;
    }

    private void acquire(List<Held> into, int howMany) throws IOException {
      for (HostLock each : locks(howMany)) {
        into.add(each.tryAcquire().orElseThrow());
      }
    }

    private static void letGoOf(List<Held> held) {
      held.forEach(Held::close);
      held.clear();
    }

    private interface Work {
      void run() throws IOException;
    }

    private static void expectFull(Work work) throws IOException {
      try {
        work.run();
      } catch (FileSystemException e) {
        check(isFull(e), e.toString());
        return;
      }
      throw new IllegalStateException("there were enough descriptors");
    }

    private static boolean isFull(FileSystemException e) {
      return e.getMessage().contains("Too many open files") && e.getMessage().contains("ulimit -n");
    }

    private static void check(boolean holds, String otherwise) {
      if (!holds) {
        throw new IllegalStateException(otherwise);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ofd", "posix", "flock", "file", "nfs", "pid", "mail", "socket"})
  void lettingGoMakesRoom(String kind) throws Exception {
    List<String> command = ChildJvm.command(Child.class, kind, directory.toString());
    List<String> limited = new ArrayList<>(List.of("sh", "-c", "ulimit -n 256; exec \"$@\"", "sh"));
    limited.addAll(command);
    Process process = new ProcessBuilder(limited).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertEquals("ok", said.strip().lines().reduce((one, last) -> last).orElse(""), said);
  }
}
