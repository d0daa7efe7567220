package dev.pgweir.proxy.it.drivers;

import dev.pgweir.proxy.it.Fronted;
import dev.pgweir.proxy.testing.ConnectionCounter;
import dev.pgweir.proxy.testing.TestDatabase;

/**
 * PgWeir in transaction mode with {@value #COUNT} server connections, so that a client often meets another one than
 * before. PostgreSQL counts them all the while. Used by one thread at a time.
 */
final class TwoServers implements AutoCloseable {

    static final int COUNT = 2;

    private final TestDatabase database;
    private final Fronted weir;
    private final ConnectionCounter counter;

    private TwoServers(TestDatabase database, Fronted weir) {
        this.database = database;
        this.weir = weir;
        this.counter = database.countConnections();
    }

    static TwoServers start(TestDatabase database) {
        return new TwoServers(database, Fronted.start(database, "default_pool_size = " + COUNT));
    }

    /** As libpq and all drivers but pgjdbc read it; without the question for TLS, which not all ask by default. */
    String url() {
        return "postgresql://" + database.user() + ":" + database.password() + "@127.0.0.1:" + weir.port() + "/"
                + Fronted.NAME + "?sslmode=disable";
    }

    String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + weir.port() + "/" + Fronted.NAME;
    }

    /** The most connections that PostgreSQL has counted at one moment. */
    int most() {
        counter.awaitSamples(1);
        return counter.max(database.name());
    }

    @Override
    public void close() {
        weir.close();
        counter.close();
    }
}
