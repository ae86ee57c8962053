package dev.holdfast.prove.watch;

import dev.holdfast.libc.Sysno;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A place in a program's run: a call by a process on a name. It is found again in another run by
 * process, call, name and how often the process did this before, not by a count of everything it
 * did; nor by the thread, since which thread of a pool gets a job is decided anew in each run.
 *
 * @param process the path of the process, over all of whose threads calls are counted
 * @param task the task's path; for people
 * @param nth which path call of its task this is, from 1; for people
 * @param names the paths as the victim passed them, raw; for a descriptor what it leads to
 * @param occurrence how many times the same process made the same call on the same names before
 */
public record Site(
    String process, String task, int nth, Sysno call, List<String> names, int occurrence) {
  public Site {
    names = List.copyOf(names);
  }

  /** Everything but what differs from run to run. */
  public String key(VolatileNames volatileNames) {
    return process
        + '\0'
        + call.nr
        + '\0'
        + names.stream().map(volatileNames::normalize).collect(Collectors.joining("\0"));
  }

  public String display() {
    return call.callName()
        + "("
        + names.stream().map(n -> '"' + Raw.display(n) + '"').collect(Collectors.joining(", "))
        + ")";
  }
}
