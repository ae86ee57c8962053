package dev.holdfast.lab.stage;

import dev.holdfast.libc.Result;
import dev.holdfast.libc.process.Pwd;
import dev.holdfast.path.proc.ProcFile;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.Intruder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The worlds that scenes happen in. */
public final class Stages {
  /** A JVM under a tracer, on a machine that does other things as well, takes its time. */
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  public static final String ATTACKER = "nobody";

  private Stages() {}

  /** A directory of the attacker's own. */
  public static ProvedPlay.Stage attackersOwn(String directory, String... setup) {
    return bare -> base(bare).withArena(Path.of(directory)).withSetup(setup);
  }

  /**
   * A directory that everybody may write to. It has no sticky bit: with one, {@code
   * fs.protected_symlinks} of this machine would decide the scene and not the program.
   */
  public static ProvedPlay.Stage shared(String directory, String... setup) {
    List<String> all = new ArrayList<>(List.of("chmod 0777 " + directory));
    all.addAll(List.of(setup));
    return bare -> base(bare).withFresh(Path.of(directory)).withSetup(all.toArray(String[]::new));
  }

  /** A directory of root's that everybody may read. */
  public static ProvedPlay.Stage readable(String directory, String... setup) {
    return bare -> base(bare).withFresh(Path.of(directory)).withSetup(setup);
  }

  /**
   * A directory in which a second run of the program comes between any two calls of the first.
   *
   * @param invariant a shell command that must exit 0 after both
   */
  public static ProvedPlay.Stage metByACopy(String directory, String invariant, String... setup) {
    return bare ->
        base(bare)
            .withArena(Path.of(directory))
            .withSetup(setup)
            .withIntruders(Intruder.COPY)
            .withChecks(invariant);
  }

  /** A directory in which the program is killed before any call; the next run must do its work. */
  public static ProvedPlay.Stage killed(String directory, String... setup) {
    return bare ->
        base(bare)
            .withArena(Path.of(directory))
            .withSetup(setup)
            .withIntruders(Intruder.KILL)
            .withChecks(String.join(" ", bare.argv()));
  }

  /**
   * The same stage, where other programs work as well; the invariant is what they may not break.
   */
  public static ProvedPlay.Stage withRivals(
      ProvedPlay.Stage stage, String invariant, String... rivals) {
    return bare ->
        stage.set(bare).withIntruders(Intruder.RIVAL).withRivals(rivals).withChecks(invariant);
  }

  /** A shell command, without single quotes, run as the attacker where that is another user. */
  public static String asAttacker(String command) {
    String uid = attackerUid();
    String identity =
        secondIdentity() ? "setpriv --reuid=%s --regid=%s --clear-groups ".formatted(uid, uid) : "";
    return identity + "sh -c '" + command + "'";
  }

  private static Case base(Case bare) {
    return bare.withAttacker(ATTACKER).withTimeout(TIMEOUT).withDirectory(Path.of("/"));
  }

  /** The attacker's user id as programs in the world see it, in digits. */
  public static String attackerUid() {
    // Without one, the intruder is who runs this: root, in a user namespace.
    return secondIdentity() ? Long.toString(attacker()) : "0";
  }

  /** True if the attacker can be another user than the program: the number means somebody here. */
  public static boolean secondIdentity() {
    return ProcFile.mapsUser((int) attacker());
  }

  private static long attacker() {
    Result<Pwd.User> user = Pwd.getpwnam(ATTACKER);
    return user.ok() ? Integer.toUnsignedLong(user.value().uid()) : 65534;
  }
}
