package dev.holdfast.lab.proof;

import dev.holdfast.files.Directory;
import dev.holdfast.files.DirectoryEntry;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.RenameMode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Directories, names and links below a held directory. */
enum NameOperation implements Operation {
  MKDIR {
    @Override
    public String mayBeThere() {
      return "d/new d7[05][05]|d/new/file f600";
    }

    @Override
    public String inPlace() {
      return "d/new/file";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      try (Directory made = at.mkdirHeld("d/new", 0755)) {
        made.create("file", 0600).close();
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.createFile(Files.createDirectory(at.resolve("d/new")).resolve("file"));
    }
  },

  MKDIRS {
    @Override
    public String mayBeThere() {
      return "d/x d7[05][05]|d/x/y d7[05][05]|d/x/y/z d7[05][05]|d/x/y/z/file f600";
    }

    @Override
    public String inPlace() {
      return "d/x/y/z/file";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      try (Directory made = at.mkdirs("d/x/y/z", 0755)) {
        made.create("file", 0600).close();
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.createFile(Files.createDirectories(at.resolve("d/x/y/z")).resolve("file"));
    }
  },

  RMDIR {
    @Override
    public void holdfast(Directory at) throws IOException {
      at.rmdir("d/e");
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.delete(at.resolve("d/e"));
    }
  },

  OPEN_DIRECTORY {
    @Override
    public String mayBeThere() {
      return "d/e/one f600|d/e/two f600";
    }

    @Override
    public String inPlace() {
      return "d/e/(one|two)";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      try (Directory e = at.openDirectory("d/e");
          Directory again = at.openDirectoryFollowingLinks("d/e")) {
        e.create("one", 0600).close();
        again.create("two", 0600).close();
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      if (Files.isDirectory(at.resolve("d/e"))) {
        Files.createFile(at.resolve("d/e/one"));
      }
    }
  },

  LINK {
    @Override
    public String mayBeThere() {
      return "d/second f644";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      at.link("d/f", "d/second");
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.createLink(at.resolve("d/second"), at.resolve("d/f"));
    }
  },

  SYMLINK {
    @Override
    public String mayBeThere() {
      return "d/second l777";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      at.symlink("f", "d/second");
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.createSymbolicLink(at.resolve("d/second"), Path.of("f"));
    }
  },

  READLINK {
    @Override
    public String inPlace() {
      return "d/f";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      String target = at.readlink("d/l");
      Opening theirs = OpenOperation.theirs(at, Opening.write());
      try (OpenFile file = at.open("d/" + target, theirs)) {
        OpenOperation.write(file);
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Path target = Files.readSymbolicLink(at.resolve("d/l"));
      Files.writeString(at.resolve("d").resolve(target), NEW);
    }
  },

  RENAME {
    @Override
    public String mayBeThere() {
      return "d/g f644";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      at.rename("d/f", "d/g", RenameMode.REPLACE);
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.move(at.resolve("d/f"), at.resolve("d/g"), StandardCopyOption.ATOMIC_MOVE);
    }
  },

  RENAME_NO_REPLACE {
    @Override
    public String mayBeThere() {
      return "d/e/g f644";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      at.rename("d/f", "d/e/g", RenameMode.NO_REPLACE);
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.move(at.resolve("d/f"), at.resolve("d/e/g"));
    }
  },

  RENAME_EXCHANGE {
    @Override
    public Usual loses() {
      return Usual.NONE;
    }

    @Override
    public String mayBeThere() {
      return "d/f d755|d/e f644";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      at.rename("d/f", "d/e", RenameMode.EXCHANGE);
    }
  },

  LIST_AND_REMOVE {
    @Override
    public void holdfast(Directory at) throws IOException {
      try (Directory d = at.openDirectory("d")) {
        for (DirectoryEntry entry : d.list()) {
          if (d.stat(entry.name()).isRegularFile()) {
            d.remove(entry.name());
          }
        }
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      try (DirectoryStream<Path> list = Files.newDirectoryStream(at.resolve("d"))) {
        for (Path entry : list) {
          if (Files.isRegularFile(entry)) {
            Files.delete(entry);
          }
        }
      }
    }
  },

  LOOK {
    @Override
    public Usual loses() {
      return Usual.NONE;
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      at.stat("d/f");
      at.statFollowingLinks("d/l");
      at.identity("d/f");
      try (Directory d = at.openDirectory("d");
          var entries = d.entries()) {
        d.stat();
        d.identity();
        entries.hasNext();
      }
    }
  };
}
