import java.io.File;
import java.nio.file.Files;
import org.eclipse.jetty.webapp.WebAppContext;
import org.eclipse.jetty.webapp.WebInfConfiguration;

/** CVE-2020-27216: where compiled pages go is a temporary file, removed, and made again. */
public final class JettyTemp {
  public static void main(String[] args) throws Exception {
    WebAppContext context = new WebAppContext();
    context.setResourceBase("/");
    new WebInfConfiguration()
        .makeTempDirectory(new File(System.getProperty("java.io.tmpdir")), context);
    Files.writeString(new File(context.getTempDirectory(), "jsp.java").toPath(), "class Page {}");
  }
}
