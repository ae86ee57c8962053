package dev.holdfast.lab.proof;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.HeldSet;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.LockSet;
import dev.holdfast.locks.Locks;
import dev.holdfast.locks.Outcome;
import dev.holdfast.locks.report.LockFileReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Ends with 1 if two held the lock together, or if a fresh process cannot have it, with a token
 * above all that were given out: {@code judge OPERATION KIND DIRECTORY WITNESS}.
 */
final class LockJudge {
  /** Comes before its arguments. */
  static final String WORD = "judge";

  /** In place of an operation: the lock of a {@link UsualLock} that is a file. */
  static final String USUAL = "usual";

  /** In place of an operation: only what the witness saw. */
  static final String SEEN = "seen";

  private static final Duration BOUND = Duration.ofSeconds(10);

  private LockJudge() {}

  static void main(String[] args) throws IOException, InterruptedException {
    Witness.Finding finding = Witness.judge(Path.of(args[3]));
    Path directory = Path.of(args[2]);
    String stuck =
        switch (args[0]) {
          case LockVictim.SET -> takeSet(directory);
          case SEEN -> "";
          case USUAL -> Files.exists(directory.resolve("lock")) ? "stuck" : "";
          default -> take(Kinds.of(args[1]).orElseThrow(), directory, finding.lastToken());
        };
    if (!finding.violation().isEmpty() || !stuck.isEmpty()) {
      System.out.println(finding.violation() + stuck);
      System.exit(1);
    }
  }

  private static String take(Kind kind, Path directory, long lastToken)
      throws IOException, InterruptedException {
    HostLock lock = LockVictim.open(kind, directory);
    if (kind.equals(Kinds.NFS)) {
      // Never broken automatically: this is the administrator's part.
      Optional<LockFileReport> left = LockFileReport.at(LockVictim.file(kind, directory));
      if (left.isPresent() && !LockFileReport.breakLock(left.get().path(), left.get().token())) {
        return "could not be broken";
      }
    }
    Outcome outcome = lock.attempt(BOUND);
    if (!(outcome instanceof Outcome.Acquired(Held held))) {
      return "stuck: " + outcome;
    }
    try (held) {
      held.ensureValid();
      long token = held.token();
      return token > lastToken ? "" : "token " + token + " after " + lastToken;
    }
  }

  private static String takeSet(Path directory) throws IOException, InterruptedException {
    LockSet set =
        Locks.all(
            Locks.flock(directory.resolve("c")),
            Locks.file(directory.resolve("b")),
            Locks.ofd(directory.resolve("a")));
    LockSet.Result result = set.attempt(BOUND);
    if (!(result instanceof LockSet.Result.Acquired(HeldSet held))) {
      return "stuck: " + result;
    }
    held.close();
    return "";
  }
}
