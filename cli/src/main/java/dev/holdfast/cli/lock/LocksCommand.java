package dev.holdfast.cli.lock;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.ExitCode;
import dev.holdfast.cli.command.Failures;
import dev.holdfast.cli.command.TypedPath;
import dev.holdfast.cli.command.Value;
import dev.holdfast.findings.Json;
import dev.holdfast.findings.terminal.Text;
import dev.holdfast.locks.Mode;
import dev.holdfast.locks.remote.LockService;
import dev.holdfast.locks.report.LockFileReport;
import dev.holdfast.locks.report.LockTable;
import dev.holdfast.path.FileName;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code holdfast locks}. */
public final class LocksCommand extends Command {
  private static final long WATCH_MILLIS = 1000;

  private final Value<List<String>> operands = operands("PATH", "Files to look at. Default: all.");

  private final Value<Boolean> watch =
      flag("--watch", "List again every second, until interrupted.");

  private final Value<String> token =
      option("--token", "TOKEN", String.class, "With break: which lock is meant, as listed.");

  private final Value<Boolean> check =
      flag("--check", "With paths: end with 75 if somebody holds a lock on one of them.");

  private final Value<String> at =
      option(
          "--at",
          "SERVERS",
          String.class,
          "List the locks of a server instead; see holdfast lock.");

  private final Value<String> kind =
      option("--kind", "KIND", String.class, "With --at: zookeeper (default) or postgresql.")
          .oneOf(LockServers::words);

  private final Value<String> config =
      option("--config", "FILE", String.class, "With --at: settings, one NAME=VALUE a line.");

  public LocksCommand() {
    super("locks");
    description(
        "Lists the file locks of this machine: who holds them, who waits, and who waits in a"
            + " circle. With paths, only what is about these files, and also what a lock file says"
            + " of its holder.",
        "",
        "'locks break PATH --token T' takes a lock file away whose holder cannot be proved dead;"
            + " the token is in the list, so that it cannot hit another lock of the same name.");
    synopsis(
        "usage: holdfast locks [OPTIONS] [PATH...]",
        "       holdfast locks break PATH --token TOKEN");
    exitStatus(
        "0:listed, and there is no deadlock; broken",
        "1:there is a deadlock; the lock file has another token, or is gone",
        "2:wrong use",
        "3:could not look",
        "75:with --check: somebody holds one of them");
    footer(
        "Examples:",
        "  all of them:",
        "    holdfast locks",
        "  who keeps this file:",
        "    holdfast locks /var/mail/me.lock",
        "  is anybody at work with it?",
        "    holdfast locks --check /run/lock/backup >/dev/null; [ $? = 75 ] && echo yes",
        "  those of a fleet:",
        "    holdfast locks --kind postgresql --at db:5432/ops",
        "  for a script:",
        "    holdfast locks --json | jq '.deadlocks'");
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> words = operands.or(List.of());
    // A file may be called so, too: it is listed.
    if (token.given() || (words.size() > 1 && words.getFirst().equals("break"))) {
      return breakLock(words);
    }
    if (at.given() && (check.get() || !words.isEmpty())) {
      throw CommandFailure.usage(
          "--at", "lists a whole server: it takes neither paths nor --check");
    }
    if (!at.given()) {
      LockServers.refuseWithoutServer(kind, config);
    }
    if (check.get() && words.isEmpty()) {
      throw CommandFailure.usage("--check", "give at least one path");
    }
    List<Path> paths = words.stream().map(LocksCommand::path).toList();
    int status = list(paths);
    while (watch.get()) {
      Thread.sleep(WATCH_MILLIS);
      spec.commandLine().getOut().println();
      status = list(paths);
    }
    return status;
  }

  /** A file's name, or with a slash a directory's. */
  private static Path path(String word) {
    if (word.isEmpty()) {
      throw CommandFailure.usage("PATH", "'' is not a path");
    }
    TypedPath typed = TypedPath.of(word);
    if (typed.slash()
        && Files.exists(typed.path(), LinkOption.NOFOLLOW_LINKS)
        && !Files.isDirectory(typed.path())) {
      throw CommandFailure.undecided(word, "not a directory (ENOTDIR)");
    }
    return typed.path();
  }

  private int breakLock(List<String> words) throws IOException {
    if (words.size() != 2 || !words.getFirst().equals("break") || !token.given()) {
      throw CommandFailure.usage("break", "give one path, and its --token");
    }
    Path path = path(words.get(1));
    if (LockFileReport.breakLock(path, token.get())) {
      return ExitCode.OK;
    }
    Optional<LockFileReport> there = LockFileReport.at(path);
    String why =
        there.isEmpty()
            ? "there is no lock file"
            : there.get().token().isEmpty()
                ? "it was not made by holdfast: look for yourself who made it"
                : "it has another token: somebody else holds it now";
    throw CommandFailure.status(ExitCode.NO, FileName.shownOf(path), why);
  }

  private int listServer() throws IOException {
    try (LockService service = LockServers.connect(kind, at.get(), config.or(""), "locks")) {
      PrintWriter out = spec.commandLine().getOut();
      if (globals().json()) {
        ServerLocksTable.json(service.states(), out);
      } else {
        ServerLocksTable.text(service.states(), out);
      }
      out.flush();
    }
    return ExitCode.OK;
  }

