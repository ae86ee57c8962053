package dev.holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The pages of docs/ that come with the command. Each begins with its title. */
final class Pages {
  /** Of each letter the numbers count up from 01. */
  private static final List<String> LETTERS = List.of("S", "L", "F", "K");

  private static final List<String> WORDS = List.of("prove", "schedules");

  private Pages() {}

  /** The name of every page: the rows of the catalogue, then the words. */
  static List<String> ids() {
    List<String> ids = new ArrayList<>();
    for (String letter : LETTERS) {
      int number = 1;
      for (String id = id(letter, number); isThere(id); id = id(letter, number)) {
        ids.add(id);
        number++;
      }
    }
    WORDS.stream().filter(Pages::isThere).forEach(ids::add);
    return ids;
  }

  private static String id(String letter, int number) {
    return letter + (number < 10 ? "0" : "") + number;
  }

  private static String resource(String id) {
    return "docs/" + id + ".md";
  }

  private static boolean isThere(String id) {
    return Pages.class.getResource(resource(id)) != null;
  }

  /** {@code "S05: predictable name in a shared directory"}. */
  static String title(String id) {
    String heading = text(id).lines().findFirst().orElse("").replaceFirst("^#+ *", "");
    return heading.startsWith(id) ? heading : id + ": " + heading;
  }

  static String text(String id) {
    try (InputStream in = Pages.class.getResourceAsStream(resource(id))) {
      if (in == null) {
        throw new IllegalStateException(resource(id) + " is missing from this build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
