package dev.pgweir.proxy;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.proxy.client.ClientCounts;
import dev.pgweir.proxy.client.Clients;
import dev.pgweir.proxy.http.Reply;
import dev.pgweir.proxy.log.JsonText;
import dev.pgweir.proxy.pool.HostSnapshot;
import dev.pgweir.proxy.pool.PauseSnapshot;
import dev.pgweir.proxy.pool.Pools;
import dev.pgweir.proxy.server.LoginFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What probes ask. Alive: the event loops work; if not, only a restart helps. Started: it listens. Ready: a client that came
 * now would be served; if not, it helps to send clients elsewhere, and a restart does not. For any thread, and PostgreSQL
 * is not asked: what the pools know of it is.
 */
final class Health {
    /**
     * A loop that has done nothing for so long hangs. Nothing that is right takes it seconds, and a machine that stands still
     * under load is not to be helped by a restart.
     */
    static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final String SLEEPS =
            "it has ended its connections; it is tried when a client asks, so that one that sleeps is not woken";

    private final Lifecycle lifecycle;
    private final Pools pools;
    private final Clients clients;
    private final BooleanSupplier suspended;
    private final long born = System.nanoTime();
    private volatile boolean started;

    Health(Lifecycle lifecycle, Pools pools, Clients clients, BooleanSupplier suspended) {
        this.lifecycle = lifecycle;
        this.pools = pools;
        this.clients = clients;
        this.suspended = suspended;
    }

    /** It listens. */
    void started() {
        started = true;
    }

    /**
     * Why it is not ready.
     *
     * @param code for programs, stays what it is
     * @param detail for people
     */
    private record Obstacle(String code, String detail) {}

    Reply live() {
        long now = System.nanoTime();
        List<ClientCounts> loops = clients.counts();
        for (int i = 0; i < loops.size(); i++) {
            long silence = loops.get(i).pulse().silence(now);
            if (silence > STUCK_NANOS) {
                return reply(
                        "stuck",
                        List.of(new Obstacle(
                                "event_loop_stuck",
                                "event loop " + i + " has not moved for " + seconds(silence) + " s")),
                        "");
            }
        }
        return reply("alive", List.of(), ",\"uptime_seconds\":" + seconds(now - born));
    }

    Reply startup() {
        return started
                ? reply("started", List.of(), "")
                : reply("starting", List.of(new Obstacle("starting", "PgWeir does not listen yet")), "");
    }

    /** Whether {@link #ready} says so. */
    boolean isReady() {
        return obstacles(pools.hosts()).isEmpty();
    }

    Reply ready() {
        List<HostSnapshot> hosts = pools.hosts();
        List<Obstacle> obstacles = obstacles(hosts);
        String servers = hosts.stream().map(Health::json).collect(Collectors.joining(",", ",\"servers\":[", "]"));
        return reply(obstacles.isEmpty() ? "ready" : "not ready", obstacles, servers);
    }

    private List<Obstacle> obstacles(List<HostSnapshot> hosts) {
        List<Obstacle> obstacles = new ArrayList<>();
        if (!started) {
            obstacles.add(new Obstacle("starting", "PgWeir does not listen yet"));
        }
        if (lifecycle.isEnding()) {
            obstacles.add(new Obstacle("shutting_down", "new clients are refused"));
        }
        if (isPaused()) {
            obstacles.add(new Obstacle("paused", "all databases are paused, clients wait for RESUME"));
        }
        if (suspended.getAsBoolean()) {
            obstacles.add(new Obstacle("suspended", "clients are suspended until RESUME"));
        }
        if (!hosts.isEmpty() && hosts.stream().noneMatch(HostSnapshot::serves)) {
            obstacles.add(new Obstacle(
                    "no_server_answers", hosts.stream().map(Health::describe).collect(Collectors.joining("; "))));
        }
        return obstacles;
    }

    private boolean isPaused() {
        PauseSnapshot paused = pools.paused();
        ProxyConfig config = lifecycle.config();
        return paused.all()
                || (!config.databases().isEmpty()
                        && config.databases().keySet().stream().allMatch(paused::covers));
    }

    private static String describe(HostSnapshot host) {
        LoginFailure failure = host.failure();
        return host.hostPort() + " for " + seconds(host.failingNanos()) + " s: "
                + (failure == null ? "" : failure.message());
    }

    private static String json(HostSnapshot host) {
        LoginFailure failure = host.failure();
        return "{\"server\":" + JsonText.quote(host.hostPort()) + ",\"answers\":" + host.serves() + ",\"connections\":"
                + host.loggedIn() + error(failure) + (host.leftInPeace() ? ",\"note\":\"" + SLEEPS + "\"" : "") + "}";
    }

    private static String error(@Nullable LoginFailure failure) {
        return failure == null ? "" : ",\"error\":" + JsonText.quote(failure.message());
    }

    private static Reply reply(String status, List<Obstacle> obstacles, String more) {
        String reasons = obstacles.stream()
                .map(it -> "{\"reason\":\"" + it.code + "\",\"detail\":" + JsonText.quote(it.detail) + "}")
                .collect(Collectors.joining(",", ",\"reasons\":[", "]"));
        return Reply.json(
                obstacles.isEmpty() ? 200 : 503,
                "{\"status\":\"" + status + "\"" + (obstacles.isEmpty() ? "" : reasons) + more + "}");
    }

    private static long seconds(long nanos) {
        return TimeUnit.NANOSECONDS.toSeconds(nanos);
    }
}
