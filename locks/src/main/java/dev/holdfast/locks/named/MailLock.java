package dev.holdfast.locks.named;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.libc.Paths;
import dev.holdfast.locks.Capability;
import dev.holdfast.locks.Contract;
import dev.holdfast.locks.Held;
import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Kind;
import dev.holdfast.locks.process.LocalKind;
import dev.holdfast.locks.scope.ScopeRules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;

/**
 * The dot lock of a mailbox (K09): {@code MAILBOX.lock}, made as for NFS, since spools are shared
 * between machines.
 *
 * <p><b>Guarantees.</b> {@link Contract#LEASE}: other mail programs take the lock away when it has
 * not changed for five minutes, or when the process it names is gone; it is touched every minute
 * while it is held. We ourselves take away only what a holder left that is proved dead, as {@link
 * ExclusiveFileLock} does. The contents are the PID and a newline, as lockfile_create(3) writes and
 * reads them.
 *
 * <p><b>Remaining races.</b> A holder that is stopped for minutes loses the lock to programs that
 * judge by age; {@link Held#ensureValid} tells.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> dotlockfile(1), lockfile_create(3), procmail's lockfile(1).
 */
public final class MailLock extends NamedFileLock<MailLock> {
  /** What it is called, and where locks of it come from. */
  public static final Kind KIND =
      new LocalKind("mail", "mail dot lock", 7, ScopeRules::links) {
        @Override
        public HostLock at(Path path) throws IOException {
          return new MailLock(path);
        }
      };

  MailLock(Path mailbox) {
    super(
        Paths.besideOf(mailbox, "", ".lock"),
        KIND,
        Contract.LEASE,
        EnumSet.of(Capability.HOLDERS, Capability.RECOVERY));
  }

  private static byte[] contents(HolderRecord record) {
    return (record.pid() + "\n").getBytes(US_ASCII);
  }

  @Override
  protected NamedFileEngine.Style style() {
    return new NamedFileEngine.Style(MailLock::contents, true, true, true, true, 0444, null);
  }
}
