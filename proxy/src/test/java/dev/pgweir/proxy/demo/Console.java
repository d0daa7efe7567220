package dev.pgweir.proxy.demo;

import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** PgWeir's own figures, from its console over one connection. Used by one thread. */
final class Console implements AutoCloseable {

    /** The console's own database, which is no pool. */
    static final String DATABASE = "pgbouncer";

    private static final int PATIENCE_MILLIS = 2_000;

    /**
     * Sums over all pools.
     *
     * @param clients logged in, whether they wait or not
     * @param waiting of those, waiting for a server connection
     */
    record Figures(int clients, int waiting) {}

    private final ServerUrl url;
    private @Nullable WireClient client;

    Console(ServerUrl url) {
        this.url = url;
    }

    /** Empty if the console does not answer; the demo goes on without. */
    Optional<Figures> figures() {
        try {
            return Optional.of(sum(connected().query("SHOW POOLS")));
        } catch (IOException | RuntimeException e) {
            close();
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        try {
            if (client != null) {
                client.close();
            }
        } catch (IOException e) {
            // It is of no more use in either case.
            return;
        } finally {
            client = null;
        }
    }

    private WireClient connected() throws IOException {
        if (client == null) {
            WireClient fresh = WireClient.connect(url.host(), url.port());
            client = fresh;
            fresh.patience(PATIENCE_MILLIS);
            fresh.login(url.user(), DATABASE, url.password());
        }
        return client;
    }

    private static Figures sum(List<WireMessage> answer) {
        List<String> columns = List.of();
        int clients = 0;
        int waiting = 0;
        for (WireMessage message : answer) {
            if (message.type() == 'E') {
                throw new IllegalStateException(message.toString());
            } else if (message.type() == 'T') {
                columns = message.columns();
            } else if (message.type() == 'D') {
                List<@Nullable String> row = message.values();
                if (!DATABASE.equals(row.get(columns.indexOf("database")))) {
                    int queued = number(row.get(columns.indexOf("cl_waiting")));
                    clients += number(row.get(columns.indexOf("cl_active"))) + queued;
                    waiting += queued;
                }
            }
        }
        return new Figures(clients, waiting);
    }

    private static int number(@Nullable String text) {
        return text == null ? 0 : Integer.parseInt(text);
    }
}
