package dev.holdfast.locks.scope;

import dev.holdfast.locks.Kind;
import dev.holdfast.path.FileSystems;
import java.nio.file.FileSystemException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps each kind of lock from file systems where it does not exclude (K16). */
public final class Scope {
  /** What was said already: once for a kind and a file system. */
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private Scope() {}

  /**
   * Refuses, warns or does nothing, as {@link ScopeProbe#SCOPE_PROPERTY} has it.
   *
   * @throws FileSystemException if this kind means nothing on that file system
   */
  public static void require(Kind kind, String path, FileSystems.Known fileSystem)
      throws FileSystemException {
    ScopeProbe probe = ScopeProbe.judge(kind, fileSystem);
    if (probe.level() == ScopeProbe.Level.GOOD) {
      return;
    }
    String policy = System.getProperty(ScopeProbe.SCOPE_PROPERTY, "warn");
    boolean refused =
        probe.level() == ScopeProbe.Level.REFUSE ? !policy.equals("off") : policy.equals("strict");
    if (refused) {
      throw new FileSystemException(path, null, kind.title() + ": of no use there: " + probe.why());
    }
    if (!policy.equals("quiet")
        && !policy.equals("off")
        && SAID.add(kind.word() + ' ' + fileSystem.name())) {
      // Of an overlay only who shares the file between containers needs to know.
      System.Logger.Level level =
          fileSystem.reach() == FileSystems.Reach.OVERLAY
              ? System.Logger.Level.DEBUG
              : System.Logger.Level.WARNING;
      // Looked up only now: the first logger of a process takes a good part of a start.
      System.getLogger("dev.holdfast.locks")
          .log(level, "{0}: {1}: on {2}", path, kind.title(), probe.why());
    }
  }
}
