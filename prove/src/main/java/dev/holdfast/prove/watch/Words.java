package dev.holdfast.prove.watch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Words of a file that a program uses as names, raw.
 *
 * @param files names of files, or of what was not there
 * @param read of these, what is only ever read: it may be a script, or a library
 * @param made names of what was not there and is made
 * @param directories names of directories, and the beginnings of longer names
 * @param programs names of what it runs
 * @param settings the file holds settings, which may become the environment of what it runs
 */
public record Words(
    List<String> files,
    List<String> read,
    List<String> made,
    List<String> directories,
    List<String> programs,
    boolean settings) {
  /** None. */
  public static final Words NONE =
      new Words(List.of(), List.of(), List.of(), List.of(), List.of(), false);

  public Words {
    files = List.copyOf(files);
    read = List.copyOf(read);
    made = List.copyOf(made);
    directories = List.copyOf(directories);
    programs = List.copyOf(programs);
  }

  /** The same in a file that holds, or does not hold, settings. */
  public Words withSettings(boolean itsSettings) {
    return new Words(files, read, made, directories, programs, itsSettings);
  }

  /** What stands between words, as a regular expression. */
  static final String BETWEEN = "[\\s\\x00\"'`=:,;|&<>()\\[\\]{}]+";

  private static final Pattern WORD = Pattern.compile(BETWEEN.replace("[\\s", "[^\\s"));

  private static final String UP = "../";
  private static final int MOST_UP = 16;

  /**
   * A file's contents, raw, with other names in them. Where a name is relative so is what takes its
   * place, which leads there from every directory.
   *
   * @param file an absolute path, raw, as are the others
   * @param absent of what is not there
   */
  public String with(String content, String file, String absent, String directory, String program) {
    Map<String, String> instead = new HashMap<>();
    files.forEach(word -> instead.put(word, like(word, file)));
    made.forEach(word -> instead.put(word, like(word, absent)));
    directories.forEach(word -> instead.put(word, like(word, directory)));
    programs.forEach(word -> instead.put(word, program));
    return with(content, instead);
  }

  /** A file's contents, raw, with other words in place of some. */
  public static String with(String content, Map<String, String> instead) {
    return WORD.matcher(content)
        .replaceAll(
            found -> Matcher.quoteReplacement(instead.getOrDefault(found.group(), found.group())));
  }

  /** A name, raw, that leads to an absolute one wherever this word does. */
  public static String like(String word, String target) {
    return word.startsWith("/") ? target : UP.repeat(MOST_UP) + target.substring(1);
  }
}
