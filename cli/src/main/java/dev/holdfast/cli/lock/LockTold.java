package dev.holdfast.cli.lock;

import dev.holdfast.locks.Held;
import dev.holdfast.locks.Holder;
import dev.holdfast.locks.Kinds;
import dev.holdfast.locks.report.OtherFamily;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * What {@code lock} tells of others who have the lock.
 *
 * @param say tells the user
 */
record LockTold(boolean quiet, Consumer<String> say) {
  /** Who has it now. */
  interface Holders {
    List<Holder> now() throws IOException;
  }

  void note(String message) {
    if (!quiet) {
      say.accept(message);
    }
  }

  void busy(String name, Holders holders) throws IOException {
    heldBy(name + ": busy", holders);
  }

  /** Says it once the wait takes long. */
  LongWait waiting(String name, Holders holders) {
    return LongWait.begin(() -> heldBy(name + ": waiting", holders));
  }

  private void heldBy(String what, Holders holders) throws IOException {
    if (!quiet) {
      say.accept(what + ": held by " + HolderText.of(holders.now()));
    }
  }

  /** Somebody may mean the same lock, and not be excluded. */
  void beside(OtherFamily look, List<Held> held) throws IOException {
    for (Held one : held) {
      List<Holder> others = look.holdersBeside(one.lock());
      if (!others.isEmpty()) {
        boolean flock = one.lock().kind().equals(Kinds.FLOCK);
        say.accept(
            "note: "
                + one.lock().name()
                + ": has a "
                + (flock ? "record lock" : "flock")
                + " too, which "
                + one.lock().kind().titleWithArticle()
                + " does not exclude: held by "
                + HolderText.of(others)
                + "; --kind ofd,flock excludes both [L08]");
      }
    }
  }
}
