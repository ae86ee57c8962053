package dev.holdfast.files.tree;

import static dev.holdfast.files.inside.Core.CORE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Directory;
import dev.holdfast.files.DirectoryEntry;
import dev.holdfast.files.FileStat;
import dev.holdfast.files.Host;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import dev.holdfast.libc.process.Namespaces;
import dev.holdfast.libc.process.ProcessIdentity;
import dev.holdfast.path.FileName;
import dev.holdfast.path.proc.ProcSelfFd;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a copy keeps where not everything can be kept, and that nothing of it is silent. */
class TreeCopyFidelityTest {
  private static final TreeOptions USUAL = TreeOptions.defaults();

  @TempDir Path temp;

  private static String run(ProcessBuilder java) throws Exception {
    Process process = java.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertEquals(0, process.waitFor(), output);
    Host.end(process);
    return output;
  }

  /** In /proc a file claims to have no bytes, in /sys a page of them. */
  @Test
  void filesAreCopiedToTheirEndWhateverSizeTheyClaim() throws Exception {
    for (String name : List.of("/proc/version", "/sys/kernel/mm/transparent_hugepage/enabled")) {
      Path source = Path.of(name);
      if (Files.isReadable(source)) {
        Path copy = temp.resolve(source.getFileName());
        assertTrue(Trees.copy(source, copy, USUAL).complete());
        assertEquals(Files.readString(source), Files.readString(copy));
      }
    }
  }

