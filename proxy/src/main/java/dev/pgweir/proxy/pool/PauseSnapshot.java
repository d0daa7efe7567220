package dev.pgweir.proxy.pool;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What is paused.
 *
 * @param all whether all databases are, by a PAUSE without a name
 * @param databases those that are paused by name
 */
public record PauseSnapshot(boolean all, SortedSet<String> databases) {
    public PauseSnapshot {
        databases = Collections.unmodifiableSortedSet(new TreeSet<>(databases));
    }

    /** Whether the servers of a database are withheld. */
    public boolean covers(String database) {
        return all || databases.contains(database);
    }
}
