package dev.holdfast.prove.plan;

import static dev.holdfast.libc.Fcntl.O_CREAT;
import static dev.holdfast.libc.Fcntl.O_DIRECTORY;
import static dev.holdfast.libc.Fcntl.O_EXCL;
import static dev.holdfast.libc.Fcntl.O_NOFOLLOW;
import static dev.holdfast.libc.Fcntl.O_NONBLOCK;
import static dev.holdfast.libc.Fcntl.O_RDONLY;
import static dev.holdfast.libc.Fcntl.O_TRUNC;
import static dev.holdfast.libc.Fcntl.O_WRONLY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Statx;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.libc.Unistd;
import dev.holdfast.prove.Stats;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.trace.Ending;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Doing;
import dev.holdfast.prove.watch.Observation;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.Operand;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.watch.Site;
import dev.holdfast.prove.watch.VolatileNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is tried at which call, what is not and why, and which row of the catalogue it is. */
class PlannerTest {
  private static final int ATTACKER = 65534;
  private static final int VICTIM = 0;

  /** The directory {@code /open}, where the attacker may do anything. */
  private static final Statx OPEN = Stats.directory(1);

  private final List<ObservedCall> calls = new ArrayList<>();

  private static Operation open(int oflags) {
    boolean follow = (oflags & (O_NOFOLLOW | O_EXCL)) == 0;
    return new Operation(Action.OPEN, List.of(operand("/open/name", follow)), oflags, 0);
  }

  private static Operation one(Action action, boolean follow) {
    return new Operation(action, List.of(operand("/open/name", follow)), 0, 0);
  }

  private static Operand operand(String path, boolean follow) {
    return new Operand(Fcntl.AT_FDCWD, Raw.bytes(path), follow);
  }

  /** The last step of a path: {@code /open/name} means this object. */
  private static Binding last(@Nullable Statx object) {
    return new Binding(0, 1, true, "/open", "name", OPEN, object);
  }

  private PlannerTest call(Operation operation, Binding... bindings) {
    return call(operation, SyscallResult.SUCCESS, bindings);
  }

  private PlannerTest call(Operation operation, SyscallResult result, Binding... bindings) {
    calls.add(
        new ObservedCall(
            new Site("0", "0", calls.size() + 1, Sysno.OPENAT, List.of("/open/name"), calls.size()),
            operation,
            List.of(bindings),
            result,
            0,
            "",
            VICTIM,
            Doing.UNKNOWN));
    return this;
  }

  private Plan plan(boolean invariants) {
    Observation observation =
        new Observation(
            calls,
            calls.size(),
            1,
            new Ending.Exited(0),
            false,
            "",
            0,
            0,
            List.of(),
            List.of(),
            List.of(),
            Map.of(),
            Map.of());
    return new Planner(observation, VolatileNames.NONE, ATTACKER, invariants).plan();
  }

  private static String shown(Plan plan) {
    String strikes =
        plan.windows().stream()
            .map(w -> w.hazard() + ":" + w.strike())
            .collect(Collectors.joining(" "));
    String pruned =
        plan.pruned().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(e -> e.getValue() + " " + e.getKey())
            .collect(Collectors.joining(", "));
    return strikes + (pruned.isEmpty() ? "" : " | " + pruned);
  }

