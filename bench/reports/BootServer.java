import java.io.File;
import java.nio.file.Files;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.boot.web.servlet.server.AbstractServletWebServerFactory;

/** CVE-2022-27772: the embedded server's directory is a temporary file, removed, and made again. */
public final class BootServer extends AbstractServletWebServerFactory {
  @Override
  public WebServer getWebServer(ServletContextInitializer... initializers) {
    throw new UnsupportedOperationException();
  }

  public static void main(String[] args) throws Exception {
    File directory = new BootServer().createTempDir("tomcat");
    Files.writeString(new File(directory, "upload.tmp").toPath(), "an upload");
  }
}
