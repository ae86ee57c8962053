package dev.holdfast.lab;

import dev.holdfast.prove.Progress;
import java.util.ArrayList;
import java.util.List;

/**
 * The scenes of the catalogue, run for real: the usual way loses, Holdfast's way holds.
 *
 * <p><b>Guarantees.</b> Every attack happens in a private world of the prover or in a private
 * directory that is gone afterwards, never on the host's files. A scene that cannot run is skipped
 * with the reason, and never counts as ok.
 *
 * <p><b>Threads.</b> One run at a time.
 */
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
          L13Threads.play());

  private Lab() {}

  /** Every scene there is, in the order of the catalogue. */
  public static List<Scene> scenes() {
    return PLAYS.stream().map(Play::scene).toList();
  }

  /** Runs these scenes, one after the other. */
  public static LabReport run(List<Scene> scenes, Progress progress) {
    List<SceneResult> results = new ArrayList<>();
    for (Play play : PLAYS) {
      if (scenes.contains(play.scene())) {
        progress.step(play.scene().id(), results.size(), scenes.size());
        results.add(new SceneResult(play.scene(), play.perform(progress)));
      }
    }
    return new LabReport(results, List.of());
  }
}
