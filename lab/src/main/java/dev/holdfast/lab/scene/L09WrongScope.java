package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.StagedPlay;
import dev.holdfast.lab.stage.StagedPlay.Pair;
import dev.holdfast.lab.stage.StagedPlay.Part;
import dev.holdfast.libc.process.Identity;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * Two hosts that share a mail spool, each with a lock directory of its own: two mount namespaces of
 * this machine.
 */
public final class L09WrongScope {
  private L09WrongScope() {}

  public static Play play() {
    StagedPlay.Starter perHost = host(StagedPlay.java("locks.Hold", "flock", "DIR/run-lock/mbox"));
    StagedPlay.Starter shared = host(StagedPlay.java("locks.Hold", "mail", "DIR/spool/mbox"));
    return new StagedPlay(
        new Scene(
            Row.L09,
            List.of(Row.K09, Row.K16),
            "two hosts share a spool, and lock in a directory that each has for its own"),
        List.of(
            new Pair(
                "two hosts",
                Part.java("flock on /run/lock/mbox", "locks.Hold", prepared(perHost)),
                Part.java("Locks.mail(mailbox)", "locks.Hold", prepared(shared)))));
  }

  private static StagedPlay.Director prepared(StagedPlay.Starter starter) {
    return (workshop, directory) -> {
      StagedPlay.requireProgram("unshare");
      Files.createDirectory(directory.resolve("run-lock"));
      Files.createDirectory(directory.resolve("spool"));
      return StagedPlay.twoHolders(starter, starter).direct(workshop, directory);
    };
  }

  /** The same program where {@code run-lock} is another directory, as on another host. */
  private static StagedPlay.Starter host(StagedPlay.Starter program) {
    return (workshop, directory) -> {
      List<String> command = new ArrayList<>(List.of("unshare", "--mount"));
      if (Identity.geteuid() != 0) {
        command.add("--map-root-user");
      }
      command.addAll(
          List.of(
              "/bin/sh",
              "-c",
              "mount -t tmpfs lab \"$0\" && exec \"$@\"",
              directory + "/run-lock"));
      command.addAll(program.command(workshop, directory));
      return command;
    };
  }
}
