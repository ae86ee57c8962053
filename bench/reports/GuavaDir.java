import com.google.common.io.Files;
import java.io.File;
import java.nio.file.Path;

/** CVE-2020-8908: everybody may look into the temporary directory. */
public final class GuavaDir {
  public static void main(String[] args) throws Exception {
    File directory = Files.createTempDir();
    java.nio.file.Files.copy(Path.of(args[0]), new File(directory, "copy").toPath());
  }
}
