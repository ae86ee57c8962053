package dev.holdfast.prove.world;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which of the host's directories a world overlays, and what stands between them.
 *
 * <p>Root overlays each mount as a whole. In a user namespace the kernel refuses to overlay a
 * directory below which something is mounted, because that would show what the mount hides; there
 * the root is rebuilt: plain directories and links down to directories with no mount below.
 *
 * @param points directories to overlay, upper ones first
 * @param directories plain directories to make, upper ones first; without the root
 * @param links symbolic links to make, with their targets
 */
record Views(List<String> points, List<String> directories, List<Link> links) {
  record Link(String path, String target) {}

  static Views ofMounts(List<HostMounts.Mount> mounts) {
    return new Views(mounts.stream().map(HostMounts.Mount::point).toList(), List.of(), List.of());
  }

  /** Rebuilds the root around the mounts. */
  static Views withoutMountsBelow(List<String> mountPoints) {
    Views views = new Views(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    views.descend("/", mountPoints);
    return views;
  }

  private void descend(String directory, List<String> mountPoints) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(directory))) {
      for (Path entry : entries) {
        String path = entry.toString();
        if (Files.isSymbolicLink(entry)) {
          links.add(new Link(path, Files.readSymbolicLink(entry).toString()));
        } else if (List.of("/proc", "/sys", "/dev").contains(path)) {
          directories.add(path);
        } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          directories.add(path);
          if (mountPoints.stream().anyMatch(m -> m.startsWith(path + "/"))) {
            descend(path, mountPoints);
          } else {
            points.add(path);
          }
        }
      }
    } catch (IOException e) {
      throw new WorldException("the host's " + directory + " cannot be read: " + e, e);
    }
  }
}
