package dev.pgweir.proxy.it;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;

/**
 * PgWeir with an administrator at its console. Its databases are {@code app} and {@code counted} in transaction mode, two
 * server connections each, and {@code kept} in session mode. Used by one thread at a time.
 */
final class Administered implements AutoCloseable {
    private final TestDatabase database;
    private final PgWeirProcess process;

    private Administered(TestDatabase database) {
        this.database = database;
        this.process = PgWeirProcess.builder().config(config(database)).start();
    }

    static Administered start(TestDatabase database) {
        return new Administered(database);
    }

    private static String config(TestDatabase database) {
        String target = """
                host = "%s"
                port = %d
                dbname = "%s"
                """.formatted(database.host(), database.port(), database.name());
        return """
                [pgweir]
                auth_type = "trust"
                pool_mode = "transaction"
                default_pool_size = 2
                admin_users = "boss"

                [users.%s]
                password = "%s"
                [users.boss]
                password = "x"

                [databases.app]
                %s
                [databases.counted]
                %s
                [databases.kept]
                pool_mode = "session"
                %s
                """.formatted(database.user(), database.password(), target, target, target);
    }

    /** The file that it was started with. */
    String config() {
        return config(database);
    }

    PgWeirProcess process() {
        return process;
    }

    /** A client that has sent nothing yet. */
    WireClient connect() throws IOException {
        return WireClient.connect(process.port());
    }

    /** A console of the administrator. */
    WireClient admin() throws IOException {
        return connect().login("boss", "pgbouncer", "");
    }

    /** A client of the database's owner that has logged in to one of the databases. */
    WireClient client(String name) throws IOException {
        return connect().login(database.user(), name, database.password());
    }

    @Override
    public void close() {
        process.close();
    }
}
