package dev.holdfast.prove.watch;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.prove.model.CallRef;
import java.util.List;
import java.util.Set;

/**
 * A call that the attacker could have a hand in.
 *
 * @param changeable the bindings that the attacker could change, over all operands, in order
 * @param result the kernel's answer
 * @param lostRights the call took the attacker's right to read or write the object ({@code R_OK},
 *     {@code W_OK}), so the attacker could have opened it before
 * @param object the object's name, raw, where it is known
 * @param uid the file-system user id of the task at that moment
 * @param asAttacker the task has nothing that the attacker has not
 * @param meantClosed the call opens a file to write to, and by what it asked for, or by what stood
 *     there, the attacker is not to read it
 * @param sources names, raw, of files that the attacker may not read, whose bytes are in what the
 *     program leaves here for the attacker to read
 * @param names raw, what the program later makes in the directory that the call closes
 * @param doing who makes it
 */
public record ObservedCall(
    Site site,
    Operation operation,
    List<Binding> changeable,
    SyscallResult result,
    int lostRights,
    String object,
    int uid,
    boolean asAttacker,
    boolean meantClosed,
    List<String> sources,
    List<String> names,
    Doing doing) {
  private static final Set<Errno> OF_THE_OBJECT =
      Set.of(
          Errno.ENOTEMPTY,
          Errno.ENOTDIR,
          Errno.EISDIR,
          Errno.ELOOP,
          Errno.EACCES,
          Errno.EPERM,
          Errno.ENXIO,
          Errno.ENODEV,
          Errno.ETXTBSY,
          Errno.ENOEXEC);

  /** A call of a task that has more than the attacker. */
  public ObservedCall(
      Site site,
      Operation operation,
      List<Binding> changeable,
      SyscallResult result,
      int lostRights,
      String object,
      int uid,
      Doing doing) {
    this(
        site,
        operation,
        changeable,
        result,
        lostRights,
        object,
        uid,
        false,
        false,
        List.of(),
        List.of(),
        doing);
  }

  public ObservedCall {
    changeable = List.copyOf(changeable);
    sources = List.copyOf(sources);
    names = List.copyOf(names);
  }

  /** The program that makes it, with its arguments, raw; empty if it is not known. */
  public List<String> command() {
    return doing.command();
  }

  /** The same, when it is known what it comes to. */
  ObservedCall ended(SyscallResult itsResult, int rightsLost) {
    return new ObservedCall(
        site,
        operation,
        changeable,
        itsResult,
        rightsLost,
        object,
        uid,
        asAttacker,
        meantClosed,
        sources,
        names,
        doing);
  }

  /** The call as one that closes a directory in which names are made later. */
  ObservedCall closing(String directory, List<String> itsNames) {
    return new ObservedCall(
        site,
        operation,
        List.of(),
        SyscallResult.SUCCESS,
        0,
        directory,
        uid,
        asAttacker,
        false,
        List.of(),
        itsNames,
        doing);
  }

  /** The call as one that leaves something open which nobody has to race for. */
  ObservedCall leaving(String path, List<String> itsSources) {
    return new ObservedCall(
        site,
        operation,
        List.of(),
        SyscallResult.SUCCESS,
        0,
        path,
        uid,
        asAttacker,
        false,
        itsSources,
        List.of(),
        doing);
  }

  /** The call, for people and machines. */
  public CallRef reference() {
    String names = String.join(" , ", site.names().stream().map(Raw::display).toList());
    return new CallRef(site.call().callName(), names, site.task(), site.nth(), doing.shown());
  }

  /**
   * True if the call failed since there was nothing at the binding, or not what it wanted: a
   * directory that is not empty, a link, something else than a directory.
   */
  public boolean failedFor(Binding binding) {
    return binding.object() == null
        ? result.is(Errno.ENOENT)
        : OF_THE_OBJECT.stream().anyMatch(result::is);
  }

  /** What stands at this name comes to where the attacker cannot put it. */
  public boolean carriesOut(Binding binding) {
    Action action = operation.action();
    return (action == Action.RENAME || action == Action.LINK)
        && binding.operand() == 0
        && changeable.stream().noneMatch(b -> b.operand() == 1 && b.last());
  }
}
