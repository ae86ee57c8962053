package dev.holdfast.prove.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Sysno;
import dev.holdfast.prove.Stats;
import dev.holdfast.prove.model.CallRef;
import dev.holdfast.prove.model.Hazard;
import dev.holdfast.prove.model.LeftOut;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.model.Window;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Doing;
import dev.holdfast.prove.watch.ObservedCall;
import dev.holdfast.prove.watch.Operand;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.Raw;
import dev.holdfast.prove.watch.Site;
import dev.holdfast.prove.watch.VolatileNames;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SelectionTest {
  private final List<Scenario> all = new ArrayList<>();

  private Scenario add(Action action, String path, Strike strike, String program) {
    int slash = path.lastIndexOf('/');
    String directory = path.substring(0, slash);
    String entry = path.substring(slash + 1);
    Operation operation =
        new Operation(action, List.of(new Operand(Fcntl.AT_FDCWD, Raw.bytes(path), true)), 0, 0);
    Binding binding =
        new Binding(0, 1, true, directory, entry, Stats.directory(1), Stats.file(2, 0));
    int index = all.size();
    Sysno call = action == Action.CHOWN ? Sysno.FCHOWNAT : Sysno.OPENAT;
    ObservedCall observed =
        new ObservedCall(
            new Site("0", "0", index + 1, call, List.of(path), 0),
            operation,
            List.of(binding),
            SyscallResult.SUCCESS,
            0,
            "",
            0,
            new Doing(List.of(program), "", ""));
    Window window =
        new Window(
            "w" + index,
            Hazard.S01,
            new CallRef(call.callName(), path, "0", index + 1),
            null,
            directory,
            entry,
            strike);
    Scenario scenario =
        new Scenario(
            window, List.of(new Move(observed, binding, strike, null, true)), VolatileNames.NONE);
    all.add(scenario);
    return scenario;
  }

  private static List<String> ids(List<Scenario> scenarios) {
    return scenarios.stream().map(s -> s.window().id()).toList();
  }

  @Test
  void fewAreAllTried() {
    for (int i = 0; i < 10; i++) {
      add(Action.CHOWN, "/a/f" + i, Strike.SYMLINK, "chown");
    }
    assertEquals(new Selection(all, List.of()), Selection.of(all, 3, 10));
  }

  @Test
  void ofManyAlikeFirstMiddleAndLast() {
    for (int i = 0; i < 11; i++) {
      add(Action.CHOWN, "/a/f" + i, Strike.SYMLINK, "chown");
    }
    Selection selection = Selection.of(all, 3, 10);
    assertEquals(List.of("w0", "w5", "w10"), ids(selection.chosen()));
    assertEquals(List.of(new LeftOut(all.getFirst().window(), 3, 8)), selection.leftOut());
  }

  /** One directory on the way of a hundred uses is one kind, and each of the files below is one. */
  @Test
  void kindsAreToldApartByNameWhileTheNumberAllows() {
    for (int i = 0; i < 100; i++) {
      add(Action.CHOWN, "/a/way", Strike.SYMLINK_DIRECTORY, "chown");
    }
    for (int i = 0; i < 10; i++) {
      add(Action.CHOWN, "/a/f" + i, Strike.SYMLINK, "chown");
    }
    Selection selection = Selection.of(all, 3, 20);
    assertEquals(13, selection.chosen().size());
    assertEquals(List.of(new LeftOut(all.getFirst().window(), 3, 97)), selection.leftOut());
  }

  @Test
  void whatDiffersInStrikeCallOrProgramIsNotOfOneKind() {
    for (int i = 0; i < 30; i++) {
      add(Action.CHOWN, "/a/f" + i, Strike.SYMLINK, "chown");
    }
    Scenario strike = add(Action.CHOWN, "/a/g", Strike.HARDLINK, "chown");
    Scenario call = add(Action.OPEN, "/a/h", Strike.SYMLINK, "chown");
    Scenario program = add(Action.CHOWN, "/a/i", Strike.SYMLINK, "/usr/bin/rsync");
    List<Scenario> chosen = Selection.of(all, 3, 10).chosen();
    assertTrue(chosen.containsAll(List.of(strike, call, program)), () -> ids(chosen).toString());
    assertEquals(6, chosen.size());
  }

  @Test
  void heaviestFirstAndTheArenaBeforeOtherPlaces() {
    Scenario read = add(Action.OPEN, "/a/f", Strike.SYMLINK, "sh");
    Scenario owner = add(Action.CHOWN, "/tmp/f", Strike.SYMLINK, "sh");
    Scenario ownerInArena = add(Action.CHOWN, "/a/f", Strike.SYMLINK, "sh");
    Scenario run = add(Action.EXEC, "/tmp/f", Strike.CONTENT, "sh");
    all.sort(Selection.byWeight(path -> path.startsWith("/a/")));
    assertEquals(List.of(run, ownerInArena, owner, read), all);
  }
}
