package dev.holdfast.locks.event;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;

/** A lock that was held, from its grant until it was let go, by whichever thread. */
@Name("dev.holdfast.LockHold")
@Label("Lock Hold")
@Category({"Holdfast", "Locks"})
@Threshold("10 ms")
@SuppressWarnings("exports") // who uses this needs no jdk.jfr
public final class LockHoldEvent extends Event {
  @Label("Lock")
  String lock = "";

  @Label("Kind")
  String kind = "";

  @Label("Shared")
  boolean shared;

  LockHoldEvent() {}
}
