package dev.holdfast.lab.model;

import java.util.List;

/**
 * A hazard of the catalogue that can be seen on this machine.
 *
 * @param id the scene's name, which is the id of the row it shows
 * @param catalogue the ids of all rows it shows, hazards and answers
 * @param title what goes wrong, in a line
 * @param place the directory the attack happens in, and whose it is
 */
public record Scene(String id, List<String> catalogue, String title, String place) {
  public Scene {
    catalogue = List.copyOf(catalogue);
  }
}
