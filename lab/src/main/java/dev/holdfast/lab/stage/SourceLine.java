package dev.holdfast.lab.stage;

import dev.holdfast.prove.model.CallRef;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The line of an example that makes a system call: the examples are short enough to tell. */
final class SourceLine {
  /** What leads to a system call, in C and in the shell. */
  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry("open", "fopen|open|creat|opendir|openat|mkstemp|mkostemp|exec|>|<"),
          Map.entry("stat", "stat|lstat|fstatat|statx|access|faccessat|test|\\[|ls|find"),
          Map.entry("access", "access|faccessat|euidaccess|test|\\["),
          Map.entry("unlink", "unlink|unlinkat|remove|rm|rmdir|find|xargs"),
          Map.entry("rename", "rename|renameat|renameat2|mv"),
          Map.entry("link", "link|linkat|ln|symlink|symlinkat"),
          Map.entry("readlink", "readlink|readlinkat|realpath"),
          Map.entry("mkdir", "mkdir|mkdirat|mkdtemp"),
          Map.entry("chmod", "chmod|fchmodat"),
          Map.entry("chown", "chown|lchown|fchownat"),
          Map.entry("exec", "execve|execl|execv|execlp|execvp|system|popen"),
          Map.entry("truncate", "truncate|ftruncate"));

  private SourceLine() {}

  /** From 1; 0 if none fits, or more than one as well. */
  static int of(List<String> source, CallRef call) {
    String command = call.doer().command().isEmpty() ? "" : base(call.doer().command().getFirst());
    int byWords = only(source, words(call.call()), base(call.path()));
    return byWords > 0 || command.isEmpty() ? byWords : only(source, Pattern.quote(command), "");
  }

  private static String words(String syscall) {
    return WORDS.entrySet().stream()
        .filter(entry -> syscall.contains(entry.getKey()))
        // The longest name is the most exact one: "readlink" before "link".
        .max((a, b) -> Integer.compare(a.getKey().length(), b.getKey().length()))
        .map(Map.Entry::getValue)
        .orElse(Pattern.quote(syscall));
  }

  /** The only line that calls one of these; of several, the one that names what it is about. */
  private static int only(List<String> source, String words, String name) {
    Pattern call = Pattern.compile("(^|[^A-Za-z0-9_.>])(" + words + ")([ (\"'$]|$)");
    int found = 0;
    int all = 0;
    int named = 0;
    int line = 0;
    boolean comment = false;
    for (int i = 0; i < source.size(); i++) {
      String text = source.get(i).strip();
      comment |= text.startsWith("/*");
      boolean code = !comment && !text.startsWith("#") && !text.startsWith("//");
      comment &= !text.endsWith("*/");
      if (code && call.matcher(text).find()) {
        all++;
        found = i + 1;
        if (!name.isEmpty() && text.contains(name)) {
          named++;
          line = i + 1;
        }
      }
    }
    return named == 1 ? line : all == 1 ? found : 0;
  }

  private static String base(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
