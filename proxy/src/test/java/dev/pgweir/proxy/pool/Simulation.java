package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** Load in simulated time: transactions take 5 ms, a login 10 ms, closing 1 ms, and the janitor comes three times a second. */
final class Simulation {
    private static final long TRANSACTION = Duration.ofMillis(5).toNanos();
    private static final long LOGIN = Duration.ofMillis(10).toNanos();
    private static final long CLOSING = Duration.ofMillis(1).toNanos();
    private static final long TICK = Duration.ofMillis(333).toNanos();

    private record Event(long at, long number, Runnable action) {}

    private final World world;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    private final List<Actor> actors = new ArrayList<>();
    private final Map<String, Integer> served = new HashMap<>();
    private final Map<String, Long> longestWait = new HashMap<>();
    private int seenServers;
    private final List<FakeServer> open = new ArrayList<>();
    private final Set<FakeServer> closing = new HashSet<>();
    private long numbers;
    private int mostOpen;

    Simulation(World world) {
        this.world = world;
    }

    /** Clients that ask again as soon as they were served. */
    void clients(Pool pool, int count) {
        for (int i = 0; i < count; i++) {
            actors.add(new Actor(pool, false));
        }
    }

    /** A client that leaves after one transaction. */
    void oneQuery(Pool pool) {
        actors.add(new Actor(pool, true));
    }

    void run(Duration time) {
        long end = world.now + time.toNanos();
        actors.forEach(Actor::ask);
        at(TICK, this::tick);
        follow();
        while (!events.isEmpty() && events.peek().at <= end) {
            Event event = events.remove();
            world.now = event.at;
            event.action.run();
            follow();
        }
        actors.stream().filter(actor -> actor.client.waits()).forEach(Actor::countWait);
    }

    private void tick() {
        world.pools.tick();
        at(TICK, this::tick);
    }

    private void at(long delay, Runnable action) {
        events.add(new Event(world.now + delay, numbers++, action));
    }

    /** What the last event led to: new logins, sockets to close, clients that were served. */
    private void follow() {
        for (; seenServers < world.servers.size(); seenServers++) {
            FakeServer server = world.servers.get(seenServers);
            open.add(server);
            at(LOGIN, server::login);
        }
        open.removeIf(server -> server.gone);
        for (FakeServer server : open) {
            if (server.state() == ServerState.CLOSING && closing.add(server)) {
                at(CLOSING, server::socketCloses);
            }
        }
        actors.forEach(Actor::follow);
        mostOpen = Math.max(mostOpen, open.size());
    }

    int served(String database) {
        return served.getOrDefault(database, 0);
    }

    int totalServed() {
        return served.values().stream().mapToInt(Integer::intValue).sum();
    }

    Duration longestWait(String database) {
        return Duration.ofNanos(longestWait.getOrDefault(database, 0L));
    }

    int mostOpen() {
        return mostOpen;
    }

    private final class Actor {
        private final Pool pool;
        private final boolean once;
        private final FakeClient client = new FakeClient(0);
        private long asked;
        private boolean working;

        Actor(Pool pool, boolean once) {
            this.pool = pool;
            this.once = once;
        }

        void ask() {
            asked = world.now;
            client.ask(pool);
        }

        void follow() {
            if (client.hasServer() && !working) {
                working = true;
                countWait();
                at(TRANSACTION, this::finish);
            }
        }

        void countWait() {
            longestWait.merge(pool.key().database(), world.now - asked, Math::max);
        }

        private void finish() {
            working = false;
            served.merge(pool.key().database(), 1, Integer::sum);
            client.release();
            if (!once) {
                ask();
            }
        }
    }
}
