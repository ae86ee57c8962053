package dev.holdfast.prove.report;

import dev.holdfast.catalogue.Row;
import dev.holdfast.prove.model.ScheduleFinding.Kind;
import dev.holdfast.prove.report.Advice.Language;
import java.util.List;

/** How programs that trip over one another are mended, in words of their language. */
final class ScheduleAdvice {
  private ScheduleAdvice() {}

  /** For all of these programs; one sentence or more for each of their languages. */
  static List<String> of(Kind kind, List<List<String>> commands) {
    List<Language> languages = commands.stream().map(Language::of).distinct().toList();
    return languages.stream()
        .map(language -> (languages.size() > 1 ? name(language) + ": " : "") + of(kind, language))
        .distinct()
        .toList();
  }

  /** The row of the catalogue that answers it. */
  static Row row(Kind kind) {
    return switch (kind) {
      case NOT_SERIAL, ORDER -> Row.K04;
      case ABORTED -> Row.F06;
      case DEADLOCK -> Row.K11;
      case TWO_HOLDERS, STUCK -> Row.K13;
      case TORN -> Row.F10;
      case LIVELOCK -> Row.K12;
    };
  }

  private static String name(Language language) {
    return switch (language) {
      case SHELL -> "shell";
      case PYTHON -> "Python";
      case PERL -> "Perl";
      case NODE -> "Node.js";
      case JAVA -> "Java";
      case OTHER -> "C";
    };
  }

  private static String of(Kind kind, Language language) {
    return switch (kind) {
      case NOT_SERIAL ->
          "Hold one exclusive lock from before the first read to after the last write: "
              + lock(language)
              + " Where the other one only reads, give it whole files: "
              + replace(language);
      case ORDER ->
          "Say what depends on what (a prerequisite in the makefile, 'wait' before the next"
              + " command), or do both under one lock, and have whoever comes first do without the"
              + " other one.";
      case ABORTED ->
          "If both make the same temporary name, let each make its own: "
              + temporary(language)
              + " Else hold one lock over the whole work: "
              + lock(language);
      case DEADLOCK ->
          "Take all locks at once, or everywhere in the same order: " + order(language);
      case TWO_HOLDERS ->
          "Let the kernel hold the lock; it ends with its holder, so none is ever stale: "
              + lock(language)
              + " If it must be a file, make it with O_EXCL, and remove a dead holder's only under"
              + " another lock, after a second look.";
      case STUCK ->
          "Let the kernel hold the lock; it ends with its holder, whatever happens to that: "
              + lock(language)
              + " If it must be a file, name the holder in it, and take it over from a dead one,"
              + " under another lock. Where it is data that was half written: "
              + replace(language);
      case TORN ->
          "Write a new file and rename it into place, so that each name is old or new: "
              + replace(language)
              + " What belongs together goes into one file, or into a directory that one rename"
              + " switches.";
      case LIVELOCK ->
          "Wait in the kernel for the lock instead of trying again: "
              + lock(language)
              + " Or wait for a different time in each.";
    };
  }

  private static String lock(Language language) {
    return switch (language) {
      case SHELL -> "exec 9>>FILE.lock; flock 9; or 'holdfast lock FILE.lock -- CMD'.";
      case PYTHON -> "f = open(name + '.lock', 'a'); fcntl.flock(f, fcntl.LOCK_EX).";
      case PERL -> "open(my $l, '>>', \"$name.lock\"); flock($l, LOCK_EX) or die.";
      case NODE -> "Node.js has no locks, so start it by 'holdfast lock FILE.lock -- node ...'.";
      case JAVA -> "try (Held held = Locks.of(lockFile).acquire(timeout)) { ... }.";
      case OTHER ->
          "fd = open(lockfile, O_RDWR | O_CREAT | O_CLOEXEC, 0600); fcntl(fd, F_OFD_SETLKW,"
              + " &lock).";
    };
  }

  private static String replace(Language language) {
    return switch (language) {
      case SHELL -> "CMD | holdfast write FILE; or t=$(mktemp FILE.XXXXXX), write it, mv it.";
      case PYTHON -> "tempfile.NamedTemporaryFile(dir=..., delete=False), then os.replace.";
      case PERL -> "File::Temp in the same directory, then rename.";
      case NODE -> "fs.mkdtemp in the same directory, write there, then fs.rename.";
      case JAVA -> "AtomicReplace.";
      case OTHER -> "mkstemp in the same directory, write, fsync, rename.";
    };
  }

  private static String temporary(Language language) {
    return switch (language) {
      case SHELL -> "t=$(mktemp FILE.XXXXXX) || exit; or 'holdfast write FILE'.";
      case PYTHON -> "tempfile.NamedTemporaryFile(dir=..., delete=False).";
      case PERL -> "File::Temp->new(DIR => ...).";
      case NODE -> "fs.mkdtemp.";
      case JAVA -> "Files.createTempFile, or AtomicReplace.";
      case OTHER -> "mkstemp.";
    };
  }

  private static String order(Language language) {
    return switch (language) {
      case SHELL -> "'holdfast lock ONE TWO -- CMD' does it, in whatever order they are named.";
      case JAVA -> "Locks.all(one, two).acquire(timeout).";
      case PYTHON -> "for name in sorted(names): fcntl.flock(...).";
      case PERL -> "flock each of sort @names.";
      case NODE -> "start it by 'holdfast lock ONE TWO -- node ...'.";
      case OTHER -> "sort them by device and inode number before you lock.";
    };
  }
}
