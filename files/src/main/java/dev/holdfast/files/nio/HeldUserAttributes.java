package dev.holdfast.files.nio;

import static dev.holdfast.files.inside.Core.CORE;

import dev.holdfast.files.Directory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;

/** The extended attributes that begin with {@code user.}, as {@code java.nio.file} sees them. */
final class HeldUserAttributes implements UserDefinedFileAttributeView {
  private static final String PREFIX = "user.";

  private final Directory directory;
  private final String name;
  private final boolean follow;

  HeldUserAttributes(Directory directory, String name, boolean follow) {
    this.directory = directory;
    this.name = name;
    this.follow = follow;
  }

  @Override
  public String name() {
    return "user";
  }

  @Override
  public List<String> list() throws IOException {
    return CORE.xattrs(directory, name, follow).stream()
        .filter(attribute -> attribute.startsWith(PREFIX))
        .map(attribute -> attribute.substring(PREFIX.length()))
        .toList();
  }

  byte[] value(String attribute) throws IOException {
    byte[] value = CORE.xattr(directory, name, PREFIX + attribute, follow);
    if (value == null) {
      throw new FileSystemException(
          CORE.show(directory, name), null, "has no attribute " + PREFIX + attribute);
    }
    return value;
  }

  @Override
  public int size(String attribute) throws IOException {
    return value(attribute).length;
  }

  @Override
  public int read(String attribute, ByteBuffer target) throws IOException {
    byte[] value = value(attribute);
    if (value.length > target.remaining()) {
      throw new FileSystemException(
          CORE.show(directory, name), null, "attribute " + attribute + " does not fit the buffer");
    }
    target.put(value);
    return value.length;
  }

  @Override
  public int write(String attribute, ByteBuffer source) throws IOException {
    byte[] value = new byte[source.remaining()];
    source.get(value);
    CORE.setXattr(directory, name, PREFIX + attribute, value, follow);
    return value.length;
  }

  @Override
  public void delete(String attribute) throws IOException {
    CORE.removeXattr(directory, name, PREFIX + attribute, follow);
  }
}
