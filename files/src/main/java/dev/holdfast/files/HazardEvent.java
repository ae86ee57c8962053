package dev.holdfast.files;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/**
 * What JDK Flight Recorder is told: an operation was refused because of a hazard of the catalogue.
 * Not to be touched where the run-time image has no recorder.
 */
@Name("dev.holdfast.FileHazard")
@Label("File Hazard")
@Category({"Holdfast", "Files"})
final class HazardEvent extends Event {
  @Label("Path")
  String path = "";

  @Label("Hazard")
  @Description("The row of the catalogue")
  String hazard = "";

  @Label("Why")
  @Description("The exception that was thrown")
  String why = "";

  @Label("Message")
  String message = "";

  static void tell(FileHazardException e) {
    HazardEvent event = new HazardEvent();
    if (event.isEnabled()) {
      event.path = String.valueOf(e.getFile());
      event.hazard = e.row().toString();
      event.why = e.getClass().getSimpleName();
      event.message = String.valueOf(e.getReason());
      event.commit();
    }
  }
}
