package dev.holdfast.locks.event;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A request that was refused, since waiting could last for ever. */
@Name("dev.holdfast.LockRefused")
@Label("Lock Refused")
@Category({"Holdfast", "Locks"})
final class LockRefusedEvent extends Event {
  @Label("Why")
  String why = "";
}
