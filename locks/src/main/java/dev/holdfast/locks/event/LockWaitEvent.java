package dev.holdfast.locks.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;

/** A request for a lock, from its beginning to the grant or until its time was over. */
@Name("dev.holdfast.LockWait")
@Label("Lock Wait")
@Category({"Holdfast", "Locks"})
@Threshold("1 ms")
@SuppressWarnings("exports") // who uses this needs no jdk.jfr
public final class LockWaitEvent extends Event {
  @Label("Lock")
  String lock = "";

  @Label("Kind")
  String kind = "";

  @Label("Shared")
  boolean shared;

  @Label("Granted")
  @Description("False if the time was over, or if waiting failed")
  boolean granted;

  LockWaitEvent() {}
}
