package dev.holdfast.prove.trial;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.Statx;
import dev.holdfast.prove.Stats;
import dev.holdfast.prove.model.Strike;
import dev.holdfast.prove.watch.Action;
import dev.holdfast.prove.watch.Binding;
import dev.holdfast.prove.watch.Operand;
import dev.holdfast.prove.watch.Operation;
import dev.holdfast.prove.watch.Raw;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of {@code Documentation/admin-guide/sysctl/fs.rst}, row by row. */
class GuardsTest {
  private static final int ROOT = 0;
  private static final int ATTACKER = 65534;

  /**
   * @param directory mode in octal and owner
   * @param victim its user id
   */
  @ParameterizedTest
  @CsvSource({
    // A link in a sticky directory of everybody's: followed by its owner, or if the directory's
    // owner made it.
    "SYMLINK,           1777:0,     0,     true,  fs.protected_symlinks",
    "SYMLINK,           1777:0,     1000,  true,  fs.protected_symlinks",
    "SYMLINK,           1777:65534, 0,     true,  ''",
    "SYMLINK,           1777:0,     65534, true,  ''",
    "SYMLINK,           0777:0,     0,     true,  ''",
    "SYMLINK,           1775:0,     0,     true,  ''",
    "SYMLINK_DANGLING,  1777:0,     0,     true,  fs.protected_symlinks",
    "SYMLINK_DIRECTORY, 1777:0,     0,     false, fs.protected_symlinks",
    // The attacker could make no link to a file that he may not read and write, anywhere.
    "HARDLINK,          0755:0,     0,     false, fs.protected_hardlinks",
    "HARDLINK,          1777:0,     0,     false, fs.protected_hardlinks",
    // O_CREAT on what somebody else put there.
    "FIFO,              1777:0,     0,     true,  fs.protected_fifos",
    "FIFO,              1777:0,     0,     false, ''",
    "FIFO,              0777:0,     0,     true,  ''",
    "FIFO,              1777:65534, 0,     true,  ''",
    "CONTENT,           1777:0,     0,     true,  fs.protected_regular",
    "CONTENT,           1777:0,     0,     false, ''",
    "CONTENT,           1777:65534, 0,     true,  ''",
    "EXCHANGE,          1777:0,     0,     true,  ''",
    "REMOVE,            1777:0,     0,     true,  ''",
    "HOLD_OPEN,         1777:0,     0,     true,  ''",
  })
  void guardAgainstEachStrike(
      Strike strike, String directory, int victim, boolean creates, String expected) {
    String[] parts = directory.split(":", -1);
    int mode = Statx.S_IFDIR | Integer.parseInt(parts[0], 8);
    Binding binding =
        new Binding(0, 0, true, "/d", "f", Stats.of(1, mode, Integer.parseInt(parts[1])), null);
    Operation operation =
        new Operation(
            Action.OPEN,
            List.of(new Operand(Fcntl.AT_FDCWD, Raw.bytes("/d/f"), true)),
            creates ? Fcntl.O_CREAT | Fcntl.O_WRONLY : Fcntl.O_RDONLY,
            0);
    assertEquals(
        expected.isEmpty() ? List.of() : List.of(expected),
        Guards.against(strike, binding, operation, victim, ATTACKER),
        () -> strike + " by " + (victim == ROOT ? "root" : "a user"));
  }
}
