package dev.holdfast.prove.trial;

import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.watch.Attacker;
import dev.holdfast.prove.watch.VolatileNames;
import dev.holdfast.prove.world.Worlds;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * What all trials of one proof share.
 *
 * @param victim the program as it is to be run
 * @param service how it is used, if it does not end by itself
 * @param shell makes the program that runs a check command
 * @param checks shell commands that must exit 0 after the victim
 * @param arenas the directories that are the attacker's, raw
 * @param guardsSet the kernel guards in force for this attacker
 * @param injection what stands in files of the attacker's, and must not come elsewhere
 * @param cutShort directories, raw, that had more than could be put into the place of what is
 *     exchanged; added to by trials
 * @param limit for one run
 * @param baseline how long an undisturbed run takes
 */
public record Setting(
    Worlds worlds,
    Program victim,
    Service service,
    Function<String, Program> shell,
    List<String> checks,
    Attacker attacker,
    VolatileNames volatileNames,
    List<String> arenas,
    Set<String> guardsSet,
    String injection,
    Set<String> cutShort,
    Duration limit,
    Duration baseline) {

  /** The same, with other names that are made up anew. */
  Setting with(VolatileNames names) {
    return new Setting(
        worlds, victim, service, shell, checks, attacker, names, arenas, guardsSet, injection,
        cutShort, limit, baseline);
  }

  /** What a victim gets that was led into a FIFO: it would wait for ever. */
  Duration shortLimit() {
    Duration generous = baseline.multipliedBy(10).plusMillis(500);
    return generous.compareTo(limit) < 0 ? generous : limit;
  }
}
