package dev.pgweir.proxy.link;

import dev.pgweir.config.PoolSettings;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.ServerTarget;
import dev.pgweir.config.value.Secret;
import dev.pgweir.proxy.auth.Credential;
import dev.pgweir.proxy.pool.Pool;
import dev.pgweir.proxy.pool.PoolKey;
import dev.pgweir.proxy.pool.PoolSpec;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerProfile;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a new configuration means for the living pools. A pool gets its new sizes and times; where the way to its server
 * has changed, its servers are replaced; and a pool that the configuration does not have any more takes no new clients
 * and keeps no server in store.
 */
final class PoolReload {
    private final ProxyConfig before;
    private final ProxyConfig after;
    private final Map<Pool, PoolSpec> specs = new LinkedHashMap<>();
    private final Map<Pool, DisconnectReason> replaced = new LinkedHashMap<>();

    PoolReload(ProxyConfig before, ProxyConfig after) {
        this.before = before;
        this.after = after;
    }

    /** Limits and times to be put in force. */
    Map<Pool, PoolSpec> specs() {
        return specs;
    }

    /** Pools whose servers are to be replaced, and why. */
    Map<Pool, DisconnectReason> replaced() {
        return replaced;
    }

    void add(DatabasePool pool) {
        DisconnectReason removed = removed(pool.pool().key());
        pool.removed(removed);
        if (removed == null) {
            change(pool);
        } else {
            specs.put(pool.pool(), PoolDefinitions.withoutStore(pool.pool().spec()));
            replaced.put(pool.pool(), removed);
        }
    }

    private @Nullable DisconnectReason removed(PoolKey key) {
        if (after.database(key.database()).isEmpty()) {
            return DisconnectReason.DATABASE_REMOVED;
        }
        if (after.runsAuthQuery(key.database(), key.user())) {
            return null;
        }
        String forced = after.database(key.database()).orElseThrow().forcedUser();
        if (forced != null) {
            return forced.equals(key.user()) ? null : DisconnectReason.SERVER_CONFIG_CHANGED;
        }
        return PoolDefinitions.isUserRemoved(before, after, key.user()) ? DisconnectReason.USER_REMOVED : null;
    }

    private void change(DatabasePool pool) {
        PoolKey key = pool.pool().key();
        PoolSettings settings = after.serverSettings(key.database(), key.user());
        ServerProfile old = pool.profile();
        ServerProfile next = PoolDefinitions.profile(after, settings, credential(settings, old.credential()));
        pool.profile(next);
        specs.put(pool.pool(), PoolDefinitions.spec(after, settings, after.clientSettings(key.database(), key.user())));
        if (!next.opensLike(old)) {
            // What the next client is told at its login, the next server has to tell first.
            pool.welcome(null);
            replaced.put(pool.pool(), DisconnectReason.SERVER_CONFIG_CHANGED);
        }
    }

    /** What the client that logged in last has shown counts, until the configuration says something new. */
    private Credential credential(PoolSettings settings, Credential current) {
        ServerTarget target = settings.target();
        String database = settings.database();
        Secret known = before.database(database).isEmpty()
                ? null
                : before.serverSettings(database, target.user()).target().password();
        if (Objects.equals(known, target.password())) {
            return current;
        }
        Credential stored = PoolDefinitions.stored(target);
        return stored.onlyChecksClients() && !target.userForced() ? current : stored;
    }
}