  private static @Nullable Statx object(String what) {
    return switch (what) {
      case "nothing" -> null;
      case "file" -> Stats.file(2, VICTIM);
      case "his" -> Stats.file(2, ATTACKER);
      case "directory" -> Stats.directory(2);
      case "link" -> Stats.link(2, VICTIM);
      default -> throw new IllegalArgumentException(what);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "r,   file,      'S01:SYMLINK S01:FIFO S01:CONTENT'",
    "r,   his,       'S01:SYMLINK S01:FIFO S01:CONTENT'",
    "rn,  file,      'S12:HARDLINK S01:FIFO S01:CONTENT | 1 no-follow'",
    "rb,  file,      'S01:SYMLINK S01:CONTENT'",
    "rd,  directory, 'S01:SYMLINK_DIRECTORY S01:EXCHANGE'",
    "rdn, directory, 'S13:EXCHANGE | 1 no-follow'",
    "rdn, file,      ' | 1 no-follow'",
    "w,   file,      'S01:SYMLINK S01:FIFO'",
    "wt,  file,      'S01:SYMLINK S01:FIFO'",
    "wn,  file,      'S12:HARDLINK S01:FIFO | 1 no-follow'",
    "wc,  file,      'S05:SYMLINK S05:FIFO'",
    "wc,  nothing,   'S05:SYMLINK S05:SYMLINK_DANGLING'",
    "wcn, nothing,   ' | 1 no-follow'",
    "wcx, nothing,   'S05:FILE S05:SYMLINK S05:FIFO'",
    "wcx, file,      ' | 1 exclusive'",
  })
  void openings(String flags, String object, String expected) {
    int oflags = O_RDONLY;
    for (int i = 0; i < flags.length(); i++) {
      oflags |=
          switch (flags.charAt(i)) {
            case 'w' -> O_WRONLY;
            case 'c' -> O_CREAT;
            case 'x' -> O_EXCL;
            case 't' -> O_TRUNC;
            case 'n' -> O_NOFOLLOW;
            case 'b' -> O_NONBLOCK;
            case 'd' -> O_DIRECTORY;
            default -> 0;
          };
    }
    // A FIFO is its own row, whatever the rest of the call is about.
    String all = expected.replace("S01:FIFO", "S11:FIFO").replace("S05:FIFO", "S11:FIFO");
    assertEquals(all, shown(call(open(oflags), last(object(object))).plan(false)));
  }

  @ParameterizedTest
  @CsvSource({
    "EXEC,     true,  file,      'S01:CONTENT'",
    "CHMOD,    true,  file,      'S03:SYMLINK'",
    "CHMOD,    true,  directory, 'S03:SYMLINK_DIRECTORY'",
    "CHOWN,    true,  file,      'S03:SYMLINK'",
    "CHOWN,    false, file,      'S12:HARDLINK | 1 no-follow'",
    "CHOWN,    false, directory, ' | 1 no-follow'",
    "TRUNCATE, true,  file,      'S03:SYMLINK'",
    "TIMES,    true,  file,      'S03:SYMLINK'",
    "XATTR,    true,  file,      'S03:SYMLINK'",
    "CHDIR,    true,  directory, 'S03:SYMLINK_DIRECTORY S03:EXCHANGE'",
    "CHROOT,   true,  directory, 'S03:SYMLINK_DIRECTORY S03:EXCHANGE'",
    "MKDIR,    false, nothing,   'S05:DIRECTORY S05:SYMLINK_DIRECTORY'",
    "MKDIR,    false, directory, ' | 1 exclusive'",
    "MKNOD,    false, nothing,   'S05:FILE S05:SYMLINK S11:FIFO'",
    "SYMLINK,  false, nothing,   'S05:FILE S05:DIRECTORY S05:SYMLINK S05:SYMLINK_DIRECTORY'",
    "UNLINK,   false, file,      ' | 1 acts on the entry itself'",
    "RMDIR,    false, directory, ' | 1 acts on the entry itself'",
    "STAT,     true,  file,      'S01:SYMLINK S04:SYMLINK_DANGLING S04:REMOVE S01:CONTENT'",
    "STAT,     true,  his,       'S01:SYMLINK S04:SYMLINK_DANGLING S04:REMOVE'",
    "STAT,     true,  directory, 'S01:SYMLINK_DIRECTORY'",
    "STAT,     true,  nothing,   'S05:CONTENT S05:SYMLINK S05:SYMLINK_DIRECTORY S05:DIRECTORY'",
    "ACCESS,   true,  file,      'S01:SYMLINK S04:SYMLINK_DANGLING S04:REMOVE S01:CONTENT'",
    "READLINK, false, link,      'S01:SYMLINK S04:SYMLINK_DANGLING S04:REMOVE S01:CONTENT"
        + " S01:SYMLINK_DIRECTORY S01:SYMLINK_OWN'",
  })
  void callsOnOneName(Action action, boolean follow, String object, String expected) {
    assertEquals(expected, shown(call(one(action, follow), last(object(object))).plan(false)));
  }

