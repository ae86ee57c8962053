package dev.holdfast.lab.model;

import java.util.List;

/**
 * What became of all scenes that were asked for.
 *
 * @param notes what a reader must know of how they were run, a line each
 */
public record LabReport(List<SceneResult> scenes, List<String> notes) {
  public LabReport {
    scenes = List.copyOf(scenes);
    notes = List.copyOf(notes);
  }

  public long ok() {
    return scenes.stream().filter(SceneResult::ok).count();
  }

  public long skipped() {
    return scenes.stream().filter(SceneResult::isSkipped).count();
  }

  public long failed() {
    return scenes.size() - ok() - skipped();
  }
}
