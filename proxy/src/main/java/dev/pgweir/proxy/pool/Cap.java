package dev.pgweir.proxy.pool;

import java.util.ArrayList;
import java.util.List;

/** One limit on server connections that several pools share, and what counts against it. */
final class Cap {
    /** Below this limit a reserve for cancel requests would take a share that ordinary work misses. */
    static final int SMALLEST_WITH_RESERVE = 5;

    /**
     * The pace at which a cap lets servers younger than the minimum age be closed for another pool: one in 50 ms, and as
     * many at once as the cap has places. A login costs PostgreSQL a fork and some milliseconds of CPU; 20 a second are
     * not felt, and the burst serves many pools that each need a server for one query only.
     */
    static final long YOUNG_PACE_NANOS = 50_000_000L;

    /** How long a search in vain is remembered. Servers get old enough meanwhile; the janitor looks three times a second. */
    private static final long VICTIM_PAUSE_NANOS = 10_000_000L;

    final CapSnapshot.Kind kind;
    final String name;
    final List<PoolState> pools = new ArrayList<>();

    private int limit;
    private int ordinaryLimit;
    /** Server connections of pools, from the decision to open until closed. */
    private int servers;
    /** Connections that carry a cancel request. */
    private int cancels;
    /** How many of the servers are idle or used. */
    private int unused;
    /** How many of the servers were told to close. */
    private int closing;

    private boolean noVictims;
    private long noVictimsUntil;
    private long youngArrival;
    private boolean youngSeen;
    /** Fair share looks again for a claimant at this time; see {@link FairShare}. */
    long nextShareCheck;

    boolean shareChecked;

    Cap(CapSnapshot.Kind kind, String name) {
        this.kind = kind;
        this.name = name;
    }

    /** Sets the limit to the smallest that the pools under this cap name. */
    void resolveLimit() {
        int smallest = 0;
        int reserve = 0;
        for (PoolState pool : pools) {
            PoolSpec.Caps caps = pool.spec.caps();
            int wanted = switch (kind) {
                case SERVER -> caps.maxServerConnections();
                case DATABASE -> caps.maxDbConnections();
                case USER -> caps.maxUserConnections();
            };
            if (wanted > 0 && (smallest == 0 || wanted < smallest)) {
                smallest = wanted;
            }
            reserve = Math.max(reserve, kind == CapSnapshot.Kind.SERVER ? caps.cancelReserve() : 0);
        }
        noVictims = false;
        limit = smallest;
        // At least one place stays for ordinary work, whatever the reserve.
        ordinaryLimit = limit >= SMALLEST_WITH_RESERVE ? Math.max(1, limit - reserve) : limit;
    }

    boolean hasRoom() {
        return limit == 0 || (servers < ordinaryLimit && servers + cancels < limit);
    }

    boolean hasRoomForCancel() {
        return limit == 0 || servers + cancels < limit;
    }

    /** More is open than the limit allows, those that are closing already left aside: the limit was lowered. */
    boolean isOver() {
        int staying = servers - closing;
        return limit != 0 && (staying > ordinaryLimit || staying + cancels > limit);
    }

    /** Neither a pool nor a connection counts here. */
    boolean isUnused() {
        return pools.isEmpty() && servers == 0 && cancels == 0;
    }

    int limit() {
        return limit;
    }

    int ordinaryLimit() {
        return ordinaryLimit;
    }

    int servers() {
        return servers;
    }

    int cancels() {
        return cancels;
    }

    int unused() {
        return unused;
    }

    int closing() {
        return closing;
    }

    void addServers(int difference) {
        servers += difference;
    }

    void addCancels(int difference) {
        cancels += difference;
    }

    void addUnused(int difference) {
        unused += difference;
        if (difference > 0) {
            noVictims = false;
        }
    }

    /** A search for a server to close has lately been in vain, and nothing has changed since that could help. */
    boolean hasNoVictims(long now) {
        return unused == 0 || (noVictims && now - noVictimsUntil < 0);
    }

    void foundNoVictim(long now) {
        noVictims = true;
        noVictimsUntil = now + VICTIM_PAUSE_NANOS;
    }

    void addClosing(int difference) {
        closing += difference;
    }

    /** Whether a server younger than the minimum age may be closed for another pool now; counts it if so. */
    boolean takeYoungPermit(long now) {
        // A virtual schedule: each permit moves it on by one pace; it may run ahead of the clock by the burst.
        long burst = Math.max(1, limit) * YOUNG_PACE_NANOS;
        long arrival = youngSeen && youngArrival - now > 0 ? youngArrival : now;
        if (arrival + YOUNG_PACE_NANOS - now > burst) {
            return false;
        }
        youngArrival = arrival + YOUNG_PACE_NANOS;
        youngSeen = true;
        return true;
    }

    CapSnapshot snapshot() {
        return new CapSnapshot(kind, name, limit, servers, cancels);
    }

    @Override
    public String toString() {
        return kind + " " + name + ": " + servers + "+" + cancels + " of " + limit;
    }
}
