package dev.holdfast.prove;

import dev.holdfast.prove.watch.Observation;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.Site;
import dev.holdfast.prove.watch.StandingNames;
import dev.holdfast.prove.watch.VolatileNames;
import dev.holdfast.prove.world.Worlds;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Learns from two runs on the same way which names the program makes up anew in each.
 *
 * <p>Threads: safe for all.
 *
 * @param worlds as the runs had them, to see what stands there in each
 */
record MadeUpNames(Worlds worlds) {
  /** What may be a time of day, or the seconds since some day. */
  private static final Pattern MOMENT =
      Pattern.compile("[0-9]{6}|[0-9]{2}[^0-9/][0-9]{2}[^0-9/][0-9]{2}");

  private static final long MILLIS = 1000;

  VolatileNames learn(VolatileNames known, Observation one, Observation other) {
    Set<String> differing = VolatileNames.differing(sites(one), sites(other));
    if (differing.isEmpty()) {
      return known;
    }
    Set<String> standing =
        worlds.inFreshWorld(
            _ -> {
              Set<String> names = StandingNames.beside(one.interesting(), differing);
              names.addAll(StandingNames.beside(other.interesting(), differing));
              return names;
            });
    return known.except(standing).learn(sites(one), sites(other));
  }

  private static List<Site> sites(Observation observation) {
    return observation.interesting().stream()
        .flatMap(call -> Stream.of(call.site(), objects(call)))
        .toList();
  }

  /** Also what a call has to do with that is not its argument: a file in a directory it closes. */
  private static Site objects(ObservedCall call) {
    List<String> names = new ArrayList<>(call.names());
    names.add(call.object());
    Site site = call.site();
    return new Site(site.process(), site.task(), site.nth(), site.call(), names, site.occurrence());
  }

  /** A name with a time of day in it is made up anew, too, but only from one second to the next. */
  static void awaitOtherMoment(Observation observation) throws ProveException {
    boolean moment =
        sites(observation).stream()
            .flatMap(site -> site.names().stream())
            .anyMatch(name -> MOMENT.matcher(name).find());
    if (moment) {
      long millis = System.currentTimeMillis();
      try {
        Thread.sleep(MILLIS - millis % MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ProveException("interrupted", e);
      }
    }
  }
}
