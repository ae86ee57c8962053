package dev.holdfast.files.ground;

import static dev.holdfast.files.inside.Core.CORE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Directory;
import dev.holdfast.files.DirectoryEntry;
import dev.holdfast.files.FileIdentity;
import dev.holdfast.files.FileStat;
import dev.holdfast.files.Host;
import dev.holdfast.files.PrivateMount;
import dev.holdfast.files.RenameMode;
import dev.holdfast.files.StaleIdentityException;
import dev.holdfast.files.nio.DirectoryFileSystem;
import dev.holdfast.files.replace.AtomicReplace;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.OwnedFd;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.path.make.Renames;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Renames that replace nothing, and exchanges, where the file system has no flags for them. */
class RenamesTest {
  @TempDir Path temp;

  private static byte[] bytes(String name) {
    return name.getBytes(UTF_8);
  }

  private static SyscallResult withoutFlags(Directory in, String from, String to)
      throws IOException {
    try (OwnedFd.Use use = CORE.use(in)) {
      return Renames.withoutFlags(use.fd(), bytes(from), use.fd(), bytes(to));
    }
  }

  @Test
  void eachKindMovesToAFreeNameAndNothingToATakenOne() throws Exception {
    try (Directory in = Directory.open(temp)) {
      for (String kind : new String[] {"file", "directory", "link", "fifo"}) {
        String taken = kind + "-taken";
        for (String name : new String[] {kind, taken}) {
          switch (kind) {
            case "file" -> in.create(name, 0600).close();
            case "directory" -> in.mkdirs(name + "/sub", 0700).close();
            case "link" -> in.symlink("nowhere", name);
            default -> Host.mkfifo(temp.resolve(name));
          }
        }
        FileStat before = in.stat(kind);
        FileStat other = in.stat(taken);
        assertTrue(withoutFlags(in, kind, taken).is(Errno.EEXIST), kind);
        assertTrue(in.stat(kind).sameInode(before), kind);
        assertTrue(in.stat(taken).sameInode(other), kind);

        assertTrue(withoutFlags(in, kind, kind + "-free").ok(), kind);
        assertTrue(in.stat(kind + "-free").sameInode(before), kind);
        assertTrue(withoutFlags(in, kind, "free").is(Errno.ENOENT), kind);
      }
      // What cannot be moved leaves nothing under the new name.
      SyscallResult intoItself = withoutFlags(in, "directory-free", "directory-free/sub/x");
      assertTrue(intoItself.is(Errno.EINVAL), intoItself::toString);
      assertTrue(Files.isDirectory(temp.resolve("directory-free/sub")));
      assertFalse(Files.exists(temp.resolve("directory-free/sub/x")));
    }
  }

  @Test
  void onAFileSystemWithoutFlagsMovesAndEditsWork() throws Exception {
    try (PrivateMount mount = PrivateMount.bindfs(temp, "");
        Directory in = Directory.open(mount.path());
        FileSystem view = DirectoryFileSystem.of(in)) {
      in.create("a", 0600).close();
      in.create("b", 0600).close();
      in.mkdirs("d/sub", 0700).close();
      assertThrows(
          FileAlreadyExistsException.class,
          () -> Files.move(view.getPath("/a"), view.getPath("b")));
      Files.move(view.getPath("/a"), view.getPath("/c"));
      Files.move(view.getPath("/d"), view.getPath("/e"));
      assertThrows(
          FileAlreadyExistsException.class, () -> in.rename("c", "e", RenameMode.NO_REPLACE));
      FileSystemException why =
          assertThrows(FileSystemException.class, () -> in.rename("b", "c", RenameMode.EXCHANGE));
      assertTrue(why.getReason().contains("cannot exchange names"), why.getReason());

      AtomicReplace file = AtomicReplace.of(in, "c");
      file.append(bytes("end"));
      file.insert(0, bytes("begin "));
      assertEquals("begin end", Files.readString(view.getPath("c")));
      FileIdentity now = in.identity("c");
      file.onlyIf(now).write(bytes("other"));
      StaleIdentityException raced =
          assertThrows(
              StaleIdentityException.class, () -> file.onlyIf(now).write(bytes("too late")));
      assertEquals("L01", raced.row().name());
      assertEquals("other", Files.readString(view.getPath("c")));
      // What FUSE calls a removed file until it has heard that nobody has it open is not ours.
      assertEquals(
          List.of("b", "c", "e"),
          in.list().stream()
              .map(DirectoryEntry::name)
              .filter(name -> !name.startsWith(".fuse_hidden"))
              .sorted()
              .toList());
    }
  }
}
