package dev.holdfast.locks.remote;

import dev.holdfast.locks.Holder;
import java.util.List;

/**
 * Who holds and who waits for one lock, in the order in which the server saw them.
 *
 * @param name as it was asked for
 */
public record LockState(String name, List<Holder> holders, List<Holder> waiters) {
  public LockState {
    holders = List.copyOf(holders);
    waiters = List.copyOf(waiters);
  }
}
