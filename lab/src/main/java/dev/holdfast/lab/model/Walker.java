package dev.holdfast.lab.model;

import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.model.WindowResult;
import java.io.IOException;
import java.util.List;

/** Who walks through a scene: sees each stop of a program, and says when the attacker acts. */
public interface Walker {
  /** What to do at a stop. */
  enum Answer {
    STRIKE,
    /** Let the program go on undisturbed, to the next stop. */
    PASS,
    /** Leave this program. */
    LEAVE
  }

  /**
   * A program comes on.
   *
   * @param usual whether it works the usual way, or Holdfast's
   * @param program what it does, in the words of its language
   * @param file the source's name
   * @param source its lines; none if it is not at hand
   * @param stops how often it will be stopped
   */
  void enters(boolean usual, String program, String file, List<String> source, int stops);

  /**
   * The program is stopped right before a call.
   *
   * @param number from 1
   * @param line of the source that makes the call, from 1; 0 if it is not known
   */
  Answer stopped(int number, Window window, int line) throws IOException;

  /** What came of a strike. */
  void struck(WindowResult result);
}
