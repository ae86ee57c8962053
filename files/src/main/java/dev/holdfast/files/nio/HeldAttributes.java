package dev.holdfast.files.nio;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.files.Directory;
import dev.holdfast.files.FileStat;
import dev.holdfast.files.HeldObject;
import dev.holdfast.files.ground.HeldAttributeView;
import dev.holdfast.libc.process.Identity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of an entry, as {@code java.nio.file} has them: by views, and by names such as
 * {@code posix:owner}. The entry is looked up at each call, and held while it is changed.
 */
record HeldAttributes(Directory directory, String name, boolean follow)
    implements HeldAttributeView.Target {
  /** What there are names for. */
  static final Set<String> VIEWS = Set.of("basic", "owner", "posix", "unix", "user");

  /** The text that names attributes: {@code [view:]names}. */
  private record Attribute(String view, String names) {
    static Attribute parse(String text) {
      int colon = text.indexOf(':');
      Attribute parsed =
          new Attribute(colon < 0 ? "basic" : text.substring(0, colon), text.substring(colon + 1));
      if (parsed.view.isEmpty() || parsed.names.isEmpty()) {
        throw new IllegalArgumentException("no attribute is named: " + text);
      }
      return parsed;
    }

    IllegalArgumentException unknown(String name) {
      return new IllegalArgumentException("no attribute " + view + ":" + name);
    }
  }

  private HeldObject held() throws IOException {
    return follow ? directory.holdFollowingLinks(name) : directory.hold(name);
  }

  @Override
  public FileStat stat() throws IOException {
    return follow ? directory.statFollowingLinks(name) : directory.stat(name);
  }

  @Override
  public void chmod(int mode) throws IOException {
    try (HeldObject held = held()) {
      held.chmod(mode);
    }
  }

  @Override
  public void chown(int uid, int gid) throws IOException {
    try (HeldObject held = held()) {
      held.chown(uid, gid);
    }
  }

  @Override
  public void setTimes(@Nullable FileTime modified, @Nullable FileTime accessed)
      throws IOException {
    try (HeldObject held = held()) {
      held.setTimes(modified, accessed);
    }
  }

  HeldAttributeView view(String name) {
    return new HeldAttributeView(this, name);
  }

  HeldUserAttributes userView() {
    return new HeldUserAttributes(directory, name, follow);
  }

  /** Those that are listed, or all of a view: {@code Files.readAttributes}. */
  Map<String, Object> read(String attributes) throws IOException {
    Attribute asked = Attribute.parse(attributes);
    List<String> names = List.of(asked.names().split(",", -1));
    Map<String, Object> all =
        asked.view().equals("user") ? users(names) : all(asked.view(), stat());
    Map<String, Object> result = new LinkedHashMap<>();
    for (String wanted : names) {
      if (wanted.equals("*")) {
        result.putAll(all);
        continue;
      }
      Object value = all.get(wanted);
      if (value == null) {
        throw asked.unknown(wanted);
      }
      result.put(wanted, value);
    }
    return result;
  }

  private Map<String, Object> users(List<String> names) throws IOException {
    HeldUserAttributes view = userView();
    Map<String, Object> all = new LinkedHashMap<>();
    for (String each : names.contains("*") ? view.list() : names) {
      all.put(each, view.value(each));
    }
    return all;
  }

  private static Map<String, Object> all(String view, FileStat stat) {
    Map<String, Object> all = new LinkedHashMap<>();
    switch (view) {
      case "basic", "posix", "unix" -> {
        all.put("size", stat.size());
        all.put("lastModifiedTime", stat.lastModifiedTime());
        all.put("lastAccessTime", stat.lastAccessTime());
        all.put("creationTime", stat.creationTime());
        all.put("isRegularFile", stat.isRegularFile());
        all.put("isDirectory", stat.isDirectory());
        all.put("isSymbolicLink", stat.isSymbolicLink());
        all.put("isOther", stat.isOther());
        all.put("fileKey", stat.fileKey());
      }
      case "owner" -> {}
      default -> throw new UnsupportedOperationException("view " + view);
    }
    if (!view.equals("basic")) {
      all.put("owner", stat.owner());
    }
    if (view.equals("posix") || view.equals("unix")) {
      all.put("group", stat.group());
      all.put("permissions", stat.permissions());
    }
    if (view.equals("unix")) {
      all.put("mode", CORE.statx(stat).mode());
      all.put("ino", stat.inode());
      all.put("dev", stat.device());
      all.put("rdev", CORE.statx(stat).deviceOfNode());
      all.put("nlink", stat.linkCount());
      all.put("uid", stat.uid());
      all.put("gid", stat.gid());
      all.put("ctime", stat.lastChangeTime());
    }
    return all;
  }

  /** Sets the one of this name: {@code Files.setAttribute}. */
  @SuppressWarnings("unchecked")
  void set(String attribute, Object value) throws IOException {
    Attribute asked = Attribute.parse(attribute);
    if (asked.view().equals("user")) {
      ByteBuffer bytes =
          value instanceof byte[] array ? ByteBuffer.wrap(array) : (ByteBuffer) value;
      userView().write(asked.names(), bytes);
      return;
    }
    HeldAttributeView view = view("posix");
    switch (asked.view() + ":" + asked.names()) {
      case "basic:lastModifiedTime", "posix:lastModifiedTime", "unix:lastModifiedTime" ->
          view.setTimes((FileTime) value, null, null);
      case "basic:lastAccessTime", "posix:lastAccessTime", "unix:lastAccessTime" ->
          view.setTimes(null, (FileTime) value, null);
      case "basic:creationTime", "posix:creationTime", "unix:creationTime" ->
          view.setTimes(null, null, (FileTime) value);
      case "posix:permissions", "unix:permissions" ->
          view.setPermissions((Set<PosixFilePermission>) value);
      case "owner:owner", "posix:owner", "unix:owner" -> view.setOwner((UserPrincipal) value);
      case "posix:group", "unix:group" -> view.setGroup((GroupPrincipal) value);
      case "unix:mode" -> chmod((Integer) value & 07777);
      case "unix:uid" -> chown((Integer) value, Identity.KEEP);
      case "unix:gid" -> chown(Identity.KEEP, (Integer) value);
      default -> {
        if (VIEWS.contains(asked.view())) {
          throw asked.unknown(asked.names());
        }
        throw new UnsupportedOperationException("view " + asked.view());
      }
    }
  }
}
