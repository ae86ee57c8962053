package dev.holdfast.files.host;

import java.util.List;

/**
 * A file without a name that a process still holds.
 *
 * @param name the last name it had, as the kernel remembers it
 * @param bytes its size
 * @param allocatedBytes the space it uses: what comes free once nobody holds it
 * @param uid who owns it
 * @param holders who keeps it
 */
public record UnlinkedFile(
    String name,
    long device,
    long inode,
    int uid,
    long bytes,
    long allocatedBytes,
    List<Holder> holders) {
  /**
   * One process that holds it.
   *
   * @param pid in this PID namespace
   * @param uid whom the process belongs to
   * @param descriptors their numbers; empty if it only has it mapped
   */
  public record Holder(int pid, String command, int uid, List<Integer> descriptors) {
    public Holder {
      descriptors = List.copyOf(descriptors);
    }
  }

  public UnlinkedFile {
    holders = List.copyOf(holders);
  }
}
