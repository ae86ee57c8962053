package dev.holdfast.prove.payload;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Programs as text: each makes the marker, and ends without a word. The first line is for the
 * kernel, where a file is executed; its interpreter takes it for a comment.
 */
enum TextPayload implements Payload {
  PYTHON(
      List.of("python", "pypy"),
      List.of(".py", ".pth"),
      "#!/usr/bin/env python3\nopen('MARKER', 'w').close()  # NOTE\n"),
  PERL(
      List.of("perl"),
      List.of(".pl", ".pm", ".ph", ".t"),
      "#!/usr/bin/env perl\n# NOTE\nif (open(my $f, '>', 'MARKER')) { close($f); }\n1;\n"),
  RUBY(
      List.of("ruby", "irb", "rake"),
      List.of(".rb"),
      "#!/usr/bin/env ruby\n# NOTE\nFile.write('MARKER', '')\n"),
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
      // NOTE
      if (typeof require === 'function') {
        require('fs').closeSync(require('fs').openSync('MARKER', 'w'));
      } else {
        import('node:fs').then((fs) => fs.closeSync(fs.openSync('MARKER', 'w')));
      }
      """),
  PHP(List.of("php"), List.of(".php"), "<?php touch('MARKER'); /* NOTE */ ?>\n"),
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
  MAKE(
      List.of("make", "gmake"),
      List.of("Makefile", "makefile", "GNUmakefile", ".mk"),
      "#!/usr/bin/make -f\n# NOTE\n$(shell : > MARKER)\nall: ;\n.DEFAULT: ;\n"),
  /** The last: what nobody else is known to read. The kernel runs it, too. */
  SHELL(
      List.of("sh", "bash", "dash", "ksh", "zsh", "mksh", "busybox"),
      List.of(".sh", ".bash"),
      "#!/bin/sh\n: > MARKER\n# NOTE\n");

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
    return text.replace("MARKER", marker)
        .replace("NOTE", note)
        .getBytes(StandardCharsets.ISO_8859_1);
  }
}
