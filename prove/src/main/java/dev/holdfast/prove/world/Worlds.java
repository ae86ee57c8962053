package dev.holdfast.prove.world;

import static dev.holdfast.libc.process.Namespaces.CLONE_FS;
import static dev.holdfast.libc.process.Namespaces.CLONE_NEWIPC;
import static dev.holdfast.libc.process.Namespaces.CLONE_NEWNET;
import static dev.holdfast.libc.process.Namespaces.CLONE_NEWNS;
import static dev.holdfast.libc.process.Namespaces.CLONE_NEWPID;
import static dev.holdfast.libc.process.Namespaces.CLONE_NEWUTS;
import static dev.holdfast.libc.process.Namespaces.MNT_DETACH;
import static dev.holdfast.libc.process.Namespaces.MS_BIND;
import static dev.holdfast.libc.process.Namespaces.MS_NODEV;
import static dev.holdfast.libc.process.Namespaces.MS_NOSUID;
import static dev.holdfast.libc.process.Namespaces.MS_PRIVATE;
import static dev.holdfast.libc.process.Namespaces.MS_REC;
import static dev.holdfast.prove.world.Steps.copyOwner;
import static dev.holdfast.prove.world.Steps.giveTo;
import static dev.holdfast.prove.world.Steps.isDirectory;
import static dev.holdfast.prove.world.Steps.mkdir;
import static dev.holdfast.prove.world.Steps.mount;
import static dev.holdfast.prove.world.Steps.must;
import static dev.holdfast.prove.world.Steps.readOnly;
import static dev.holdfast.prove.world.Steps.symlink;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Paths;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.Xattr;
import dev.holdfast.libc.process.Namespaces;
import dev.holdfast.libc.process.Sched;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Makes private worlds: a copy-on-write view of the host's whole file tree in mount, PID, IPC, UTS
 * and network namespaces of its own. What happens in one is in memory only, and is gone with the
 * kernel thread that made it, whatever way that thread ends. Of a network there is only the
 * loopback interface, 127.0.0.1 and ::1.
 *
 * <p><b>Guarantees.</b> Nothing a victim does by name or descriptor changes a file of the host:
 * every mount with files is an overlay or a read-only bind, nothing is mounted outside of the
 * world's root, device files do not work outside {@code /dev}, {@code /dev} holds only harmless
 * devices, and {@code /sys} and {@code /proc/sys} are read-only. What a world's files can take of
 * the host's memory is limited.
 *
 * <p><b>Remaining races.</b> A victim that runs as root and mounts file systems or makes device
 * files of its own gets what the kernel gives to root.
 *
 * <p><b>Threads.</b> Each body runs on a platform thread of its own, which is root-changed into the
 * world: on it, plain Java file access sees the world. A body must not start threads.
 *
 * <p><b>Sources.</b> mount_namespaces(7), pid_namespaces(7), network_namespaces(7), overlayfs in
 * the kernel's documentation.
 */
public final class Worlds implements AutoCloseable {
  private static final List<String> ANCHORS = List.of("/dev/shm", "/mnt", "/media", "/srv", "/opt");

  /** Two file systems in each of as many worlds as there are processors take a quarter at most. */
  private static final long PART_OF_MEMORY = 8;

  private static final long MIN_ROOM = 128 * 1024;
  private static final int KILOBYTES_FOR_AN_INODE = 16;

  private final List<OwnDirectory> own;
  private final List<OwnDirectory> volumes;
  private final boolean inUserNamespace;
  private final Views views;
  private final String anchor;
  private final String room;
  private final int hostProc;
  private final Devices devices;

  /**
   * Processors no world uses at the moment. A tracer and its victim take turns and never run at the
   * same time, so one processor for both saves waking up another at each stop; and a victim whose
   * threads take turns, too, does more nearly the same in each run.
   */
  private final Queue<Integer> processors = new ConcurrentLinkedQueue<>();

