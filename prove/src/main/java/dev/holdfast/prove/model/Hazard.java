package dev.holdfast.prove.model;

/** The rows of the catalogue that the prover can find, with what mends them. */
public enum Hazard {
  S01(
      "check then use by name",
      "Open the object once, check it with fstat on the descriptor, and go on with that descriptor"
          + " (F01)."),
  S02(
      "access(2) to decide for a user",
      "Take on the user's identity and open the file; never ask access(2) first (F11)."),
  S03(
      "metadata changed by name",
      "Change owner, mode, size and times through the descriptor: fchmod, fchown, ftruncate,"
          + " futimens; enter directories by descriptor with fchdir (F02)."),
  S04(
      "existence check, then create",
      "Create with O_CREAT|O_EXCL in one call, and take 'exists' as an answer (F04)."),
  S05(
      "predictable name in a directory others can write",
      "Use an unpredictable name created with O_EXCL (mkstemp, mktemp(1)), or a private directory"
          + " (F06, F07)."),
  S06(
      "born too open, narrowed later",
      "Create with the narrowest mode and widen by descriptor afterwards (F04)."),
  S09(
      "re-opened by name",
      "Keep the first descriptor; re-open through /proc/self/fd if another mode is needed (F02)."),
  S10(
      "temporary name used again",
      "Never create a name again after removing it; make a fresh one (F07)."),
  S11(
      "special file where a regular one was expected",
      "Open with O_NONBLOCK|O_NOCTTY and check the type with fstat (F01, F12)."),
  S12(
      "hard link to somebody else's file",
      "Check owner and link count on the open descriptor before changing anything (F01)."),
  S13(
      "a directory on the way was replaced",
      "Hold the directory open and work relative to it with O_NOFOLLOW, or resolve with openat2"
          + " RESOLVE_BENEATH (F03, F14)."),
  S16(
      "an error taken for permission",
      "Check the result of every call and refuse when in doubt (F18)."),
  L01(
      "lost update",
      "Lock before reading what will be written back, or replace atomically with a check (K04)."),
  L04(
      "state left behind by a crash",
      "Write to a new file and rename it into place; let the kernel free locks (F10, K04).");

  private final String title;
  private final String advice;

  Hazard(String title, String advice) {
    this.title = title;
    this.advice = advice;
  }

  public String title() {
    return title;
  }

  /** What to do instead. */
  public String advice() {
    return advice;
  }
}
