package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.LoginFailure;
import dev.pgweir.proxy.server.ServerState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The lists of one pool. Touched under the pools' lock only. */
final class PoolState {
    final Pool handle;
    final PoolKey key;
    final PoolStats stats;
    /** Written under the lock, read by anybody. */
    volatile PoolSpec spec;

    /** Which of its hosts the next server is opened at, and so under which caps. */
    HostAim aim;

    final WaitQueue queue = new WaitQueue();
    /** Clients that wait for a server of their own, and for which none is being opened. */
    final Deque<PoolClient> dedicated = new ArrayDeque<>();
    /** Servers that are logging in for one client alone. */
    int dedicatedLogins;
    /** Its servers are withheld and closed; see {@link PauseDesk}. */
    boolean paused;
    /** Clients that waited here had limits of their own, so the first in the queue need not be the first to give up. */
    boolean waitsDiffer;

    final ServerList idle;
    final ServerList used;
    final Set<CancelTicket> cancelsWaiting = new LinkedHashSet<>();
    final Set<CancelTicket> cancelsActive = new LinkedHashSet<>();
    /** Paces logins that PostgreSQL refused; newcomers get its answer at once while it holds. */
    final LoginPacer refusals = new LoginPacer();

    @Nullable
    LoginFailure refusal;
    /** The sum of all lists' lengths. */
    int servers;
    /** Servers of other pools that are closing to make room for this one. */
    int owed;
    /** The cap that keeps it below {@link #floor}, as was told last; null if none does. */
    @Nullable
    Cap floorCap;
    /** Where {@link WaitingPools} has this pool; -1 when no client waits. */
    int waitingIndex = -1;

    private final Map<ServerState, ServerList> lists = new EnumMap<>(ServerState.class);

    PoolState(Pool handle, PoolKey key, PoolSpec spec, PoolStats stats, BudgetBook budgets) {
        this.handle = handle;
        this.key = key;
        this.spec = spec;
        this.stats = stats;
        for (ServerState each : ServerState.values()) {
            lists.put(each, new ServerList());
        }
        this.idle = list(ServerState.IDLE);
        this.used = list(ServerState.USED);
        this.aim = new HostAim(budgets.join(this));
    }

    ServerList list(ServerState state) {
        return Objects.requireNonNull(lists.get(state));
    }

    int count(ServerState state) {
        return list(state).size();
    }

    /** Nothing is left that would miss it: no server, no waiting client, no cancel request. */
    boolean isEmpty() {
        return servers == 0
                && owed == 0
                && queue.isEmpty()
                && dedicated.isEmpty()
                && cancelsWaiting.isEmpty()
                && cancelsActive.isEmpty();
    }

    /** Servers that will be ready without further ado; each will serve one waiting client. */
    int pending() {
        return count(ServerState.LOGIN) - dedicatedLogins + count(ServerState.TESTED);
    }

    /** Servers that are not on their way out. */
    int staying() {
        return servers - count(ServerState.CLOSING);
    }

    /** Servers that have logged in and are not on their way out. */
    int usable() {
        return staying() - count(ServerState.LOGIN);
    }

    /** The caps of the host that the next server is opened at. */
    ServerBudget budget() {
        return aim.budget();
    }

    /** Since when the oldest client waits; only asked while one does. */
    long oldestWait() {
        PoolClient head = queue.head();
        return head == null ? Long.MAX_VALUE : head.waitingSince;
    }

    /** More servers than pool and reserve together allow: the size was lowered. */
    boolean isOver() {
        int most = spec.sizes().most();
        return most != 0 && staying() > most;
    }

    /** How many servers {@code min_pool_size} asks for now. */
    int floor() {
        PoolSpec.Sizes sizes = spec.sizes();
        if (sizes.min() == 0 || !(spec.forcedUser() || handle.clients() > 0)) {
            return 0;
        }
        return sizes.pool() == 0 ? sizes.min() : Math.min(sizes.min(), sizes.pool());
    }
}
