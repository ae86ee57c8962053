package dev.holdfast.lab.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.files.Directory;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.UnsafePathException;
import dev.holdfast.files.temp.TempDirectory;
import dev.holdfast.files.temp.TempFile;
import dev.holdfast.files.temp.TempFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Temporary files and directories in a directory of somebody else's. */
enum TempOperation implements Operation {
  ANONYMOUS {
    @Override
    public Usual loses() {
      return Usual.TO_KILL;
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      try (Directory d = at.openDirectory("d");
          TempFiles temp = TempFiles.in(d);
          TempFile file = temp.anonymous()) {
        OpenOperation.write(file.file());
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = Files.createTempFile(at.resolve("d"), "t", ".x");
      try (SeekableByteChannel channel =
          Files.newByteChannel(
              file, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
        channel.write(ByteBuffer.wrap(NEW.getBytes(UTF_8)));
      }
    }
  },

  LINKED {
    @Override
    public Usual loses() {
      return Usual.TO_BOTH;
    }

    @Override
    public String mayBeThere() {
      return "d/new f644";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      try (Directory d = at.openDirectory("d");
          TempFiles temp = TempFiles.in(d);
          TempFile file = temp.anonymous()) {
        OpenOperation.write(file.file());
        file.file().chmod(0644);
        file.linkInto(at, "d/new");
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = Files.createTempFile(at.resolve("d"), "t", ".x");
      Files.writeString(file, NEW);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      Files.move(file, at.resolve("d/new"));
    }
  },

  NAMED {
    @Override
    public String mayBeThere() {
      return "d/t[a-z2-7]{26}[.]x f600";
    }

    @Override
    public String inPlace() {
      return "d/t[a-z2-7]{26}[.]x";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      try (Directory d = at.openDirectory("d");
          TempFiles temp = TempFiles.in(d);
          TempFile file = temp.named("t", ".x")) {
        OpenOperation.write(file.file());
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = Files.createTempFile(at.resolve("d"), "t", ".x");
      Files.writeString(file, NEW);
      Files.delete(file);
    }
  },

  TEMP_DIRECTORY {
    @Override
    public String mayBeThere() {
      return "d/t[a-z2-7]{26} d700|d/t[a-z2-7]{26}/file f600";
    }

    @Override
    public String inPlace() {
      return "d/t[a-z2-7]{26}/file";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      try (Directory d = at.openDirectory("d");
          TempFiles temp = TempFiles.in(d);
          TempDirectory made = temp.directory("t")) {
        made.directory().create("file", 0600).close();
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Path made = Files.createTempDirectory(at.resolve("d"), "t");
      Files.delete(Files.createFile(made.resolve("file")));
      Files.delete(made);
    }
  },

  /** {@code TMPDIR} is this directory: it must not be taken. */
  STANDARD {
    @Override
    public void holdfast(Directory at) throws IOException {
      try (TempFiles temp = TempFiles.standard();
          TempFile file = temp.named("holdfast-proof-", "")) {
        if (temp.directory().path().startsWith(at.path())) {
          throw new IOException("a directory of somebody else's was trusted");
        }
        OpenOperation.write(file.file());
      } catch (UnsafePathException noneCanBeTrusted) {
        // In a world where even /tmp is the attacker's, the right answer.
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = Files.createTempFile(Path.of(System.getenv("TMPDIR")), "t", ".x");
      Files.writeString(file, NEW);
      Files.delete(file);
    }
  },

  /** {@code XDG_RUNTIME_DIR} is a directory of the attacker's: it must not be taken. */
  PRIVATE {
    @Override
    public Usual loses() {
      return Usual.NONE;
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      try (TempFiles temp = TempFiles.privateTo("holdfast-proof");
          TempFile file = temp.anonymous()) {
        OpenFile open = file.file();
        OpenOperation.write(open);
      }
    }
  };
}
