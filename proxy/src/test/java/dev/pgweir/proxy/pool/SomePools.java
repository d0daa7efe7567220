package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;

/** Pools that are there and do nothing, for tests of those who look at pools. */
public final class SomePools {
    private final World world = new World();

    /** A pool, made if there is none. */
    public Pool pool(String database, String user) {
        return world.pool(database, user, specs());
    }

    /** All of them. */
    public Pools pools() {
        return world.pools;
    }
}
