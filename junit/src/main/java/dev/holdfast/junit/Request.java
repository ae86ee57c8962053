package dev.holdfast.junit;

import dev.holdfast.prove.Case;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.report.Conclusion;
import java.io.Serializable;
import java.util.List;

/**
 * What to prove, on its way to the JVM that does it.
 *
 * @param shown the program as people are told of it
 * @param meeting of programs that run together
 * @param replay the id of the one window or schedule to try; empty for all
 */
record Request(
    List<String> argv,
    List<String> shown,
    List<Setting<Case>> settings,
    List<Setting<Together>> meeting,
    int expectExit,
    boolean assumeGuards,
    String replay)
    implements Serializable {

  /** What came of it, on its way back. */
  sealed interface Answer extends Serializable {}

  /** It was proved. */
  record Told(Conclusion.Kind kind, String text, String html) implements Answer {}

  /** No worlds can be made by that process. */
  record Impossible(String why) implements Answer {}

  /** The case makes no sense, or its set-up failed. */
  record Refused(String why) implements Answer {}

  boolean isTogether() {
    Together programs = together();
    return programs.runs() > 1 || !programs.others().isEmpty();
  }

  Together together() {
    return Setting.all(meeting, Together.with());
  }

  Conclusion.Policy policy() {
    return new Conclusion.Policy(expectExit, assumeGuards);
  }

  Case toCase() {
    return Setting.all(settings, Case.of(argv));
  }
}
