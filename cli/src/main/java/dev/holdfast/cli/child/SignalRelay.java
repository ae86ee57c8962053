package dev.holdfast.cli.child;

import dev.holdfast.libc.Errno;
import dev.holdfast.libc.Fcntl;
import dev.holdfast.libc.SyscallResult;
import dev.holdfast.libc.Unistd;
import dev.holdfast.libc.process.Processes;
import dev.holdfast.libc.process.Signals;
import dev.holdfast.path.proc.ProcFile;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Passes signals on to a child instead of dying of them. From its construction on none kills this
 * process; those that come before there is a child reach it when there is one.
 *
 * <p>To be closed when the child has ended: a virtual machine that ends waits for 0.3 s while one
 * of its threads waits in the kernel.
 */
public final class SignalRelay implements AutoCloseable {
  private static final List<String> SIGNALS =
      List.of(
          "HUP", "INT", "TERM", "USR1", "USR2", "ALRM", "VTALRM", "PROF", "IO", "PWR", "STKFLT",
          "XCPU", "TSTP", "CONT");

  /** Their places in proc_pid_stat(5). */
  private static final int PROCESS_GROUP = 5;

  private static final int FOREGROUND = 8;

  private static final int SIGQUIT = 3;
  private static final int SIGTSTP = 20;

  private @Nullable Child child;

  private boolean hearsOfQuit;

  /** What came before there was a child. */
  private final List<Integer> pending = new ArrayList<>();

  SignalRelay() {
    for (String signal : SIGNALS) {
      handle(signal);
    }
    // The JVM lets nobody have it, and would print its threads into the program's output.
    hearsOfQuit = !CallerState.ignores(SIGQUIT) && listenForQuit();
    if (!hearsOfQuit) {
      Signals.ignore(SIGQUIT, true);
    }
  }

  /**
   * By a pipe at the number that a handler can write to. Where the caller has something there, what
   * a terminal sends still reaches the program without us.
   */
  private boolean listenForQuit() {
    int[] ends = new int[2];
    if (!CallerState.isKeptForUs(SIGQUIT) || Unistd.pipe2(ends).failed()) {
      return false;
    }
    boolean good =
        Fcntl.fcntl(ends[1], Fcntl.F_SETFL, Fcntl.O_NONBLOCK).ok()
            && Unistd.dup3(ends[1], SIGQUIT).ok()
            && Signals.writeToItsNumber(SIGQUIT).ok();
    Unistd.close(ends[1]);
    if (!good) {
      Unistd.close(ends[0]);
      return false;
    }
    Thread.ofPlatform().daemon().name("quit").start(() -> passQuitOn(ends[0]));
    return true;
  }

  private void passQuitOn(int told) {
    byte[] word = new byte[Long.BYTES];
    for (SyscallResult read = Unistd.read(told, word, 0, word.length);
        read.ok() ? read.raw() == word.length : read.is(Errno.EINTR);
        read = Unistd.read(told, word, 0, word.length)) {
      if (read.ok()) {
        pass(SIGQUIT);
      }
    }
  }

  /** Signals still do not kill this process; there is nobody to pass them on to. */
  @Override
  public void close() {
    if (hearsOfQuit) {
      Signals.ignore(SIGQUIT, true);
      // The only end to write to: the thread reads that there will be no more.
      Unistd.close(SIGQUIT);
    }
  }

  /** Has SIGQUIT do to this process what it does to any other, and not print the JVM's threads. */
  public static void ordinaryQuit() {
    Signals.ignore(SIGQUIT, CallerState.ignores(SIGQUIT));
  }

  /** Does in advance what takes longest: the type of a handler is made at run time. */
  public static void prepare() {
    try {
      proxy(Class.forName("sun.misc.SignalHandler"), (_, _, _) -> null);
    } catch (ClassNotFoundException notHere) {
      return;
    }
  }

  private static Object proxy(Class<?> handlerType, InvocationHandler handler) {
    return Proxy.newProxyInstance(
        handlerType.getClassLoader(), new Class<?>[] {handlerType}, handler);
  }

  synchronized void to(Child started) {
    child = started;
    // A terminal, too, sent it before the child was there to get it.
    pending.forEach(started::kill);
    pending.clear();
  }

  private synchronized void pass(int signal) {
    Child to = child;
    if (to == null) {
      pending.add(signal);
    } else if (!typedAtTerminal(signal, to)) {
      to.kill(signal);
      if (signal == SIGTSTP) {
        // Stopped like the program; SIGCONT wakes both.
        Processes.kill(Unistd.getpid(), Processes.SIGSTOP);
      }
    }
  }

  /**
   * What a terminal sends goes to the whole foreground group: the child has got it already, unless
   * it made a group of its own.
   */
  private static boolean typedAtTerminal(int signal, Child child) {
    if (signal != Processes.SIGINT && signal != SIGQUIT) {
      return false;
    }
    try {
      String ours = ProcFile.text("/proc/self/stat");
      String group = ProcFile.statField(ours, PROCESS_GROUP);
      String childs = ProcFile.text("/proc/" + child.pid() + "/stat");
      return group.equals(ProcFile.statField(ours, FOREGROUND))
          && group.equals(ProcFile.statField(childs, PROCESS_GROUP));
    } catch (IOException unknown) {
      return false;
    }
  }

  /**
   * By reflection, since the compiler warns of each use of the only interface that the JDK has for
   * signals. Where it is missing, signals do what they always do.
   */
  private void handle(String name) {
    try {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Method number = signalType.getMethod("getNumber");
      Object handler =
          proxy(
              handlerType,
              (_, method, arguments) -> {
                // Of an object's own methods the JDK calls none on a handler.
                if (method.getName().equals("handle")) {
                  pass((Integer) number.invoke(arguments[0]));
                }
                return null;
              });
      Object signal = signalType.getConstructor(String.class).newInstance(name);
      if (CallerState.ignores((Integer) number.invoke(signal))) {
        // The program ignores it too, as whoever started us wanted.
        return;
      }
      signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
    } catch (ReflectiveOperationException notHere) {
      return;
    }
  }
}