  private int mountNamespace = -1;

  /** What the set-up left, once it was run: of the views, the shared memory, the volumes. */
  private @Nullable SetUp frozen;

  /**
   * Prepares what all worlds share.
   *
   * @param own directories that each world has for its own
   * @param inUserNamespace this process is root in a user namespace only
   */
  public Worlds(List<OwnDirectory> own, boolean inUserNamespace) {
    this.own = List.copyOf(own);
    this.volumes = this.own.stream().filter(OwnDirectory::volume).toList();
    this.inUserNamespace = inUserNamespace;
    this.devices = new Devices(inUserNamespace);
    OurClasses.open(this.own);
    this.anchor = findAnchor();
    this.room = roomForEach();
    this.hostProc =
        must(
            Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes("/proc"), Fcntl.O_PATH | Fcntl.O_DIRECTORY, 0),
            "open /proc");
    Result<BitSet> allowed = Sched.sched_getaffinity();
    if (allowed.ok()) {
      allowed.value().stream().forEach(processors::add);
    }
    this.views = FreshThread.run(this::prepareBase);
  }

  /** What a world is made of, as the calling thread's mount namespace has it. */
  private Views hostViews() {
    Views host =
        inUserNamespace
            ? Views.withoutMountsBelow(HostMounts.allPoints())
            : Views.ofMounts(
                HostMounts.read().stream()
                    .filter(m -> !m.point().equals(anchor) && !m.point().startsWith(anchor + "/"))
                    .toList());
    List<String> ownPaths = own.stream().map(OwnDirectory::path).toList();
    return host.withoutPointsBelow(ownPaths).with(ownPaths);
  }

  /**
   * What a world's files may take: they are in memory, and a victim that writes without end shall
   * meet a full disk, not the host's end of memory.
   */
  private static String roomForEach() {
    long kilobytes = MIN_ROOM;
    try {
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
        if (line.startsWith("MemAvailable:")) {
          int worlds = Runtime.getRuntime().availableProcessors();
          long available = Long.parseLong(line.replaceAll("[^0-9]", ""));
          kilobytes = Math.max(MIN_ROOM, available / (PART_OF_MEMORY * worlds));
        }
      }
    } catch (IOException e) {
      // Then a world is small.
    }
    return ",size=" + kilobytes + "k,nr_inodes=" + kilobytes / KILOBYTES_FOR_AN_INODE;
  }

  private static String findAnchor() {
    for (String candidate : ANCHORS) {
      if (Files.isDirectory(Path.of(candidate))) {
        return candidate;
      }
    }
    throw new WorldException("none of " + ANCHORS + " is there: make an empty directory /mnt");
  }

  /** A descriptor of the procfs in which this process's own ids are valid. */
  public int hostProc() {
    return hostProc;
  }

  /** The body of a world; it may throw anything. */
  @FunctionalInterface
  public interface Body<T> {
    T run(World world) throws Exception;
  }

  /** Runs a body in a fresh world, and forgets the world. */
  public <T> T inFreshWorld(Body<T> body) {
    return FreshThread.run(
        () -> {
          Integer processor = processors.poll();
          try {
            if (processor != null) {
              Sched.sched_setaffinity(processor);
            }
            enterBase();
            try (World world = build(anchor + "/world", false)) {
              return body.run(world);
            }
          } finally {
            if (processor != null) {
              processors.add(processor);
            }
          }
        });
  }

  /**
   * Runs a body in a world of which all later fresh ones are copies: the set-up. At most once,
   * before the first fresh world.
   */
  public <T> T freeze(Body<T> body) {
    T result =
        FreshThread.run(
            () -> {
              enterBase();
              try (World world = build(anchor + "/setup", true)) {
                return body.run(world);
              }
            });
    frozen =
        FreshThread.run(
            () -> {
              enterBase();
              return SetUp.read(anchor + "/setup", views.points().size(), volumes.size());
            });
    return result;
  }

  private record SetUp(List<TreeImage> uppers, TreeImage shm, List<TreeImage> volumes) {
    static SetUp read(String place, int points, int volumes) throws FileSystemException {
      List<TreeImage> uppers = new ArrayList<>();
      for (int i = 0; i < points; i++) {
        uppers.add(TreeImage.of(place + "/m" + i + "/upper"));
      }
      List<TreeImage> own = new ArrayList<>();
      for (int i = 0; i < volumes; i++) {
        own.add(TreeImage.of(place + "/v" + i));
      }
      return new SetUp(uppers, TreeImage.of(place + "/shm"), own);
    }
  }

  private Views prepareBase() throws FileSystemException {
    SyscallResult unshared = Namespaces.unshare(CLONE_FS | CLONE_NEWNS);
    if (unshared.failed()) {
      throw new WorldException(
          "no private world: unshare: "
              + unshared
              + "; run as root (with CAP_SYS_ADMIN), or where unprivileged user namespaces are"
              + " allowed");
    }
    requireWholeRoot();
    mount(null, "/", null, MS_REC | MS_PRIVATE, null);
    // What is mounted or unmounted on the host from now on is not seen here.
    Views found = hostViews();
    mount("holdfast", anchor, "tmpfs", MS_NOSUID, "mode=0755");
    for (String directory : List.of("world", "setup")) {
      mkdir(anchor + "/" + directory, 0755);
    }
    // The set-up's files stay visible in every world made later.
    mount("holdfast", anchor + "/setup", "tmpfs", 0, "mode=0755" + room);
    mkdir(anchor + "/setup/shm", 01777);
    mountNamespace =
        must(
            Fcntl.openat(hostProc, Paths.bytes("thread-self/ns/mnt"), Fcntl.O_RDONLY, 0),
            "open the mount namespace");
    return found;
  }

  private void requireWholeRoot() {
    String whyNot = whyNotFromHere(hostProc);
    if (whyNot != null) {
      throw new WorldException("no private world: " + whyNot);
    }
  }

  /**
   * Worlds are made from the root of the mount namespace, which in a chroot(2) is another one. The
   * calling thread must have a mount namespace of its own, to whose root it goes.
   *
   * @return why there could be none; null if there can
   */
  public static @Nullable String whyNotFromHere(int hostProc) {
    Statx seen = rootDirectory();
    int own =
        must(
            Fcntl.openat(hostProc, Paths.bytes("thread-self/ns/mnt"), Fcntl.O_RDONLY, 0),
            "open the mount namespace");
    SyscallResult entered = Namespaces.setns(own, CLONE_NEWNS);
    Unistd.close(own);
    must(entered, "enter the mount namespace");
    Statx whole = rootDirectory();
    return seen.mountId() == whole.mountId() && seen.inode() == whole.inode()
        ? null
        : "this process is in a chroot: change the root directory with pivot_root(2) instead, as"
            + " containers and systemd-nspawn do";
  }

  private static Statx rootDirectory() {
    int mask = Statx.STATX_BASIC_STATS | Statx.STATX_MNT_ID;
    Result<Statx> stat = Statx.statx(Fcntl.AT_FDCWD, Paths.bytes("/"), 0, mask);
    if (stat.failed()) {
      throw new WorldException("no private world: statx: /: " + stat.errno());
    }
    return stat.value();
  }

  private void enterBase() throws FileSystemException {
    must(Namespaces.unshare(CLONE_FS), "unshare the root directory");
    must(Namespaces.setns(mountNamespace, CLONE_NEWNS), "enter the prepared mounts");
    int all = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET;
    must(Namespaces.unshare(all), "unshare the namespaces");
    Loopback.bringUp();
  }

  private World build(String place, boolean setUp) throws FileSystemException {
    if (!setUp) {
      mount("holdfast", place, "tmpfs", 0, "mode=0755" + room);
    }
    mkdir(place + "/root", 0755);
    String root = place + "/root";
    if (!views.points().contains("/")) {
      // Only a mount can become the root.
      mount(root, root, null, MS_BIND, null);
    }
    skeleton(root);
    SetUp known = frozen;
    List<String> uppers = new ArrayList<>();
    for (int i = 0; i < views.points().size(); i++) {
      String upper = place + "/m" + i;
      mkdir(upper, 0755);
      mkdir(upper + "/upper", 0755);
      mkdir(upper + "/work", 0755);
      if (known != null) {
        known.uppers.get(i).writeTo(upper + "/upper");
      } else {
        copyOwner(views.points().get(i), upper + "/upper");
      }
      uppers.add(upper);
    }
    if (known == null) {
      for (OwnDirectory directory : own) {
        makeOwn(directory, uppers);
      }
    }
    for (int i = 0; i < views.points().size(); i++) {
      if (views.isBare(i)) {
        mount(uppers.get(i) + "/upper", root + views.points().get(i), null, MS_BIND, null);
      } else {
        overlay(views.points().get(i), uppers.get(i), root);
      }
    }
    // Not one for all worlds: what a victim does to it would be seen in the next one.
    mount("holdfast", root + "/dev", "tmpfs", MS_NOSUID, "mode=0755,size=1024k,nr_inodes=256");
    devices.make(root + "/dev");
    sharedMemory(root + "/dev/shm", setUp);
    for (int i = 0; i < volumes.size(); i++) {
      volume(volumes.get(i), setupVolume(i), root, setUp);
    }
    if (isDirectory("/sys")) {
      readOnly("/sys", root + "/sys");
    }
    if (inUserNamespace) {
      // There a new procfs may be mounted only where one is to be seen already.
      mkdir(root + ProcGuard.OLD_PROC, 0755);
      mount("/proc", root + ProcGuard.OLD_PROC, null, MS_BIND | MS_REC, null);
    }
    World world = new World(hostProc);
    for (int i = 0; i < views.points().size(); i++) {
      addUpper(world, views.points().get(i), uppers.get(i) + "/upper");
    }
    addUpper(world, "/dev/shm", root + "/dev/shm");
    for (OwnDirectory each : volumes) {
      addUpper(world, each.path(), root + each.path());
    }
    enter(root);
    return world;
  }

  private static void addUpper(World world, String point, String directory) {
    byte[] path = Paths.bytes(directory);
    int flags = Fcntl.O_RDONLY | Fcntl.O_DIRECTORY | Fcntl.O_NOFOLLOW;
    world.addUpper(point, must(Fcntl.openat(Fcntl.AT_FDCWD, path, flags, 0), "open"));
  }

  /**
   * Makes the world's root the root of this mount namespace, with nothing outside of it: who is
   * root in there can leave a root that was changed by chroot(2), and would be among the host's
   * files.
   */
  private static void enter(String root) {
    must(Unistd.chdir(Paths.bytes(root)), "enter the world");
    must(Namespaces.pivot_root(".", "."), "enter the world: pivot_root");
    must(Namespaces.umount2(".", MNT_DETACH), "leave the host's files: umount");
    must(Unistd.chdir(Paths.bytes("/")), "enter the world");
  }

  private void sharedMemory(String target, boolean setUp) throws FileSystemException {
    String kept = anchor + "/setup/shm";
    if (setUp) {
      mount(kept, target, null, MS_BIND, null);
      return;
    }
    mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777" + room);
    SetUp known = frozen;
    if (known != null) {
      known.shm.writeTo(target);
    }
  }

  /** What the set-up put into the n-th volume. */
  private String setupVolume(int index) {
    return anchor + "/setup/v" + index;
  }

  private void volume(OwnDirectory own, String kept, String root, boolean setUp)
      throws FileSystemException {
    String target = root + own.path();
    if (setUp) {
      mkdir(kept, 0755);
      giveTo(own, kept);
      mount(kept, target, null, MS_BIND, null);
      return;
    }
    mount("tmpfs", target, "tmpfs", MS_NODEV, "mode=0755" + room);
    giveTo(own, target);
    SetUp known = frozen;
    if (known != null) {
      known.volumes.get(volumes.indexOf(own)).writeTo(target);
    }
  }

  private void skeleton(String root) throws FileSystemException {
    for (String directory : views.directories()) {
      mkdir(root + directory, 0755);
      copyOwner(directory, root + directory);
    }
    for (Views.Link link : views.links()) {
      symlink(link.target(), root + link.path());
    }
  }

  private void overlay(String point, String upper, String root) throws FileSystemException {
    String target = point.equals("/") ? root : root + point;
    if (!point.equals("/") && !isDirectory(target)) {
      // A single file that is bind-mounted somewhere, or hidden: the file below it will do.
      return;
    }
    String options =
        "lowerdir="
            + point.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,")
            + ",upperdir="
            + upper
            + "/upper,workdir="
            + upper
            + "/work"
            + (inUserNamespace ? ",userxattr" : ",redirect_dir=on");
    SyscallResult made = Namespaces.mount("holdfast", target, "overlay", MS_NODEV, options);
    if (made.ok()) {
      return;
    }
    if (!isDirectory(point)) {
      // Somebody removed it from the host meanwhile; its layer is still there for what is ours.
      mount(upper + "/upper", target, null, MS_BIND, null);
      return;
    }
    if (point.equals("/")) {
      throw new WorldException(
          "no private view of the files: mount overlay: "
              + made
              + "; the kernel needs overlayfs"
              + (inUserNamespace ? " for user namespaces (Linux 5.11)" : ""));
    }
    for (OwnDirectory directory : own) {
      if (directory.path().startsWith(point + "/")) {
        throw new WorldException(
            directory.path()
                + ": the file system at "
                + point
                + " cannot lie under an overlay ("
                + made
                + "); take another directory");
      }
    }
    // Not every file system can lie under an overlay; then its files can be read, not changed.
    readOnly(point, target);
  }

  /** Makes the directory in the upper layer, before anything is mounted: it hides the host's. */
  private void makeOwn(OwnDirectory directory, List<String> uppers) throws FileSystemException {
    int index = views.indexFor(directory.path());
    String point = views.points().get(index);
    String relative = directory.path().substring(point.equals("/") ? 0 : point.length());
    String host = point.equals("/") ? "" : point;
    String upper = uppers.get(index) + "/upper";
    String path = "";
    for (String name : relative.split("/", -1)) {
      if (!name.isEmpty()) {
        path += "/" + name;
        if (Unistd.mkdirat(Fcntl.AT_FDCWD, Paths.bytes(upper + path), 0755).ok()) {
          copyOwner(host + path, upper + path);
        }
      }
    }
    int fd = must(Fcntl.openat(Fcntl.AT_FDCWD, Paths.bytes(upper + path), 0, 0), "open " + upper);
    SyscallResult opaque =
        Xattr.fsetxattr(
            fd,
            Paths.bytes(inUserNamespace ? "user.overlay.opaque" : "trusted.overlay.opaque"),
            Paths.bytes("y"),
            0);
    if (opaque.failed() && isDirectory(directory.path())) {
      Unistd.close(fd);
      throw new WorldException(
          directory.path()
              + ": the host's directory cannot be hidden: fsetxattr: "
              + opaque
              + "; take one that is not there, or run as root, or Linux 6.6");
    }
    Unistd.close(fd);
    giveTo(directory, upper + path);
  }

  @Override
  public void close() {
    if (mountNamespace >= 0) {
      Unistd.close(mountNamespace);
      mountNamespace = -1;
    }
    Unistd.close(hostProc);
  }
}
