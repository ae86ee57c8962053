package dev.holdfast.libc;

import java.util.Locale;

/** The machine's architecture. Everything that differs by architecture asks here. */
public enum Arch {
  X86_64(0xC000003E),
  AARCH64(0xC00000B7),
  /** Not supported: every system call on it fails with {@code ENOSYS}. */
  OTHER(0);

  public static final Arch CURRENT = detect();

  /** {@code AUDIT_ARCH_*}, what a seccomp filter and {@code PTRACE_GET_SYSCALL_INFO} call it. */
  public final int auditArch;

  Arch(int auditArch) {
    this.auditArch = auditArch;
  }

  private static Arch detect() {
    return switch (System.getProperty("os.arch", "").toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64", "arm64" -> AARCH64;
      default -> OTHER;
    };
  }

  /** The value for this machine: x86-64 first. */
  static int pick(int x86, int arm) {
    return CURRENT == AARCH64 ? arm : x86;
  }
}
