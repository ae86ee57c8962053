package dev.holdfast.lab.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.files.Directory;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.Opening;
import dev.holdfast.files.Resolution;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;

/** Opening, creating and removing files, and what is done to an open one. */
enum OpenOperation implements Operation {
  OPEN_READ {
    @Override
    public String mayBeThere() {
      return "d f0*6[04][04]|out f6[04][04]";
    }

    @Override
    public String inPlace() {
      return "out";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      byte[] read;
      try (OpenFile file = at.open("d/f", theirs(at, Opening.read()))) {
        read = file.readAll(1 << 20);
      }
      publish(at, read);
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("d/f");
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.write(at.resolve("out"), Files.readAllBytes(file));
      }
    }
  },

  OPEN_WRITE {
    @Override
    public String inPlace() {
      return "d/f";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      try (OpenFile file = at.open("d/f", theirs(at, Opening.write()).truncate())) {
        write(file);
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("d/f");
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.writeString(file, NEW);
      }
    }
  },

  CHECK_FIRST {
    @Override
    public String inPlace() {
      return "d/f";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      Opening opening = theirs(at, Opening.write()).checkFirst().truncate();
      try (OpenFile file = at.open("d/f", opening)) {
        write(file);
      }
    }

    @Override
    public void usual(Path at) throws Exception {
      OPEN_WRITE.usual(at);
    }
  },

  OPEN_IN_ROOT {
    @Override
    public String inPlace() {
      return "d/f";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      Resolution inRoot = Resolution.inRoot().with(at.resolution().engine());
      try (Directory root = at.with(inRoot);
          OpenFile file = root.open("/d/../d/l", theirs(at, Opening.append()).followLastLink())) {
        write(file);
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("d/f");
      if (file.toRealPath().startsWith(at)) {
        Files.writeString(file, NEW, StandardOpenOption.APPEND);
      }
    }
  },

  OPEN_OR_CREATE {
    @Override
    public String mayBeThere() {
      return "d/new f6[04]0";
    }

    @Override
    public String inPlace() {
      return "d/new";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      try (OpenFile file = at.open("d/new", Opening.write().createIfAbsent(0640).ownedByMe())) {
        write(file);
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.writeString(at.resolve("d/new"), NEW);
    }
  },

  CREATE {
    @Override
    public String mayBeThere() {
      return "d/new f6[04][04]";
    }

    @Override
    public String inPlace() {
      return "d/new";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      try (OpenFile file = at.create("d/new", 0644)) {
        write(file);
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("d/new");
      if (Files.notExists(file)) {
        Files.writeString(file, NEW);
      }
    }
  },

  REMOVE {
    @Override
    public void holdfast(Directory at) throws IOException {
      at.remove("d/f");
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.delete(at.resolve("d/f"));
    }
  },

  BY_PATH {
    @Override
    public String inPlace() {
      return "f";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      Path file = Path.of(at.path(), "f");
      try (OpenFile open = OpenFile.open(file, theirs(at, Opening.write()))) {
        write(open);
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("f");
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.writeString(file, NEW);
      }
    }
  },

  CREATE_BY_PATH {
    @Override
    public String mayBeThere() {
      return "new f6[04][04]";
    }

    @Override
    public String inPlace() {
      return "new";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      try (OpenFile open = OpenFile.create(Path.of(at.path(), "new"), 0644)) {
        write(open);
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      if (Files.notExists(at.resolve("new"))) {
        Files.writeString(at.resolve("new"), NEW);
      }
    }
  },

  VERBS {
    @Override
    public String mayBeThere() {
      return "d/f f6[04]0";
    }

    @Override
    public String inPlace() {
      return "d/f";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      try (OpenFile file = at.open("d/f", theirs(at, Opening.readWrite()))) {
        file.chmod(0640);
        file.chown(at.stat().uid(), 0);
        file.truncate(2);
        file.setTimes(FileTime.fromMillis(1000), FileTime.fromMillis(2000));
        file.setXattr("user.holdfast", new byte[] {1});
        file.removeXattr("user.holdfast");
        file.attributeView().setPermissions(PosixFilePermissions.fromString("rw-------"));
        file.sync(true);
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("d/f");
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(2);
      }
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
      Files.setAttribute(file, "unix:uid", 0);
      Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
    }
  };

  /** As a careful program opens what lies in somebody else's directory. */
  static Opening theirs(Directory at, Opening opening) throws IOException {
    return opening.ownedBy(at.stat().uid()).singleLink();
  }

  static void write(OpenFile file) throws IOException {
    try (OutputStream out = file.outputStream()) {
      out.write(NEW.getBytes(UTF_8));
    }
  }

  /** What was read is shown to everybody: this is how a secret would get out. */
  static void publish(Directory at, byte[] read) throws IOException {
    try (OpenFile out = at.create("out", 0644);
        OutputStream stream = out.outputStream()) {
      stream.write(read);
    }
  }
}
