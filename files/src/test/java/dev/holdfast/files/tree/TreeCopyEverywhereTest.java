package dev.holdfast.files.tree;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.files.Host;
import dev.holdfast.files.PrivateMount;
import dev.holdfast.libc.process.ProcessIdentity;
import dev.holdfast.testing.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A tree that has one of everything, copied onto many file systems: each object is as cp -a has it
 * there, or is reported. Nothing is lost in silence, and contents never.
 */
class TreeCopyEverywhereTest {
  private static final TreeOptions ALL = TreeOptions.defaults().withDevices(true);

  private static final String TREE =
      """
      set -e
      mkdir -p s/d/e s/sticky && cd s
      printf data > f && chown 1:2 f && chmod 640 f && setfacl -m u:3:rw f
      setfacl -d -m u:3:rx d && chown 4:5 d/e && chmod 2750 d/e && chmod 1777 sticky
      setfattr -n user.k -v v f d && setfattr -n trusted.t -v v d
      cp /bin/true cap && setcap cap_net_raw+ep cap && cp /bin/true suid && chmod 6755 suid
      truncate -s 4M sparse && printf x | dd of=sparse bs=1 seek=2000000 conv=notrunc status=none
      truncate -s 1M hole && : > empty && printf secret > shut && chmod 0 shut
      ln f d/hard && ln -s nowhere link && ln link d/hardlink && mkfifo -m 620 fifo && chown 6:7 fifo
      setfacl -m u:3:rw fifo && mknod null c 1 3 && mknod loop b 7 4242 && chmod 604 null
      printf 1 > -n && printf 2 > 'two
      lines' && printf 3 > "$(printf 'not\\377text')" && printf 4 > "$(printf '%0255d' 0)"
      chown -h 8:9 link
      find . -depth -exec touch -h -d '2001-02-03 04:05:06.789 UTC' {} +
      """;

  /** One line for each object: all that there is to know of it but its inode and change time. */
  private static final String LIST =
      """
      cd "$0" && find . -exec sh -c '
        for f; do
          printf "%s|" "$f" && stat -c "%F|%a|%u:%g|%h|%y|%t:%T" "$f"
          if [ -L "$f" ]; then readlink "$f"
          elif [ -f "$f" ]; then stat -c %s "$f" && cksum < "$f"
          fi
          getfattr -h -d -m - -e hex --absolute-names "$f" 2>/dev/null; printf "\\0"
        done' sh {} +
      """;

  /** Otherwise what FUSE shows may be a second old. */
  private static final String FRESH = "-o attr_timeout=0,entry_timeout=0 ";

  /** What cksum prints of a file. */
  private static final Pattern CHECKSUM = Pattern.compile("(?m)^\\d+ \\d+$");

  @TempDir Path temp;

  @BeforeEach
  void makeTree() throws Exception {
    Host.assumeRoot("makes devices, and files of many owners");
    for (String program : List.of("setfacl", "setfattr", "setcap")) {
      Host.assumeProgram(program);
    }
    Files.writeString(temp.resolve("tree.sh"), TREE);
    Commands.run("sh", "-c", "cd \"$0\" && sh ./tree.sh", temp.toString());
  }

