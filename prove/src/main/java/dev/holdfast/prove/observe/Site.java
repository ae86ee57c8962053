package dev.holdfast.prove.observe;

import dev.holdfast.libc.Sysno;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A place in a program's run: a call by a task on a name. It is found again in another run by task,
 * call, name and how often the task did this before, not by a count of everything it did.
 *
 * @param task the task's path
 * @param nth which path call of its task this is, from 1; for people
 * @param names the paths as the victim passed them, raw; for a descriptor what it leads to
 * @param occurrence how many times the same task made the same call on the same names before
 */
public record Site(String task, int nth, Sysno call, List<String> names, int occurrence) {
  public Site {
    names = List.copyOf(names);
  }

  /** Everything but what differs from run to run. */
  public String key(VolatileNames volatileNames) {
    return task
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
