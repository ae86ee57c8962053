package dev.holdfast.files.ground;

import dev.holdfast.libc.Result;
import dev.holdfast.libc.process.Pwd;
import dev.holdfast.path.proc.ProcFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who is in which group, as far as it can be known. What was asked once is remembered: for one
 * judgement, not for longer. Threads: one at a time.
 */
public final class Accounts {
  private static final Set<String> LISTED_IN_FULL =
      Set.of("files", "compat", "db", "altfiles", "systemd", "extrausers", "sss_files");

  /** How the kernel shows owners whom a namespace does not map, by default. */
  private static final int NOBODY_KNOWN = 65534;

  private final Map<Integer, @Nullable Set<Integer>> members = new HashMap<>();
  private @Nullable List<Pwd.User> users;
  private @Nullable Boolean complete;

  /** {@code uid 1000 (alice)}. */
  public static String user(int uid) {
    Result<Pwd.User> user = Pwd.getpwuid(uid);
    String number = "uid " + Integer.toUnsignedString(uid);
    if (uid == NOBODY_KNOWN && !ProcFile.mapsUser(uid)) {
      return number + " (whoever this user namespace does not know, root among them)";
    }
    return user.ok() ? number + " (" + user.value().name() + ")" : number;
  }

  public static String group(int gid) {
    Result<Pwd.Group> group = Pwd.getgrgid(gid);
    String number = "gid " + Integer.toUnsignedString(gid);
    return group.ok() ? number + " (" + group.value().name() + ")" : number;
  }

  /** Everybody in a group; null if that cannot be known for sure. */
  public @Nullable Set<Integer> members(int gid) throws IOException {
    if (members.containsKey(gid)) {
      return members.get(gid);
    }
    Set<Integer> found = find(gid);
    members.put(gid, found);
    return found;
  }

  private @Nullable Set<Integer> find(int gid) throws IOException {
    if (!listsAreComplete()) {
      return null;
    }
    Set<Integer> uids = new TreeSet<>(Integer::compareUnsigned);
    for (Pwd.User user : users()) {
      if (user.gid() == gid) {
        uids.add(user.uid());
      }
    }
    Result<Pwd.Group> group = Pwd.getgrgid(gid);
    if (group.ok()) {
      for (String name : group.value().members()) {
        Result<Pwd.User> user = Pwd.getpwnam(name);
        if (user.ok()) {
          uids.add(user.value().uid());
        }
      }
    }
    return uids;
  }

  private List<Pwd.User> users() throws IOException {
    List<Pwd.User> known = users;
    if (known == null) {
      known = Pwd.getpwent().orThrow("getpwent", "/etc/passwd");
      users = known;
    }
    return known;
  }

  /** A directory server may know members that it does not list. */
  private boolean listsAreComplete() throws IOException {
    Boolean known = complete;
    if (known == null) {
      known = readNameServiceSwitch();
      complete = known;
    }
    return known;
  }

  private static boolean readNameServiceSwitch() throws IOException {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of("/etc/nsswitch.conf"));
    } catch (NoSuchFileException onlyFiles) {
      return true;
    }
    for (String line : lines) {
      String text = line.strip();
      if (text.startsWith("passwd:") || text.startsWith("group:")) {
        String sources = text.substring(text.indexOf(':') + 1).replaceAll("\\[[^]]*]|#.*", " ");
        for (String source : sources.strip().split("\\s+", -1)) {
          if (!source.isEmpty() && !LISTED_IN_FULL.contains(source)) {
            return false;
          }
        }
      }
    }
    return true;
  }
}