  @Test
  void holesStayHolesAndNoneIsMade() throws Exception {
    Path source = temp.resolve("sparse");
    try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
      file.write(1);
      file.seek(5 << 20);
      file.write(2);
      file.setLength(9 << 20);
    }
    Path copy = temp.resolve("copy");
    assertTrue(Trees.copy(source, copy, USUAL).complete());
    assertEquals(-1, Files.mismatch(source, copy));
  }

  @Test
  void attributesThatCannotBeStoredCostNoData() throws Exception {
    Host.assumeRoot("mounts a file system in a namespace of its own");
    Path tree = Files.createDirectories(temp.resolve("tree/sub"));
    Path file = Files.writeString(tree.resolve("file"), "contents");
    for (Path each : List.of(tree, file)) {
      UserDefinedFileAttributeView view =
          Files.getFileAttributeView(each, UserDefinedFileAttributeView.class);
      view.write("origin", UTF_8.encode("somewhere"));
    }
    Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("rwxr-x--x"));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L));
    Files.setLastModifiedTime(tree, FileTime.fromMillis(1_000_000_000_000L));
    ProcessBuilder java = Host.java(Child.class, "ramfs", temp.toString());
    java.command().addAll(0, List.of("unshare", "--mount", "--propagation", "private"));
    assertEquals(
        """
        complete: false
        sub: fsetxattr user.origin EOPNOTSUPP
        sub/file: fsetxattr user.origin EOPNOTSUPP
        contents rwxr-x--x 1000000000000 1000000000000\
        """,
        run(java));
  }

  /** What cannot be opened has attributes as well; cp -a is the control. */
  @Test
  void linksFifosAndSocketsKeepTheirAttributes() throws Exception {
    Host.assumeRoot("sets trusted attributes");
    Host.assumeProgram("setfacl");
    Path tree = Files.createDirectory(temp.resolve("tree"));
    Host.mkfifo(tree.resolve("fifo"));
    Files.createSymbolicLink(tree.resolve("link"), Path.of("nowhere"));
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(tree.resolve("socket")));
    }
    for (String name : List.of("fifo", "socket")) {
      Host.run("setfacl", "-m", "u:65534:rw", tree.resolve(name).toString());
    }
    try (Directory held = Directory.open(tree)) {
      for (DirectoryEntry entry : held.list()) {
        Files.setAttribute(tree.resolve(entry.name()), "unix:gid", 4242, LinkOption.NOFOLLOW_LINKS);
        int fd = hold(tree.resolve(entry.name()));
        Xattr.setxattr(ProcSelfFd.name(fd), FileName.encode("trusted.origin"), new byte[] {1}, 0)
            .orThrow("setxattr", entry.name());
        Unistd.close(fd);
      }
    }
    TreeReport report = Trees.copy(tree, temp.resolve("ours"), USUAL);
    assertTrue(report.complete(), () -> report.failures().toString());
    Host.run("cp", "-a", tree.toString(), temp.resolve("control").toString());
    List<String> control = attributes(temp.resolve("control"));
    assertEquals(3, control.stream().filter(line -> line.contains("trusted.origin")).count());
    assertEquals(2, control.stream().filter(line -> line.contains("posix_acl")).count());
    assertEquals(control, attributes(temp.resolve("ours")));
  }

  private static int hold(Path path) throws IOException {
    int flags = Fcntl.O_PATH | Fcntl.O_NOFOLLOW;
    return (int)
        Fcntl.openat(Fcntl.AT_FDCWD, FileName.encode(path.toString()), flags, 0)
            .orThrow("openat", path.toString());
  }

  private static List<String> attributes(Path directory) throws IOException {
    List<String> lines = new ArrayList<>();
    try (Directory held = Directory.open(directory)) {
      for (DirectoryEntry entry : held.list()) {
        String name = entry.name();
        int fd = hold(directory.resolve(name));
        byte[] list = Xattr.listxattr(ProcSelfFd.name(fd)).orThrow("listxattr", name);
        Unistd.close(fd);
        FileStat stat = held.stat(name);
        lines.add(
            "%s %o %d:%d %s"
                .formatted(
                    name,
                    stat.mode(),
                    stat.uid(),
                    stat.gid(),
                    CORE.splitNames(list).stream().sorted().toList()));
      }
    }
    lines.sort(null);
    return lines;
  }

  @Test
  void aGroupIsKeptWhereItMayBeAndGivenNoMoreElsewhere() throws Exception {
    Host.assumeRoot("copies as somebody in certain groups");
    Path tree = Files.createDirectories(temp.resolve("tree"));
    for (String[] each :
        new String[][] {
          {"mine", "4242", "rw-r-----"},
          {"foreign", "4343", "rw-rw-r--"},
          {"harmless", "4343", "rw-r--r--"},
          {"fifo", "4343", "rw-rw-r--"}
        }) {
      Path file = tree.resolve(each[0]);
      if (each[0].equals("fifo")) {
        Host.mkfifo(file);
      } else {
        Files.writeString(file, "x");
      }
      Files.setAttribute(file, "unix:gid", Integer.valueOf(each[1]));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(each[2]));
    }
    for (Path open : List.of(temp, tree)) {
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    assertEquals(
        """
        complete: false
        tree/fifo: fchown EPERM
        tree/foreign: fchown EPERM
        mine 4242 rw-r-----
        foreign 65534 rw-r--r--
        harmless 65534 rw-r--r--
        fifo 65534 rw-r--r--\
        """,
        run(Host.java(Child.class, "groups", temp.toString())));
  }

  /** Has its own identity and mounts. */
  static final class Child {
    private Child() {}

    @SuppressWarnings("SystemOut") // Its output is how it answers.
    public static void main(String[] args) throws IOException {
      Path temp = Path.of(args[1]);
      if (args[0].equals("ramfs")) {
        Path target = Files.createDirectory(temp.resolve("ramfs"));
        Namespaces.mount("holdfast-test", target.toString(), "ramfs", 0, null)
            .orThrow("mount", target.toString());
        report(Trees.copy(temp.resolve("tree/sub"), target.resolve("copy"), USUAL));
        Path copy = target.resolve("copy");
        System.out.println(
            Files.readString(copy.resolve("file"))
                + " "
                + PosixFilePermissions.toString(Files.getPosixFilePermissions(copy))
                + " "
                + Files.getLastModifiedTime(copy).toMillis()
                + " "
                + Files.getLastModifiedTime(copy.resolve("file")).toMillis());
      } else {
        ProcessIdentity.setgroups(4242).value();
        ProcessIdentity.setresgid(65534, 65534, 65534).value();
        ProcessIdentity.setresuid(65534, 65534, 65534).value();
        Path copy = temp.resolve("copy");
        report(Trees.copy(temp.resolve("tree"), copy, USUAL));
        for (String name : List.of("mine", "foreign", "harmless", "fifo")) {
          Path file = copy.resolve(name);
          System.out.println(
              name
                  + " "
                  + Files.getAttribute(file, "unix:gid")
                  + " "
                  + PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
      }
    }

    @SuppressWarnings("SystemOut") // Its output is how it answers.
    private static void report(TreeReport report) {
      System.out.println("complete: " + report.complete());
      for (TreeFailure failure :
          report.failures().stream().sorted(Comparator.comparing(TreeFailure::path)).toList()) {
        Path path = Path.of(failure.path());
        int names = path.getNameCount();
        Path shown =
            path.getFileName().equals(Path.of("sub"))
                ? path.getFileName()
                : path.subpath(names - 2, names);
        System.out.println(shown + ": " + failure.call() + " " + failure.errnoName());
      }
    }
  }
}
