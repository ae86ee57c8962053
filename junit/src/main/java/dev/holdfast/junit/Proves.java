package dev.holdfast.junit;

import dev.holdfast.prove.report.Conclusion;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that is passed by a program which cannot be raced.
 *
 * <p>The program is a {@link #command}, a {@link #main} class with its {@link #args}, or else the
 * body of the method itself, which then runs in JVMs of its own, many times, and never in this one:
 *
 * <pre>{@code
 * @Proves(arena = "/srv/inbox", setup = "echo x > /srv/inbox/f")
 * void savesWhereOthersMayWrite() throws IOException {
 *   Settings.save(Path.of("/srv/inbox/settings"));
 * }
 * }</pre>
 *
 * <p>The other elements are the options of {@code holdfast prove} by the same names. With a command
 * or a main class the body runs afterwards, here, if the proof came out as expected.
 *
 * <p><b>Guarantees.</b> Those of {@link dev.holdfast.prove.Prover}: the program runs in worlds of
 * its own. The test fails if the intruder gains anything, and also if it could not be decided.
 * Where no worlds can be made it is aborted, and the reason names what is missing, unless it is
 * {@link #required}.
 *
 * <p><b>Remaining races.</b> Those of windows that the proof does not come to; see docs/prove.md.
 *
 * <p><b>Threads.</b> Methods may run at the same time; they share the processors.
 *
 * <p><b>Sources.</b> JUnit User Guide, Extension Model.
 *
 * @see Prove
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Test
@ExtendWith(ProvesExtension.class)
public @interface Proves {
  /** {@return the program and its arguments} */
  String[] command() default {};

  /** {@return a class whose main method is the program} */
  Class<?> main() default Void.class;

  /** {@return the arguments of {@link #main}} */
  String[] args() default {};

  /** {@return options of the JVM that runs {@link #main} or the body} */
  String[] jvm() default {};

  /** {@return directories that belong to the attacker, empty in each world} */
  String[] arena() default {};

  /** {@return directories that each world has for its own, empty} */
  String[] fresh() default {};

  /** {@return like {@link #fresh}, and each is a file system of its own} */
  String[] volume() default {};

  /** {@return whether each world has an empty {@code /tmp}, where everybody may make files} */
  boolean tmp() default false;

  /** {@return shell commands run in the fresh world before the program, as root} */
  String[] setup() default {};

  /** {@return shell commands that must exit 0 after each trial, run as root} */
  String[] check() default {};

  /** {@return who runs the program, by name or number; whoever runs the test if empty} */
  String as() default "";

  /** {@return who attacks} */
  String attacker() default "nobody";

  /**
   * {@return whether the intruder is a crash instead of an attacker: the program is killed between
   * any two calls, and {@link #check} says what must hold then}
   */
  boolean crash() default false;

  /**
   * {@return whether two runs of the program meet, under every schedule, instead of an attacker}
   */
  boolean twice() default false;

  /** {@return shell commands that run together with the program, under every schedule} */
  String[] with() default {};

  /** {@return with {@link #twice}: shell commands whose output is compared, and not the files} */
  String[] view() default {};

  /** {@return with {@link #twice}: paths that are not compared} */
  String[] ignore() default {};

  /** {@return how long one run may take: {@code 500ms}, {@code 10s}, {@code 2m}} */
  String timeout() default "10s";

  /** {@return how long to try schedules} */
  String budget() default "60s";

  /** {@return which windows are tried: calls, rows of the catalogue, strikes, absolute paths} */
  String[] only() default {};

  /** {@return the directories in which the intruder may change something; none for all} */
  String[] under() default {};

  /** {@return paths and patterns at or below which the attacker changes nothing} */
  String[] exclude() default {};

  /** {@return the most runs; 0 for as many as it takes} */
  int maxTrials() default 0;

  /** {@return whether every window is tried, also where there are many of one kind} */
  boolean all() default false;

  /** {@return how the undisturbed run has to end, as a shell counts} */
  int expectExit() default 0;

  /** {@return whether what only a setting of this kernel stopped counts as held} */
  boolean assumeGuards() default false;

  /**
   * {@return what has to come out; {@link Conclusion.Kind#BROKEN} makes a negative control, which
   * fails once the program holds}
   */
  Conclusion.Kind expect() default Conclusion.Kind.HOLDS;

  /**
   * {@return whether it is a failure, and no reason to abort, that no worlds can be made here; so
   * it is for all tests with the configuration parameter {@code holdfast.required=true}}
   */
  boolean required() default false;
}
