package dev.holdfast.cluster;

import dev.holdfast.locks.remote.RemoteKind;

/**
 * A kind of lock on a server. In a set such locks come before those of one machine: whoever waits
 * for a server holds nothing of the machine meanwhile.
 */
abstract class ClusterKind implements RemoteKind {
  private final String word;
  private final String title;
  private final int rank;

  ClusterKind(String word, String title, int rank) {
    this.word = word;
    this.title = title;
    this.rank = rank;
  }

  @Override
  public final String word() {
    return word;
  }

  @Override
  public final String title() {
    return title;
  }

  @Override
  public final int rank() {
    return rank;
  }

  @Override
  public final String toString() {
    return word;
  }
}
