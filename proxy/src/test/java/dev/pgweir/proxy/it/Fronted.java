package dev.pgweir.proxy.it;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;
import java.util.Map;

/** PgWeir in front of a test's database, which clients know as {@value #NAME}. Used by one thread at a time. */
public final class Fronted implements AutoCloseable {

    /** What clients call the database. */
    public static final String NAME = "app";

    private final TestDatabase database;
    private final PgWeirProcess process;

    private Fronted(TestDatabase database, PgWeirProcess process) {
        this.database = database;
        this.process = process;
    }

    /** Trusts its clients, has one server connection in transaction mode, and what the lines of [pgweir] say besides. */
    public static Fronted start(TestDatabase database, String... settings) {
        return start(database, PgWeirProcess.builder(), settings);
    }

    /** The same, with more to say about the process. */
    static Fronted start(TestDatabase database, PgWeirProcess.Builder builder, String... settings) {
        return new Fronted(
                database,
                builder.config(config(database, database.port(), settings)).start());
    }

    /** The same, reaching the server by another port of this machine, for instance that of a FaultProxy. */
    static Fronted startBehind(int serverPort, TestDatabase database, String... settings) {
        return new Fronted(
                database,
                PgWeirProcess.builder()
                        .config(config(database, serverPort, settings))
                        .start());
    }

    private static String config(TestDatabase database, int serverPort, String... settings) {
        StringBuilder more = new StringBuilder();
        String all = String.join("\n", settings);
        if (!all.contains("auth_type")) {
            more.append("auth_type = \"trust\"\n");
        }
        if (!all.contains("pool_mode")) {
            more.append("pool_mode = \"transaction\"\n");
        }
        if (!all.contains("default_pool_size")) {
            more.append("default_pool_size = 1\n");
        }
        return """
                [databases.%s]
                host = "%s"
                port = %d
                dbname = "%s"

                [users.%s]
                password = "%s"

                [pgweir]
                %s
                %s
                """.formatted(
                NAME, database.host(), serverPort, database.name(), database.user(), database.password(), more, all);
    }

    PgWeirProcess process() {
        return process;
    }

    public int port() {
        return process.port();
    }

    /** Where and who, as libpq reads it from the environment. */
    Map<String, String> environment() {
        return Map.of(
                "PGHOST", process.host(),
                "PGPORT", Integer.toString(process.port()),
                "PGUSER", database.user(),
                "PGPASSWORD", database.password(),
                "PGDATABASE", NAME);
    }

    /** A client that has sent nothing yet. */
    WireClient connect() throws IOException {
        return WireClient.connect(process.port());
    }

    /** A client of the database's owner that has logged in; names and values of its startup packet in turn. */
    WireClient login(String... parameters) throws IOException {
        return connect().login(database.user(), NAME, database.password(), parameters);
    }

    @Override
    public void close() {
        process.close();
    }
}
