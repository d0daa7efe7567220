package dev.pgweir.proxy.pool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every cap there is, by what it counts by. */
final class BudgetBook {
    private final Map<String, ServerHost> hosts = new HashMap<>();
    private final Map<String, Cap> databases = new HashMap<>();
    private final Map<String, Cap> users = new HashMap<>();

    /** The caps of a pool with this key and these settings, which from now on count its limits: those of each host. */
    List<ServerBudget> join(PoolState pool) {
        Cap database = databases.computeIfAbsent(pool.key.database(), name -> new Cap(CapSnapshot.Kind.DATABASE, name));
        Cap user = users.computeIfAbsent(pool.key.user(), name -> new Cap(CapSnapshot.Kind.USER, name));
        List<ServerBudget> budgets = new ArrayList<>(1);
        for (String hostPort : pool.spec.hostPorts()) {
            ServerHost host = hosts.computeIfAbsent(hostPort, ServerHost::new);
            budgets.add(new ServerBudget(host, database, user));
        }
        for (Cap cap : capsOf(budgets)) {
            cap.pools.add(pool);
            cap.resolveLimit();
        }
        return budgets;
    }

    /** The pool's settings name other servers now. Its old connections go on counting where they were opened. */
    void leave(PoolState pool) {
        for (Cap cap : capsOf(pool.aim.budgets())) {
            cap.pools.remove(pool);
            cap.resolveLimit();
        }
    }

    /** Each once, also where a host is named twice. */
    private static Set<Cap> capsOf(List<ServerBudget> budgets) {
        Set<Cap> caps = new LinkedHashSet<>();
        for (ServerBudget budget : budgets) {
            caps.add(budget.host().cap);
            caps.add(budget.database());
            caps.add(budget.user());
        }
        return caps;
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
