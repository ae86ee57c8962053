package dev.holdfast.prove.watch;

import dev.holdfast.prove.trace.Ending;
import java.util.List;
import java.util.Map;

/**
 * One undisturbed run.
 *
 * @param interesting the calls the attacker could have a hand in, in the order they were made
 * @param callCount all path calls
 * @param taskCount all tasks, the program itself included
 * @param output what the victim printed, shortened
 * @param outOfReach how many uses by name had nothing on their way that the attacker could change
 * @param onDescriptors how many changes of rights were made on descriptors, which no name leads to
 * @param commands the programs that were run, in order
 * @param below uses of names in directories that the task stood in or had open, where the attacker
 *     can change nothing, in order
 * @param elsewhere names, raw, that were looked for where the attacker can change nothing, after a
 *     directory of the attacker's had been listed
 * @param carried directories that were moved to where the attacker can change nothing: from which
 *     path to which, raw
 * @param believed by the path, raw, of a file that the attacker can replace: which of its words
 *     were used as names
 */
public record Observation(
    List<ObservedCall> interesting,
    int callCount,
    int taskCount,
    Ending ending,
    boolean orphansLeft,
    String output,
    int outOfReach,
    int onDescriptors,
    List<Command> commands,
    List<Below> below,
    List<String> elsewhere,
    Map<String, String> carried,
    Map<String, Words> believed) {
  /**
   * A use of a name on whose way the attacker could change nothing any more.
   *
   * @param path raw
   * @param operand which path argument it is
   * @param there whether the name was there
   */
  public record Below(String path, Operation operation, int operand, boolean there) {}

  /**
   * A program that a task began to run.
   *
   * @param before how many of the interesting calls had been made
   * @param arguments raw, its own name first
   */
  public record Command(int before, List<String> arguments) {}
}
