package dev.holdfast.lab.scene;

import dev.holdfast.catalogue.Row;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.stage.Actor;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.SkipScene;
import dev.holdfast.lab.stage.StagedPlay;
import dev.holdfast.lab.stage.StagedPlay.Ending;
import dev.holdfast.lab.stage.StagedPlay.Pair;
import dev.holdfast.lab.stage.StagedPlay.Part;
import dev.holdfast.lab.stage.Stages;
import dev.holdfast.lab.stage.Workshop;
import dev.holdfast.locks.report.LockTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Whoever may read a file can hold up everybody who wants a lock on it, root included. */
public final class L12LockAsWeapon {
  private static final int LOOKS = 20_000;

  private L12LockAsWeapon() {}

  public static Play play() {
    return new StagedPlay(
        new Scene(
            Row.L12,
            List.of(Row.K05, Row.K06),
            "a job of root's wants a file that somebody else can hold"),
        List.of(
            new Pair(
                "flock",
                Part.example("flock file job", "l12-job.sh", L12LockAsWeapon::anyReader),
                Part.java("Locks.of(file).tryAcquire()", "locks.Hold", L12LockAsWeapon::owned)),
            new Pair(
                "lease",
                Part.example("cat file", "l12-read.sh", L12LockAsWeapon::leased),
                Part.java(
                    "Locks.of(file).tryAcquire()", "locks.Hold", L12LockAsWeapon::notWaiting))));
  }

  private static List<String> somebodyElse(String... command) throws SkipScene {
    StagedPlay.requireProgram("setpriv");
    StagedPlay.requireProgram("flock");
    if (!Stages.secondIdentity() || dev.holdfast.libc.process.Identity.geteuid() != 0) {
      throw new SkipScene("the one who holds the file must be another user: run it as root");
    }
    String uid = Stages.attackerUid();
    List<String> all =
        new ArrayList<>(List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups"));
    all.addAll(List.of(command));
    return all;
  }

  /** Everybody may come here, but only root may write. */
  private static Path open(Path directory) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path parent = directory.getParent();
    if (parent != null) {
      Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwx--x--x"));
    }
    return directory;
  }

  private static Ending anyReader(Workshop workshop, Path directory) throws IOException, SkipScene {
    Path file = Files.createFile(open(directory).resolve("log"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    List<String> weapon =
        somebodyElse("flock", file.toString(), "sh", "-c", "echo held; cat > /dev/null");
    StagedPlay.Starter job = StagedPlay.shell("l12-job.sh", "DIR/log");
    try (Actor attacker = Actor.start(weapon, directory)) {
      String said = attacker.says();
      try (Actor root = Actor.start(job.command(workshop, directory), directory)) {
        for (int i = 0; i < LOOKS && root.isAlive(); i++) {
          for (LockTable.Entry waiting : LockTable.read().about(List.of(file)).waiting()) {
            if (waiting.pids().contains((int) root.pid())) {
              return Ending.lost(
                  "root waits without a limit for a lock that user "
                      + Stages.ATTACKER
                      + " has "
                      + said);
            }
          }
        }
        return Ending.held("root was not seen to wait");
      }
    }
  }

  private static Ending owned(Workshop workshop, Path directory)
      throws IOException, InterruptedException, SkipScene {
    StagedPlay.Starter job = StagedPlay.java("locks.Hold", "ofd", "DIR/log");
    try (Actor before = Actor.start(job.command(workshop, open(directory)), directory)) {
      // The first run makes the file; then it is there for everybody to see.
      String said = before.says();
      before.ends();
      if (!said.equals("held")) {
        return Ending.failed("the job says: " + said);
      }
    }
    List<String> weapon =
        somebodyElse("flock", directory + "/log", "sh", "-c", "echo held; cat > /dev/null");
    try (Actor attacker = Actor.start(weapon, directory);
        Actor root = Actor.start(job.command(workshop, directory), directory)) {
      int status = attacker.ends();
      String answer = root.says();
      return answer.equals("held") && status != 0
          ? Ending.held("user " + Stages.ATTACKER + " cannot open the file, which has mode 0600")
          : Ending.lost("root's job says: " + answer);
    }
  }

  private static Actor lease(Workshop workshop, Path directory) throws IOException, SkipScene {
    Files.writeString(directory.resolve("file"), "contents\n");
    StagedPlay.Starter weapon = StagedPlay.java("locks.HoldLease", "DIR/file");
    return Actor.start(weapon.command(workshop, directory), directory);
  }

  private static Ending leased(Workshop workshop, Path directory) throws IOException, SkipScene {
    try (Actor weapon = lease(workshop, directory)) {
      String said = weapon.says();
      StagedPlay.Starter job = StagedPlay.shell("l12-read.sh", "DIR/file");
      try (Actor root = Actor.start(job.command(workshop, directory), directory)) {
        String wanted = weapon.says();
        return said.equals("held") && wanted.equals("wanted") && root.isAlive()
            ? Ending.lost(
                "root's open waits; the kernel ends that after fs.lease-break-time, which is "
                    + Files.readString(Path.of("/proc/sys/fs/lease-break-time")).strip()
                    + " s")
            : Ending.held("the lease says: " + said + ", " + wanted);
      }
    }
  }

  private static Ending notWaiting(Workshop workshop, Path directory)
      throws IOException, SkipScene {
    try (Actor weapon = lease(workshop, directory)) {
      String said = weapon.says();
      StagedPlay.Starter job = StagedPlay.java("locks.Hold", "ofd", "DIR/file");
      try (Actor root = Actor.start(job.command(workshop, directory), directory)) {
        String answer = root.says();
        return said.equals("held") && answer.startsWith("refused")
            ? Ending.held("root is not held up, and is told: " + answer)
            : Ending.failed("the lease says " + said + ", root's job says " + answer);
      }
    }
  }
}
