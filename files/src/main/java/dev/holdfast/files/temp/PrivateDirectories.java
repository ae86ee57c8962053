package dev.holdfast.files.temp;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.Directory;
import dev.holdfast.files.Resolution;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.ground.Environment;
import dev.holdfast.files.trust.TrustedDirectory;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory that only this user can enter (F06): the run-time directory, else the state
 * directory, else one in the home directory.
 *
 * <p><b>Guarantees.</b> What is answered belongs to the effective user, has mode 0700, and nobody
 * but that user and root can change a directory above it: all judged on held descriptors, each
 * time. One that was too open is not narrowed but passed over, since others may have it open
 * already.
 *
 * <p><b>Remaining races.</b> None with other users. <b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> XDG Base Directory Specification; file-hierarchy(7).
 */
public final class PrivateDirectories {
  private PrivateDirectories() {}

  /** Where something may be private. */
  private record Candidate(@Nullable String base, String below, boolean makeBase) {}

  /**
   * Opens, or makes, this application's private directory.
   *
   * @param application one component, such as the program's name
   * @throws UnsafePathException if no place is private; the reason names all that were tried
   */
  public static Directory open(String application) throws IOException {
    if (!CORE.isOneComponent(application, "a private directory")) {
      throw new IllegalArgumentException("not one component: " + application);
    }
    List<String> refusals = new ArrayList<>();
    String home = Environment.home();
    for (Candidate candidate :
        List.of(
            new Candidate(Environment.path("XDG_RUNTIME_DIR"), application, false),
            new Candidate(
                "/run/user/" + Integer.toUnsignedString(Identity.geteuid()), application, false),
            new Candidate(Environment.path("XDG_STATE_HOME"), application, false),
            new Candidate(home, ".local/state/" + application, false),
            new Candidate(home, "." + application, false))) {
      if (candidate.base != null) {
        Directory found = tryOpen(candidate.base, candidate.below, refusals);
        if (found != null) {
          return found;
        }
      }
    }
    throw new UnsafePathException(
        application, "no private directory: " + String.join("; ", refusals), Row.S13, null);
  }

  private static @Nullable Directory tryOpen(String base, String below, List<String> refusals)
      throws IOException {
    try (Directory held =
        Directory.openFollowingLinks(FileName.pathOf(base), Resolution.beneath().noSymlinks())) {
      String distrust = TrustedDirectory.distrust(held);
      if (distrust != null) {
        refusals.add(base + ": " + distrust);
        return null;
      }
      Directory directory = held.mkdirs(below, 0700);
      String reason = TrustedDirectory.notPrivate(directory);
      if (reason == null) {
        return directory;
      }
      directory.close();
      refusals.add(base + "/" + below + ": " + reason);
    } catch (NoSuchFileException absent) {
      refusals.add(base + ": is not there");
    } catch (FileSystemException refused) {
      refusals.add(base + ": " + refused.getReason());
    }
    return null;
  }
}
