package dev.pgweir.proxy.admin;

import java.util.concurrent.atomic.LongAdder;

/** What the console itself has done, for its own line of SHOW STATS. For any thread. */
public final class ConsoleActivity {
    private final LongAdder queries = new LongAdder();
    private final LongAdder logins = new LongAdder();

    void queried() {
        queries.increment();
    }

    void loggedIn() {
        logins.increment();
    }

    /** Each query is a transaction as well, as PgBouncer counts them; nothing else is counted. */
    public Counters counters() {
        long count = queries.sum();
        return new Counters(0, count, count, 0, 0, 0, 0, 0, 0, 0, 0, logins.sum());
    }
}
