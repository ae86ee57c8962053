package dev.holdfast.prove.payload;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.Deflater;

/** An archive with the same manifest and classes of the same names: the first that is used runs. */
final class JavaArchive implements Payload {
  private static final int MAX_CLASSES = 2000;

  @Override
  public boolean replaces(Reader reader) {
    return reader.hasSuffix(".jar", ".war", ".jmod")
        || (reader.startsWith('P', 'K', 3, 4) && reader.interpreter().equals("java"));
  }

  @Override
  public boolean isReadBy(Reader reader) {
    return false;
  }

  @Override
  public byte[] contents(Reader reader, String marker, String note) throws IOException {
    Set<String> classes = new TreeSet<>();
    Manifest manifest = new Manifest();
    try (JarInputStream original =
        new JarInputStream(new ByteArrayInputStream(reader.original()), false)) {
      if (original.getManifest() != null) {
        manifest.getMainAttributes().putAll(original.getManifest().getMainAttributes());
      }
      for (JarEntry entry = original.getNextJarEntry();
          entry != null && classes.size() < MAX_CLASSES;
          entry = original.getNextJarEntry()) {
        if (entry.getName().endsWith(".class") && !entry.getName().startsWith("META-INF/")) {
          classes.add(entry.getName().replaceFirst("\\.class$", ""));
        }
      }
    }
    manifest.getMainAttributes().putIfAbsent(Attributes.Name.MANIFEST_VERSION, "1.0");
    classes.removeIf(name -> name.endsWith("module-info") || name.endsWith("package-info"));
    for (String key : new String[] {"Main-Class", "Premain-Class", "Agent-Class"}) {
      String named = manifest.getMainAttributes().getValue(key);
      if (named != null) {
        classes.add(named.strip().replace('.', '/'));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
      // So that the note is to be found in copies.
      jar.setLevel(Deflater.NO_COMPRESSION);
      for (String name : classes) {
        jar.putNextEntry(new JarEntry(name + ".class"));
        jar.write(JavaClass.named(name, marker, note));
        jar.closeEntry();
      }
    }
    return bytes.toByteArray();
  }
}
