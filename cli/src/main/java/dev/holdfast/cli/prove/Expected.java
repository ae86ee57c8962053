package dev.holdfast.cli.prove;

import dev.holdfast.cli.command.DidYouMean;
import java.util.List;

/** How a case should come out. */
enum Expected {
  SURVIVE,
  BROKEN;

  static final List<String> WORDS = List.of("survive", "broken");

  static Expected parse(String value) {
    return switch (value) {
      case "survive" -> SURVIVE;
      case "broken" -> BROKEN;
      default ->
          throw new IllegalArgumentException(
              "'" + value + "' is not one of survive, broken" + DidYouMean.hint(value, WORDS));
    };
  }
}
