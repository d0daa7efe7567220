package dev.pgweir.proxy.metrics;

import dev.pgweir.config.ClientSettings;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.UserConfig;
import dev.pgweir.config.setting.UserSettings;
import dev.pgweir.proxy.client.Clients;
import dev.pgweir.proxy.pool.CapSnapshot;
import dev.pgweir.proxy.pool.HostSnapshot;
import dev.pgweir.proxy.pool.PoolKey;
import dev.pgweir.proxy.pool.PoolSnapshot;
import dev.pgweir.proxy.pool.Pools;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;

/** Limits and how far they are used, and the PostgreSQL servers. One thread. */
final class LimitMetrics {
    private final Supplier<ProxyConfig> config;
    private final Pools pools;
    private final Clients clients;
    private final PoolBook book;

    LimitMetrics(Supplier<ProxyConfig> config, Pools pools, Clients clients, PoolBook book) {
        this.config = config;
        this.pools = pools;
        this.clients = clients;
        this.book = book;
    }

    void collect(Batch to) {
        ProxyConfig now = config.get();
        to.add(Family.CLIENT_PLACES, clients.total());
        to.add(Family.AUTH_QUERIES_WAITING, clients.questionsWaiting());
        limit(to, "max_client_conn", now.limits().maxClientConn(), clients.total(), "", "", "");
        Set<String> databases = new LinkedHashSet<>();
        Set<String> users = new LinkedHashSet<>();
        for (PoolSnapshot pool : pools.snapshot()) {
            PoolKey key = book.label(pool.pool());
            // What shares series with others has no limit that would be the limit of them all.
            if (!key.equals(PoolBook.OTHER)) {
                int size = pool.pool().spec().sizes().pool();
                limit(to, "pool_size", size, pool.servers(), key.database(), key.user(), "");
                databases.add(key.database());
                users.add(key.user());
            }
        }
        for (String database : databases) {
            if (now.database(database).isPresent()) {
                ClientSettings settings = now.clientSettings(database, "");
                int most = settings.maxDbClientConnections();
                limit(to, "max_db_client_connections", most, clients.ofDatabase(database), database, "", "");
            }
        }
        caps(to, databases, users);
        users.addAll(now.users().keySet());
        users.stream().limit(PoolBook.MOST).forEach(user -> {
            UserConfig section = now.users().get(user);
            Integer own = section == null ? null : section.values().find(UserSettings.MAX_USER_CLIENT_CONNECTIONS);
            int most = own == null ? now.limits().maxUserClientConnections() : own;
            limit(to, "max_user_client_connections", most, clients.ofUser(user), "", user, "");
        });
        servers(to);
    }

    /** Those of the servers, and of the databases and users that pools with series of their own are for. */
    private void caps(Batch to, Set<String> databases, Set<String> users) {
        int hosts = 0;
        for (CapSnapshot cap : pools.caps()) {
            boolean shown = switch (cap.kind()) {
                case SERVER -> hosts++ < PoolBook.MOST;
                case DATABASE -> databases.contains(cap.name());
                case USER -> users.contains(cap.name());
            };
            if (shown) {
                int used = cap.servers() + cap.cancels();
                switch (cap.kind()) {
                    case SERVER -> limit(to, "max_server_connections", cap.limit(), used, "", "", cap.name());
                    case DATABASE -> limit(to, "max_db_connections", cap.limit(), used, cap.name(), "", "");
                    case USER -> limit(to, "max_user_connections", cap.limit(), used, "", cap.name(), "");
                }
            }
        }
    }

    private void servers(Batch to) {
        int shown = 0;
        for (HostSnapshot host : pools.hosts()) {
            if (shown++ < PoolBook.MOST) {
                to.add(Family.SERVER_UP, host.serves() ? 1 : 0, host.hostPort());
                to.add(Family.SERVER_CONNECTIONS, host.loggedIn(), host.hostPort());
                to.add(Family.SERVER_FAILING_SECONDS, host.failingNanos() / 1e9, host.hostPort());
            }
        }
    }

    private static void limit(
            Batch to, String setting, int limit, int used, String database, String user, String server) {
        // 0 means that there is none.
        if (limit > 0) {
            to.add(Family.LIMIT_CONNECTIONS, limit, setting, database, user, server);
            to.add(Family.LIMIT_USED_CONNECTIONS, used, setting, database, user, server);
            to.add(Family.LIMIT_USED_RATIO, (double) used / limit, setting, database, user, server);
        }
    }
}
