package dev.holdfast.lab.stage;

/** How a scene knows that two were there at once: each writes to a log when it comes and goes. */
public final class Meeting {
  private Meeting() {}

  /** A shell command that fails if somebody came before another had gone. */
  public static String check(String directory) {
    return "awk '/in/{n++} /out/{n--} n>1{bad=1} END{exit bad}' " + directory + "/log";
  }
}
