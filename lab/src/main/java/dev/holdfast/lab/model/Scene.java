package dev.holdfast.lab.model;

import dev.holdfast.catalogue.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * A hazard of the catalogue that can be seen on this machine.
 *
 * @param row what it shows
 * @param others what it shows beside that, hazards and answers
 * @param place the directory the attack happens in, and whose it is
 */
public record Scene(Row row, List<Row> others, String place) {
  public Scene {
    others = List.copyOf(others);
  }

  /** {@return the scene's name, which is the id of the row it shows} */
  public String id() {
    return row.name();
  }

  /** {@return what goes wrong, in a line} */
  public String title() {
    return row.title();
  }

  /** {@return the ids of all rows it shows} */
  public List<String> catalogue() {
    List<String> ids = new ArrayList<>(List.of(id()));
    others.forEach(other -> ids.add(other.name()));
    return ids;
  }
}
