package dev.holdfast.files.trust;

import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.ground.Principals;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.HashSet;
import java.util.Set;

/**
 * Who could change any component from {@code /} down to an object? (F05)
 *
 * <p>Trusted are root, the user for whom is asked, and whoever is named besides. Everybody else is
 * not, and neither is a group unless all who are in it are trusted.
 *
 * <p><b>Guarantees.</b> The way is walked from the root, one component at a time, through every
 * symbolic link and the way to its target. Each component is pinned by a descriptor first, and
 * judged by what that descriptor says: owner, mode, access control list, link count, mount. The
 * verdict keeps the descriptors, so that the object can be opened without looking its name up
 * again. What cannot be found out (members of a group on a server that does not list them, an ACL
 * that cannot be read) is a reason against. Where the verdict is "trusted", nobody but the trusted
 * could have replaced a component since, unless rights were changed by one of the trusted
 * meanwhile.
 *
 * <p><b>Remaining races.</b> A process that had the rights before they were taken away, and still
 * holds a descriptor, keeps what it has. A group without members is trusted: programs that are
 * set-group-id to it are not looked for. Capabilities, and security modules that allow less, are
 * not taken into account.
 *
 * <p><b>Threads.</b> Immutable; each judgement stands alone.
 *
 * <p><b>Sources.</b> path_resolution(7), acl(5), the "safe file" library of HTCondor, {@code
 * File::Temp}'s levels, sshd's strict modes.
 */
public final class Trust {
  /** How shared directories and ownership are seen. */
  public enum Level {
    /** No directory in which others may write, sticky or not. */
    STANDARD,
    /**
     * A directory in which others may write is accepted if it is sticky, and the entry in it
     * belongs to the trusted and has no other name.
     */
    STICKY,
    /**
     * As standard, and ownership must prove something: no file system on which files may be given
     * away or on which a server decides, and no file with a second name.
     */
    STRICT
  }

  private final Set<Integer> trusted;
  private final Level level;

  private Trust(Set<Integer> trusted, Level level) {
    this.trusted = Set.copyOf(trusted);
    this.level = level;
  }

  /** For the user this thread acts as. */
  public static Trust forCaller() {
    return forUser(Identity.geteuid());
  }

  public static Trust forUser(int uid) {
    return new Trust(Set.of(uid), Level.STANDARD).alsoTrusting(0);
  }

  /**
   * For a user of this host, by name or number.
   *
   * @throws UserPrincipalNotFoundException if there is no such user
   */
  public static Trust forUser(String name) throws UserPrincipalNotFoundException {
    return forUser(Principals.userNamed(name).uid());
  }

  public Trust at(Level wanted) {
    return new Trust(trusted, wanted);
  }

  public Trust alsoTrusting(int uid) {
    Set<Integer> more = new HashSet<>(trusted);
    more.add(uid);
    return new Trust(more, level);
  }

  public Level level() {
    return level;
  }

  boolean trusts(int uid) {
    return trusted.contains(uid);
  }

  /**
   * Walks to the object and judges the way.
   *
   * @param path need not exist: then what is there of the way is judged
   * @throws java.nio.file.AccessDeniedException if a directory on the way cannot be searched
   * @throws UnsafePathException if links lead in circles, or through a magic link of /proc ({@code
   *     /proc/PID/root}, {@code /dev/stdin}): the way to what it leads to is not known
   */
  public TrustVerdict judge(Path path) throws IOException {
    return new TrustWalk(this, FileName.textOf(path.toAbsolutePath())).judge();
  }

  /**
   * The same, and insists.
   *
   * @throws UnsafePathException if it cannot be trusted
   */
  public TrustVerdict require(Path path) throws IOException {
    TrustVerdict verdict = judge(path);
    try {
      verdict.requireTrusted();
      return verdict;
    } catch (UnsafePathException refused) {
      verdict.close();
      throw refused;
    }
  }
}
