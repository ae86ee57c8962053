package dev.holdfast.prove.trial;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the attacker calls that which it adds to a directory that is listed. A program that takes
 * names by their endings shows none of its patterns to the kernel, so the usual endings are there.
 */
public final class AddedNames {
  private static final List<String> USUAL =
      List.of(
          "",
          ".bash",
          ".c",
          ".cfg",
          ".class",
          ".cnf",
          ".conf",
          ".cron",
          ".crt",
          ".csv",
          ".deb",
          ".env",
          ".gz",
          ".h",
          ".html",
          ".inc",
          ".ini",
          ".jar",
          ".js",
          ".json",
          ".key",
          ".list",
          ".local",
          ".log",
          ".lua",
          ".md",
          ".new",
          ".php",
          ".pid",
          ".pl",
          ".pem",
          ".pm",
          ".properties",
          ".pub",
          ".py",
          ".rb",
          ".repo",
          ".rules",
          ".service",
          ".sh",
          ".so",
          ".sql",
          ".tar",
          ".tcl",
          ".tmp",
          ".toml",
          ".txt",
          ".xml",
          ".yaml",
          ".yml",
          ".zip");

  /** Of the endings that stand there so many more are taken up. */
  private static final int MOST_FOUND = 8;

  private static final String FILE = "0";
  private static final String LINK = "1";

  /** The same, of long ago: for who takes what has not been changed for a time. */
  private static final String OLD_FILE = "2";

  private static final String OLD_LINK = "3";

  private static final List<String> KINDS = List.of(FILE, LINK, OLD_FILE, OLD_LINK);

  /** Stands for each name that the program looks for elsewhere. */
  public static final String FOUND_ELSEWHERE = "0";

  /** An empty file. */
  static final String EMPTY = "0-empty";

  /** Directories of its own. */
  static final List<String> DIRECTORIES = List.of("0-own", "2-own");

  /** A link to a directory. */
  static final String DIRECTORY = "0-directory";

  private AddedNames() {}

  /** The usual endings, and those of names that stand there. */
  private static Set<String> endings(Collection<String> there) {
    Set<String> found = new TreeSet<>();
    for (String name : there) {
      int dot = name.lastIndexOf('.');
      if (dot > 0 && found.size() < MOST_FOUND) {
        found.add(name.substring(dot));
      }
    }
    found.addAll(USUAL);
    return found;
  }

  /** The names of its own files. */
  static List<String> files(Collection<String> there) {
    return endings(there).stream().map(FILE::concat).toList();
  }

  /** The names of those that have long been there. */
  static List<String> oldFiles(Collection<String> there) {
    return endings(there).stream().map(OLD_FILE::concat).toList();
  }

  /** Whether it shall have been there for long. */
  static boolean isOld(String name) {
    return name.startsWith(OLD_FILE) || name.startsWith(OLD_LINK);
  }

  /**
   * The names of links to a protected file: some may be taken for a user.
   *
   * @param attacker its login name
   */
  static Set<String> links(Collection<String> there, String attacker) {
    Set<String> links = new TreeSet<>(List.of(attacker, "nobody", "0-link"));
    for (String ending : endings(there)) {
      links.add(LINK + ending);
      links.add(OLD_LINK + ending);
    }
    return links;
  }

  /** The same for all added names that differ in their endings only; others stay as they are. */
  public static String withoutEnding(String entry) {
    boolean added = KINDS.stream().anyMatch(kind -> entry.startsWith(kind + "."));
    return added ? entry.substring(0, 1) : entry;
  }
}
