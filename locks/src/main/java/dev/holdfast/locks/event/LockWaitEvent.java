package dev.holdfast.locks.event;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Registered;
import jdk.jfr.Threshold;

/** A request for a lock, from its beginning to the grant or until its time was over. */
@Name("dev.holdfast.LockWait")
@Label("Lock Wait")
@Registered
@Threshold("1 ms")
public final class LockWaitEvent extends LockEvent {
  @Label("Granted")
  @Description("False if the time was over, or if waiting failed")
  boolean granted;

  LockWaitEvent() {}
}
