package dev.holdfast.prove;

import java.util.List;

/**
 * A user by numbers: one who need not be known on this host, since a set-up may make them.
 *
 * <p>Threads: immutable.
 *
 * @param groups the supplementary groups
 */
public record Account(String name, int uid, int gid, List<Integer> groups) {
  public Account {
    groups = List.copyOf(groups);
  }
}
