package dev.holdfast.lab.proof;

import dev.holdfast.files.Directory;
import dev.holdfast.files.tree.Cleaner;
import dev.holdfast.files.tree.CleaningRules;
import dev.holdfast.files.tree.ModeChange;
import dev.holdfast.files.tree.OwnerChange;
import dev.holdfast.files.tree.TreeOptions;
import dev.holdfast.files.tree.TreeVisitor;
import dev.holdfast.files.tree.Trees;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Work on whole trees. */
enum TreeOperation implements Operation {
  TREE_DELETE {
    @Override
    public void holdfast(Directory at) throws IOException {
      Trees.delete(at, "d", TreeOptions.defaults());
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.walkFileTree(at.resolve("d"), DELETE);
    }
  },

  TREE_DELETE_BY_PATH {
    @Override
    public void holdfast(Directory at) throws IOException {
      Trees.delete(Path.of(at.path(), "d"), TreeOptions.defaults());
    }

    @Override
    public void usual(Path at) throws IOException {
      Files.walkFileTree(at.resolve("d"), DELETE);
    }
  },

  TREE_DELETE_CONTENTS {
    @Override
    public void holdfast(Directory at) throws IOException {
      try (Directory d = at.openDirectory("d")) {
        Trees.deleteContents(d, TreeOptions.defaults());
      }
    }

    @Override
    public void usual(Path at) throws IOException {
      for (Path entry : list(at.resolve("d"))) {
        Files.delete(entry);
      }
    }
  },

  TREE_COPY {
    @Override
    public String mayBeThere() {
      return "copy d7[05][05]|copy/e d7[05][05]|copy/l l777|copy/f f6[04][04]";
    }

    @Override
    public String inPlace() {
      return "copy/f";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      Trees.copy(Path.of(at.path(), "d"), Path.of(at.path(), "copy"), TreeOptions.defaults());
    }

    @Override
    public void usual(Path at) throws IOException {
      Path from = at.resolve("d");
      Path to = at.resolve("copy");
      Files.copy(from, to);
      for (Path entry : list(from)) {
        Files.copy(
            entry,
            to.resolve(from.relativize(entry)),
            StandardCopyOption.COPY_ATTRIBUTES,
            LinkOption.NOFOLLOW_LINKS);
      }
    }
  },

  TREE_CHMOD {
    @Override
    public String mayBeThere() {
      return "d d700|d/e d700|d/f f700";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      Trees.chmod(Path.of(at.path(), "d"), ModeChange.to(0700), TreeOptions.defaults());
    }

    @Override
    public void usual(Path at) throws IOException {
      for (Path entry : list(at.resolve("d"))) {
        if (!Files.isSymbolicLink(entry)) {
          Files.setPosixFilePermissions(entry, PosixFilePermissions.fromString("rwx------"));
        }
      }
    }
  },

  TREE_CHOWN {
    @Override
    public void holdfast(Directory at) throws IOException {
      Trees.chown(Path.of(at.path(), "d"), new OwnerChange(2, 2), TreeOptions.defaults());
    }

    @Override
    public void usual(Path at) throws IOException {
      for (Path entry : list(at.resolve("d"))) {
        Files.setAttribute(entry, "unix:uid", 2, LinkOption.NOFOLLOW_LINKS);
      }
    }
  },

  TREE_WALK {
    @Override
    public Usual loses() {
      return Usual.NONE;
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      Trees.walk(
          Path.of(at.path(), "d"), TreeOptions.defaults(), entry -> TreeVisitor.Step.CONTINUE);
    }
  },

  CLEAN {
    @Override
    public String mayBeThere() {
      // What a killed cleaner leaves is private, and an old directory like any other to the next.
      String quarantine = "d/[.]holdfast-quarantine-[a-z2-7]{26}";
      return quarantine + " d700|" + quarantine + "/[0-9]+ [fdl][0-7]+";
    }

    @Override
    public void holdfast(Directory at) throws IOException {
      Cleaner.clean(
          Path.of(at.path(), "d"),
          CleaningRules.olderThan(Duration.ZERO).by(CleaningRules.Time.MODIFY).withClock(TOMORROW),
          event -> {});
    }

    @Override
    public void usual(Path at) throws IOException {
      for (Path entry : list(at.resolve("d"))) {
        if (Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS).toMillis() > 0
            && !Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          Files.delete(entry);
        }
      }
    }
  };

  /** What the attacker makes meanwhile is old for it, too, however soon that is. */
  private static final Clock TOMORROW = Clock.offset(Clock.systemUTC(), Duration.ofDays(1));

  private static final SimpleFileVisitor<Path> DELETE =
      new SimpleFileVisitor<>() {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
            throws IOException {
          Files.delete(file);
          return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
            throws IOException {
          Files.delete(directory);
          return FileVisitResult.CONTINUE;
        }
      };

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.toList();
    }
  }
}
