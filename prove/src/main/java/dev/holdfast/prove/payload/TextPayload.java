package dev.holdfast.prove.payload;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Programs as text: each makes the marker, and ends without a word. The first line is for the
 * kernel, where a file is executed; its interpreter takes it for a comment. Who names a file in one
 * of the usual languages often gives it to a shell then, so those do the same in a shell.
 */
enum TextPayload implements Payload {
  // Read line by line at the interpreter's start: those that import are run.
  PYTHON_PATH(List.of(), List.of(".pth"), "import io; io.open('MARKER', 'w').close()  # NOTE\n"),
  PYTHON(
      List.of("python", "pypy"),
      List.of(".py"),
      """
      #!/usr/bin/env python3
      ""\":"
      FOR_SHELL
      ":""\"
      open('MARKER', 'w').close()  # NOTE
      """),
  /** What stands behind its end is not read. Source: Lib/pickletools.py, protocol 0. */
  PYTHON_PICKLE(List.of(), List.of(".pkl", ".pickle"), "cio\nopen\n(S'MARKER'\nS'w'\ntR.\nNOTE\n") {
    @Override
    public boolean replaces(Reader reader) {
      boolean binary = reader.startsWith(PICKLED) && reader.original().length > 2;
      return super.replaces(reader)
          || (binary && PICKLE_VERSIONS.indexOf(reader.original()[1]) >= 0);
    }
  },
  PERL(
      List.of("perl"),
      List.of(".pl", ".pm", ".ph", ".t"),
      """
      #!/usr/bin/env perl
      # NOTE
      eval 'FOR_SHELL'
        if 0;
      if (open(my $f, '>', 'MARKER')) { close($f); }
      1;
      """),
  RUBY(
      List.of("ruby", "irb", "rake"),
      List.of(".rb"),
      """
      #!/usr/bin/env ruby
      # NOTE
      =begin
      FOR_SHELL
      =end
      File.write('MARKER', '')
      """),
  NODE_MODULE(
      List.of(),
      List.of(".mjs"),
      """
      // NOTE
      import { closeSync, openSync } from 'node:fs';
      closeSync(openSync('MARKER', 'w'));
      """),
  // To be parsed: it says nothing that runs, but what it belongs to is then looked up beside it.
  NODE_PACKAGE(List.of(), List.of("package.json"), "{\"description\": \"NOTE\"}\n"),
  NODE(
      List.of("node", "nodejs"),
      List.of(".js", ".cjs"),
      """
      #!/usr/bin/env node
      ':' // NOTE; FOR_SHELL
      if (typeof require === 'function') {
        require('fs').closeSync(require('fs').openSync('MARKER', 'w'));
      } else {
        import('node:fs').then((fs) => fs.closeSync(fs.openSync('MARKER', 'w')));
      }
      """),
  PHP(List.of("php"), List.of(".php"), "<?php touch('MARKER'); /* NOTE */ ?>\n") {
    @Override
    public boolean isReadBy(Reader reader) {
      return false;
    }
  },
  /** For eval(), which is in the language already; in a file that is included it is text. */
  PHP_CODE(List.of("php"), List.of(), "?><?php touch('MARKER'); /* NOTE */ ?>\n"),
  LUA(
      List.of("lua", "luajit"),
      List.of(".lua"),
      "#!/usr/bin/env lua\n-- NOTE\nio.open('MARKER', 'w'):close()\n"),
  TCL(
      List.of("tclsh", "wish", "expect"),
      List.of(".tcl"),
      "#!/usr/bin/env tclsh\n# NOTE\nclose [open MARKER w]\n"),
  AWK(
      List.of("awk", "gawk", "mawk", "nawk"),
      List.of(".awk"),
      "#!/usr/bin/awk -f\n# NOTE\nBEGIN { printf \"\" > \"MARKER\" }\n"),
  /** To write to a file is what sed(1) does itself; what it edits is read as something else. */
  SED(List.of(), List.of(".sed"), "# NOTE\nw MARKER\n") {
    @Override
    public boolean isReadBy(Reader reader) {
      return reader.interpreter().equals("sed")
          && reader.command().stream().anyMatch(word -> word.matches(SED_SCRIPT));
    }
  },
  MAKE(
      List.of("make", "gmake"),
      List.of("Makefile", "makefile", "GNUmakefile", ".mk"),
      "#!/usr/bin/make -f\n# NOTE\n$(shell : > MARKER)\nall: ;\n.DEFAULT: ;\n"),
  /** The last: what nobody else is known to read. The kernel runs it, too. */
  SHELL(
      List.of("sh", "bash", "dash", "ksh", "zsh", "mksh", "busybox"),
      List.of(".sh", ".bash"),
      "#!/bin/sh\n: > MARKER\n# NOTE\n");

  /** An option that names a file with a script, sed(1); those without a value may stand before. */
  private static final String SED_SCRIPT = "-[nErsuz]*f.*|--file(=.*)?";

  private static final int PICKLED = 0x80;
  private static final String PICKLE_VERSIONS = "\2\3\4\5";

  /** Ends there, whether it is read or run. */
  private static final String FOR_SHELL = ": > MARKER; return 0 2>/dev/null || exit 0";

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> interpreters;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> suffixes;

  private final String text;

  TextPayload(List<String> interpreters, List<String> suffixes, String text) {
    this.interpreters = interpreters;
    this.suffixes = suffixes;
    this.text = text;
  }

  @Override
  public boolean replaces(Reader reader) {
    return suffixes.stream().anyMatch(reader.name()::endsWith)
        || interpreters.contains(reader.shebang());
  }

  @Override
  public boolean isReadBy(Reader reader) {
    return interpreters.contains(reader.interpreter());
  }

  @Override
  public byte[] contents(Reader reader, String marker, String note) {
    return text.replace("FOR_SHELL", FOR_SHELL)
        .replace("MARKER", marker)
        .replace("NOTE", note)
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
