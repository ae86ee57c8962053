package dev.holdfast.prove.world;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
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
 * @param points directories that have a layer of their own, upper ones first
 * @param bare how many of the last points are no overlays: nothing of the host is below them
 * @param directories plain directories to make, upper ones first; without the root
 * @param links symbolic links to make, with their targets
 */
record Views(List<String> points, int bare, List<String> directories, List<Link> links) {
  record Link(String path, String target) {}

  static Views ofMounts(List<HostMounts.Mount> mounts) {
    return new Views(
        mounts.stream().map(HostMounts.Mount::point).toList(), 0, List.of(), List.of());
  }

  /** Without what is mounted at or below a directory that a world has for its own: it is hidden. */
  Views withoutPointsBelow(List<String> hidden) {
    return new Views(
        points.stream()
            .filter(p -> hidden.stream().noneMatch(h -> p.equals(h) || p.startsWith(h + "/")))
            .toList(),
        bare,
        directories,
        links);
  }

  /** Rebuilds the root around the mounts. */
  static Views withoutMountsBelow(List<String> mountPoints) {
    Views views = new Views(new ArrayList<>(), 0, new ArrayList<>(), new ArrayList<>());
    views.descend("/", mountPoints);
    return views;
  }

  /** The same, with bare layers for paths that are below none of the points. */
  Views with(List<String> paths) {
    List<String> outside = paths.stream().filter(p -> indexFor(p) < 0).distinct().toList();
    List<String> allPoints = new ArrayList<>(points);
    List<String> allDirectories = new ArrayList<>(directories);
    for (String path : outside) {
      allPoints.add(path);
      for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
        addNew(allDirectories, path.substring(0, slash));
      }
      addNew(allDirectories, path);
    }
    return new Views(
        List.copyOf(allPoints), outside.size(), List.copyOf(allDirectories), List.copyOf(links));
  }

  private static void addNew(List<String> list, String path) {
    if (!list.contains(path)) {
      list.add(path);
    }
  }

  /** Whether a point has nothing of the host below it. */
  boolean isBare(int index) {
    return index >= points.size() - bare;
  }

  /** The innermost point that a path is at or below; -1 if there is none. */
  int indexFor(String path) {
    int index = -1;
    for (int i = 0; i < points.size(); i++) {
      String point = points.get(i);
      boolean inside =
          point.equals("/") || path.startsWith(point + "/") || (isBare(i) && path.equals(point));
      if (inside && (index < 0 || point.length() >= points.get(index).length())) {
        index = i;
      }
    }
    return index;
  }

  /** What is gone when it is looked at, or may not be read by this user, has nothing to show. */
  private void descend(String directory, List<String> mountPoints) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(directory))) {
      for (Path entry : entries) {
        String path = entry.toString();
        if (Files.isSymbolicLink(entry)) {
          addLink(entry);
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
    } catch (AccessDeniedException | NoSuchFileException | NotDirectoryException e) {
      if (directory.equals("/")) {
        throw unreadable(directory, e);
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw unreadable(directory, e);
    }
  }

  private void addLink(Path link) throws IOException {
    try {
      links.add(new Link(link.toString(), Files.readSymbolicLink(link).toString()));
    } catch (NoSuchFileException | NotLinkException e) {
      // Gone, or something else by now.
    }
  }

  private static WorldException unreadable(String directory, Exception e) {
    return new WorldException("the host's " + directory + " cannot be read: " + e, e);
  }
}
