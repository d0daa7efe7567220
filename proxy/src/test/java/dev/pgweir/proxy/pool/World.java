package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.LoginFailure;
import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Pools with a clock that stands still, servers and clients that do what a test tells them to. */
final class World implements ServerOpener, PoolEvents {
    long now = 1_000_000_000_000L;
    final Pools pools;
    final List<FakeServer> servers = new ArrayList<>();
    final List<String> events = new ArrayList<>();

    World() {
        this(1);
    }

    World(long seed) {
        pools = new Pools(this, () -> now, new Random(seed), this);
    }

    Pool pool(String database, String user, Specs specs) {
        return pools.pool(new PoolKey(database, user), specs::make);
    }

    Pool pool(String database, Specs specs) {
        return pool(database, "app", specs);
    }

    FakeClient client() {
        return new FakeClient(0);
    }

    /** A client that has a server, logged in for it if need be. */
    FakeClient linked(Pool pool) {
        FakeClient client = client().ask(pool);
        if (client.waits()) {
            loginAll();
        }
        client.held();
        return client;
    }

    /** This many clients with a server each. */
    List<FakeClient> linked(Pool pool, int count) {
        List<FakeClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(linked(pool));
        }
        return clients;
    }

    List<FakeClient> waiting(Pool pool, int count) {
        List<FakeClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(client().ask(pool));
        }
        return clients;
    }

    void advance(Duration time) {
        now += time.toNanos();
    }

    void tickAfter(Duration time) {
        advance(time);
        pools.tick();
    }

    List<FakeServer> in(ServerState state) {
        return all(server -> server.state() == state);
    }

    List<FakeServer> in(Pool pool, ServerState state) {
        return all(server -> server.slot.pool() == pool && server.state() == state);
    }

    List<FakeServer> all(Predicate<FakeServer> which) {
        return servers.stream().filter(which).toList();
    }

    FakeServer of(PooledServer slot) {
        return all(server -> server.slot == slot).get(0);
    }

    void loginAll() {
        in(ServerState.LOGIN).forEach(FakeServer::login);
    }

    void failLogins(LoginFailure.Kind kind) {
        in(ServerState.LOGIN).forEach(server -> server.fail(kind));
    }

    /** The sockets of all servers that were told to close are closed now. */
    void closeAll() {
        all(server -> server.closeAsked != null && !server.gone).forEach(FakeServer::socketCloses);
    }

    PoolSnapshot shown(Pool pool) {
        return pools.snapshot().stream()
                .filter(line -> line.pool() == pool)
                .findAny()
                .orElseThrow();
    }

    @Override
    public void open(PooledServer slot, int preferredLoop) {
        servers.add(new FakeServer(slot, Math.max(0, preferredLoop)));
    }

    @Override
    public void onReserveTaken(PooledServer server, @Nullable Object client) {
        events.add("reserve " + server.pool().key().database());
    }

    @Override
    public void onRefilled(Pool pool) {
        events.add("refilled " + pool.key().database());
    }

    @Override
    public void onFloorCapped(Pool pool, CapSnapshot cap) {
        events.add("floor of " + pool.key().database() + " capped by " + cap.kind() + " " + cap.name() + " "
                + cap.servers() + "/" + cap.limit());
    }

    @Override
    public void onEvicted(PooledServer server, @Nullable Pool beneficiary) {
        events.add("evicted " + server.pool().key().database() + " for "
                + (beneficiary == null ? "cancel" : beneficiary.key().database()));
    }

    @Override
    public void onLoginFailed(PooledServer server, LoginFailure failure) {
        events.add("login failed " + failure.kind());
    }

    @Override
    public void onWaitFailed(Pool pool, PoolClient client, WaitFailure failure) {
        events.add("wait failed " + failure.kind());
    }
}
