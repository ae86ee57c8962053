package dev.holdfast.files.ground;

import java.io.IOException;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code java.nio.file}'s view of attributes, on something held. */
public final class HeldAttributeView implements PosixFileAttributeView {

  /** What is held. */
  public interface Target {
    PosixFileAttributes stat() throws IOException;

    void chmod(int mode) throws IOException;

    void chown(int uid, int gid) throws IOException;

    void setTimes(@Nullable FileTime modified, @Nullable FileTime accessed) throws IOException;
  }

  private static final int KEEP = -1;

  private final Target target;

  private final String name;

  public HeldAttributeView(Target target, String name) {
    this.name = name;
    this.target = target;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public PosixFileAttributes readAttributes() throws IOException {
    return target.stat();
  }

  /** The creation time is ignored: no Linux file system lets it be set. */
  @Override
  public void setTimes(
      @Nullable FileTime modified, @Nullable FileTime accessed, @Nullable FileTime created)
      throws IOException {
    if (modified != null || accessed != null) {
      target.setTimes(modified, accessed);
    }
  }

  /** As the default file system: set-id and sticky bits, which nobody can ask for here, go. */
  @Override
  public void setPermissions(Set<PosixFilePermission> permissions) throws IOException {
    target.chmod(Modes.of(permissions));
  }

  @Override
  public UserPrincipal getOwner() throws IOException {
    return target.stat().owner();
  }

  @Override
  public void setOwner(UserPrincipal owner) throws IOException {
    target.chown(Principals.uid(owner), KEEP);
  }

  @Override
  public void setGroup(GroupPrincipal group) throws IOException {
    target.chown(KEEP, Principals.gid(group));
  }
}
