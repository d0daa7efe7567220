package dev.pgweir.proxy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PostgresInstanceIT {

    @ParameterizedTest
    @ValueSource(ints = {PostgresVersion.NEWEST, PostgresVersion.OLD})
    void bootsEachMajorVersion(int major) throws SQLException {
        try (PostgresInstance postgres = PostgresInstance.builder().major(major).start()) {
            assertThat(value(postgres, "SHOW server_version")).startsWith(major + ".");
        }
    }

    @Test
    void allowsAsManyConnectionsAsItIsTold() throws SQLException {
        try (PostgresInstance postgres = PostgresInstance.builder()
                .setting("max_connections", "22")
                .setting("superuser_reserved_connections", "0")
                .start()) {
            assertThat(value(postgres, "SHOW max_connections")).isEqualTo("22");
        }
    }

    @Test
    void keepsItsDataAndPortOverStopKillAndRestart() throws SQLException {
        try (PostgresInstance postgres = PostgresInstance.builder().start()) {
            postgres.execute("CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (1)");
            int port = postgres.port();

            postgres.restart();
            postgres.stopImmediately();
            postgres.start();
            postgres.execute("CHECKPOINT");
            postgres.kill();
            assertThat(postgres.isRunning()).isFalse();
            postgres.start();

            assertThat(postgres.port()).isEqualTo(port);
            assertThat(value(postgres, "SELECT n FROM kept")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"password", "md5", "scram-sha-256"})
    void asksForPasswordsAsPgHbaSays(String method) throws IOException {
        try (PostgresInstance postgres = PostgresInstance.builder()
                .hba("host all guest all reject")
                .auth(method)
                .start()) {
            if (method.equals("md5")) {
                postgres.execute("SET password_encryption = 'md5'; CREATE ROLE anna LOGIN PASSWORD 'secret'");
            } else {
                postgres.createRole("anna", "secret");
            }
            postgres.createRole("guest", "secret");

            assertThat(loginFailure(postgres, "anna", "secret")).isEmpty();
            assertThat(loginFailure(postgres, "anna", "wrong")).isEqualTo("28P01");
            assertThat(loginFailure(postgres, "guest", "secret")).isEqualTo("28000");
            postgres.hba();
            assertThat(loginFailure(postgres, "guest", "secret")).isEmpty();
        }
    }

    @Test
    void cancelsAQueryAndEndsClientsWhenItStops() throws IOException {
        try (PostgresInstance postgres = PostgresInstance.builder().start();
                WireClient client = WireClient.connect(postgres.port()).login("postgres", "postgres", "")) {
            client.send(WireBytes.query("SELECT pg_sleep(60)"));
            // A cancel request that comes before the query is for nothing.
            await().until(
                            () -> value(postgres, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"),
                            "1"::equals);
            client.cancel();
            assertThat(client.readUntil('Z'))
                    .anyMatch(message ->
                            message.type() == 'E' && message.sqlState().equals("57014"));

            postgres.stop();
            assertThat(client.read().sqlState()).isEqualTo("57P01");
            assertThatThrownBy(client::read).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void leavesNothingBehind() {
        PostgresInstance postgres = PostgresInstance.builder().start();
        Path data = Path.of(dataDirectory(postgres));
        assertThat(Files.exists(data)).isTrue();
        postgres.close();

        assertThat(Files.exists(data)).isFalse();
        assertThatThrownBy(() -> WireClient.connect(postgres.port())).isInstanceOf(IOException.class);
    }

    @Test
    void countsTheConnectionsOfOthersOnly() throws IOException {
        try (PostgresInstance postgres = PostgresInstance.builder().start();
                ConnectionCounter counter = ConnectionCounter.start(
                        postgres.jdbcUrl("postgres"),
                        PostgresInstance.SUPERUSER,
                        PostgresInstance.SUPERUSER_PASSWORD)) {
            assertThat(counter.max()).isZero();
            postgres.createRole("anna", "secret");
            try (WireClient one = WireClient.connect(postgres.port()).login("anna", "postgres", "");
                    WireClient two = WireClient.connect(postgres.port()).login("postgres", "template1", "")) {
                counter.awaitSamples(2);
                assertThat(List.of(one.pid(), two.pid())).doesNotHaveDuplicates();
            }

            assertThat(counter.max()).isEqualTo(2);
            assertThat(counter.max("postgres")).isEqualTo(1);
            assertThat(counter.maxOfUser("anna")).isEqualTo(1);
            assertThat(counter.max("template1", "anna")).isZero();
        }
    }

    private static String dataDirectory(PostgresInstance postgres) {
        try {
            return value(postgres, "SHOW data_directory");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String value(PostgresInstance postgres, String sql) throws SQLException {
        try (Connection connection = postgres.connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    /** The SQLSTATE that the login ended with, empty if it went through. */
    private static String loginFailure(PostgresInstance postgres, String user, String password) throws IOException {
        try (WireClient client = WireClient.connect(postgres.port())) {
            List<WireMessage> messages = client.tryLogin(user, "postgres", password);
            WireMessage last = messages.get(messages.size() - 1);
            return last.type() == 'Z' ? "" : last.sqlState();
        }
    }
}
