package dev.pgweir.proxy.it;

import dev.pgweir.proxy.testing.ConnectionCounter;
import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * PgWeir in front of two databases that clients know by the mode of their pools, {@value #SESSION} and
 * {@value #TRANSACTION}, asking for passwords, with {@value #POOL_SIZE} server connections for each. PostgreSQL counts
 * them all the while.
 */
final class BothModes implements AutoCloseable {

    static final String SESSION = "session";

    static final String TRANSACTION = "transaction";

    static final List<String> MODES = List.of(SESSION, TRANSACTION);

    /** Two, because a cancel is watched for on a second connection. */
    static final int POOL_SIZE = 2;

    private final TestDatabase database;
    private final Map<String, String> names;
    private final ConnectionCounter counter;
    private final PgWeirProcess process;

    private BothModes(TestDatabase database) {
        this.database = database;
        this.names =
                Map.of(SESSION, database.createDatabase(SESSION), TRANSACTION, database.createDatabase(TRANSACTION));
        this.counter = database.countConnections();
        try {
            this.process = PgWeirProcess.builder().config(config()).start();
        } catch (RuntimeException e) {
            counter.close();
            throw e;
        }
    }

    static BothModes start(TestDatabase database) {
        return new BothModes(database);
    }

    private String config() {
        StringBuilder config = new StringBuilder("""
                [pgweir]
                auth_type = "scram-sha-256"
                default_pool_size = %d

                [users.%s]
                password = "%s"
                """.formatted(POOL_SIZE, database.user(), database.password()));
        MODES.forEach(
                mode -> config.append("""

                [databases.%s]
                pool_mode = "%s"
                host = "%s"
                port = %d
                dbname = "%s"
                """.formatted(mode, mode, database.host(), database.port(), names.get(mode))));
        return config.toString();
    }

    /** Where and who, as libpq and most drivers read it from the environment. */
    Map<String, String> environment(String mode) {
        return Map.of(
                "PGHOST", process.host(),
                "PGPORT", Integer.toString(process.port()),
                "PGUSER", database.user(),
                "PGPASSWORD", database.password(),
                "PGDATABASE", mode);
    }

    String jdbcUrl(String mode) {
        return process.jdbcUrl(mode);
    }

    String user() {
        return database.user();
    }

    String password() {
        return database.password();
    }

    /** A client of pgjdbc; names and values of its connection properties in turn. */
    Connection connect(String mode, String... properties) throws SQLException {
        Properties all = new Properties();
        all.setProperty("user", user());
        all.setProperty("password", password());
        for (int i = 0; i < properties.length; i += 2) {
            all.setProperty(properties[i], properties[i + 1]);
        }
        return DriverManager.getConnection(jdbcUrl(mode), all);
    }

    /** True if PostgreSQL is at work on a query with that text in it. Asks past PgWeir. */
    boolean isRunning(String text) {
        return "t"
                .equals(database.value("SELECT count(*) > 0 FROM pg_stat_activity WHERE state = 'active'"
                        + " AND pid <> pg_backend_pid() AND strpos(query, '" + text + "') > 0"));
    }

    /** The most connections that PostgreSQL has counted at one moment. */
    int mostServers(String mode) {
        counter.awaitSamples(1);
        return counter.max(names.getOrDefault(mode, ""));
    }

    @Override
    public void close() {
        process.close();
        counter.close();
    }
}
