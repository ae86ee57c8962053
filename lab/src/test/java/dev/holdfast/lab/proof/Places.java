package dev.holdfast.lab.proof;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** What operations find, and what may be there after a kill, in the shell's words. */
final class Places {
  /** What is there from the beginning, as find tells it. */
  private static final String BEGINNING = "d d755|d/e d755|d/f f644|d/l l777|f f644|l l777";

  private Places() {}

  /** The places of operations that are for shared directories are that: sticky, and root's. */
  static String shared(List<Operation> operations) {
    return operations.stream()
        .filter(Operation::isForSharedDirectories)
        .map(
            o ->
                "chown 0:0 %1$s/%2$s && chmod 1777 %1$s/%2$s"
                    .formatted(FilesVictim.BASE, o.place()))
        .collect(Collectors.joining("\n"));
  }

  static String setup(List<Operation> operations) {
    return setup(FilesVictim.BASE, operations);
  }

  /** The same below another directory, in which the places are. */
  static String setup(String base, List<Operation> operations) {
    return """
    for place in %s; do
      cd %s/$place && mkdir d d/e && printf %s | tee f > d/f && ln -s f l && ln -s f d/l &&
        chown -hR --reference=. . || exit 1
    done
    """
        .formatted(names(operations), base, Operation.OLD);
  }

  static String check(List<Operation> operations) {
    String allowed =
        operations.stream()
            .map(o -> o.place() + "/(" + allowed(o) + ")")
            .collect(Collectors.joining("|"));
    String whole = operations.stream().map(Places::whole).collect(Collectors.joining("|"));
    return """
    cd %1$s || exit 1
    left=$(find %2$s -mindepth 1 -printf '%%p %%y%%m\n' | grep -vxE '%3$s')
    [ -z "$left" ] || { echo "left behind: $left"; exit 1; }
    torn=$(find %2$s -type f -exec sha256sum {} + | grep -vxE '%4$s')
    [ -z "$torn" ] || { echo "torn: $torn"; exit 1; }
    """
        .formatted(FilesVictim.BASE, names(operations), allowed, whole);
  }

  /** What sha256sum prints of a file that is whole, or need not be. */
  private static String whole(Operation o) {
    String sums = o.contents().stream().map(Places::sum).collect(Collectors.joining("|"));
    String whole = "(" + sums + ")  " + o.place() + "/.*";
    return o.inPlace().isEmpty()
        ? whole
        : whole + "|[0-9a-f]{64}  " + o.place() + "/(" + o.inPlace() + ")";
  }

  private static String allowed(Operation o) {
    return o.mayBeThere().isEmpty() ? BEGINNING : BEGINNING + "|" + o.mayBeThere();
  }

  private static String names(List<Operation> operations) {
    return operations.stream().map(Operation::place).collect(Collectors.joining(" "));
  }

  private static String sum(String contents) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(contents.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
