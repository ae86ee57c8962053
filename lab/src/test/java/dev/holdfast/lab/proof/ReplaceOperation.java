package dev.holdfast.lab.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.files.Directory;
import dev.holdfast.files.OpenFile;
import dev.holdfast.files.replace.AtomicReplace;
import dev.holdfast.files.replace.Durability;
import dev.holdfast.files.replace.Replacement;
import dev.holdfast.files.temp.EmergencySave;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;

/** Replacing, editing and saving files. */
enum ReplaceOperation implements Operation {
  REPLACE {
    @Override
    public void holdfast(Directory at) throws IOException {
      AtomicReplace.of(at, "d/f").durability(Durability.FILE_AND_DIRECTORY).write(bytes());
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("d/f");
      Path temp = Files.createTempFile(file.getParent(), "t", ".x");
      Files.writeString(temp, NEW);
      Files.setPosixFilePermissions(temp, Files.getPosixFilePermissions(file));
      Files.move(temp, file, StandardCopyOption.ATOMIC_MOVE);
    }
  },

  REPLACE_BY_PATH {
    @Override
    public void holdfast(Directory at) throws IOException {
      AtomicReplace.of(Path.of(at.path(), "f")).durability(Durability.NONE).write(bytes());
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("f");
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.writeString(file, NEW);
      }
    }
  },

  REPLACE_ATTRIBUTES {
    @Override
    public String mayBeThere() {
      return "d/f f640|" + NAMED;
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      AtomicReplace.of(at, "d/f")
          .mode(0640)
          .owner(0, 0)
          .xattr("user.holdfast", new byte[] {1})
          .replaceLink()
          .write(bytes());
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("d/f");
      Files.writeString(file, NEW);
      Files.setAttribute(file, "unix:uid", 0);
    }
  },

  STRING {
    @Override
    public void holdfast(Directory at) throws IOException {
      at.writeString("d/f", new String(bytes(), UTF_8), 0644);
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.writeString(at.resolve("d/f"), NEW);
    }
  },

  NO_REPLACE {
    @Override
    public String mayBeThere() {
      return "d/new f6[04][04]";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      AtomicReplace.of(at, "d/new").noReplace().write(bytes());
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.writeString(at.resolve("d/new"), NEW, StandardOpenOption.CREATE_NEW);
    }
  },

  ONLY_IF {
    @Override
    public void holdfast(Directory at) throws IOException {
      AtomicReplace.of(at, "d/f").onlyIf(at.identity("d/f")).write(bytes());
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("d/f");
      FileTime seen = Files.getLastModifiedTime(file);
      if (Files.getLastModifiedTime(file).equals(seen)) {
        Files.writeString(file, NEW);
      }
    }
  },

  EDIT {
    @Override
    public void holdfast(Directory at) throws IOException {
      AtomicReplace.of(at, "d/f")
          .edit((old, fresh) -> fresh.write(java.nio.ByteBuffer.wrap(bytes())));
    }

    @Override
    public void usual(Path at) throws IOException {
      Path file = at.resolve("d/f");
      Files.writeString(file, Files.readString(file).isEmpty() ? OLD : NEW);
    }
  },

  APPEND {
    @Override
    public List<String> contents() {
      String appended = OLD + NEW;
      return List.of(OLD, appended, appended.charAt(0) + NEW + appended.substring(1));
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      AtomicReplace.of(at, "d/f").append(bytes());
      AtomicReplace.of(at, "d/f").insert(1, bytes());
    }

    @Override
    public Usual loses() {
      return Usual.TO_ATTACKER;
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.writeString(at.resolve("d/f"), NEW, StandardOpenOption.APPEND);
    }
  },

  STREAMED {
    @Override
    public void holdfast(Directory at) throws IOException {
      try (Replacement replacement = AtomicReplace.of(at, "d/f").begin()) {
        OpenFile file = replacement.file();
        OpenOperation.write(file);
        replacement.commit();
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.write(at.resolve("d/f"), bytes());
    }
  },

  SAVE {
    @Override
    public String mayBeThere() {
      return "d/save([.][0-9]+)? f6[04][04]";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      EmergencySave.save(at, "d/save", bytes());
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.write(at.resolve("d/save"), bytes());
    }
  },

  SAVE_BY_PATH {
    @Override
    public String mayBeThere() {
      return "save([.][0-9]+)? f6[04][04]";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      EmergencySave.save(Path.of(at.path(), "save"), bytes());
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.write(at.resolve("save"), bytes());
    }
  };

  /** What is left if the kill comes between naming the new file and moving it to its place. */
  private static final String NAMED = "(d/)?[.]holdfast-[a-z2-7]{26} f6[04][04]";

  @Override
  public String mayBeThere() {
    return NAMED;
  }

  @Override
  public Usual loses() {
    return Usual.TO_BOTH;
  }

  private static byte[] bytes() {
    return NEW.getBytes(UTF_8);
  }
}