  /** By whom the name was looked at before decides what mistake it is. */
  @ParameterizedTest
  @CsvSource({
    "STAT,   ok,     r,  S01",
    "ACCESS, ok,     r,  S02",
    "ACCESS, ok,     wc, S02",
    "UNLINK, ok,     wc, S10",
    "OPEN,   ok,     r,  S09",
    "OPEN,   ENOENT, wc, S04",
    "STAT,   ENOENT, wc, S04",
    "STAT,   ok,     wc, S01",
  })
  void earlierCallOnTheSameName(Action earlier, String result, String flags, Hazard hazard) {
    SyscallResult before =
        result.equals("ok") ? SyscallResult.SUCCESS : SyscallResult.failure(Errno.ENOENT);
    int oflags = flags.equals("r") ? O_RDONLY : O_WRONLY | O_CREAT;
    call(one(earlier, true), before, last(Stats.file(2, VICTIM)));
    call(open(oflags), last(Stats.file(2, VICTIM)));
    Window use =
        plan(false).windows().stream()
            .filter(w -> w.use().nth() == 2 && w.strike() == Strike.SYMLINK)
            .findFirst()
            .orElseThrow();
    assertEquals(hazard, use.hazard());
    CallRef check = use.check();
    assertNotNull(check);
    assertEquals(1, check.nth());
  }

  @Test
  void anotherNameIsNoCheckOfThisOne() {
    call(one(Action.STAT, true), new Binding(0, 1, true, "/open", "other", OPEN, null));
    call(open(O_RDONLY), last(Stats.file(2, VICTIM)));
    assertNull(plan(false).windows().getFirst().check());
  }

  @Test
  void directoriesOnTheWay() {
    Operation deep =
        new Operation(Action.OPEN, List.of(operand("/open/way/name", true)), O_RDONLY, 0);
    Binding way = new Binding(0, 1, false, "/open", "way", OPEN, Stats.directory(3));
    assertEquals("S13:SYMLINK_DIRECTORY S13:EXCHANGE", shown(call(deep, way).plan(false)));
  }

  @Test
  void aWayThatIsNotThereIsMade() {
    Binding way = new Binding(0, 1, false, "/open", "way", OPEN, null);
    assertEquals(
        "S05:SYMLINK_DIRECTORY_OTHER S05:EXCHANGE", shown(call(open(O_RDONLY), way).plan(false)));
  }

  @Test
  void aWayThatIsNotThereIsMadeForWhatIsCreated() {
    Binding way = new Binding(0, 1, false, "/open", "way", OPEN, null);
    assertEquals(
        "S05:SYMLINK_DIRECTORY_OTHER S05:DIRECTORY",
        shown(call(open(O_WRONLY | O_CREAT), way).plan(false)));
  }

  @ParameterizedTest
  @CsvSource({"0x08", "0x10", "0x04"})
  void resolutionThatStaysInsideMeetsWhatIsPutThere(String resolve) {
    Operation beneath =
        new Operation(
            Action.OPEN, List.of(operand("way/name", true)), O_RDONLY, Long.decode(resolve));
    Binding way = new Binding(0, 0, false, "/open", "way", OPEN, Stats.directory(3));
    assertEquals(
        "S13:EXCHANGE | 1 resolution cannot leave the directory",
        shown(call(beneath, way).plan(false)));
  }

