package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * PgWeir with a configuration that a test changes while it runs: databases and users by line, trusted clients, transaction
 * mode. Used by one thread at a time.
 */
final class Configured implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestDatabase database;
    private final PgWeirProcess process;

    private Configured(TestDatabase database, PgWeirProcess process) {
        this.database = database;
        this.process = process;
    }

    static Configured start(TestDatabase database, PgWeirProcess.Builder builder, String... settings) {
        return new Configured(database, builder.config(text(database, settings)).start());
    }

    /** Everything that the lines do not say: a database {@code app} and its owner as a user, who may use the console. */
    private static String text(TestDatabase database, String... settings) {
        return """
                [pgweir]
                auth_type = "trust"
                pool_mode = "transaction"
                admin_users = "%1$s"
                %2$s
                [users.%1$s]
                password = "%3$s"
                """.formatted(database.user(), String.join("\n", settings), database.password());
    }

    /** A database entry, to be given behind all settings. */
    static String entry(String name, TestDatabase database, String... keys) {
        return """
                [databases."%s"]
                host = "%s"
                port = %d
                dbname = "%s"
                %s
                """.formatted(name, database.host(), database.port(), database.name(), String.join("\n", keys));
    }

    PgWeirProcess process() {
        return process;
    }

    /** Changes the file without telling. */
    void rewrite(String... settings) {
        process.rewriteConfig(text(database, settings));
    }

    /** Changes the file, sends HUP and returns when the new configuration is in force. */
    void reload(String... settings) {
        rewrite(settings);
        hup("configuration reloaded");
    }

    /** Sends HUP and waits for one more such line. */
    void hup(String line) {
        long before = count(line);
        process.signal("HUP");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(count(line)).isGreaterThan(before));
    }

    long count(String text) {
        return process.lines().stream().filter(line -> line.contains(text)).count();
    }

    void awaitLine(String text) {
        process.awaitLine(text);
    }

    WireClient connect() throws IOException {
        return WireClient.connect(process.port());
    }

    WireClient login(String name) throws IOException {
        return connect().login(database.user(), name, database.password());
    }

    /** The rows of the console's answer. */
    List<List<@Nullable String>> console(String command) throws IOException {
        try (WireClient console = login("pgbouncer")) {
            return console.rows(command);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
