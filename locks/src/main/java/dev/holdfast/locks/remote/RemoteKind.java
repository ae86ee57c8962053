package dev.holdfast.locks.remote;

import dev.holdfast.locks.HostLock;
import dev.holdfast.locks.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A kind of lock that lives on a server: there are no locks of it before one is connected to. */
public interface RemoteKind extends Kind {
  /**
   * Connects to a server.
   *
   * @param at where it is, in the words of the kind
   * @param settings what else is to be set, by the names of the kind; secrets come this way only
   * @throws IOException if it cannot be reached, refuses us, or is of no use for locks; the message
   *     says what to do
   * @throws IllegalArgumentException if {@code at} or a setting makes no sense
   */
  LockService connect(String at, Map<String, String> settings) throws IOException;

  /** None: a path says nothing about a server. */
  @Override
  default HostLock at(Path path) throws IOException {
    return named(path.toString());
  }

  @Override
  default HostLock named(String name) throws IOException {
    throw new UnsupportedOperationException(
        name + ": a " + title() + " is on a server: connect to one first");
  }
}
