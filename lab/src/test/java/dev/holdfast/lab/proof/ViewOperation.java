package dev.holdfast.lab.proof;

import dev.holdfast.files.Directory;
import dev.holdfast.files.nio.DirectoryFileSystem;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

/**
 * The very same code of the JDK's, on a view of a held directory and on the default file system.
 */
enum ViewOperation implements Operation {
  VIEW_WRITE {
    @Override
    public String inPlace() {
      return "d/f";
    }

    @Override
    public void usual(Path at) throws IOException {
      if (!Files.isSymbolicLink(at.resolve("d/f"))) {
        Files.writeString(at.resolve("d/f"), NEW);
      }
    }
  },

  VIEW_CREATE {
    @Override
    public String mayBeThere() {
      return "d/x d7[05][05]|d/x/y d7[05][05]|d/x/y/new f6[04][04]";
    }

    @Override
    public String inPlace() {
      return "d/x/y/new";
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.createFile(Files.createDirectories(at.resolve("d/x/y")).resolve("new"));
    }
  },

  VIEW_DELETE {
    @Override
    public void usual(Path at) throws IOException {
      try (Stream<Path> all = Files.walk(at.resolve("d"))) {
        List<Path> list = all.toList();
        for (Path entry : list.reversed()) {
          Files.delete(entry);
        }
      }
    }
  },

  VIEW_MOVE {
    @Override
    public String mayBeThere() {
      return "d/e/g f644";
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.move(at.resolve("d/f"), at.resolve("d/e/g"), StandardCopyOption.REPLACE_EXISTING);
    }
  },

  VIEW_COPY {
    @Override
    public Usual loses() {
      return Usual.TO_BOTH;
    }

    @Override
    public String mayBeThere() {
      return "d/e/g f6[04][04]";
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.copy(at.resolve("d/f"), at.resolve("d/e/g"));
    }
  },

  VIEW_LINKS {
    @Override
    public String mayBeThere() {
      return "d/second f644|d/third l777";
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.createLink(at.resolve("d/second"), at.resolve("d/f"));
      Files.createSymbolicLink(at.resolve("d/third"), at.getFileSystem().getPath("f"));
    }
  },

  VIEW_METADATA {
    @Override
    public String mayBeThere() {
      return "d/f f666";
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("d/f");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
      Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
    }
  };

  @Override
  public void holdfast(Directory at) throws Exception {
    try (FileSystem view = DirectoryFileSystem.of(at)) {
      usual(view.getPath("/"));
    }
  }

  // Every one of these has a usual way: that is the point.
  @Override
  public abstract void usual(Path at) throws IOException;
}
