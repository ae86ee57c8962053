package dev.holdfast.prove;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Result;
import dev.holdfast.libc.process.Identity;
import dev.holdfast.libc.process.Pwd;
import dev.holdfast.path.proc.ProcFile;
import dev.holdfast.prove.trace.Program;
import dev.holdfast.prove.trial.VictimOutput;
import dev.holdfast.prove.watch.Attacker;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.world.OwnDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who plays what in a proof, and where: names of a {@link Case} looked up on this host.
 *
 * @param victim the program as it is run
 * @param userName the victim's identity, by name
 * @param own the directories each world has for its own, the attacker's last
 * @param arenas how many of them are the attacker's
 */
record Roles(
    Attacker attacker, Program victim, String userName, List<OwnDirectory> own, int arenas) {

  static Roles of(Case what) throws ProveException {
    Attacker attacker = attacker(what);
    Pwd.User user = victimUser(what.user());
    Map<String, String> environment = new HashMap<>(what.environment());
    if (what.user() != null) {
      environment.put("HOME", user.home());
      environment.put("USER", user.name());
      environment.put("LOGNAME", user.name());
    }
    Program victim =
        new Program(
            what.argv(),
            environment,
            what.directory().toString(),
            user.uid(),
            user.gid(),
            groups(what, user),
            VictimOutput.PATH);
    List<OwnDirectory> own = new ArrayList<>();
    if (what.tmp()) {
      own.add(new OwnDirectory(ownPath("--tmp", Path.of("/tmp")), 0, 0, 01777, false));
    }
    for (Path directory : what.volume()) {
      own.add(new OwnDirectory(ownPath("--volume", directory), -1, -1, -1, true));
    }
    for (Path directory : what.fresh()) {
      own.add(new OwnDirectory(ownPath("--fresh", directory), -1, -1));
    }
    for (Path directory : what.arena()) {
      own.add(new OwnDirectory(ownPath("--arena", directory), attacker.uid(), attacker.gid()));
    }
    return new Roles(attacker, victim, user.name(), List.copyOf(own), what.arena().size());
  }

  /** A set-up or check command: in the same world, with the world's own rights. */
  Program shell(String command) {
    String directory = Files.isDirectory(Path.of(victim.directory())) ? victim.directory() : "/";
    return new Program(
        List.of("/bin/sh", "-c", command),
        victim.environment(),
        directory,
        0,
        0,
        List.of(),
        victim.output());
  }

  /** Raw. */
  List<String> ownPaths() {
    return own.stream().map(o -> Raw.fromText(o.path())).toList();
  }

  /** The attacker's directories, raw. */
  List<String> arenaPaths() {
    return ownPaths().subList(own.size() - arenas, own.size());
  }

  private static List<Integer> groups(Case what, Pwd.User user) {
    return what.user() == null ? list(Identity.getgroups()) : loginGroups(user);
  }

  private static List<Integer> loginGroups(Pwd.User user) {
    return list(Pwd.getgrouplist(user.name(), user.gid()));
  }

  private static List<Integer> list(Result<int[]> groups) {
    List<Integer> list = new ArrayList<>();
    // In a user namespace groups have no names, and may not be set.
    if (groups.ok() && !Host.inUserNamespace()) {
      for (int group : groups.value()) {
        list.add(group);
      }
    }
    return list;
  }

  private static Attacker attacker(Case what) throws ProveException {
    Account account = what.attackerAccount();
    if (account != null && ProcFile.mapsUser(account.uid())) {
      return new Attacker(
          account.name(),
          account.uid(),
          account.gid(),
          account.groups(),
          account.uid() == 0,
          List.of());
    }
    Pwd.User user =
        user(
            account == null ? what.attacker() : Integer.toUnsignedString(account.uid()),
            "--attacker");
    if (ProcFile.mapsUser(user.uid())) {
      return new Attacker(
          user.name(), user.uid(), user.gid(), loginGroups(user), user.uid() == 0, List.of());
    }
    Pwd.User self = user(Integer.toString(Identity.geteuid()), "--attacker");
    List<String> scopes = new ArrayList<>();
    for (Path directory : Stream.concat(what.arena().stream(), what.fresh().stream()).toList()) {
      scopes.add(Raw.fromText(ownPath("--arena", directory)));
    }
    if (scopes.isEmpty()) {
      // The same user could change whatever it owns; these are the places others could, too.
      scopes.addAll(List.of("/tmp", "/var/tmp", Raw.fromText(what.directory().toString())));
    }
    return new Attacker(
        self.name() + " (the same user)", self.uid(), self.gid(), List.of(), true, scopes);
  }

  private static Pwd.User victimUser(@Nullable String name) throws ProveException {
    if (name == null) {
      return user(Integer.toString(Identity.geteuid()), "--as");
    }
    Pwd.User user = user(name, "--as");
    if (!ProcFile.mapsUser(user.uid())) {
      throw new ProveException(
          "--as " + name + ": this user namespace has only one user; run as root");
    }
    return user;
  }

  private static Pwd.User user(String name, String option) throws ProveException {
    if (name.matches("[0-9]{1,9}")) {
      int uid = Integer.parseInt(name);
      Result<Pwd.User> known = Pwd.getpwuid(uid);
      return known.ok() ? known.value() : new Pwd.User(name, uid, uid, "/");
    }
    Result<Pwd.User> known = Pwd.getpwnam(name);
    if (known.failed()) {
      throw ProveException.wrongUse(
          option
              + " "
              + (name.isEmpty() ? "''" : name)
              + ": "
              + (known.is(Errno.ENOENT) ? "no such user" : known.errno().message)
              + "; see getent passwd");
    }
    return known.value();
  }

  /** An own directory hides the host's; some places cannot be hidden. */
  private static String ownPath(String option, Path directory) throws ProveException {
    Path absolute = directory.toAbsolutePath().normalize();
    Path existing = absolute;
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    try {
      Path real = existing == null ? absolute : existing.toRealPath();
      Path path =
          existing == null ? absolute : real.resolve(existing.relativize(absolute)).normalize();
      List<String> system = List.of("/", "/proc", "/sys", "/dev", "/usr", "/bin", "/lib", "/etc");
      boolean forbidden =
          system.contains(path.toString())
              || Stream.of("/proc/", "/sys/", "/dev/").anyMatch(path.toString()::startsWith);
      if (forbidden) {
        throw ProveException.wrongUse(
            option + " " + directory + ": a world needs what is there; take another directory");
      }
      if (Files.exists(path) && !Files.isDirectory(path)) {
        throw ProveException.wrongUse(option + " " + directory + ": exists but is not a directory");
      }
      return path.toString();
    } catch (IOException e) {
      throw new ProveException(option + " " + directory + ": " + e.getMessage(), e);
    }
  }
}
