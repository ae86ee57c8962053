package dev.holdfast.lab;

import dev.holdfast.lab.model.LabReport;
import dev.holdfast.lab.model.Outcome;
import dev.holdfast.lab.model.Scene;
import dev.holdfast.lab.model.SceneResult;
import dev.holdfast.lab.model.VariantResult;
import dev.holdfast.lab.model.Walker;
import dev.holdfast.lab.scene.L01LostUpdate;
import dev.holdfast.lab.scene.L02Deadlock;
import dev.holdfast.lab.scene.L03Livelock;
import dev.holdfast.lab.scene.L04StuckLock;
import dev.holdfast.lab.scene.L05ModeZero;
import dev.holdfast.lab.scene.L06LostAnswer;
import dev.holdfast.lab.scene.L07AdvisoryOnly;
import dev.holdfast.lab.scene.L08TwoFamilies;
import dev.holdfast.lab.scene.L09WrongScope;
import dev.holdfast.lab.scene.L10LostSilently;
import dev.holdfast.lab.scene.L11TwoInstances;
import dev.holdfast.lab.scene.L12LockAsWeapon;
import dev.holdfast.lab.scene.L13Threads;
import dev.holdfast.lab.scene.L14PausedHolder;
import dev.holdfast.lab.scene.S01CheckThenUse;
import dev.holdfast.lab.scene.S02AskForTheUser;
import dev.holdfast.lab.scene.S03MetadataByName;
import dev.holdfast.lab.scene.S04LookThenCreate;
import dev.holdfast.lab.scene.S05PredictableName;
import dev.holdfast.lab.scene.S06BornTooOpen;
import dev.holdfast.lab.scene.S07CleanerMeanwhile;
import dev.holdfast.lab.scene.S08CryogenicSleep;
import dev.holdfast.lab.scene.S09OpenedAgain;
import dev.holdfast.lab.scene.S10NameUsedAgain;
import dev.holdfast.lab.scene.S11EndlessInput;
import dev.holdfast.lab.scene.S12HardLink;
import dev.holdfast.lab.scene.S13DirectoryOnTheWay;
import dev.holdfast.lab.scene.S14UntrustedTmpdir;
import dev.holdfast.lab.scene.S15RetryForEver;
import dev.holdfast.lab.scene.S16ErrorTakenForPermission;
import dev.holdfast.lab.scene.S17TooMuchPrivilege;
import dev.holdfast.lab.scene.S18AttackerHasTime;
import dev.holdfast.lab.scene.S19CleanerRaced;
import dev.holdfast.lab.scene.S20UnlinkedButOpen;
import dev.holdfast.lab.stage.Play;
import dev.holdfast.lab.stage.SkipScene;
import dev.holdfast.lab.stage.Workshop;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.model.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The scenes of the catalogue, run for real: the usual way loses, Holdfast's way holds.
 *
 * <p><b>Guarantees.</b> Every attack happens in a private world of the prover or in a private
 * directory that is gone afterwards, never on the host's files. A scene that cannot run is skipped
 * with the reason, and never counts as ok.
 *
 * <p><b>Threads.</b> One run at a time.
 */
@SuppressWarnings("exports") // who uses this needs no jspecify
public final class Lab {
  private static final List<Play> PLAYS =
      List.of(
          S01CheckThenUse.play(),
          S02AskForTheUser.play(),
          S03MetadataByName.play(),
          S04LookThenCreate.play(),
          S05PredictableName.play(),
          S06BornTooOpen.play(),
          S07CleanerMeanwhile.play(),
          S08CryogenicSleep.play(),
          S09OpenedAgain.play(),
          S10NameUsedAgain.play(),
          S11EndlessInput.play(),
          S12HardLink.play(),
          S13DirectoryOnTheWay.play(),
          S14UntrustedTmpdir.play(),
          S15RetryForEver.play(),
          S16ErrorTakenForPermission.play(),
          S17TooMuchPrivilege.play(),
          S18AttackerHasTime.play(),
          S19CleanerRaced.play(),
          S20UnlinkedButOpen.play(),
          L01LostUpdate.play(),
          L02Deadlock.play(),
          L03Livelock.play(),
          L04StuckLock.play(),
          L05ModeZero.play(),
          L06LostAnswer.play(),
          L07AdvisoryOnly.play(),
          L08TwoFamilies.play(),
          L09WrongScope.play(),
          L10LostSilently.play(),
          L11TwoInstances.play(),
          L12LockAsWeapon.play(),
          L13Threads.play(),
          L14PausedHolder.play());

  /** From so many scenes on it pays to prepare for them. */
  private static final int MANY = 4;

  private Lab() {}

  /** Every scene there is, in the order of the catalogue. */
  public static List<Scene> scenes() {
    return PLAYS.stream().map(Play::scene).toList();
  }

  /**
   * Leads somebody through a scene, stop by stop.
   *
   * @return whether the usual way lost and Holdfast's held; null if whoever looks left before that
   *     was known
   * @throws ProveException also if the scene has no stops, or cannot run here
   */
  public static @Nullable Boolean walk(Scene scene, Walker walker)
      throws IOException, ProveException {
    Play play = PLAYS.stream().filter(p -> p.scene().equals(scene)).findFirst().orElseThrow();
    try (Workshop workshop = new Workshop()) {
      List<Outcome> both = play.walk(workshop, walker);
      return both.contains(Outcome.UNDECIDED)
          ? null
          : both.equals(List.of(Outcome.LOST, Outcome.HELD));
    } catch (SkipScene e) {
      throw new ProveException(scene.id() + ": " + e.getMessage());
    }
  }

  /** Runs these scenes, one after the other. */
  public static LabReport run(List<Scene> scenes, Progress progress) {
    List<SceneResult> results = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    List<Play> plays = PLAYS.stream().filter(play -> scenes.contains(play.scene())).toList();
    try (Workshop workshop = new Workshop(plays.size() >= MANY)) {
      for (Play play : plays) {
        progress.step(play.scene().id(), results.size(), scenes.size());
        results.add(new SceneResult(play.scene(), play.perform(workshop, progress)));
      }
    } catch (IOException e) {
      notes.add("no private directory, or it is left behind: " + e.getMessage());
      for (Play play : plays.subList(results.size(), plays.size())) {
        VariantResult skipped = VariantResult.skipped("all", String.valueOf(e.getMessage()));
        results.add(new SceneResult(play.scene(), List.of(skipped)));
      }
    }
    return new LabReport(results, notes);
  }
}