  /** Only a file that is carried out of the attacker's reach brings his contents along. */
  @Test
  void renameOutOfReach() {
    Operation rename =
        new Operation(
            Action.RENAME,
            List.of(operand("/open/name", false), operand("/safe/name", false)),
            0,
            0);
    assertEquals(
        "S01:SYMLINK S12:HARDLINK S01:CONTENT",
        shown(call(rename, last(Stats.file(2, VICTIM))).plan(false)));
  }

  @Test
  void renameWithinReach() {
    Operation rename =
        new Operation(
            Action.RENAME,
            List.of(operand("/open/name", false), operand("/open/new", false)),
            0,
            0);
    Binding to = new Binding(1, 1, true, "/open", "new", OPEN, null);
    assertEquals(
        " | 2 acts on the entry itself",
        shown(call(rename, last(Stats.file(2, VICTIM)), to).plan(false)));
  }

  @Test
  void lossOfWhatIsReadIsTriedOnlyWithAnInvariant() {
    call(open(O_RDONLY), last(Stats.file(2, VICTIM)));
    assertEquals(0, count(plan(false), Strike.REMOVE));
    assertEquals(1, count(plan(true), Strike.REMOVE));
  }

  private static long count(Plan plan, Strike strike) {
    return plan.windows().stream().filter(w -> w.strike() == strike).count();
  }

  @Test
  void rightsThatWereLostCouldHaveBeenKept() {
    calls.add(
        new ObservedCall(
            new Site("0", "0", 1, Sysno.FCHMOD, List.of("/open/name"), 0),
            new Operation(Action.DESCRIPTOR, List.of(), 0, 0),
            List.of(),
            SyscallResult.SUCCESS,
            Unistd.R_OK,
            "/open/name",
            VICTIM,
            Doing.UNKNOWN));
    assertEquals("S06:HOLD_OPEN", shown(plan(false)));
  }

  @Test
  void whatIsOutOfReachIsCounted() {
    Observation observation =
        new Observation(
            List.of(),
            9,
            1,
            new Ending.Exited(0),
            false,
            "",
            7,
            2,
            List.of(),
            List.of(),
            List.of(),
            Map.of(),
            Map.of());
    Plan plan = new Planner(observation, VolatileNames.NONE, ATTACKER, false).plan();
    assertEquals(Map.of("attacker cannot change the name", 7, "held descriptor", 2), plan.pruned());
    assertEquals(List.of(), plan.windows());
  }

  /** An id is the same in each run, and no two windows share one. */
  @Test
  void idsOfWindows() {
    call(open(O_RDONLY), last(Stats.file(2, VICTIM)));
    call(open(O_RDONLY), last(Stats.file(2, VICTIM)));
    List<String> ids = ids(plan(true));
    assertEquals(ids, ids(plan(true)));
    assertEquals(ids.size(), ids.stream().distinct().count());
    assertNotEquals(0, ids.size());
  }

  private static List<String> ids(Plan plan) {
    return plan.windows().stream().map(w -> w.id()).toList();
  }

  @Test
  void crashesAndCopiesComeBeforeEachChange() {
    call(open(O_WRONLY | O_CREAT), last(null));
    call(one(Action.UNLINK, false), last(Stats.file(2, VICTIM)));
    Observation observation =
        new Observation(
            calls,
            2,
            1,
            new Ending.Exited(0),
            false,
            "",
            0,
            0,
            List.of(),
            List.of(),
            List.of(),
            Map.of(),
            Map.of());
    ProgramPlanner planner = new ProgramPlanner(observation, VolatileNames.NONE);
    assertEquals(
        List.of(Strike.KILL, Strike.COPY, Strike.KILL, Strike.COPY),
        planner.beforeChanges(List.of(Strike.KILL, Strike.COPY)).windows().stream()
            .map(Window::strike)
            .toList());
    assertEquals(2, planner.beforeChanges(List.of(Strike.KILL)).windows().size());
    assertEquals(2, planner.beforeCalls(List.of("true")).windows().size());
  }
}
