package dev.holdfast.cluster;

import java.io.IOException;
import java.util.List;

/** What is between one client and the servers, and can be cut. */
interface Cable extends AutoCloseable {
  /** What does not get through any more. */
  enum Cut {
    /** The servers hear nothing from the client. */
    TO_SERVERS,
    /** The client hears nothing from the servers, which still hear it. */
    TO_CLIENT,
    BOTH
  }

  /** Where the client finds the servers: {@code host:port}, with commas. */
  String hosts();

  /** Where the client finds the referee, to whom it can always speak: {@code host:port}. */
  String referee();

  /** The command of the client, so that it has this cable. */
  List<String> around(List<String> command);

  void cut(Cut cut) throws IOException, InterruptedException;

  /** What was under way arrives now, late. */
  void mend() throws IOException, InterruptedException;

  @Override
  void close() throws IOException;
}
