package dev.holdfast.cli.lock;

import dev.holdfast.libc.Unistd;
import dev.holdfast.locks.Holder;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Who holds a lock, in words: of a {@code holdfast lock} and the program that it runs, both of
 * which have the lock, the program.
 */
final class HolderText {
  private static final String OURS = "holdfast lock ";

  private HolderText() {}

  static String of(List<Holder> holders) {
    List<Holder> programs = new ArrayList<>(holders);
    boolean ours = programs.removeIf(holder -> holder.pid() == Unistd.getpid());
    List<String> told = new ArrayList<>();
    for (Holder holder : holders) {
      if (programs.contains(holder) && holder.command().startsWith(OURS)) {
        childOf(holder, List.copyOf(programs))
            .ifPresent(
                program -> {
                  programs.remove(holder);
                  programs.remove(program);
                  told.add(program + since(program) + ", by holdfast lock, pid " + holder.pid());
                });
      }
    }
    programs.forEach(holder -> told.add(holder.toString()));
    if (ours) {
      told.add(
          "this command inherited it: it would wait for itself, unless whoever has it lets go");
    }
    return told.isEmpty() ? "somebody" : String.join("; ", told);
  }

  private static Optional<Holder> childOf(Holder wrapper, List<Holder> all) {
    List<Holder> children =
        all.stream()
            .filter(each -> each.pid() > 0 && each.pid() != wrapper.pid())
            .filter(each -> parentOf(each.pid()).equals(Optional.of((long) wrapper.pid())))
            .collect(Collectors.toList());
    return children.stream().findFirst();
  }

  private static Optional<Long> parentOf(int pid) {
    return ProcessHandle.of(pid).flatMap(ProcessHandle::parent).map(ProcessHandle::pid);
  }

  /** Such a program was started when the lock was granted. */
  private static String since(Holder program) {
    return program.since() != null
        ? ""
        : ProcessHandle.of(program.pid())
            .flatMap(process -> process.info().startInstant())
            .map(start -> ", since " + clock(start))
            .orElse("");
  }

  private static String clock(Instant time) {
    ZonedDateTime local = time.atZone(ZoneId.systemDefault());
    boolean today = local.toLocalDate().equals(LocalDate.now(local.getZone()));
    return local.format(DateTimeFormatter.ofPattern(today ? "HH:mm:ss" : "yyyy-MM-dd HH:mm:ss"));
  }
}
