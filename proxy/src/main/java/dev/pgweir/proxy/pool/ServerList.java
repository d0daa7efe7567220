package dev.pgweir.proxy.pool;

import org.jspecify.annotations.Nullable;

/**
 * The servers of one pool that are in one state, latest first. Intrusive: a server is its own node, so nothing is
 * allocated and removal is O(1).
 */
final class ServerList {
    private @Nullable PooledServer first;
    private @Nullable PooledServer last;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The one that was added last. */
    @Nullable
    PooledServer first() {
        return first;
    }

    /** The one that has been in the list longest. */
    @Nullable
    PooledServer last() {
        return last;
    }

    void add(PooledServer server) {
        if (server.list != null) {
            throw new IllegalStateException(server + " is in a list already");
        }
        server.list = this;
        server.previous = null;
        server.next = first;
        if (first == null) {
            last = server;
        } else {
            first.previous = server;
        }
        first = server;
        size++;
    }

    void remove(PooledServer server) {
        if (server.list != this) {
            throw new IllegalStateException(server + " is not in this list");
        }
        PooledServer before = server.previous;
        PooledServer after = server.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        server.list = null;
        server.previous = null;
        server.next = null;
        size--;
    }

    /**
     * The server to use next: the shortest-idle, or the longest-idle when {@code roundRobin}; one that lives on
     * {@code loop} goes first if it is among the first {@code reach}.
     */
    @Nullable
    PooledServer choose(int loop, boolean roundRobin, int reach) {
        PooledServer candidate = roundRobin ? last : first;
        PooledServer choice = candidate;
        for (int i = 0; i < reach && candidate != null; i++) {
            if (candidate.loop == loop) {
                return candidate;
            }
            candidate = roundRobin ? candidate.previous : candidate.next;
        }
        return choice;
    }
}
