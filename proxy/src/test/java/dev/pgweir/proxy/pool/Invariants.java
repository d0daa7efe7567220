package dev.pgweir.proxy.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.ServerState;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What has to hold after every step, whatever happened before. Everything is counted anew. */
final class Invariants {
    private final World world;
    private final PoolCore core;
    /** What counted against each cap and pool before the last step: above a lowered limit it may only shrink. */
    private final Map<Object, Integer> before = new HashMap<>();

    private final Map<Object, Integer> ordinaryBefore = new HashMap<>();

    Invariants(World world) {
        this.world = world;
        this.core = world.pools.core();
    }

    void check() {
        Set<PooledServer> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Map<Cap, int[]> caps = new HashMap<>();
        Map<ServerHost, Integer> logins = new HashMap<>();
        Map<PoolState, Integer> owed = new HashMap<>();
        int total = 0;
        for (PoolState pool : core.pools) {
            int servers = 0;
            for (ServerState state : ServerState.values()) {
                servers += checkList(pool, state, seen, caps, logins, owed);
            }
            assertThat(pool.servers).as("servers of %s", pool.key).isEqualTo(servers);
            total += servers;
            checkQueue(pool);
            checkPause(pool);
        }
        assertThat(core.book.servers()).isEqualTo(total);
        for (PoolState pool : core.pools) {
            assertThat(pool.owed).as("owed to %s", pool.key).isEqualTo(owed.getOrDefault(pool, 0));
            neverGrowsBeyond(before, pool, pool.spec.sizes().most(), pool.servers, pool.staying());
        }
        for (Cap cap : core.budgets.caps()) {
            checkCap(cap, caps.getOrDefault(cap, new int[3]));
        }
        for (ServerHost host : core.budgets.hosts()) {
            assertThat(host.logins).isEqualTo(logins.getOrDefault(host, 0));
            checkCancels(host);
        }
        checkWaitingPools();
        checkWorkConservation();
    }

    private int checkList(
            PoolState pool,
            ServerState state,
            Set<PooledServer> seen,
            Map<Cap, int[]> caps,
            Map<ServerHost, Integer> logins,
            Map<PoolState, Integer> owed) {
        ServerList list = pool.list(state);
        int size = 0;
        PooledServer previous = null;
        for (PooledServer server = list.first(); server != null; server = server.next) {
            size++;
            assertThat(seen.add(server)).as("%s is in one list", server).isTrue();
            assertThat(server.state()).isEqualTo(state);
            assertThat(server.previous).isSameAs(previous);
            assertThat(server.pool).isSameAs(pool);
            checkLink(server);
            boolean unused = state == ServerState.IDLE || state == ServerState.USED;
            for (Cap cap : new Cap[] {server.budget.host().cap, server.budget.database(), server.budget.user()}) {
                int[] counts = caps.computeIfAbsent(cap, any -> new int[3]);
                counts[0]++;
                counts[1] += unused ? 1 : 0;
                counts[2] += state == ServerState.CLOSING ? 1 : 0;
            }
            if (state == ServerState.LOGIN) {
                logins.merge(server.budget.host(), 1, Integer::sum);
            }
            PoolState closedFor = server.closedFor;
            if (closedFor != null) {
                assertThat(state).isEqualTo(ServerState.CLOSING);
                owed.merge(closedFor, 1, Integer::sum);
            }
            previous = server;
        }
        assertThat(list.size()).as("length of %s of %s", state, pool.key).isEqualTo(size);
        assertThat(list.last()).isSameAs(previous);
        if (state == ServerState.CLOSED || state == ServerState.ACTIVE_CANCEL) {
            assertThat(size).isZero();
        }
        return size;
    }

    private static void checkLink(PooledServer server) {
        PoolClient client = server.client;
        assertThat(client != null).as("%s has a client", server).isEqualTo(server.state() == ServerState.ACTIVE);
        if (client != null) {
            assertThat(client.server).isSameAs(server);
            assertThat(client.membership).isEqualTo(PoolClient.Membership.ACTIVE);
        }
        if (server.state() == ServerState.BEING_CANCELED) {
            assertThat(server.activeCancels).isPositive();
        }
        if (server.state() != ServerState.ACTIVE) {
            assertThat(server.tickets)
                    .as("no cancel waits for a released server")
                    .isEmpty();
        }
        if (server.state() == ServerState.IDLE || server.state() == ServerState.USED) {
            assertThat(server.activeCancels)
                    .as("%s while a cancel is on its way", server)
                    .isZero();
        }
    }

    private void checkPause(PoolState pool) {
        assertThat(pool.paused).isEqualTo(core.pauses.isPaused(pool.key.database()));
        if (pool.paused) {
            assertThat(pool.idle.isEmpty() && pool.used.isEmpty())
                    .as("nothing of %s waits to be used while it is paused", pool.key)
                    .isTrue();
        }
    }

