package dev.holdfast.cluster;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The convention by which an HTTP service refuses old holders, and a filter that keeps it for the
 * server of the JDK (L14).
 *
 * <p>A request that changes something carries {@value #HEADER} with the token as a decimal number.
 * Without one the answer is 428 (Precondition Required); with one that is older than a token that
 * was accepted before it is 412 (Precondition Failed), with the newest token in the same header. A
 * request that only reads carries none.
 *
 * <p><b>Guarantees.</b> Of the requests for one resource one at a time is handled, to its end; none
 * with a lower token than an accepted one gets to the handler.
 *
 * <p><b>Remaining races.</b> The tokens are kept in memory: a server that starts again accepts an
 * old one once, and several servers know nothing of each other. Where that matters keep them beside
 * the data, in its transaction: {@link FencedRows}, {@link FencedFile}.
 *
 * <p><b>Threads.</b> Safe for all.
 *
 * <p><b>Sources.</b> RFC 9110 section 15.5.13, RFC 6585 section 3.
 */
public final class FencingFilter extends Filter {
  /** The name of the header. */
  public static final String HEADER = "Fencing-Token";

  private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

  private final Function<HttpExchange, String> resource;
  private final Map<String, Seen> all = new HashMap<>();

  /** The newest token of one resource, and the monitor of those who change it. */
  private static final class Seen {
    long token = Long.MIN_VALUE;
  }

  /**
   * A filter that knows no token yet.
   *
   * @param resource which resource a request is for, of a number that memory has room for
   */
  public FencingFilter(Function<HttpExchange, String> resource) {
    this.resource = resource;
  }

  @Override
  public String description() {
    return "refuses requests of holders that are older than the last";
  }

  @Override
  public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
    if (READS.contains(exchange.getRequestMethod())) {
      chain.doFilter(exchange);
      return;
    }
    String told = exchange.getRequestHeaders().getFirst(HEADER);
    long token;
    try {
      token = Long.parseLong(told == null ? "" : told.strip());
    } catch (NumberFormatException none) {
      answer(exchange, 428, "this request needs a " + HEADER + "\n");
      return;
    }
    Seen seen = seen(resource.apply(exchange));
    synchronized (seen) {
      if (token < seen.token) {
        exchange.getResponseHeaders().set(HEADER, Long.toString(seen.token));
        answer(exchange, 412, "a newer holder was here\n");
        return;
      }
      seen.token = token;
      chain.doFilter(exchange);
    }
  }

  private Seen seen(String name) {
    synchronized (all) {
      return all.computeIfAbsent(name, _ -> new Seen());
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