  static Stream<Arguments> places() {
    return Stream.of(
        Arguments.of("as it is here", "true"),
        Arguments.of("tmpfs", "mount -t tmpfs none m"),
        Arguments.of("ramfs", "mount -t ramfs none m"),
        Arguments.of(
            "overlay",
            "mount -t tmpfs none m && mkdir m/l m/u m/w m/o &&"
                + " mount -t overlay -o lowerdir=m/l,upperdir=m/u,workdir=m/w none m/o &&"
                + " mount --move m/o s.o && umount -l m && mount --move s.o m"),
        Arguments.of("ext4", "truncate -s 40M i && mkfs.ext4 -q i && mount -o loop i m"),
        Arguments.of("btrfs", "truncate -s 120M i && mkfs.btrfs -q i && mount -o loop i m"),
        Arguments.of("xfs", "truncate -s 320M i && mkfs.xfs -q i && mount -o loop i m"),
        Arguments.of("vfat", "truncate -s 40M i && mkfs.vfat i && mount -o loop i m"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("places")
  void isAsCpHasItOrReported(String name, String mount) throws Exception {
    try (PrivateMount place = PrivateMount.of(temp, "mkdir -p s.o; " + mount)) {
      compare(place);
    }
  }

  @ParameterizedTest(name = "bindfs {0}")
  @MethodSource("modes")
  void isAsCpHasItOrReportedWhereOwnersAndModesAreMapped(String options) throws Exception {
    Files.move(temp.resolve("s"), temp.resolve("tree"));
    try (PrivateMount place = PrivateMount.bindfs(temp, FRESH + options)) {
      compare(place, temp.resolve("tree"));
    }
  }

  static Stream<String> modes() {
    return Stream.of(
        "", "--force-user=nobody", "-p 0777 --chmod-ignore", "--chown-deny", "--xattr-none");
  }

  private void compare(PrivateMount place) throws Exception {
    compare(place, temp.resolve("s"));
  }

  private static void compare(PrivateMount place, Path source) throws Exception {
    Path ours = place.path().resolve("ours");
    Path control = place.path().resolve("control");
    TreeReport report = Trees.copy(source, ours, ALL);
    Commands.Result cp = Commands.tried("cp", "-a", source.toString(), control.toString());
    judge(
        source,
        ours,
        control,
        report.failures().stream().map(TreeFailure::path).toList(),
        cp.output());
    if (cp.exit() == 0 && report.complete()) {
      assertSparse(ours.resolve("sparse"));
    }
  }

  private static void assertSparse(Path file) throws Exception {
    String[] told = Commands.run("stat", "-c", "%b %s", file.toString()).strip().split(" ", -1);
    String[] copied =
        Commands.run(
                "stat", "-c", "%b %s", file.getParent().resolveSibling("control/sparse").toString())
            .strip()
            .split(" ", -1);
    long most = Math.max(Long.parseLong(copied[0]), Long.parseLong(told[1]) / 512 / 2);
    assertTrue(Long.parseLong(told[0]) <= most, () -> Arrays.toString(told));
  }

  /**
   * What is not as it was is reported, unless cp -a has it so and says nothing; and contents are as
   * they were.
   *
   * @param complaints what cp printed
   */
  private static void judge(
      Path source, Path ours, Path control, List<String> reported, String complaints)
      throws Exception {
    Map<String, String> copied = list(ours);
    Map<String, String> cps = list(control);
    assertFalse(copied.isEmpty());
    TreeSet<String> silent = new TreeSet<>();
    for (Map.Entry<String, String> each : list(source).entrySet()) {
      String below = each.getKey().substring(1);
      String mine = copied.getOrDefault(each.getKey(), "not there");
      boolean asCp =
          mine.equals(cps.getOrDefault(each.getKey(), "not there"))
              && !complaints.contains("'" + control + below + "'");
      boolean told = reported.contains(source + below) || reported.contains(ours + below);
      if (!mine.equals(each.getValue()) && !asCp && !told) {
        silent.add(each.getValue() + " → " + mine);
      }
      Matcher sum = CHECKSUM.matcher(each.getValue());
      if (sum.find() && copied.containsKey(each.getKey())) {
        assertTrue(mine.contains(sum.group()), each.getValue());
      }
    }
    assertEquals(new TreeSet<>(), silent, () -> "reported: " + reported + "\n" + complaints);
  }

  private static Map<String, String> list(Path root) throws Exception {
    Map<String, String> all = new LinkedHashMap<>();
    for (String line : Commands.run("sh", "-c", LIST, root.toString()).split("\0", -1)) {
      if (!line.isBlank()) {
        String name = line.substring(0, line.indexOf('|'));
        all.put(name.strip(), line.replaceAll("(?m)^# file:.*$", "").strip());
      }
    }
    return all;
  }

  /** Who is no more than a user keeps his groups, and what else he may. */
  @Test
  void aUserWithGroups() throws Exception {
    Commands.run("sh", "-c", "chmod 777 \"$0\"", temp.toString());
    List<String> user = List.of("setpriv", "--reuid", "4242", "--regid", "4243", "--groups", "2,5");
    ProcessBuilder java = Host.java(Child.class, temp.toString());
    Process process = java.redirectErrorStream(true).start();
    List<String> reported = process.inputReader().lines().toList();
    assertEquals(0, process.waitFor(), reported::toString);
    Host.end(process);
    List<String> cp = new ArrayList<>(user);
    cp.addAll(List.of("cp", "-a", temp + "/s", temp + "/control"));
    Commands.Result tried = Commands.tried(cp.toArray(String[]::new));
    judge(
        temp.resolve("s"), temp.resolve("ours"), temp.resolve("control"), reported, tried.output());
    assertTrue(reported.stream().anyMatch(path -> path.endsWith("/shut")), reported::toString);
    assertEquals(2, Files.getAttribute(temp.resolve("ours/f"), "unix:gid"));
  }

  /** The bits of the group are the mask of an ACL: without the ACL they would be rights. */
  @Test
  void anAclThatIsLostGivesTheGroupNothing() throws Exception {
    try (PrivateMount place = PrivateMount.of(temp, "mount -t ramfs none m")) {
      Path copy = place.path().resolve("ours");
      assertFalse(Trees.copy(temp.resolve("s"), copy, ALL).complete());
      assertEquals(0640, (int) Files.getAttribute(copy.resolve("f"), "unix:mode") & 07777);
      assertEquals(0620, (int) Files.getAttribute(copy.resolve("fifo"), "unix:mode") & 07777);
    }
  }

  /** Copies as that user, and prints what it reports. */
  static final class Child {
    private Child() {}

    @SuppressWarnings("SystemOut") // Its output is how it answers.
    public static void main(String[] args) throws IOException {
      ProcessIdentity.setgroups(2, 5).value();
      ProcessIdentity.setresgid(4243, 4243, 4243).value();
      ProcessIdentity.setresuid(4242, 4242, 4242).value();
      Path temp = Path.of(args[0]);
      for (TreeFailure failure :
          Trees.copy(temp.resolve("s"), temp.resolve("ours"), ALL).failures()) {
        System.out.println(failure.path());
      }
    }
  }
}
