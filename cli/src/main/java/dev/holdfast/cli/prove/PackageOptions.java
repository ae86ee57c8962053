package dev.holdfast.cli.prove;

import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.CommandFailure;
import dev.holdfast.cli.command.DidYouMean;
import dev.holdfast.cli.command.Value;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The options that make what happens to a package the cases. */
final class PackageOptions {
  private final Value<Path> file;
  private final Value<Path> older;
  private final Value<List<Step>> steps;

  /** What happens to a package, in the order of its life. */
  enum Step {
    INSTALL,
    UPGRADE,
    REMOVE,
    PURGE;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static List<String> words() {
      return Stream.of(values()).map(Step::word).toList();
    }

    private static Step parse(String value) {
      return Stream.of(values())
          .filter(step -> step.word().equals(value))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'"
                          + value
                          + "' is not one of "
                          + String.join(", ", words())
                          + DidYouMean.hint(value, words())));
    }
  }

  PackageOptions(Command command) {
    file =
        command.option(
            "--package",
            "FILE.deb",
            Path.class,
            "Instead of CMD: dpkg installs this package, upgrades it, removes and purges it; each"
                + " is a case. The arenas are the directories that it leaves to users other than"
                + " root, and the attacker is whoever they belong to. As root, where dpkg is.");
    older =
        command.option(
            "--upgrade-from",
            "OLD.deb",
            Path.class,
            "With --package: the version that is upgraded. Default: the same, configured anew.");
    steps =
        command
            .options(
                "--step",
                "STEP",
                Step.class,
                "With --package: only this one of install, upgrade, remove, purge. Repeatable.")
            .read(new StepName())
            .oneOf(Step::words);
  }

  /** What was asked for; null if it is not about a package. */
  @Nullable PackageCases cases() {
    if (!file.given()) {
      String lone = older.given() ? "--upgrade-from" : steps.given() ? "--step" : "";
      if (!lone.isEmpty()) {
        throw CommandFailure.usage(lone, "says nothing without --package");
      }
      return null;
    }
    DebianPackage current = DebianPackage.read("--package", file.get());
    DebianPackage before =
        older.given() ? DebianPackage.read("--upgrade-from", older.get()) : current;
    if (!before.name().equals(current.name())) {
      throw CommandFailure.usage(
          "--upgrade-from " + before.shown(),
          "is a package '" + before.name() + "', and --package is '" + current.name() + "'");
    }
    return new PackageCases(
        current, before, steps.or(List.of(Step.values())).stream().distinct().sorted().toList());
  }

  /** Whether only some of the steps were asked for. */
  boolean narrowed() {
    return steps.given();
  }

  /** The words that say the same again, of one step. */
  List<String> words(Step step) {
    Stream<String> from =
        older.given() ? Stream.of("--upgrade-from", older.get().toString()) : Stream.of();
    return Stream.concat(
            Stream.concat(Stream.of("--package", file.get().toString()), from),
            Stream.of("--step", step.word()))
        .toList();
  }

  /** One of the words. */
  static final class StepName implements ITypeConverter<Step> {
    @Override
    public Step convert(String value) {
      return Step.parse(value);
    }
  }
}
