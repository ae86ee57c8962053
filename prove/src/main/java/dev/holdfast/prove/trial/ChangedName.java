package dev.holdfast.prove.trial;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import dev.holdfast.prove.model.Effect;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.plan.Move;
import dev.holdfast.prove.trace.Call;
import dev.holdfast.prove.trace.TraceHandler.Then;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Attacker;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Contents;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.Raw;
import java.nio.file.FileSystemException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The attacker makes a name mean something else. */
record ChangedName(Strike strike) implements Tactics {
  private static final int MAX_PLANTED = 1 << 20;
  private static final int GROUP_EXECUTE = 010;
  private static final byte[] CAPABILITIES = Paths.bytes("security.capability");

  @Override
  public Then act(Stage stage, Move move, Call call, @Nullable Binding binding)
      throws FileSystemException {
    stage.striker.strike(strike, Objects.requireNonNull(binding), move, stage.outcome);
    return strike == Strike.FIFO ? Then.SHOW_RESULT_OR_STUCK : Then.SHOW_RESULT;
  }

  @Override
  public boolean actBeforehand(Stage stage, Move move) throws FileSystemException {
    Binding now = Striker.beforehand(Objects.requireNonNull(move.binding()));
    if (now == null) {
      return false;
    }
    stage.striker.strike(strike, now, move, stage.outcome);
    return stage.outcome.struck == Outcome.Struck.DONE;
  }

  /** To load a file without running it yet is as good. */
  @Override
  public boolean plantsContents() {
    return switch (strike) {
      case CONTENT, FILE, EXCHANGE, NAMED, NAMED_OWN, SYMLINK_OWN -> true;
      default -> false;
    };
  }

  @Override
  public void succeeded(Stage stage, Move move, Call call, Operation operation, long result) {
    if (operation.action().isCheck() || operation.makesNew() || strike.adds()) {
      // To have looked at it, or to have made another name, touches nothing.
      stage.outcome.made |= operation.makesNew() && !strike.adds();
      return;
    }
    if (operation.action() == Action.OPEN) {
      opened(stage, call, (int) result, operation);
    } else if (operation.action() == Action.EXEC && strike == Strike.CONTENT) {
      stage.outcome.effect(Effect.EXEC, "program", "the victim executed the attacker's file");
    } else if (isAttackersOwn() || actsOnLink(operation)) {
      stage.outcome.tookIn(call.sysno().callName() + " succeeded on what the attacker put there");
    } else if (strike != Strike.REMOVE) {
      stage.outcome.touched(
          call.sysno().callName() + " succeeded on the protected object that the name led to");
    }
  }

  /** What the name led to is nothing but the attacker's. */
  private boolean isAttackersOwn() {
    return switch (strike) {
      case CONTENT, FILE, DIRECTORY, EXCHANGE, LINKS, NAMED, NAMED_OWN, SYMLINK_OWN, FIFO, NAMES ->
          true;
      default -> false;
    };
  }

  /** To move a link, or to give it another name, follows nothing yet. */
  private boolean actsOnLink(Operation operation) {
    Action action = operation.action();
    return (action == Action.RENAME || action == Action.LINK)
        && !operation.operands().getFirst().follow();
  }

  private void opened(Stage stage, Call call, int fd, Operation did) {
    if (isAttackersOwn()) {
      stage.outcome.tookIn("the victim opened what the attacker put there");
      return;
    }
    String path = stage.resolver.pathOf(call.task(), fd);
    // A hard link leaves no link to be followed: what was opened is what was put there.
    if (strike == Strike.HARDLINK || path.contains(Vault.DIRECTORY)) {
      stage.outcome.openedForReading |= did.reads();
      stage.outcome.opened = true;
      stage.outcome.evidence.add("the victim opened the protected " + Raw.display(path));
    }
  }

  /** What did the victim do to the file that the attacker put there? */
  @Override
  public void judge(Stage stage, Move move) {
    Binding binding = move.binding();
    if (binding == null) {
      return;
    }
    for (Striker.Planted file : stage.striker.planted()) {
      carriedAway(stage, move, file);
      byte[] now = Contents.readAll(file.fd(), MAX_PLANTED);
      if (Arrays.equals(now, file.content())) {
        rightsGiven(stage, file.fd(), binding);
      } else if (now.length > 0 && move.call().meantClosed()) {
        stage.outcome.effect(
            Effect.LEAK,
            binding.path(),
            "the attacker reads in its own file what the victim wrote to "
                + Raw.display(binding.path())
                + ", which was not meant to be open to it");
      }
    }
  }

  /** The attacker's file itself may have come to where the attacker could not have put it. */
  private static void carriedAway(Stage stage, Move move, Striker.Planted file) {
    Result<byte[]> name =
        Unistd.readlinkat(stage.world.hostProc(), Paths.bytes("thread-self/fd/" + file.fd()));
    String path = name.ok() ? Raw.of(name.value()) : "";
    Operation operation = move.call().operation();
    Result<Statx> stat = Statx.fstat(file.fd());
    Binding binding = move.binding();
    boolean linked =
        operation.action() == Action.LINK
            && binding != null
            && move.call().carriesOut(binding)
            && stat.ok()
            && stat.value().nlink() > 1;
    if (linked) {
      path = operation.names().getLast();
    }
    if (linked || isOutOfReach(stage, move, path, file.below())) {
      stage.outcome.effect(
          Effect.INJECT,
          path,
          "the attacker's own file is now "
              + Raw.display(path)
              + ", where it may not put anything");
    }
  }

  /**
   * @param below the end of the path that the attacker made
   */
  private static boolean isOutOfReach(Stage stage, Move move, String path, String below) {
    Binding binding = move.binding();
    boolean whole = !below.isEmpty() && path.endsWith("/" + below);
    String moved = whole ? path.substring(0, path.length() - below.length() - 1) : path;
    return path.startsWith("/")
        && Statx.statx(Fcntl.AT_FDCWD, Raw.bytes(path), Fcntl.AT_SYMLINK_NOFOLLOW, 0).ok()
        && (binding == null || !path.startsWith(binding.directory() + "/"))
        && stage.setting.arenas().stream().noneMatch(a -> path.startsWith(a + "/"))
        && !stage.setting.attacker().mayChange(Raw.parent(moved));
  }

  /** Still the attacker's contents: with whose rights do they run now? */
  private static void rightsGiven(Stage stage, int fd, Binding binding) {
    Result<Statx> got = Statx.fstat(fd);
    if (got.failed()) {
      return;
    }
    Statx stat = got.value();
    Attacker attacker = stage.setting.attacker();
    boolean asUser = (stat.mode() & Statx.S_ISUID) != 0 && stat.uid() != attacker.uid();
    boolean asGroup =
        (stat.mode() & Statx.S_ISGID) != 0
            && (stat.mode() & GROUP_EXECUTE) != 0
            && !attacker.isIn(stat.gid());
    boolean capable = Xattr.fgetxattr(fd, CAPABILITIES).ok();
    if (asUser || asGroup || capable) {
      stage.outcome.effect(
          Effect.META,
          binding.path(),
          "the attacker's own file "
              + Raw.display(binding.path())
              + " now runs "
              + (asUser
                  ? "as user " + stat.uid()
                  : asGroup ? "with group " + stat.gid() : "with capabilities"));
    }
  }

  @Override
  public void ended(Stage stage, Move move) {
    Outcome outcome = stage.outcome;
    if (outcome.timedOut && strike == Strike.FIFO && outcome.struck == Outcome.Struck.DONE) {
      outcome.touched("the victim waits in " + move.call().site().call().callName() + " for ever");
    }
  }
}