  private int list(List<Path> paths) throws IOException {
    if (at.given()) {
      return listServer();
    }
    LockTable table = LockTable.read();
    List<LockFileReport> files = new ArrayList<>();
    if (!paths.isEmpty()) {
      table = table.about(paths);
      for (Path path : paths) {
        if (!check.get()) {
          // Throws what is the matter with a name that nothing is at.
          requireThere(path);
        }
        if (Files.isDirectory(path)) {
          // It may have a flock, but it is no lock file.
          continue;
        }
        // An ordinary file that is locked says nothing of a holder.
        LockFileReport.at(path)
            .filter(report -> !report.token().isEmpty() || report.holder().pid() > 0)
            .ifPresent(files::add);
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (globals().json()) {
      json(table, files, out);
    } else {
      text(table, files, out);
    }
    out.flush();
    if (!table.deadlocks().isEmpty()) {
      return ExitCode.NO;
    }
    boolean held = !table.granted().isEmpty() || files.stream().anyMatch(file -> !file.dead());
    return check.get() && held ? ExitCode.BUSY : ExitCode.OK;
  }

  /** Java's message would have a name that is not UTF-8 without its bytes. */
  private static void requireThere(Path path) throws IOException {
    try {
      Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (FileSystemException e) {
      throw CommandFailure.undecided(FileName.shownOf(path), Failures.why(e));
    }
  }

  private static void text(LockTable table, List<LockFileReport> files, PrintWriter out) {
    table.granted().forEach(entry -> out.println("held     " + line(entry)));
    table.waiting().forEach(entry -> out.println("waiting  " + line(entry)));
    for (LockFileReport file : files) {
      out.println(
          "file     "
              + printable(FileName.shownOf(file.path()) + "  " + file.holder())
              + (file.dead() ? "  DEAD" : ""));
    }
    for (List<Integer> circle : table.deadlocks()) {
      String way = circle.stream().map(Object::toString).collect(Collectors.joining(" → "));
      out.println("deadlock " + way + " → " + circle.getFirst());
    }
  }

  private static String line(LockTable.Entry entry) {
    StringBuilder line = new StringBuilder();
    line.append(String.format("%-7s", entry.kind()));
    line.append(entry.mode() == Mode.SHARED ? "shared    " : "exclusive ");
    if (entry.pids().isEmpty()) {
      line.append("pid ?");
    }
    for (int i = 0; i < entry.pids().size(); i++) {
      line.append(i == 0 ? "pid " : ", ").append(entry.pids().get(i));
      line.append(" (").append(entry.commands().get(i)).append(')');
    }
    line.append("  ");
    line.append(
        entry.path().isEmpty()
            ? entry.major() + ":" + entry.minor() + " inode " + entry.inode()
            : entry.path());
    if (entry.start() != 0 || entry.length() != 0) {
      line.append(" [").append(entry.start()).append(", ");
      line.append(entry.length() == 0 ? "end" : entry.start() + entry.length()).append(')');
    }
    return printable(line.toString());
  }

  /** Names of files and programs are anybody's. */
  private static String printable(String text) {
    return Text.printable(text);
  }

  private static void json(LockTable table, List<LockFileReport> files, PrintWriter out)
      throws IOException {
    Json.document(out, json -> json(table, files, json));
  }

  private static void json(LockTable table, List<LockFileReport> files, JsonGenerator json)
      throws IOException {
    json.writeStartObject();
    entries(json, "held", table.granted());
    entries(json, "waiting", table.waiting());
    json.writeArrayFieldStart("files");
    for (LockFileReport file : files) {
      json.writeStartObject();
      json.writeStringField("path", FileName.textOf(file.path()));
      json.writeNumberField("pid", file.holder().pid());
      json.writeStringField("command", file.holder().command());
      if (file.holder().since() != null) {
        json.writeStringField("since", file.holder().since().toString());
      }
      json.writeStringField("host", file.holder().host());
      json.writeStringField("token", file.token());
      json.writeBooleanField("dead", file.dead());
      json.writeStringField("why", file.why());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("deadlocks");
    for (List<Integer> circle : table.deadlocks()) {
      json.writeStartArray();
      for (int pid : circle) {
        json.writeNumber(pid);
      }
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void entries(JsonGenerator json, String name, List<LockTable.Entry> entries)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (LockTable.Entry entry : entries) {
      json.writeStartObject();
      json.writeStringField("kind", entry.kind());
      json.writeStringField("mode", entry.mode() == Mode.SHARED ? "shared" : "exclusive");
      json.writeArrayFieldStart("holders");
      for (int i = 0; i < entry.pids().size(); i++) {
        json.writeStartObject();
        json.writeNumberField("pid", entry.pids().get(i));
        json.writeStringField("command", entry.commands().get(i));
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeStringField("path", entry.path());
      json.writeStringField("device", entry.major() + ":" + entry.minor());
      json.writeNumberField("inode", entry.inode());
      json.writeNumberField("start", entry.start());
      json.writeNumberField("length", entry.length());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
