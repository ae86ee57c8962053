package dev.holdfast.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cluster.History.Event;
import dev.holdfast.cluster.History.Event.Ended;
import dev.holdfast.cluster.History.Event.Granted;
import dev.holdfast.cluster.History.Event.Lost;
import dev.holdfast.cluster.History.Event.Released;
import dev.holdfast.cluster.History.Event.Wrote;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The judge is judged: histories that are good, and one bad one for each thing it must see. */
class HistoryTest {
  private static void good(Event... events) {
    assertEquals(List.of(), History.wrongs(List.of(events)));
  }

  private static void bad(String expected, Event... events) {
    List<String> wrongs = History.wrongs(List.of(events));
    assertTrue(wrongs.stream().anyMatch(wrong -> wrong.contains(expected)), wrongs::toString);
  }

  @Test
  void goodOnes() {
    good();
    good(
        new Granted("a", 1),
        new Wrote("a", 1, 1, true),
        new Wrote("a", 1, 2, true),
        new Released("a", 1),
        new Granted("b", 4),
        new Released("b", 4));
    // A paused holder: what it does late is refused, and it is told.
    good(
        new Granted("a", 1),
        new Granted("b", 2),
        new Wrote("b", 2, 1, true),
        new Wrote("a", 1, 1, false),
        new Lost("a", 1),
        new Released("b", 2));
    // One that is late, but before anybody newer wrote.
    good(
        new Granted("a", 1),
        new Lost("a", 1),
        new Granted("b", 2),
        new Wrote("a", 1, 1, true),
        new Wrote("b", 2, 2, true),
        new Released("b", 2));
    good(new Granted("a", 1), new Ended("a"), new Granted("b", 2), new Released("b", 2));
  }

  @Test
  void anOldTokenThatIsAccepted() {
    bad(
        "wrote with 1 after 2",
        new Granted("a", 1),
        new Granted("b", 2),
        new Wrote("b", 2, 1, true),
        new Wrote("a", 1, 2, true),
        new Lost("a", 1),
        new Released("b", 2));
  }

  @Test
  void anUpdateThatIsLost() {
    bad(
        "an update is lost",
        new Granted("a", 1),
        new Wrote("a", 1, 1, true),
        new Released("a", 1),
        new Granted("b", 2),
        new Wrote("b", 2, 1, true),
        new Released("b", 2));
  }

  @Test
  void aTokenOfTwo() {
    bad(
        "granted twice",
        new Granted("a", 1),
        new Released("a", 1),
        new Granted("b", 1),
        new Released("b", 1));
  }

  @Test
  void aTokenOfSomebodyElse() {
    bad("not granted", new Granted("a", 1), new Wrote("b", 1, 1, true), new Released("a", 1));
  }

  @Test
  void aLossThatIsNotTold() {
    bad("never told", new Granted("a", 1), new Granted("b", 2), new Released("b", 2));
    bad(
        "was not told",
        new Granted("a", 1),
        new Granted("b", 2),
        new Released("b", 2),
        new Released("a", 1));
    bad(
        "was not told",
        new Granted("b", 2),
        new Granted("a", 1),
        new Released("a", 1),
        new Released("b", 2));
  }

  @Test
  void aReleaseOfWhatIsNotHeld() {
    bad("did not hold", new Released("a", 1));
    bad("did not hold", new Granted("a", 1), new Released("b", 1), new Ended("a"));
    bad("did not hold", new Lost("a", 1));
  }
}
