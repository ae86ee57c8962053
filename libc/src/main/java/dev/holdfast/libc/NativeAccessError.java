package dev.holdfast.libc;

/**
 * This virtual machine was not allowed to call the kernel. Its message is the way out.
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

  private static String grantee(Module ours) {
    return ours.isNamed() ? ours.getName() : "ALL-UNNAMED";
  }
}
