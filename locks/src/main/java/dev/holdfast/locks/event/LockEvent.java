package dev.holdfast.locks.event;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Registered;

/** What took some time, and was about one lock. */
@Registered(false)
@Category({"Holdfast", "Locks"})
@SuppressWarnings("exports") // who uses this needs no jdk.jfr
public abstract class LockEvent extends Event {
  @Label("Lock")
  String lock = "";

  @Label("Kind")
  String kind = "";

  @Label("Shared")
  boolean shared;

  LockEvent() {}

  /** Begins it; false if nobody records. */
  final boolean isBegun() {
    if (!isEnabled()) {
      return false;
    }
    begin();
    return true;
  }

  /** Ends it, and tells it if it took long enough. */
  final void tell(String name, String kindOfLock, boolean isShared) {
    end();
    if (shouldCommit()) {
      lock = name;
      kind = kindOfLock;
      shared = isShared;
      commit();
    }
  }
}
