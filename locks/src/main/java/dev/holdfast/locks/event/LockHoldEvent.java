package dev.holdfast.locks.event;

import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;
import jdk.jfr.Threshold;

/** A lock that was held, from its grant until it was let go, by whichever thread. */
@Name("dev.holdfast.LockHold")
@Label("Lock Hold")
@Registered
@Threshold("10 ms")
public final class LockHoldEvent extends LockEvent {
  LockHoldEvent() {}
}
