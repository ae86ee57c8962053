package dev.holdfast.prove.payload;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Chooses what the attacker puts into a file: what the file is in the eyes of whoever reads it.
 *
 * <p>First by the file, since a library is loaded and an archive opened by whatever program; then
 * by the program that reads it, whose scripts may have any name; a shell script, which the kernel
 * runs, too, where neither is known. A new kind is a {@link Payload} with its line here.
 *
 * <p>Threads: safe for all.
 */
public final class Payloads {
  private static final List<Payload> KINDS = kinds();

  private Payloads() {}

  /** Makes ready what no thread of a world can make: to be called before there is any. */
  public static void start() {
    CompressedFile.start();
  }

  private static List<Payload> kinds() {
    List<Payload> all =
        new ArrayList<>(List.of(new SharedObject(), new JavaArchive(), new JavaClass()));
    all.addAll(List.of(new ZipArchive(), new TarArchive(), new GzipFile()));
    all.add(new CpioArchive());
    all.addAll(List.of(CompressedFile.values()));
    all.addAll(List.of(new DebianPackage(), new Patch()));
    all.addAll(List.of(TextPayload.values()));
    // A script may well be nothing but a number.
    all.add(new ProcessNumber());
    // A shell runs these, too; who knows more languages than a shell's may take them for those.
    all.add(all.indexOf(TextPayload.SHELL), new Environment());
    return List.copyOf(all);
  }

  /**
   * Makes what this reader runs.
   *
   * @param marker what is made when it runs: an absolute path of letters, digits, dots and slashes
   * @param note a word that occurs in it, where the kind has room for one
   */
  public static byte[] forReader(Reader reader, String marker, String note) {
    return contents(choose(reader), reader, marker, note);
  }

  /** The same for a file in an archive: it is not opened if it is one itself. */
  static byte[] forEntry(Reader reader, String marker, String note) {
    Payload kind = choose(reader);
    return contents(kind instanceof Archive ? TextPayload.SHELL : kind, reader, marker, note);
  }

  static boolean isEnvironment(Reader reader) {
    return choose(reader) instanceof Environment;
  }

  private static byte[] contents(Payload kind, Reader reader, String marker, String note) {
    try {
      return kind.contents(reader, marker, note);
    } catch (IOException | IllegalArgumentException unreadable) {
      // What stood there is not what its name says.
      return TextPayload.SHELL.contents(reader, marker, note);
    }
  }

  private static Payload choose(Reader reader) {
    Optional<Payload> byItself = KINDS.stream().filter(kind -> kind.replaces(reader)).findFirst();
    return byItself
        .or(() -> KINDS.stream().filter(kind -> kind.isReadBy(reader)).findFirst())
        .orElse(TextPayload.SHELL);
  }
}
