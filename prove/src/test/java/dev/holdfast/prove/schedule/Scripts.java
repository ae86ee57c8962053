package dev.holdfast.prove.schedule;

import dev.holdfast.prove.TestHost;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.schedule.run.Chooser;
import dev.holdfast.prove.schedule.run.Learned;
import dev.holdfast.prove.schedule.run.Runner;
import dev.holdfast.prove.schedule.run.Trace;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trace.Watchdog;
import dev.holdfast.prove.world.OwnDirectory;
import dev.holdfast.prove.world.Worlds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Little programs of system calls on a few files in {@code /srv/w}, each in a world of its own:
 * written by hand, or by chance.
 */
final class Scripts implements AutoCloseable {
  /** All that is in the programs' own directory, and all processes. */
  static final Set<String> EVERYTHING = new Everything();

  private static final Path HOME = Path.of("/srv/w");
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String[] NAMES = {"a", "b", "d", "d/x", "l", "h", "k", "g"};
  private static final String[] OPENS = {
    "open 0 r N", "open 0 + N", "open 0 wct N", "open 0 wa N", "open 0 wx N", "open 0 +cn N"
  };
  private static final String[] CALLS = {
    "open 0 r N",
    "open 0 + N",
    "open 0 wct N",
    "open 1 wca N",
    "open 1 wx N",
    "open 1 +c N",
    "read 0",
    "read 0",
    "write 0 xyz",
    "write 0 uv",
    "write 1 uvw",
    "pwrite 0 Q 2",
    "close 0",
    "fstat 0",
    "fstat 1",
    "map 0",
    "cwd",
    "open 1 wt /proc/self/fd/0",
    "fchmod 0 4711",
    "stat m",
    "end 0",
    "ftruncate 0 2",
    "fchmod 0 600",
    "sendfile 1 0",
    "copy 1 0",
    "stat N",
    "lstat N",
    "readlink N",
    "access N",
    "chmod N 640",
    "chown N 7",
    "unlink N",
    "unlink N",
    "mkdir N",
    "rmdir N",
    "rename N N",
    "rename N N",
    "noreplace N N",
    "exchange N N",
    "link N N",
    "symlink N N",
    "truncate N 3",
    "list .",
    "list d",
    "chdir d",
    "fifo N",
    "setxattr N v",
    "getxattr N",
    "flock 0 x",
    "flock 0 s",
    "flock 1 x",
    "flock 0 u",
    "posix 0 x",
    "posix 0 s",
    "posix 0 u",
    "posix 1 x1",
    "ofd 0 x",
    "ofd 1 s",
    "ofd 0 u",
    "getlk 0 x"
  };

  private final Worlds worlds;
  private final Path calls;

  Scripts(Path directory) throws Exception {
    calls = TestHost.compile(directory, "calls.c");
    Watchdog.prepare();
    worlds = new Worlds(List.of(new OwnDirectory(HOME.toString(), -1, -1)), false);
    worlds.freeze(
        _ -> {
          Files.writeString(HOME.resolve("a"), "some text\n");
          Files.createDirectory(HOME.resolve("d"));
          Files.writeString(HOME.resolve("d/x"), "inner\n");
          Files.writeString(HOME.resolve("k"), "two names\n");
          Files.createLink(HOME.resolve("g"), HOME.resolve("k"));
          Files.createSymbolicLink(HOME.resolve("m"), Path.of("l"));
          return Files.createSymbolicLink(HOME.resolve("l"), Path.of("a"));
        });
  }

  @Override
  public void close() {
    worlds.close();
  }

  /** Runs such programs; each is its calls, divided by {@code ;}. */
  Runner runner(List<String> scripts) {
    return new Runner(
        worlds, scripts.stream().map(this::program).toList(), LIMIT, Together.twice());
  }

  private Program program(String script) {
    List<String> argv = new ArrayList<>(List.of(calls.toString()));
    Collections.addAll(argv, script.split(";"));
    return new Program(argv, Map.of("LC_ALL", "C"), HOME.toString(), 0, 0, List.of(), "");
  }

  /** One schedule of all programs, held at all they do in their directory. */
  static Trace run(Runner runner, List<Integer> given, Chooser chooser) {
    Learned known = new Learned(runner.size());
    // Whatever may free a lock is held, also before the first lock was seen.
    List.of("/srv/w/a", "/srv/w/b", "/srv/w/d", "/srv/w/d/x", "/srv/w/h", "/srv/w/g", "/srv/w/k")
        .forEach(known.seen::locks);
    return runner.run(runner.everybody(), given, runner.everybody(), EVERYTHING, known, chooser);
  }

  /** What others can know of how it went: the files, and what each program printed. */
  static String told(Trace trace) {
    List<List<String>> said = List.of(trace.outputs(), trace.errors());
    return trace.stop() + "\n" + trace.state() + "\n" + said + "\n" + trace.endings();
  }

  /** Two programs by chance, about few names, so that they meet. */
  static List<String> two(Random random, int calls) {
    List<String> names = new ArrayList<>(List.of(NAMES));
    Collections.shuffle(names, random);
    List<String> few = names.subList(0, 2);
    return List.of(script(random, calls, few), script(random, calls, few));
  }

  private static String script(Random random, int calls, List<String> names) {
    StringBuilder script = new StringBuilder(named(random, OPENS, names));
    for (int i = 1; i < calls; i++) {
      script.append(';').append(named(random, CALLS, names));
    }
    return script.toString();
  }

  private static String named(Random random, String[] from, List<String> names) {
    String call = from[random.nextInt(from.length)];
    while (call.contains("N")) {
      call = call.replaceFirst("N", names.get(random.nextInt(names.size())));
    }
    return call;
  }

  private static final class Everything extends AbstractSet<String> {
    @Override
    public boolean contains(Object key) {
      return key instanceof String text
          && (text.startsWith("p:")
              || text.startsWith("(", 2)
              || text.startsWith(HOME.toString(), 2));
    }

    @Override
    public Iterator<String> iterator() {
      throw new UnsupportedOperationException("what is in it is not known");
    }

    @Override
    public int size() {
      throw new UnsupportedOperationException("what is in it is not known");
    }
  }
}
