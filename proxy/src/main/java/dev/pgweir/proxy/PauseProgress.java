package dev.pgweir.proxy;

import dev.pgweir.config.value.PoolMode;
import dev.pgweir.proxy.client.ActivePhase;
import dev.pgweir.proxy.client.ClientSession;
import dev.pgweir.proxy.client.Clients;
import dev.pgweir.proxy.pool.PoolClient;
import dev.pgweir.proxy.pool.Pools;
import dev.pgweir.proxy.pool.ServerSnapshot;
import dev.pgweir.proxy.server.ServerState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a pause still waits for, in words. For any thread; every answer is a snapshot. */
final class PauseProgress {
    /** Whoever wants to see all of them has SHOW CLIENTS. */
    private static final int MOST_CLIENTS = 5;

    private final Pools pools;
    private final Clients clients;

    PauseProgress(Pools pools, Clients clients) {
        this.pools = pools;
        this.clients = clients;
    }

    /** The servers that are left, as {@code app: 2 active, 1 closing; shop: 1 login}; empty if there are none. */
    String left(Predicate<String> databases) {
        return counts(servers(databases));
    }

    /**
     * A sentence without its subject.
     *
     * @param database null for all
     */
    String describe(@Nullable String database) {
        List<ServerSnapshot> left = servers(name -> database == null || database.equals(name));
        Set<PoolClient> holders = Collections.newSetFromMap(new IdentityHashMap<>());
        left.stream().map(ServerSnapshot::client).forEach(client -> {
            if (client != null) {
                holders.add(client);
            }
        });
        StringBuilder text = new StringBuilder("waits for server connections: ").append(counts(left));
        if (!holders.isEmpty()) {
            appendHolders(holders, text);
        }
        return text.toString();
    }

    private void appendHolders(Set<PoolClient> holders, StringBuilder text) {
        List<String> ids = new ArrayList<>();
        boolean session = false;
        boolean replication = false;
        for (ClientSession client : clients.sessions()) {
            PoolClient member = client.member();
            if (member != null && holders.contains(member)) {
                ids.add(Long.toString(client.id()));
                ActivePhase active = client.active();
                session |= active != null && active.poolMode() == PoolMode.SESSION;
                replication |= active == null;
            }
        }
        if (ids.isEmpty()) {
            return;
        }
        text.append(" (held by client id ")
                .append(String.join(", ", ids.subList(0, Math.min(ids.size(), MOST_CLIENTS))))
                .append(ids.size() > MOST_CLIENTS ? " and others" : "")
                .append(session ? "; in session pooling a client holds its server until it disconnects" : "")
                .append(replication ? "; a replication connection holds its server until it disconnects" : "")
                .append(')');
    }

    private List<ServerSnapshot> servers(Predicate<String> databases) {
        return pools.servers().stream()
                .filter(server -> databases.test(server.server().pool().key().database()))
                .toList();
    }

    private static String counts(List<ServerSnapshot> servers) {
        Map<String, Map<ServerState, Integer>> byDatabase = new TreeMap<>();
        for (ServerSnapshot server : servers) {
            byDatabase
                    .computeIfAbsent(server.server().pool().key().database(), any -> new EnumMap<>(ServerState.class))
                    .merge(server.state(), 1, Integer::sum);
        }
        List<String> texts = new ArrayList<>();
        byDatabase.forEach((database, states) -> {
            List<String> counts = new ArrayList<>();
            states.forEach((state, count) -> counts.add(count + " " + state.label()));
            texts.add(database + ": " + String.join(", ", counts));
        });
        return String.join("; ", texts);
    }
}
