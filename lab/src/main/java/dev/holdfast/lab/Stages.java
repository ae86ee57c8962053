package dev.holdfast.lab;

import dev.holdfast.libc.Identity;
import dev.holdfast.libc.Pwd;
import dev.holdfast.libc.Result;
import dev.holdfast.prove.Case;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The worlds that scenes happen in. */
final class Stages {
  /** A JVM under a tracer, on a machine that does other things as well, takes its time. */
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  static final String ATTACKER = "nobody";

  private Stages() {}

  /** A directory of the attacker's own. */
  static ProvedPlay.Stage attackersOwn(String directory, String... setup) {
    return bare -> base(bare).withArena(Path.of(directory)).withSetup(setup);
  }

  /**
   * A directory that everybody may write to. It has no sticky bit: with one, {@code
   * fs.protected_symlinks} of this machine would decide the scene and not the program.
   */
  static ProvedPlay.Stage shared(String directory, String... setup) {
    List<String> all = new ArrayList<>(List.of("chmod 0777 " + directory));
    all.addAll(List.of(setup));
    return bare -> base(bare).withFresh(Path.of(directory)).withSetup(all.toArray(String[]::new));
  }

  /** A directory of root's that everybody may read. */
  static ProvedPlay.Stage readable(String directory, String... setup) {
    return bare -> base(bare).withFresh(Path.of(directory)).withSetup(setup);
  }

  private static Case base(Case bare) {
    return bare.withAttacker(ATTACKER).withTimeout(TIMEOUT).withDirectory(Path.of("/"));
  }

  /** The attacker's user id as programs in the world see it, in digits. */
  static String attackerUid() {
    if (Identity.geteuid() != 0) {
      // In a user namespace of our own there is one identity, and it has the number of root.
      return "0";
    }
    Result<Pwd.User> user = Pwd.getpwnam(ATTACKER);
    return user.ok() ? Integer.toUnsignedString(user.value().uid()) : "65534";
  }
}
