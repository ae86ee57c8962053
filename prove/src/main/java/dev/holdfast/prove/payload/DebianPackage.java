package dev.holdfast.prove.payload;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A package for dpkg(1) with the same name, and no files, but with a script that is run before it
 * is installed.
 *
 * <p>Source: deb(5).
 */
final class DebianPackage implements Archive {
  private static final String MAGIC = "!<arch>\n";

  @Override
  public boolean replaces(Reader reader) {
    return reader.hasSuffix(".deb", ".udeb");
  }

  @Override
  public byte[] contents(Reader reader, String marker, String note) throws IOException {
    String name = reader.name().replaceFirst("[_.].*", "").replaceAll("[^a-z0-9+.-]", "x");
    String control =
        "Package: "
            + (name.length() < 2 ? name + "xx" : name)
            + "\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@localhost>\n"
            + "Description: "
            + note
            + "\n";
    ByteArrayOutputStream scripts = new ByteArrayOutputStream();
    TarArchive.file(scripts, "./control", control.getBytes(StandardCharsets.ISO_8859_1));
    byte[] script = TextPayload.SHELL.contents(reader, marker, note);
    TarArchive.file(scripts, "./preinst", script);
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    archive.writeBytes(MAGIC.getBytes(StandardCharsets.ISO_8859_1));
    add(archive, "debian-binary", "2.0\n".getBytes(StandardCharsets.ISO_8859_1));
    add(archive, "control.tar.gz", GzipFile.compress(TarArchive.end(scripts)));
    byte[] nothing = TarArchive.end(new ByteArrayOutputStream());
    add(archive, "data.tar.gz", GzipFile.compress(nothing));
    return archive.toByteArray();
  }

  private static void add(ByteArrayOutputStream archive, String name, byte[] content) {
    String header =
        String.format(
            "%-16s%-12s%-6s%-6s%-8s%-10d`\n", name, "0", "0", "0", "100644", content.length);
    archive.writeBytes(header.getBytes(StandardCharsets.ISO_8859_1));
    archive.writeBytes(content);
    if (content.length % 2 != 0) {
      archive.write('\n');
    }
  }
}
