package dev.holdfast.files;

import dev.holdfast.catalogue.Row;
import dev.holdfast.files.ground.FileTimes;
import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statfs;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallExceptions;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import dev.holdfast.path.FileName;
import dev.holdfast.path.proc.ProcSelfFd;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NotLinkException;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a name led to, held by an O_PATH descriptor: everything here acts on that one object,
 * whatever becomes of the name. Threads: one at a time.
 */
final class HeldEntry implements AutoCloseable {
  private static final byte[] EMPTY = new byte[0];

  private final int raw;
  private final Directory directory;
  private final String name;

  /** Takes the ownership of a descriptor. */
  HeldEntry(int raw, Directory directory, String name) {
    this.raw = raw;
    this.directory = directory;
    this.name = name;
  }

  private String shown() {
    return directory.show(name);
  }

  private void require(SyscallResult result, String call) throws FileSystemException {
    if (result.failed()) {
      throw SyscallExceptions.of(result.errno(), call, shown());
    }
  }

  private Statx statx() throws IOException {
    return Statx.fstat(raw).orThrow("statx", shown());
  }

  FileStat stat() throws IOException {
    return new FileStat(statx());
  }

  FileIdentity identity() throws IOException {
    return FileIdentity.ofDescriptor(raw, shown());
  }

  private void refuseLink() throws IOException {
    if (statx().isSymlink()) {
      throw new UnsafePathException(shown(), "is a symbolic link", Row.S03, Errno.ELOOP);
    }
  }

  /** Refuses a symbolic link. */
  void chmod(int mode) throws IOException {
    refuseLink();
    require(ProcSelfFd.chmod(raw, mode), "fchmod");
  }

  /** Of a symbolic link itself, if that is what is held. */
  void chown(int uid, int gid) throws IOException {
    require(ProcSelfFd.chown(raw, uid, gid), "fchownat");
  }

  /** Of a symbolic link itself, if that is what is held. */
  void setTimes(@Nullable FileTime modified, @Nullable FileTime accessed) throws IOException {
    require(FileTimes.set(raw, modified, accessed), "utimensat");
  }

  /** Throws if this thread's effective user has not these rights, access(2). */
  void access(int mode) throws IOException {
    require(
        Unistd.faccessat2(raw, EMPTY, mode, Fcntl.AT_EMPTY_PATH | Fcntl.AT_EACCESS), "faccessat2");
  }

  String readlink() throws IOException {
    Result<byte[]> text = Unistd.readlinkat(raw, EMPTY);
    if (text.is(Errno.EINVAL) || text.is(Errno.ENOENT)) {
      throw new NotLinkException(shown());
    }
    return FileName.decode(text.orThrow("readlinkat", shown()));
  }

  /** What its file system says of itself. */
  Statfs statfs() throws IOException {
    return Statfs.fstatfs(raw).orThrow("fstatfs", shown());
  }

  /** What the kernel calls it now. */
  String kernelName() throws IOException {
    return kernelName(raw);
  }

  static String kernelName(int fd) throws IOException {
    return FileName.decode(
        Unistd.readlinkat(Fcntl.AT_FDCWD, ProcSelfFd.name(fd))
            .orThrow("readlinkat", "/proc/self/fd"));
  }

  /** Refuses a symbolic link, as the other three do. */
  List<String> xattrs() throws IOException {
    refuseLink();
    return splitNames(Xattr.listxattr(ProcSelfFd.name(raw)).orThrow("listxattr", shown()));
  }

  /** The names in what listxattr(2) fills. */
  static List<String> splitNames(byte[] list) {
    List<String> names = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < list.length; i++) {
      if (list[i] == 0) {
        names.add(FileName.decode(Arrays.copyOfRange(list, from, i)));
        from = i + 1;
      }
    }
    return names;
  }

  byte @Nullable [] xattr(String attribute) throws IOException {
    refuseLink();
    Result<byte[]> value = Xattr.getxattr(ProcSelfFd.name(raw), FileName.encode(attribute));
    return value.is(Errno.ENODATA) ? null : value.orThrow("getxattr", shown());
  }

  void setXattr(String attribute, byte[] value) throws IOException {
    refuseLink();
    require(Xattr.setxattr(ProcSelfFd.name(raw), FileName.encode(attribute), value, 0), "setxattr");
  }

  void removeXattr(String attribute) throws IOException {
    refuseLink();
    require(Xattr.removexattr(ProcSelfFd.name(raw), FileName.encode(attribute)), "removexattr");
  }

  @Override
  public void close() {
    Unistd.close(raw);
  }
}
