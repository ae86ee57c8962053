package dev.holdfast.catalogue;

/**
 * The rows of the catalogue: hazards of files (S) and of locks (L), and the answers to them (F, K).
 * Each has a page, a hazard a scene too. Their names are ids that stand in reports, errors and the
 * baselines of others: no row is ever given another meaning.
 *
 * <p>Threads: immutable.
 */
public enum Row {
  S01(
      "check then use by name",
      "Open the object once, check it with fstat on the descriptor, and go on with that "
          + "descriptor (F01)."),
  S02(
      "access(2) to decide for a user",
      "Take on the user's identity and open the file; never ask access(2) first (F11)."),
  S03(
      "metadata by name",
      "Change owner, mode, size and times through the descriptor: fchmod, fchown, "
          + "ftruncate, futimens; enter directories by descriptor with fchdir (F02)."),
  S04(
      "existence check, then create",
      "Create with O_CREAT|O_EXCL in one call, and take 'exists' as an answer (F04)."),
  S05(
      "predictable name in a shared directory",
      "Use an unpredictable name created with O_EXCL (mkstemp, mktemp(1)), or a private "
          + "directory (F06, F07)."),
  S06(
      "born too open, narrowed later",
      "Create with the narrowest mode and widen by descriptor afterwards (F04)."),
  S07(
      "the cleaner comes while the program is stopped",
      "Lock what the program still uses, or keep it where no cleaner comes; a file that is "
          + "open needs no name (F07, F08)."),
  S08(
      "cryogenic sleep",
      "Keep the descriptor open for as long as the identity matters, or compare birth "
          + "times and handles too (F09)."),
  S09(
      "re-opened by name",
      "Keep the first descriptor; re-open through /proc/self/fd if another mode is needed "
          + "(F02)."),
  S10(
      "temporary name used again",
      "Never create a name again after removing it; make a fresh one (F07)."),
  S11(
      "endless or special input, switched in mid-stream",
      "Open with O_NONBLOCK|O_NOCTTY and check the type with fstat (F01, F12)."),
  S12(
      "hard link to somebody else's file",
      "Check owner and link count on the open descriptor before changing anything (F01)."),
  S13(
      "a directory on the way",
      "Hold the directory open and work relative to it with O_NOFOLLOW, or resolve with "
          + "openat2 RESOLVE_BENEATH (F03, F14)."),
  S14("untrusted TMPDIR", "Take TMPDIR only if nobody else could change the way to it (F05, F06)."),
  S15(
      "retry loop with no way out",
      "Try again a bounded number of times, and only after errors that another try can "
          + "mend (F18)."),
  S16(
      "an error taken for permission",
      "Check the result of every call and refuse when in doubt (F18)."),
  S17(
      "opened as root on behalf of a user",
      "Take on the user's identity for the look-up and the opening, in a thread or process "
          + "of its own (F11)."),
  S18(
      "the attacker has time",
      "Count on no delay: whoever can stop the program has all the time there is; hold "
          + "what was checked (F01, F03)."),
  S19(
      "the cleaner itself is raced",
      "Clean by held directories, without following links, and never cross to another "
          + "mount (F14, F15)."),
  S20(
      "unlinked but open",
      "Look for what is open and has no name: it takes space, and is gone with its last "
          + "descriptor (F17)."),
  L01(
      "lost update",
      "Lock before reading what will be written back, or replace atomically with a check "
          + "(K04)."),
  L02("deadlock", "Take several locks in one order for all, or all of them at once (K11)."),
  L03("livelock", "Wait for a time that grows and is left to chance, or in a queue (K12)."),
  L04(
      "stuck lock, and two who free it",
      "Write to a new file and rename it into place; let the kernel free locks (F10, K04)."),
  L05(
      "creat(path, 0) as a lock",
      "Use a lock that root respects: a lock of the kernel, or O_EXCL (K01, K04)."),
  L06(
      "exclusive creation over NFS",
      "Link a file of your own to the name and count its links; the answer of the call "
          + "proves nothing (K02)."),
  L07(
      "advisory only",
      "Have everybody who uses the file take the lock, or keep the others from opening it "
          + "(K06)."),
  L08(
      "two families that do not see each other",
      "Agree on one family of locks, or take both (K11)."),
  L09(
      "the wrong directory",
      "Put the lock where all who use the file look for it, on a file system whose locks "
          + "reach as far (K16)."),
  L10(
      "locks lost silently",
      "Use locks of the open file description, and give them to no child that is not to "
          + "have them (K04)."),
  L11(
      "two instances",
      "Hold a lock for as long as the instance lives, and write its number only then (K07)."),
  L12("the lock as a weapon", "Put the lock where only those who share it can open it (K05, K06)."),
  L13(
      "threads and processes",
      "Queue threads in the process first; the kernel's locks are the process's or the "
          + "description's (K15)."),
  L14("a paused holder wakes", "Have the resource refuse what comes with an older token (K18)."),
  F01("open first, then ask the descriptor"),
  F02("the descriptor verbs"),
  F03("directory handles"),
  F04("exclusive creation, narrow from birth"),
  F05("who could change what, from / down"),
  F06("directories that only this user can enter"),
  F07("temporary files"),
  F08("temporary files that survive the cleaner"),
  F09("identity past inode numbers"),
  F10("atomic replace"),
  F11("as that user"),
  F12("bounded input"),
  F13("emergency save"),
  F14("tree work that cannot be led astray"),
  F15("a cleaner that cannot be tricked"),
  F16("link rules in user space"),
  F17("see the unseen"),
  F18("bounded retry"),
  K01("a lock file"),
  K02("an NFS-safe lock file"),
  K03("POSIX record locks"),
  K04("open-file-description locks"),
  K05("BSD flock"),
  K06("what replaces mandatory locks"),
  K07("PID files"),
  K08("device locks"),
  K09("mail dot locks"),
  K10("a port or an abstract socket as a lock"),
  K11("several at once"),
  K12("back-off and fair queue"),
  K13("recovery with proof of death"),
  K14("shared memory"),
  K15("threads and processes"),
  K16("scope"),
  K17("who holds, who waits"),
  K18("locks past one machine, and tokens");

  private final String title;
  private final String advice;

  Row(String title) {
    this(title, "");
  }

  Row(String title, String advice) {
    this.title = title;
    this.advice = advice;
  }

  /** {@return what it is, in a line} */
  public String title() {
    return title;
  }

  /** {@return what to do instead; empty for an answer, which is what to do} */
  public String advice() {
    return advice;
  }

  /** {@return whether it is a hazard, of files or of locks, and not an answer} */
  public boolean isHazard() {
    return name().charAt(0) == 'S' || name().charAt(0) == 'L';
  }

  /** {@return the name of its page in {@code docs}} */
  public String page() {
    return name() + ".md";
  }
}
