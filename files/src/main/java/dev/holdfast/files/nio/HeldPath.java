package dev.holdfast.files.nio;

import dev.holdfast.files.Directory;
import dev.holdfast.path.FileName;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A path of a {@link HeldFileSystem}: text only. {@code /} is the held directory, which relative
 * paths start from too.
 */
final class HeldPath implements Path {
  private final HeldFileSystem fileSystem;
  private final boolean absolute;

  /** Its components, none of which is empty or has a slash. */
  private final List<String> names;

  private HeldPath(HeldFileSystem fileSystem, boolean absolute, List<String> names) {
    this.fileSystem = fileSystem;
    this.absolute = absolute;
    this.names = names;
  }

  static HeldPath parse(HeldFileSystem fileSystem, String text) {
    // Refuses at once what no name can contain, as the default file system does.
    byte[] checked = FileName.encode(text);
    List<String> names = new ArrayList<>();
    for (String name : text.split("/", -1)) {
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    return new HeldPath(
        fileSystem, checked.length > 0 && checked[0] == '/', Collections.unmodifiableList(names));
  }

  private HeldPath with(boolean isAbsolute, List<String> other) {
    return new HeldPath(fileSystem, isAbsolute, List.copyOf(other));
  }

  HeldFileSystem held() {
    return fileSystem;
  }

  /** For the operations of a {@link Directory}. */
  String inDirectory() {
    return names.isEmpty() ? "." : String.join("/", names);
  }

  @Override
  public FileSystem getFileSystem() {
    return fileSystem;
  }

  @Override
  public boolean isAbsolute() {
    return absolute;
  }

  @Override
  public @Nullable Path getRoot() {
    return absolute ? with(true, List.of()) : null;
  }

  private boolean isEmpty() {
    return !absolute && names.isEmpty();
  }

  @Override
  public @Nullable Path getFileName() {
    if (names.isEmpty()) {
      return absolute ? null : this;
    }
    return with(false, List.of(names.getLast()));
  }

  @Override
  public @Nullable Path getParent() {
    if (names.isEmpty() || (names.size() == 1 && !absolute)) {
      return null;
    }
    return with(absolute, names.subList(0, names.size() - 1));
  }

  @Override
  public int getNameCount() {
    return isEmpty() ? 1 : names.size();
  }

  @Override
  public Path getName(int index) {
    if (isEmpty() && index == 0) {
      return this;
    }
    if (index < 0 || index >= names.size()) {
      throw new IllegalArgumentException("no name " + index + " in " + this);
    }
    return with(false, List.of(names.get(index)));
  }

  @Override
  public Path subpath(int from, int to) {
    if (isEmpty() && from == 0 && to == 1) {
      return this;
    }
    if (from < 0 || to > names.size() || from >= to) {
      throw new IllegalArgumentException("no names %d to %d in %s".formatted(from, to, this));
    }
    return with(false, names.subList(from, to));
  }

  private @Nullable HeldPath sameSystem(Path other) {
    return other instanceof HeldPath held && held.fileSystem == fileSystem ? held : null;
  }

  private HeldPath ours(Path other) {
    HeldPath held = sameSystem(other);
    if (held == null) {
      throw new ProviderMismatchException(
          other + " belongs to another file system: pass its text on if that is meant");
    }
    return held;
  }

  @Override
  public boolean startsWith(Path other) {
    HeldPath held = sameSystem(other);
    if (held == null || held.absolute != absolute || held.isEmpty() != isEmpty()) {
      return false;
    }
    return held.names.size() <= names.size()
        && names.subList(0, held.names.size()).equals(held.names);
  }

  @Override
  public boolean endsWith(Path other) {
    HeldPath held = sameSystem(other);
    if (held == null || held.isEmpty() != isEmpty()) {
      return false;
    }
    if (held.absolute) {
      return equals(held);
    }
    int from = names.size() - held.names.size();
    return from >= 0 && names.subList(from, names.size()).equals(held.names);
  }

  @Override
  public Path normalize() {
    List<String> result = new ArrayList<>();
    for (String name : names) {
      if (name.equals("..")) {
        if (!result.isEmpty() && !result.getLast().equals("..")) {
          result.removeLast();
        } else if (!absolute) {
          result.add(name);
        }
      } else if (!name.equals(".")) {
        result.add(name);
      }
    }
    return with(absolute, result);
  }

  @Override
  public Path resolve(Path other) {
    HeldPath held = ours(other);
    if (held.absolute || isEmpty()) {
      return held;
    }
    List<String> result = new ArrayList<>(names);
    result.addAll(held.names);
    return with(absolute, result);
  }

  @Override
  public Path resolve(String other) {
    return resolve(parse(fileSystem, other));
  }

  @Override
  public Path relativize(Path other) {
    HeldPath held = ours(other);
    if (held.absolute != absolute) {
      throw new IllegalArgumentException("one of them is absolute: " + this + ", " + other);
    }
    if (held.startsWith(this)) {
      return with(false, held.names.subList(names.size(), held.names.size()));
    }
    // A dot is no level to go up from.
    List<String> from = names.stream().filter(name -> !name.equals(".")).toList();
    int same = 0;
    int next = 0;
    for (int i = 0; i < held.names.size() && same < from.size(); i++) {
      String name = held.names.get(i);
      if (name.equals(from.get(same))) {
        same++;
        next = i + 1;
      } else if (!name.equals(".")) {
        break;
      }
    }
    if (from.subList(same, from.size()).contains("..")) {
      throw new IllegalArgumentException("what .. leads to is not known: " + this);
    }
    List<String> result = new ArrayList<>(Collections.nCopies(from.size() - same, ".."));
    result.addAll(held.names.subList(next, held.names.size()));
    return with(false, result);
  }

  /**
   * The form that programs pass on, by a scheme of its own: no provider is registered for it, so
   * that nobody can turn a text from outside into one of these paths.
   */
  @Override
  public URI toUri() {
    try {
      String path = ((HeldPath) toAbsolutePath()).toString();
      return new URI(HeldFileSystemProvider.SCHEME, null, path, fileSystem.id());
    } catch (URISyntaxException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** There is none: a {@code File} is always a path of the default file system. */
  @Override
  public File toFile() {
    throw new UnsupportedOperationException("a path below a held directory is no File: " + this);
  }

  @Override
  public Path toAbsolutePath() {
    return absolute ? this : with(true, names);
  }

  @Override
  public Path toRealPath(LinkOption... options) throws IOException {
    return fileSystem.realPath(this, HeldFileSystemProvider.follows(options));
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("watching is by name: not below a held directory");
  }

  @Override
  public int compareTo(Path other) {
    // Of another provider it is a ClassCastException, as Path has it.
    HeldPath held = (HeldPath) other;
    return Arrays.compareUnsigned(
        FileName.encode(toString()), FileName.encode(ours(held).toString()));
  }

  @Override
  public boolean equals(@Nullable Object object) {
    return object instanceof HeldPath other
        && other.fileSystem == fileSystem
        && other.absolute == absolute
        && other.names.equals(names);
  }

  @Override
  public int hashCode() {
    return names.hashCode() * 31 + (absolute ? 1 : 0);
  }

  @Override
  public String toString() {
    return (absolute ? "/" : "") + String.join("/", names);
  }
}
