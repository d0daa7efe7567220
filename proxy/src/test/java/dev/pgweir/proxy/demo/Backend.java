package dev.pgweir.proxy.demo;

import dev.pgweir.proxy.testing.ConnectionCounter;
import dev.pgweir.proxy.testing.PostgresInstance;
import dev.pgweir.proxy.testing.PostgresVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The PostgreSQL behind PgWeir: one of the demo's own, as small as the smallest managed plans, or the user's.
 *
 * @param cap how many connections PgWeir may open, where the demo decides that
 * @param instance the server to end, if it is the demo's own
 */
record Backend(ServerUrl url, OptionalInt cap, @Nullable PostgresInstance instance) implements AutoCloseable {

    private static final int MAX_CONNECTIONS = 22;

    /** PostgreSQL's own default. */
    private static final int RESERVED = 3;

    /** The demo's own, which counts; it is a superuser's, but the reserve only begins when the others are taken. */
    private static final int COUNTING = 1;

    static Backend embedded() {
        PostgresInstance instance = PostgresInstance.builder()
                .major(PostgresVersion.NEWEST)
                .auth("scram-sha-256")
                .setting("max_connections", Integer.toString(MAX_CONNECTIONS))
                .setting("superuser_reserved_connections", Integer.toString(RESERVED))
                // A managed server has at least that, and the load fits into it.
                .setting("shared_buffers", "128MB")
                .start();
        instance.createRole("app", "secret");
        instance.createDatabase("app", "app");
        return new Backend(
                ServerUrl.parse(instance.url("app", "app", "secret")),
                OptionalInt.of(MAX_CONNECTIONS - RESERVED - COUNTING),
                instance);
    }

    static Backend at(String databaseUrl) {
        return new Backend(ServerUrl.parse(databaseUrl), OptionalInt.empty(), null);
    }

    boolean embeddedHere() {
        return instance != null;
    }

    /** Who it is and how many it lets in, in its own words. */
    String describe() throws SQLException {
        try (Connection connection = url.connect(PostgresInstance.CONTROL);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT split_part(current_setting('server_version'), ' ', 1),"
                        + " current_setting('max_connections')::int,"
                        + " current_setting('superuser_reserved_connections')::int"
                        + " + coalesce(current_setting('reserved_connections', true), '0')::int")) {
            rows.next();
            return "PostgreSQL " + rows.getString(1) + " on " + url.host() + ":" + url.port() + " lets "
                    + rows.getInt(2) + " connections in; it reserves " + rows.getInt(3)
                    + " of them, and one is this demo's own, which counts the others.";
        }
    }

    /**
     * Counts what PostgreSQL counts. On a server that is not the demo's own it sees what belongs to the same user, and looks
     * less often.
     */
    ConnectionCounter count() {
        if (instance == null) {
            return ConnectionCounter.start(url.jdbcUrl(), url.user(), url.password(), Duration.ofSeconds(1));
        }
        return ConnectionCounter.start(
                instance.jdbcUrl("postgres"), PostgresInstance.SUPERUSER, PostgresInstance.SUPERUSER_PASSWORD);
    }

    @Override
    public void close() {
        if (instance != null) {
            instance.close();
        }
    }
}
