package dev.holdfast.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.file.CleanCommand;
import dev.holdfast.cli.file.TempCommand;
import dev.holdfast.cli.file.TreeCommand;
import dev.holdfast.cli.file.WriteCommand;
import dev.holdfast.testing.ChildJvm;
import dev.holdfast.testing.Commands;
import dev.holdfast.testing.Requirements;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * write, temp, clean and tree where ordinary people have their files: on file systems with owners
 * and modes of their own and without flags of renameat2(2), and in a user namespace. The usual way
 * does the same beside each.
 */
class CommandsElsewhereTest {
  private static final String HERE = "";
  private static final String PLAIN = "-o use_ino";
  private static final String OWNERS = "--force-user=nobody --force-group=nogroup";
  private static final String MAPPED = "--map=root/nobody:@root/@nogroup";
  private static final String MODES = "-p 0777 --chmod-ignore";
  private static final String FAT = "-p 0755 --chmod-deny";
  private static final String NO_CHOWN = "--chown-deny --chgrp-deny";
  private static final String NO_LINKS = "--xattr-none --hide-hard-links";

  @TempDir Path dir;
  private Path store;
  private Path mounted;

  @BeforeEach
  void directories() throws Exception {
    store = Files.createDirectory(dir.resolve("store"));
    mounted = Files.createDirectory(dir.resolve("mounted"));
  }

  /** Without options nothing is mounted: the control. */
  private void mount(String options) throws Exception {
    if (options.equals(HERE)) {
      Files.delete(mounted);
      Files.createSymbolicLink(mounted, store);
      mounted = store;
      return;
    }
    Requirements.root("mounts");
    Requirements.program("bindfs");
    Requirements.nothingAgainst(Files.exists(Path.of("/dev/fuse")) ? null : "needs /dev/fuse");
    Commands.Result mount =
        sh("exec bindfs -o attr_timeout=0,entry_timeout=0 " + options + " store mounted");
    assertEquals(0, mount.exit(), mount::toString);
  }

