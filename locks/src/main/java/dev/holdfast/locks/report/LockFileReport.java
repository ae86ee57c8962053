package dev.holdfast.locks.report;

import dev.holdfast.locks.Holder;
import dev.holdfast.locks.kernel.Sidecar;
import dev.holdfast.locks.named.FoundFile;
import dev.holdfast.locks.named.HolderRecord;
import dev.holdfast.locks.named.NamedFile;
import dev.holdfast.locks.named.Recovery;
import dev.holdfast.locks.named.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A lock that is a file, as an administrator sees it: who made it, whether that process still
 * lives, and how to break it.
 *
 * <p><b>Guarantees.</b> {@code dead} is true only if that is proved (K13). What is broken is the
 * very file that had the token.
 *
 * <p><b>Remaining races.</b> A snapshot: the holder may have let go since. Whose lock file is
 * broken holds on as far as it knows, until it asks.
 *
 * <p><b>Threads.</b> Immutable.
 *
 * @param path the lock file
 * @param holder whom it names
 * @param token what {@link #breakLock} wants to hear; empty if the file was not made by this
 *     library
 * @param dead true only if the death of the holder is proved
 * @param why the reason for that judgement
 */
public record LockFileReport(Path path, Holder holder, String token, boolean dead, String why) {

  /** What is at this path; empty if there is nothing. */
  public static Optional<LockFileReport> at(Path path) throws IOException {
    try (NamedFile file = NamedFile.in(path);
        FoundFile found = file.read()) {
      if (found == null) {
        return Optional.empty();
      }
      Holder holder = found.holder(file);
      HolderRecord record = found.record();
      if (record == null) {
        return Optional.of(
            new LockFileReport(path, holder, "", false, "it was not made by this library"));
      }
      if (found.namesAnother()) {
        return Optional.of(
            new LockFileReport(
                path, holder, record.token(), false, "the program wrote its own number"));
      }
      Verdict verdict = Recovery.judge(file, found, record);
      return Optional.of(
          new LockFileReport(path, holder, record.token(), verdict.dead(), verdict.why()));
    }
  }

  /**
   * Takes a lock file away, whether or not its holder is dead, if it is the one with this token.
   * Who asks takes the responsibility: a holder that lives is told only when it asks.
   *
   * @return false if there is none, or another one
   */
  public static boolean breakLock(Path path, String token) throws IOException {
    try (NamedFile file = NamedFile.in(path)) {
      return Sidecar.of(path)
          .exclusively(
              _ -> {
                try (FoundFile found = file.read()) {
                  HolderRecord record = found == null ? null : found.record();
                  return found != null
                      && record != null
                      && record.token().equals(token)
                      && file.takeAway(found.identity());
                }
              });
    }
  }
}
