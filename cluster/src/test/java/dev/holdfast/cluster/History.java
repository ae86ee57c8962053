package dev.holdfast.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the referee was told, in the order in which it was told, and what is wrong with it. */
final class History {
  private History() {}

  /** One thing that happened. */
  sealed interface Event {
    /** A client was granted the lock. */
    record Granted(String client, long token) implements Event {}

    /** It let go of it, and was not told of a loss. */
    record Released(String client, long token) implements Event {}

    /** It was told that it had lost it. */
    record Lost(String client, long token) implements Event {}

    /**
     * It wrote a value to the register that asks for tokens.
     *
     * @param accepted false if the register refused it
     */
    record Wrote(String client, long token, long value, boolean accepted) implements Event {}

    /** It ended, by whatever cause: nobody can be told anything any more. */
    record Ended(String client) implements Event {}
  }

  /**
   * What is wrong with it; nothing if it is a history of locks that exclude.
   *
   * <ul>
   *   <li>Of two accepted writes the later one has no lower token: nobody wrote after a newer
   *       holder had.
   *   <li>No token was granted twice.
   *   <li>A write was accepted only from whoever was granted its token.
   *   <li>Each accepted write counts on from the one before: nobody wrote on what another had
   *       changed meanwhile.
   *   <li>Whoever was granted the lock let go of it, was told that it was lost, or ended; and who
   *       was not told held it alone: no other was granted it between its grant and its release.
   * </ul>
   */
  static List<String> wrongs(List<Event> events) {
    List<String> wrongs = new ArrayList<>();
    Map<Long, String> granted = new HashMap<>();
    Map<Long, String> open = new HashMap<>();
    Set<Long> crossed = new HashSet<>();
    long newest = Long.MIN_VALUE;
    long value = 0;
    for (Event event : events) {
      switch (event) {
        case Event.Granted(String client, long token) -> {
          if (granted.put(token, client) != null) {
            wrongs.add("token " + token + " was granted twice");
          }
          crossed.addAll(open.keySet());
          if (!open.isEmpty()) {
            // Who of them had it first is for their tokens to say.
            open.keySet().stream().filter(other -> other > token).forEach(_ -> crossed.add(token));
          }
          open.put(token, client);
        }
        case Event.Released(String client, long token) -> {
          if (!client.equals(open.remove(token))) {
            wrongs.add(client + " released " + token + ", which it did not hold");
          } else if (crossed.contains(token)) {
            wrongs.add(client + " held " + token + " beside another, and was not told");
          }
        }
        case Event.Lost(String client, long token) -> {
          if (!client.equals(open.remove(token))) {
            wrongs.add(client + " was told of the loss of " + token + ", which it did not hold");
          }
        }
        case Event.Wrote(String client, long token, long written, boolean accepted) -> {
          if (accepted) {
            if (token < newest) {
              wrongs.add(client + " wrote with " + token + " after " + newest);
            }
            if (!client.equals(granted.get(token))) {
              wrongs.add(client + " wrote with " + token + ", which it was not granted");
            }
            if (written != value + 1) {
              wrongs.add(client + " wrote " + written + " on " + value + ": an update is lost");
            }
            newest = Math.max(newest, token);
            value = written;
          }
        }
        case Event.Ended(String client) -> open.values().removeIf(client::equals);
      }
    }
    open.forEach((token, client) -> wrongs.add(client + " was never told what became of " + token));
    return wrongs;
  }
}
