package dev.pgweir.proxy.pool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The three caps that a pool's servers count against. A server is under all of them at once.
 *
 * @param host per PostgreSQL server
 * @param database per database
 * @param user per pool user
 */
record ServerBudget(ServerHost host, Cap database, Cap user) {
    boolean hasRoom() {
        return host.cap.hasRoom() && database.hasRoom() && user.hasRoom();
    }

    /** Told of every step of a server from one list to another that matters here. */
    void addUnused(int difference) {
        host.cap.addUnused(difference);
        database.addUnused(difference);
        user.addUnused(difference);
    }

    void addServers(int difference) {
        host.cap.addServers(difference);
        database.addServers(difference);
        user.addServers(difference);
    }

    void addClosing(int difference) {
        host.cap.addClosing(difference);
        database.addClosing(difference);
        user.addClosing(difference);
    }

    boolean isOver() {
        return host.cap.isOver() || database.isOver() || user.isOver();
    }

    /** The first cap without room. */
    @Nullable
    Cap firstExhausted() {
        if (!host.cap.hasRoom()) {
            return host.cap;
        }
        if (!database.hasRoom()) {
            return database;
        }
        return user.hasRoom() ? null : user;
    }

    /** All caps without room. Allocates. */
    List<Cap> exhausted() {
        List<Cap> full = new ArrayList<>(3);
        for (Cap cap : List.of(host.cap, database, user)) {
            if (!cap.hasRoom()) {
                full.add(cap);
            }
        }
        return full;
    }

    /** True when a server here could keep one there from being opened. */
    boolean sharesLimitWith(ServerBudget other) {
        return (host == other.host && host.cap.limit() != 0)
                || (database == other.database && database.limit() != 0)
                || (user == other.user && user.limit() != 0);
    }

    boolean isUnder(Cap cap) {
        return cap == host.cap || cap == database || cap == user;
    }

    /** True when closing a server under this budget helps with every cap that {@code other} finds exhausted. */
    boolean coversExhaustedOf(ServerBudget other) {
        return (other.host.cap.hasRoom() || other.host == host)
                && (other.database.hasRoom() || other.database == database)
                && (other.user.hasRoom() || other.user == user);
    }
}
