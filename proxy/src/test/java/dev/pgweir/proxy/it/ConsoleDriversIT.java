package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** psql, pgjdbc and node-postgres on the console. */
@ExtendWith(RealPostgres.class)
final class ConsoleDriversIT {
    private static @Nullable Fronted weir;

    @BeforeAll
    static void start(TestDatabase database) {
        weir = Fronted.start(database, "admin_users = \"" + database.user() + "\"");
    }

    @AfterAll
    static void stop() {
        if (weir != null) {
            weir.close();
        }
    }

    private static Fronted weir() {
        return Objects.requireNonNull(weir);
    }

    // ---- pgjdbc ----

    private static Connection jdbc(String properties) throws SQLException {
        return DriverManager.getConnection(
                weir().process().jdbcUrl("pgbouncer") + "?" + properties,
                weir().environment().get("PGUSER"),
                "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "preferQueryMode=simple",
                "preferQueryMode=extended",
                "preferQueryMode=extended&prepareThreshold=1",
                "preferQueryMode=extendedCacheEverything&binaryTransfer=true",
            })
    void pgjdbcReadsEveryTable(String properties) throws SQLException {
        try (Connection connection = jdbc(properties)) {
            for (String what : List.of("POOLS", "CLIENTS", "SERVERS", "STATS", "TOTALS", "LISTS", "USERS", "STATE")) {
                try (PreparedStatement statement = connection.prepareStatement("SHOW " + what)) {
                    List<String> first = header(statement);
                    // From some execution on the driver names the statement and asks for binary results.
                    for (int i = 0; i < 6; i++) {
                        assertThat(header(statement)).isEqualTo(first);
                    }
                }
            }
            try (Statement statement = connection.createStatement();
                    ResultSet totals = statement.executeQuery("SHOW TOTALS")) {
                assertThat(totals.next()).isTrue();
                assertThat(totals.getMetaData().getColumnType(2)).isEqualTo(Types.NUMERIC);
                assertThat(totals.getLong(2)).isNotNegative();
            }
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            assertThat(connection.isValid(30)).isTrue();
        }
    }

    /** Names and types of the columns; every value is read on the way, in the driver's own type. */
    private static List<String> header(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            ResultSetMetaData columns = rows.getMetaData();
            List<String> header = new ArrayList<>();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                header.add(columns.getColumnName(i) + " " + columns.getColumnTypeName(i));
            }
            while (rows.next()) {
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    Object value = rows.getObject(i);
                    assertThat(String.valueOf(value)).isEqualTo(String.valueOf(rows.getString(i)));
                }
            }
            return header;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"prepareThreshold=5", "prepareThreshold=1", "prepareThreshold=-1"})
    void pgjdbcFetchesAFewRowsAtATime(String properties) throws SQLException {
        try (Connection connection = jdbc(properties)) {
            List<String> all = settings(connection, 0);
            connection.setAutoCommit(false);
            for (int fetchSize : new int[] {1, 7, all.size(), all.size() + 1}) {
                assertThat(settings(connection, fetchSize)).isEqualTo(all);
            }
            connection.commit();
            assertThat(settings(connection, 5)).isEqualTo(all);
            connection.rollback();
        }
    }

    private static List<String> settings(Connection connection, int fetchSize) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SHOW CONFIG")) {
            statement.setFetchSize(fetchSize);
            List<String> names = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
            return names;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"preferQueryMode=simple", "preferQueryMode=extended"})
    void pgjdbcGivesCommands(String properties) throws SQLException {
        try (Connection connection = jdbc(properties);
                Statement statement = connection.createStatement()) {
            statement.execute("PAUSE " + Fronted.NAME);
            statement.execute("RESUME " + Fronted.NAME);
            assertThatThrownBy(() -> statement.execute("RESUME " + Fronted.NAME))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("is not paused");
            statement.execute("SHOW VERSION");
        }
    }

    // ---- psql ----

    @TestFactory
    Stream<DynamicTest> psqlRunsScripts() {
        Optional<ClientProgram> psql = ClientProgram.psql();
        return psql
                .map(program -> DynamicTest.dynamicTest("psql", () -> {
                    ClientProgram.Run run = program.run(console(), """
                            PAUSE app;
                            SHOW STATE;
                            RESUME app;
                            SET query_timeout = '30';
                            SHOW HELP;
                            KILL dne;
                            """, "-X", "-A", "-t");
                    assertThat(run.output())
                            .startsWith("PAUSE\nactive|yes\n")
                            .contains("paused_databases|app\n", "\nRESUME\nSET query_timeout=30\n")
                            .contains("NOTICE:  Console usage", "PAUSE [<db>] [TIMEOUT <seconds>]")
                            .endsWith("ERROR:  no such database: dne\n");
                    assertThat(run.exitCode()).isZero();
                }))
                .stream();
    }

    private static Map<String, String> console() {
        Map<String, String> environment = new HashMap<>(weir().environment());
        environment.put("PGDATABASE", "pgbouncer");
        return environment;
    }

    // ---- node-postgres ----

    @TestFactory
    Stream<DynamicTest> nodePostgresUsesBothProtocols() {
        return ClientProgram.node("console.js", "pg", "pg-cursor")
                .map(program -> DynamicTest.dynamicTest("node-postgres", () -> {
                    ClientProgram.Run run = program.run(console(), "");
                    assertThat(run.output()).endsWith("passed\n");
                    assertThat(run.exitCode()).isZero();
                }))
                .stream();
    }
}
