package dev.pgweir.proxy.testing;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A database of one test class and a role that owns it, under names that nobody else has. Used by one thread at a time,
 * except for the connections it gives.
 */
public final class TestDatabase implements AutoCloseable {

    private static final String PASSWORD = "secret";

    private final SharedServer server;
    private final String unique = UUID.randomUUID().toString().substring(0, 8);
    private final List<String> databases = new ArrayList<>();
    private final List<String> roles = new ArrayList<>();
    private final String user;
    private final String name;

    TestDatabase(SharedServer server) {
        this.server = server;
        this.user = createRole("owner", PASSWORD);
        this.name = createDatabase("main");
    }

    public String host() {
        return server.host();
    }

    public int port() {
        return server.port();
    }

    public String name() {
        return name;
    }

    /** The role that owns the database. It is no superuser. */
    public String user() {
        return user;
    }

    public String password() {
        return PASSWORD;
    }

    /** A login that may do everything. */
    public String superuser() {
        return server.user();
    }

    public String superuserPassword() {
        return server.password();
    }

    /** URL for pgjdbc, straight to PostgreSQL. */
    public String jdbcUrl() {
        return jdbcUrl(name);
    }

    /** URL for pgjdbc, straight to PostgreSQL. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://" + host() + ":" + port() + "/" + database;
    }

    /** URL as libpq, Prisma and PgWeir's DATABASE_URL read it, straight to PostgreSQL. */
    public String url() {
        return "postgresql://" + user + ":" + PASSWORD + "@" + host() + ":" + port() + "/" + name;
    }

    /** A connection of the owner straight to PostgreSQL; {@link ConnectionCounter} leaves it out. */
    public Connection connect() throws SQLException {
        return PostgresInstance.connect(jdbcUrl(), user, PASSWORD, PostgresInstance.CONTROL);
    }

    /** A connection of the superuser to this database; {@link ConnectionCounter} leaves it out. */
    public Connection connectAsSuperuser() throws SQLException {
        return connectAsSuperuser(name);
    }

    /** A client of the owner that has logged in, straight to PostgreSQL; names and values of its startup packet in turn. */
    public WireClient login(String... parameters) throws IOException {
        return WireClient.connect(host(), port()).login(user, name, PASSWORD, parameters);
    }

    /** Runs statements as the owner, each in a transaction of its own. */
    public void execute(String... statements) {
        try (Connection connection = connect()) {
            run(connection, statements);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first value of the first row of a query of the owner, as text. */
    public @Nullable String value(String query) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            if (!rows.next()) {
                throw new IllegalStateException("no row: " + query);
            }
            return rows.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Another role that may log in, gone after the class; the name it got is returned. */
    public String createRole(String suffix, String password) {
        String role = unique(suffix);
        administer("CREATE ROLE " + role + " LOGIN PASSWORD '" + password.replace("'", "''") + "'");
        roles.add(role);
        return role;
    }

    /** Another database of the owner, gone after the class; the name it got is returned. */
    public String createDatabase(String suffix) {
        String database = unique(suffix);
        administer("CREATE DATABASE " + database + " OWNER " + user);
        databases.add(database);
        return database;
    }

    /** A counter of this server's connections; see there. */
    public ConnectionCounter countConnections() {
        return ConnectionCounter.start(jdbcUrl(server.database()), superuser(), superuserPassword());
    }

    @Override
    public void close() {
        databases.forEach(database -> administer("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)"));
        roles.forEach(role -> administer("DROP ROLE IF EXISTS " + role));
    }

    private String unique(String suffix) {
        return "t" + unique + "_" + suffix.toLowerCase(Locale.ROOT);
    }

    private void administer(String sql) {
        try (Connection connection = connectAsSuperuser(server.database())) {
            run(connection, sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection connectAsSuperuser(String database) throws SQLException {
        return PostgresInstance.connect(jdbcUrl(database), server.user(), server.password(), PostgresInstance.CONTROL);
    }

    private static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
