package dev.holdfast.lab.victim.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/** S08 as it is usually written in Java: {@code SameByFileKey FILE}. */
final class SameByFileKey {
  private SameByFileKey() {}

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[0]);
    Files.writeString(file, "mine\n", StandardOpenOption.CREATE_NEW);
    Object before = Files.readAttributes(file, BasicFileAttributes.class).fileKey();

    System.out.println("asleep");
    // Here it waits for days. The file is removed; a new one gets its name and its number.
    var _ = System.in.read();

    Object after = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    if (!after.equals(before)) {
      throw new IOException(file + ": is another file now");
    }
    System.out.print(Files.readString(file));
  }
}
