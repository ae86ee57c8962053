package dev.holdfast.cli.prove;

import dev.holdfast.findings.Place;
import dev.holdfast.prove.Case;
import dev.holdfast.prove.ProveException;
import dev.holdfast.prove.model.Together;
import dev.holdfast.prove.report.Script;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to prove, and how.
 *
 * @param name what people know it by
 * @param together how several run; null if it is one against an intruder
 * @param origin the file that says what to prove; null if it was only typed
 * @param argv the command as it was typed; empty if it stands elsewhere
 * @param again further words that say the same again
 * @param scripts what it brings with it
 * @param notes what is said beside the proof
 * @param against why it cannot be proved; null if it can
 */
record Asked(
    CaseOptions.OneCase one,
    Case what,
    String name,
    @Nullable Together together,
    Place.@Nullable Source origin,
    List<String> argv,
    List<String> again,
    List<Script> scripts,
    List<String> notes,
    @Nullable ProveException against) {
  Asked {
    argv = List.copyOf(argv);
    again = List.copyOf(again);
    scripts = List.copyOf(scripts);
    notes = List.copyOf(notes);
  }

  /** As the command line or a case file has it. */
  static Asked of(
      CaseOptions.OneCase one,
      Case what,
      String name,
      @Nullable Together together,
      List<String> argv,
      List<String> again) {
    return new Asked(
        one, what, name, together, one.origin(), argv, again, List.of(), List.of(), null);
  }

  /** One that is as it was asked for; else this throws why not. */
  Asked orThrow() throws ProveException {
    if (against != null) {
      throw against;
    }
    return this;
  }

  /** The command line that runs a window of it again. */
  String replay(String window) {
    return ReplayLine.of(one, argv, again, window);
  }
}