  @AfterEach
  void unmount() throws Exception {
    for (int i = 0;
        i < 100
            && !mounted.equals(store)
            && Commands.tried("mountpoint", "-q", mounted.toString()).exit() == 0;
        i++) {
      Commands.tried("umount", mounted.toString());
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private Commands.Result sh(String script) throws Exception {
    return Commands.tried("sh", "-c", "cd \"$0\" && " + script, dir.toString());
  }

  private String told(String script) throws Exception {
    Commands.Result run = sh(script);
    assertEquals(0, run.exit(), run::toString);
    return run.output().strip();
  }

  private List<String> names() throws Exception {
    try (Stream<Path> all = Files.walk(store)) {
      return all.filter(path -> !path.equals(store))
          .map(path -> store.relativize(path).toString())
          // What FUSE calls a removed file until it has heard that nobody has it open.
          .filter(name -> !name.contains(".fuse_hidden"))
          .sorted()
          .toList();
    }
  }

  private static CommandRun run(String name, Command command, Object... arguments) {
    return CommandRun.of(
        name, command, Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
  }

  private static CommandRun write(String input, Object... arguments) {
    return run(
        "write",
        new WriteCommand(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8))),
        arguments);
  }

  @ParameterizedTest
  @ValueSource(strings = {HERE, PLAIN, OWNERS, MAPPED, MODES, FAT, NO_CHOWN, NO_LINKS})
  void write(String options) throws Exception {
    mount(options);
    told("echo old > mounted/f && chmod 640 store/f && cp -p store/f store/usual");
    told("umask 027; : > mounted/made && rm -f mounted/made && echo new > mounted/usual");
    Path file = mounted.resolve("f");
    String shown = told("stat -c %a:%u:%g mounted/usual");
    for (List<String> way :
        List.of(List.<String>of(), List.of("--append"), List.of("--in-place"))) {
      List<Object> words = new ArrayList<>(way);
      words.add(file);
      CommandRun run = write("new\n", words.toArray());
      assertEquals(ExitCode.OK, run.exit(), way + run.err());
      assertEquals("", run.err());
      assertEquals(shown, told("stat -c %a:%u:%g mounted/f"), way::toString);
    }
    assertEquals("new\n", Files.readString(store.resolve("f")));
    assertEquals(ExitCode.NO, write("x", "--no-replace", file).exit());
    CommandRun secret = write("secret\n", "--mode", "600", file);
    boolean shut = told("stat -c %a mounted/f").equals("600");
    // Never told to be shut when it is not.
    assertEquals(shut, secret.exit() == ExitCode.OK, secret::toString);
    assertEquals(shut ? "secret\n" : "new\n", Files.readString(store.resolve("f")));
    assertEquals(shut, secret.err().isEmpty(), secret::toString);
    CommandRun made = write("1\n", mounted.resolve("new"));
    assertEquals(ExitCode.OK, made.exit(), made.err());
    told(": > mounted/touched");
    assertEquals(told("stat -c %a:%u:%g mounted/touched"), told("stat -c %a:%u:%g mounted/new"));
    assertEquals(List.of("f", "new", "touched", "usual"), names());
  }

  /** Where a mode cannot be set at all, the old file's is not lost in silence. */
  @Test
  void aModeThatCannotBeSetIsTold() throws Exception {
    mount("--chmod-deny");
    told("echo old > store/f && chmod 640 store/f");
    CommandRun refused = write("new\n", mounted.resolve("f"));
    assertEquals(ExitCode.UNDECIDED, refused.exit());
    assertTrue(refused.err().contains("/f: fchmod: ") && refused.err().contains("--in-place"));
    assertEquals("old\n", Files.readString(store.resolve("f")));
    CommandRun without = write("new\n", "--keep-what-can-be", mounted.resolve("f"));
    assertEquals(ExitCode.OK, without.exit(), without.err());
    assertTrue(without.err().contains("has not kept its mode"), without.err());
    assertEquals("600", told("stat -c %a store/f"));
    CommandRun appended = write("new\n", "--append", "--keep-what-can-be", mounted.resolve("f"));
    assertEquals(ExitCode.OK, appended.exit(), appended.err());
    CommandRun made = write("new\n", mounted.resolve("g"));
    assertEquals(ExitCode.OK, made.exit(), made.err());
    assertTrue(made.err().contains("mode"), made.err());
    assertEquals(List.of("f", "g"), names());
  }

  /** A file system that removes nothing that is open: no half-made file is left. */
  @Test
  void aNameThatCannotBeMovedLeavesNothing() throws Exception {
    mount("--rename-deny");
    told("echo old > store/f");
    for (String way : List.of("--durable", "--append", "--keep-what-can-be")) {
      CommandRun refused = write("new\n", way, mounted.resolve("f"));
      assertEquals(ExitCode.UNDECIDED, refused.exit(), refused.err());
      assertTrue(refused.err().contains("/f: renameat2: "), refused.err());
    }
    assertEquals("old\n", Files.readString(store.resolve("f")));
    CommandRun temp =
        run("temp", new TempCommand(), "anonymous", "--in", mounted, "--", "sh", "-c", "exit 5");
    assertEquals(5, temp.exit(), temp.err());
    told("mkdir store/d && touch -d '50 days ago' store/d/old");
    assertEquals(ExitCode.NO, clean().exit());
    assertEquals(List.of("d", "d/old", "f"), names());
  }

  @ParameterizedTest
  @ValueSource(strings = {HERE, PLAIN, OWNERS, MAPPED, MODES, FAT, NO_CHOWN, NO_LINKS})
  void temp(String options) throws Exception {
    mount(options);
    told("rm $(mktemp -p mounted) && rmdir $(mktemp -d -p mounted)");
    for (String kind : List.of("file", "dir")) {
      CommandRun named = run("temp", new TempCommand(), kind, "--in", mounted);
      assertEquals(ExitCode.OK, named.exit(), named.err());
      Path made = Path.of(named.out().strip());
      assertEquals(kind.equals("dir"), Files.isDirectory(made, LinkOption.NOFOLLOW_LINKS));
      boolean shut = told("stat -c %a '" + made + "'").endsWith("00");
      assertEquals(shut, named.err().isEmpty(), named::toString);
      assertEquals(shut, !named.err().contains("shows it with mode"), named::toString);
      Files.delete(made);
      String use =
          kind.equals("dir") ? "echo x > \"$HOLDFAST_TEMP/x\"" : "echo x > \"$HOLDFAST_TEMP\"";
      CommandRun used =
          run("temp", new TempCommand(), kind, "--in", mounted, "--", "sh", "-c", use + "; exit 5");
      assertEquals(5, used.exit(), used.err());
    }
    String through = "echo x > \"$HOLDFAST_TEMP\" && test \"$(cat \"$HOLDFAST_TEMP\")\" = x";
    CommandRun nameless =
        run("temp", new TempCommand(), "anonymous", "--in", mounted, "--", "sh", "-c", through);
    assertEquals(ExitCode.OK, nameless.exit(), nameless.err());
    assertEquals(List.of(), names());
  }

  private CommandRun clean() {
    return run("clean", new CleanCommand(), mounted, "--older-than", "20d", "--by", "m");
  }

  @ParameterizedTest
  @ValueSource(strings = {HERE, PLAIN, OWNERS, MAPPED, MODES, FAT, NO_CHOWN, NO_LINKS})
  void clean(String options) throws Exception {
    mount(options);
    told(
        "mkdir -p store/d/e && cd store && echo x > f && echo y > d/g && ln d/g d/h"
            + " && ln -s nowhere d/link && find . -depth -exec touch -h -d '50 days ago' {} +"
            + " && echo z > young && cp -a . ../twin && touch young ../twin/young");
    told("find twin -depth -mindepth 1 -mtime +20 -delete");
    CommandRun run = clean();
    assertEquals(ExitCode.OK, run.exit(), run.err());
    assertFalse(run.err().contains("was replaced"), run.err());
    assertEquals(told("cd twin && find . -mindepth 1"), told("cd store && find . -mindepth 1"));
    assertEquals(List.of("young"), names());
  }

  private static final String LIST =
      "find . ! -type l -printf '%p %y %m %U:%G\\n' -o -printf '%p %y %l %U:%G\\n' | sort";

  @ParameterizedTest
  @ValueSource(strings = {HERE, PLAIN, OWNERS, MAPPED, MODES, FAT, NO_CHOWN, NO_LINKS})
  void tree(String options) throws Exception {
    mount(options);
    told(
        "mkdir -p s/d/e && cd s && echo x > f && chmod 640 f && echo y > d/g && ln -s nowhere l"
            + " && mkfifo p && chmod 750 d && touch -d '50 days ago' f");
    CommandRun copied =
        run("tree", new TreeCommand(), "cp", dir.resolve("s"), mounted.resolve("a"));
    assertAsUsual(copied, "cp -a s mounted/b; cp -a s twin");
    CommandRun shut = run("tree", new TreeCommand(), "chmod", "u=rwX,go=", mounted.resolve("a"));
    assertAsUsual(shut, "chmod -R u=rwX,go= mounted/b; chmod -R u=rwX,go= twin");
    if (Requirements.isRoot()) {
      CommandRun given = run("tree", new TreeCommand(), "chown", "1:1", mounted.resolve("a"));
      assertAsUsual(given, "chown -hR 1:1 mounted/b; chown -hR 1:1 twin");
    }
    CommandRun removed = run("tree", new TreeCommand(), "rm", mounted.resolve("a"));
    assertEquals(ExitCode.OK, removed.exit(), removed.err());
    told("rm -r mounted/b");
    assertEquals(List.of(), names());
  }

  /**
   * What is neither as the usual way has it there, nor as it should be, is reported; and contents
   * are as they were.
   */
  private void assertAsUsual(CommandRun ours, String usual) throws Exception {
    sh(usual);
    String made = told("cd mounted/a && " + LIST);
    boolean asWanted =
        made.equals(told("cd mounted/b && " + LIST)) || made.equals(told("cd twin && " + LIST));
    assertTrue(asWanted || ours.exit() == ExitCode.NO, () -> made + ours);
    assertEquals(ours.exit() == ExitCode.OK, ours.err().isEmpty(), ours::toString);
    told("cmp s/f store/a/f && cmp s/d/g store/a/d/g");
  }

  /** Where only this user is known, and everybody else is called nobody. */
  @Test
  void allOfThemInAUserNamespace() throws Exception {
    Commands.Result probe = Commands.tried("unshare", "-Ur", "true");
    Requirements.nothingAgainst(
        probe.exit() == 0 ? null : "needs user namespaces: " + probe.output().strip());
    told(
        "echo old > store/f && chmod 640 store/f && mkdir -p s/d && echo x > s/d/f && ln -s f s/l");
    boolean strangers = Requirements.isRoot();
    told(
        "echo old > store/foreign && chmod 644 store/foreign && chown "
            + (strangers ? "12:13" : "$(id -u)")
            + " store/foreign");
    String main = "'" + String.join("' '", ChildJvm.command(Main.class)) + "'";
    String script =
        """
        h() { %s "$@"; }
        cd "$0"
        echo new | h write store/f; echo "write $? $(cat store/f) $(stat -c %%a store/f)"
        echo new | h write store/foreign; echo "foreign $? $(cat store/foreign)"
        f=$(h temp --in store) && rm "$f"; echo "temp $? $(mktemp -u -p store > /dev/null; echo $?)"
        h temp -- true; echo "standard $?"
        h tree cp s store/a && h tree chmod go= store/a; echo "tree $?"
        cp -a s store/b && chmod -R go= store/b
        (cd store/a && find . -printf '%%p %%y %%m %%U\\n' | sort) > a
        (cd store/b && find . -printf '%%p %%y %%m %%U\\n' | sort) > b
        cmp a b; echo "same $?"
        find store/a store/b -exec touch -h -d '50 days ago' {} +
        h clean store --older-than 20d --by m; echo "clean $?"; ls -A store
        """
            .formatted(main);
    Commands.Result run = Commands.tried("unshare", "-Ur", "sh", "-c", script, dir.toString());
    String out = run.output();
    for (String line : List.of("write 0 new 640", "temp 0 0", "tree 0", "same 0", "clean 0")) {
      assertTrue(out.contains(line + "\n"), () -> line + " in " + out);
    }
    if (strangers) {
      assertTrue(out.contains("store/foreign: fchown: "), out);
      assertTrue(out.contains("--keep-what-can-be"), out);
      assertTrue(out.contains("foreign 3 old\n"), out);
    }
    // By whose leave /tmp is used cannot be told there: then the way out is.
    assertTrue(out.contains("standard 0\n") || out.contains("--in DIR"), out);
    assertEquals(List.of("f", "foreign"), names());
  }
}
