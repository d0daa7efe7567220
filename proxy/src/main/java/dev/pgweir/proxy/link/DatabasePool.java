package dev.pgweir.proxy.link;

import dev.pgweir.config.ClientSettings;
import dev.pgweir.proxy.pool.Pool;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerProfile;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A pool with what it takes to fill it and to log a client in to it. For any thread. */
public final class DatabasePool {
    private final Pool pool;
    private volatile ServerProfile profile;
    private volatile @Nullable Map<String, String> welcome;
    private volatile @Nullable DisconnectReason removed;
    private volatile @Nullable ClientSettings settings;

    DatabasePool(Pool pool, ServerProfile profile) {
        this.pool = pool;
        this.profile = profile;
    }

    /** The lists and limits. */
    public Pool pool() {
        return pool;
    }

    /** How its next server connection is opened. */
    public ServerProfile profile() {
        return profile;
    }

    /** From the next server connection on: a client's login has taught what PostgreSQL will accept. */
    public void profile(ServerProfile next) {
        profile = next;
    }

    /** What PostgreSQL last reported at a login, by name; null until one has succeeded. */
    public @Nullable Map<String, String> welcome() {
        return welcome;
    }

    void welcome(@Nullable Map<String, String> reported) {
        welcome = reported;
    }

    /** The same settings. Those of all clients of a pool are nearly always equal: one copy of them is kept. */
    public ClientSettings shared(ClientSettings equal) {
        ClientSettings known = settings;
        if (known != null && known.equals(equal)) {
            return known;
        }
        settings = equal;
        return equal;
    }

    /** Why the configuration has no such pool any more, so that it ends with its last client; null if it has. */
    @Nullable
    DisconnectReason removed() {
        return removed;
    }

    void removed(@Nullable DisconnectReason why) {
        removed = why;
    }
}
