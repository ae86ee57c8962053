package dev.holdfast.junit;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Proves what {@link Proves} is about. JUnit makes it, and nobody else needs to.
 *
 * <p><b>Threads.</b> Has no state.
 */
public final class ProvesExtension implements InvocationInterceptor {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  /** JUnit's. */
  public ProvesExtension() {}

  @Override
  public void interceptTestMethod(
      Invocation<@Nullable Void> invocation,
      ReflectiveInvocationContext<Method> invoked,
      ExtensionContext context)
      throws Throwable {
    Method method = invoked.getExecutable();
    Proves asked = method.getAnnotation(Proves.class);
    if (asked == null) {
      invocation.proceed();
      return;
    }
    Class<?> type = context.getRequiredTestClass();
    boolean body = asked.command().length == 0 && asked.main() == Void.class;
    Prove prove = options(program(asked, type, method), asked);
    boolean required =
        asked.required()
            || context
                .getConfigurationParameter(Prove.REQUIRED)
                .map(Boolean::valueOf)
                .orElse(false);
    prove = required ? prove.required() : prove;
    if (body) {
      invocation.skip(); // It runs in worlds, and not here.
    }
    prove.named(type.getName() + "." + method.getName()).expect(asked.expect());
    if (!body) {
      invocation.proceed();
    }
  }

  private static Prove program(Proves asked, Class<?> type, Method method) {
    if (asked.command().length > 0 && asked.main() != Void.class) {
      throw wrong(method, "command and main: which is the program?");
    }
    if (asked.args().length > 0 && asked.main() == Void.class) {
      throw wrong(method, "args: say nothing without main; a command has its arguments in it");
    }
    if (asked.command().length > 0) {
      return Prove.command(asked.command());
    }
    if (asked.main() != Void.class) {
      return Prove.main(asked.main(), asked.args());
    }
    if (method.getParameterCount() > 0) {
      throw wrong(method, "what is proved runs in a JVM of its own, and has no parameters");
    }
    if (Stream.of(type.getDeclaredConstructors()).allMatch(c -> c.getParameterCount() > 0)) {
      throw wrong(
          method,
          type.getName()
              + " has no constructor without parameters, so the JVM of the proof can make none: use"
              + " a class at the top or a static nested one, or Prove.code");
    }
    return Prove.method(type, method.getName());
  }

  private static Prove options(Prove prove, Proves asked) {
    Prove all =
        prove
            .jvm(asked.jvm())
            .arena(asked.arena())
            .fresh(asked.fresh())
            .volume(asked.volume())
            .setup(asked.setup())
            .check(asked.check())
            .as(asked.as())
            .attacker(asked.attacker())
            .with(asked.with())
            .view(asked.view())
            .ignore(asked.ignore())
            .timeout(duration("timeout", asked.timeout()))
            .budget(duration("budget", asked.budget()))
            .only(asked.only())
            .under(asked.under())
            .exclude(asked.exclude())
            .maxTrials(asked.maxTrials())
            .expectExit(asked.expectExit());
    all = asked.tmp() ? all.tmp() : all;
    all = asked.crash() ? all.crash() : all;
    all = asked.twice() ? all.twice() : all;
    all = asked.all() ? all.all() : all;
    return asked.assumeGuards() ? all.assumeGuards() : all;
  }

  private static Duration duration(String element, String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new ExtensionConfigurationException(
          "@Proves(" + element + "): '" + text + "' is not a duration such as 500ms, 10s or 2m");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }

  private static ExtensionConfigurationException wrong(Method method, String why) {
    return new ExtensionConfigurationException("@Proves of " + method.getName() + ": " + why);
  }
}