    private static void checkQueue(PoolState pool) {
        int size = 0;
        long since = Long.MIN_VALUE;
        for (PoolClient client = pool.queue.head(); client != null; client = client.next) {
            size++;
            assertThat(client.queue).isSameAs(pool.queue);
            assertThat(client.membership).isEqualTo(PoolClient.Membership.WAITING);
            assertThat(client.server).isNull();
            assertThat(client.waitingSince).isGreaterThanOrEqualTo(since);
            assertThat(client.passed).isLessThanOrEqualTo(WaitQueue.MOST_PASSES);
            since = client.waitingSince;
        }
        assertThat(pool.queue.size()).isEqualTo(size);
    }

    private void checkCap(Cap cap, int[] counts) {
        assertThat(cap.servers()).as("servers of %s", cap).isEqualTo(counts[0]);
        assertThat(cap.unused()).as("unused of %s", cap).isEqualTo(counts[1]);
        assertThat(cap.closing()).as("closing of %s", cap).isEqualTo(counts[2]);
        int cancels = 0;
        for (PoolState pool : core.pools) {
            for (CancelTicket ticket : pool.cancelsActive) {
                cancels += ticket.target().budget.host().cap == cap ? 1 : 0;
            }
        }
        assertThat(cap.cancels()).isEqualTo(cancels);
        neverGrowsBeyond(before, cap, cap.limit(), cap.servers() + cap.cancels(), cap.servers() + cap.cancels());
        neverGrowsBeyond(ordinaryBefore, cap, cap.ordinaryLimit(), cap.servers(), cap.servers());
    }

    private static void neverGrowsBeyond(Map<Object, Integer> before, Object what, int limit, int count, int staying) {
        int last = before.getOrDefault(what, 0);
        if (limit != 0 && count > limit) {
            assertThat(count)
                    .as("%s is above its limit of %s and has grown (%s stay)", what, limit, staying)
                    .isLessThanOrEqualTo(last);
        }
        before.put(what, count);
    }

    private void checkCancels(ServerHost host) {
        for (CancelTicket ticket : host.waitingCancels) {
            assertThat(ticket.stage).isEqualTo(CancelTicket.Stage.WAITING);
            assertThat(ticket.target().state()).isEqualTo(ServerState.ACTIVE);
            assertThat(ticket.target().tickets).contains(ticket);
        }
        if (!host.waitingCancels.isEmpty()) {
            assertThat(host.cap.hasRoomForCancel())
                    .as("a cancel waits beside a free place")
                    .isFalse();
            assertThat(host.needsPlaceForCancel() && host.cap.unused() > 0)
                    .as("a cancel waits beside an unused server")
                    .isFalse();
        }
    }

    private void checkWaitingPools() {
        Set<PoolState> listed = new HashSet<>();
        for (int i = 0; i < core.book.waitingPools.size(); i++) {
            PoolState pool = core.book.waitingPools.get(i);
            assertThat(pool.waitingIndex).isEqualTo(i);
            assertThat(listed.add(pool)).isTrue();
        }
        for (PoolState pool : core.pools) {
            assertThat(listed.contains(pool)).isEqualTo(!pool.queue.isEmpty());
        }
    }

    private void checkWorkConservation() {
        for (PoolState pool : core.pools) {
            if (!pool.queue.isEmpty()) {
                assertThat(pool.idle.isEmpty())
                        .as("a client of %s waits beside an idle server", pool.key)
                        .isTrue();
            }
            if (pool.queue.size() > pool.pending()) {
                assertThat(pool.used.isEmpty())
                        .as("a client of %s waits beside a used server", pool.key)
                        .isTrue();
                // Whether the reserve is due is looked at by the tick.
                assertThat(core.supply.mayOpen(pool, world.now) && !ReserveRule.isReserve(pool))
                        .as("a client of %s waits though a server may be opened", pool.key)
                        .isFalse();
            }
        }
    }

    /** Holds right after a tick: no pool is kept out by an unused server that is old enough to be closed. */
    void checkAfterTick() {
        for (PoolState pool : core.pools) {
            assertThat(pool.queue.size() > pool.pending() && core.supply.mayOpen(pool, world.now))
                    .as("a client of %s waits though a server may be opened", pool.key)
                    .isFalse();
            Cap cap = pool.budget().firstExhausted();
            if (cap == null || !core.supply.isBlockedByCapsAlone(pool, world.now)) {
                continue;
            }
            for (PoolState other : cap.pools) {
                if (other != pool) {
                    assertThat(victim(other.idle, pool))
                            .as("an idle server of %s keeps %s out", other.key, pool.key)
                            .isNull();
                    assertThat(victim(other.used, pool))
                            .as("a used server of %s keeps %s out", other.key, pool.key)
                            .isNull();
                }
            }
        }
    }

    private @Nullable PooledServer victim(ServerList list, PoolState beneficiary) {
        for (PooledServer server = list.first(); server != null; server = server.next) {
            if (Evictor.isOldEnough(server, world.now) && server.budget.coversExhaustedOf(beneficiary.budget())) {
                return server;
            }
        }
        return null;
    }
}
