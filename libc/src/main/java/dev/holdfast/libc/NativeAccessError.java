package dev.holdfast.libc;

/**
 * This virtual machine was not allowed to call the kernel, or it is another kernel than Linux,
 * where the same numbers would call something else. Its message is the way out; nothing was called.
 *
 * <p>It is an error, and no exception: whoever meets it is in the initialiser of a class, and an
 * exception would reach people only as the cause of another one that does not say what to do.
 */
public final class NativeAccessError extends LinkageError {
  private static final long serialVersionUID = 1L;

  NativeAccessError(IllegalCallerException refusal) {
    super(
        "Holdfast calls the kernel, and this Java may not: start it with --enable-native-access="
            + grantee(NativeAccessError.class.getModule())
            + " (an executable jar may say it in its manifest: Enable-Native-Access: ALL-UNNAMED)",
        refusal);
  }

  private NativeAccessError(String system) {
    super(
        "Holdfast calls the Linux kernel, and this is "
            + system
            + ": what uses it compiles and loads here, and none of its operations works; run it in"
            + " a Linux container or virtual machine, or develop with less:"
            + " -Ddev.holdfast.locks.portable=true has locks of the JDK's stand in for Locks.of and"
            + " Locks.in");
  }

  /** Returns on Linux. */
  static void requireLinux() {
    String system = System.getProperty("os.name", "");
    if (!system.equals("Linux")) {
      throw new NativeAccessError(system);
    }
  }

  private static String grantee(Module ours) {
    return ours.isNamed() ? ours.getName() : "ALL-UNNAMED";
  }
}
