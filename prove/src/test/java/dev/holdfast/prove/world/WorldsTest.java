package dev.holdfast.prove.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Namespaces;
import dev.holdfast.prove.Prover;
import dev.holdfast.prove.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Worlds on a host that does not stand still. The host is a mount namespace of the test's own. */
class WorldsTest {
  @TempDir static Path temporary;

  @BeforeAll
  static void requirements() {
    TestHost.assumeRoot("mounts");
  }

  /** The threads that the body starts, those of worlds among them, inherit the namespace. */
  private static <T> T onHostOfItsOwn(Callable<T> body) throws Exception {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              Namespaces.unshare(Namespaces.CLONE_FS | Namespaces.CLONE_NEWNS)
                  .orThrow("unshare", "");
              mount(null, "/", null, Namespaces.MS_REC | Namespaces.MS_PRIVATE);
              return body.call();
            });
    Thread.ofPlatform().start(task);
    return task.get();
  }

  private static void mount(String source, String target, String type, long flags)
      throws Exception {
    Namespaces.mount(source, target, type, flags, null).orThrow("mount", target);
  }

  /** Below it something is mounted, so that without root it is rebuilt directory by directory. */
  private static Path withMountBelow(String name) throws Exception {
    Path parent = Files.createDirectory(temporary.resolve(name));
    Path point = Files.createDirectory(parent.resolve("mounted"));
    mount("holdfast-test", point.toString(), "tmpfs", 0);
    Files.writeString(point.resolve("file"), "text");
    return parent;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void directoryThatIsRemovedMeanwhileIsNoObstacle(boolean rebuilt) throws Exception {
    boolean seen =
        onHostOfItsOwn(
            () -> {
              Path parent = withMountBelow("directories-" + rebuilt);
              Path going = Files.createDirectory(parent.resolve("going"));
              Files.writeString(Files.createDirectory(parent.resolve("staying")).resolve("f"), "x");
              try (Worlds worlds = new Worlds(List.of(), rebuilt)) {
                Files.delete(going);
                return worlds.inFreshWorld(
                    _ ->
                        Files.exists(parent.resolve("staying/f"))
                            && Files.exists(parent.resolve("mounted/file"))
                            && !Files.exists(going.resolve("f")));
              }
            });
    assertTrue(seen);
  }

  @Test
  void ownDirectoryInOneThatIsRemovedMeanwhileIsThere() throws Exception {
    List<String> seen =
        onHostOfItsOwn(
            () -> {
              Path parent = withMountBelow("own");
              Path going = Files.createDirectory(parent.resolve("going"));
              Path own = going.resolve("mine");
              try (Worlds worlds =
                  new Worlds(List.of(new OwnDirectory(own.toString(), -1, -1)), true)) {
                Files.delete(going);
                worlds.freeze(_ -> Files.writeString(own.resolve("set-up"), "text"));
                return worlds.inFreshWorld(
                    _ -> List.of(Files.readString(own.resolve("set-up")), going.toString()));
              }
            });
    assertEquals("text", seen.getFirst());
    assertFalse(Files.exists(Path.of(seen.getLast())), "the host has it");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsUnmountedMeanwhileIsNoObstacle(boolean rebuilt) throws Exception {
    boolean seen =
        onHostOfItsOwn(
            () -> {
              Path parent = withMountBelow("unmounted-" + rebuilt);
              Path point = parent.resolve("mounted");
              try (Worlds worlds = new Worlds(List.of(), rebuilt)) {
                Namespaces.umount2(point.toString(), 0).orThrow("umount2", point.toString());
                // That takes it from every namespace that has something mounted there.
                Files.delete(point);
                return worlds.inFreshWorld(_ -> Files.isDirectory(parent));
              }
            });
    assertTrue(seen);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a,b:c", "with space", "back\\slash", "tab\tbed", "line\nfeed", "ä"})
  void oddMountPointsAreSeenAndNotChanged(String name) throws Exception {
    for (boolean rebuilt : new boolean[] {true, false}) {
      String read =
          onHostOfItsOwn(
              () -> {
                Path file = withMountBelow(name + rebuilt).resolve("mounted/file");
                try (Worlds worlds = new Worlds(List.of(), rebuilt)) {
                  String there =
                      worlds.inFreshWorld(
                          _ -> {
                            Files.writeString(file, "changed");
                            return Files.readString(file);
                          });
                  return there + ", " + Files.readString(file);
                }
              });
      assertEquals("changed, text", read);
    }
  }

  @Test
  void aChangedRootDirectoryIsNamed() throws Exception {
    String said =
        onHostOfItsOwn(
            () -> {
              Path root = Files.createDirectory(temporary.resolve("root"));
              mount("/", root.toString(), null, Namespaces.MS_BIND | Namespaces.MS_REC);
              new Worlds(List.of(), false).close();
              assertNull(Prover.whyNot());
              Unistd.chroot(Paths.bytes(root.toString())).orThrow("chroot", root.toString());
              // Known before anything is tried: what cannot run is skipped, and has not failed.
              assertTrue(String.valueOf(Prover.whyNot()).contains("in a chroot"));
              return assertThrows(WorldException.class, () -> new Worlds(List.of(), false))
                  .getMessage();
            });
    assertTrue(said.contains("in a chroot"), said);
  }

  @Test
  void worldsBesideOneAnotherAreMade() throws Exception {
    try (Worlds worlds = new Worlds(List.of(), false)) {
      List<FutureTask<Boolean>> tasks =
          java.util.stream.IntStream.range(0, 8)
              .mapToObj(
                  _ ->
                      new FutureTask<>(
                          () -> worlds.inFreshWorld(_ -> Files.isExecutable(Path.of("/bin/sh")))))
              .toList();
      tasks.forEach(task -> Thread.ofPlatform().start(task));
      for (FutureTask<Boolean> task : tasks) {
        assertTrue(task.get());
      }
    }
  }
}
