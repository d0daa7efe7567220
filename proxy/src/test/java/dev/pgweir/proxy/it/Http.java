package dev.pgweir.proxy.it;

import dev.pgweir.proxy.testing.PgWeirProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks the HTTP endpoint of a PgWeir that was started with {@link #SETTING}. Any thread. */
final class Http {
    /** An endpoint at any free port. */
    static final String SETTING = "http_addr = \"127.0.0.1:0\"";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String LINE = "probes and metrics on ";

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final String base;

    private Http(String base) {
        this.base = base;
    }

    static Http of(PgWeirProcess process) {
        String line = process.awaitLine(LINE);
        return new Http(line.substring(line.indexOf(LINE) + LINE.length()).strip());
    }

    /** Where it is: {@code http://127.0.0.1:PORT}. */
    String base() {
        return base;
    }

    HttpResponse<String> get(String path) {
        try {
            return client.send(
                    HttpRequest.newBuilder(URI.create(base + path))
                            .timeout(PATIENCE)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Status and body in one, for an assertion to show. */
    String status(String path) {
        HttpResponse<String> response = get(path);
        return response.statusCode() + " " + response.body().strip();
    }
}
