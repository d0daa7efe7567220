package dev.pgweir.proxy.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every cap there is, by what it counts by. */
final class BudgetBook {
    private final Map<String, ServerHost> hosts = new HashMap<>();
    private final Map<String, Cap> databases = new HashMap<>();
    private final Map<String, Cap> users = new HashMap<>();

    /** The caps of a pool with this key and these settings, which from now on count its limits. */
    ServerBudget join(PoolState pool) {
        ServerHost host = hosts.computeIfAbsent(pool.spec.hostPort(), ServerHost::new);
        Cap database = databases.computeIfAbsent(pool.key.database(), name -> new Cap(CapSnapshot.Kind.DATABASE, name));
        Cap user = users.computeIfAbsent(pool.key.user(), name -> new Cap(CapSnapshot.Kind.USER, name));
        for (Cap cap : List.of(host.cap, database, user)) {
            cap.pools.add(pool);
            cap.resolveLimit();
        }
        return new ServerBudget(host, database, user);
    }

    /** The pool's settings name another server now. Its old connections go on counting where they were opened. */
    void leave(PoolState pool, ServerBudget budget) {
        for (Cap cap : List.of(budget.host().cap, budget.database(), budget.user())) {
            cap.pools.remove(pool);
            cap.resolveLimit();
        }
    }

    /** Forgets what no pool and no connection counts by any more, so that names of the past take no memory. */
    void forgetUnused() {
        hosts.values().removeIf(host -> host.cap.isUnused() && host.waitingCancels.isEmpty());
        databases.values().removeIf(Cap::isUnused);
        users.values().removeIf(Cap::isUnused);
    }

    /** All limits anew, after the settings of the pools have changed. */
    void resolveLimits() {
        caps().forEach(Cap::resolveLimit);
    }

    List<Cap> caps() {
        List<Cap> all = new ArrayList<>();
        hosts.values().forEach(host -> all.add(host.cap));
        all.addAll(databases.values());
        all.addAll(users.values());
        return all;
    }

    Iterable<ServerHost> hosts() {
        return hosts.values();
    }
}
