package dev.holdfast.files.trust;

import dev.holdfast.files.FileStat;
import dev.holdfast.path.FileName;
import java.util.List;

/**
 * One component of the way to an object, as it was judged.
 *
 * @param path from the root on, without links
 * @param stat what its pinned descriptor said
 * @param linkTarget where it points to, in the form of {@link FileName}; empty if it is no link
 * @param fileSystem such as {@code ext4}; empty if it is not known
 * @param mountOptions such as {@code nosuid}
 * @param reasons why it cannot be trusted; empty if it can
 */
public record TrustComponent(
    String path,
    FileStat stat,
    String linkTarget,
    String fileSystem,
    List<String> mountOptions,
    List<TrustReason> reasons) {
  public TrustComponent {
    mountOptions = List.copyOf(mountOptions);
    reasons = List.copyOf(reasons);
  }

  public boolean trusted() {
    return reasons.isEmpty();
  }
}
