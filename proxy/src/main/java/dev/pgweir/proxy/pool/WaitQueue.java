package dev.pgweir.proxy.pool;

import org.jspecify.annotations.Nullable;

/** The waiting clients of a pool, first come first served but for a bounded preference for the server's own loop. */
final class WaitQueue {
    /** How many from the head may be served out of turn. Hops cost; more would find few loops that 8 do not have. */
    static final int REACH = 8;

    /** How often a head may be passed: a client waits for four transactions of others at most on account of this. */
    static final int MOST_PASSES = 4;

    private @Nullable PoolClient head;
    private @Nullable PoolClient tail;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    @Nullable
    PoolClient head() {
        return head;
    }

    /** The client at {@code index}, 0 being the head; null if there are not so many. */
    @Nullable
    PoolClient at(int index) {
        if (index >= size) {
            return null;
        }
        PoolClient client = head;
        for (int i = 0; i < index && client != null; i++) {
            client = client.next;
        }
        return client;
    }

    void add(PoolClient client) {
        if (client.queue != null) {
            throw new IllegalStateException("the client waits already");
        }
        client.queue = this;
        client.passed = 0;
        client.previous = tail;
        client.next = null;
        if (tail == null) {
            head = client;
        } else {
            tail.next = client;
        }
        tail = client;
        size++;
    }

    void remove(PoolClient client) {
        if (client.queue != this) {
            throw new IllegalStateException("the client does not wait here");
        }
        PoolClient before = client.previous;
        PoolClient after = client.next;
        if (before == null) {
            head = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            tail = before;
        } else {
            after.previous = before;
        }
        client.queue = null;
        client.previous = null;
        client.next = null;
        size--;
    }

    /** The client that a server on {@code loop} goes to. Counts the pass if that is not the head. */
    @Nullable
    PoolClient choose(int loop) {
        PoolClient first = head;
        if (first == null || first.loop == loop || first.passed >= MOST_PASSES) {
            return first;
        }
        PoolClient candidate = first.next;
        for (int i = 1; i < REACH && candidate != null; i++) {
            if (candidate.loop == loop) {
                first.passed++;
                return candidate;
            }
            candidate = candidate.next;
        }
        return first;
    }
}
