import java.io.File;
import java.nio.file.Files;
import org.springframework.boot.system.ApplicationTemp;

/**
 * The directory for session files has a name that can be foretold, and whoever made it first was
 * believed.
 */
public final class BootTemp {
  public static void main(String[] args) throws Exception {
    File directory = new ApplicationTemp(BootTemp.class).getDir("servlet-sessions");
    Files.writeString(new File(directory, "SESSIONS.ser").toPath(), "a session");
  }
}
