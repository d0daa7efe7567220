package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure;
import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that can happen, in any order, with every invariant checked after each step. */
class RandomWalkTest {
    private static final int STEPS = 3_000;

    /** Most pools share one server, and some have two. */
    private static final List<String> HOSTS = List.of("db:5432", "db:5432", "other:5432", "other:5432,db:5432");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25})
    void holdsItsInvariantsAndServesEverybodyInTheEnd(long seed) {
        Walk walk = new Walk(seed, true);
        for (int i = 0; i < STEPS; i++) {
            walk.step();
        }
        walk.everybodyIsServedInTheEnd();
    }

    @ParameterizedTest
    @ValueSource(longs = {101, 102, 103, 104, 105, 106, 107, 108, 109, 110})
    void neverExceedsACapThatStaysAsItIs(long seed) {
        Walk walk = new Walk(seed, false);
        for (int i = 0; i < STEPS; i++) {
            walk.step();
            for (CapSnapshot cap : walk.world.pools.caps()) {
                if (cap.limit() > 0) {
                    assertThat(cap.servers() + cap.cancels()).isLessThanOrEqualTo(cap.limit());
                }
            }
        }
        walk.everybodyIsServedInTheEnd();
    }

    /** A walk that never gets anywhere proves nothing. */
    @Test
    void walksComeThroughEveryStateAndEveryRule() {
        Set<ServerState> states = EnumSet.noneOf(ServerState.class);
        Set<String> events = new HashSet<>();
        for (long seed = 1; seed <= 10; seed++) {
            Walk walk = new Walk(seed, true);
            for (int i = 0; i < STEPS; i++) {
                walk.step();
                walk.world.pools.servers().forEach(line -> states.add(line.state()));
            }
            walk.world.events.forEach(event -> events.add(event.replaceAll(" [abc]( |$)", " *$1")));
        }
        assertThat(states)
                .containsExactlyInAnyOrder(
                        ServerState.LOGIN,
                        ServerState.IDLE,
                        ServerState.ACTIVE,
                        ServerState.USED,
                        ServerState.TESTED,
                        ServerState.BEING_CANCELED,
                        ServerState.CLOSING);
        assertThat(events)
                .contains(
                        "reserve *",
                        "evicted * for *",
                        "evicted * for cancel",
                        "login failed REFUSED",
                        "login failed UNREACHABLE",
                        "login failed TOO_MANY_CONNECTIONS",
                        "wait failed LOGIN_REFUSED",
                        "wait failed QUERY_WAIT_TIMEOUT");
    }

    /** One run: the world, what the test knows of it, and the steps. */
    private static final class Walk {
        private final Random random;
        private final boolean changing;
        final World world;
        private final Invariants invariants;
        private final List<Pool> pools = new ArrayList<>();
        private final List<FakeClient> clients = new ArrayList<>();
        /** Clients with servers of their own, which stand in no queue with the others. */
        private final List<FakeClient> loners = new ArrayList<>();

        private final List<Ticket> tickets = new ArrayList<>();
        private final Map<Pool, Integer> logins = new HashMap<>();
        private final List<CompletableFuture<CloseOutcome>> pauses = new ArrayList<>();
        private final Order order = new Order();
        private boolean calm;

        Walk(long seed, boolean changing) {
            this.random = new Random(seed);
            this.changing = changing;
            this.world = new World(seed);
            this.invariants = new Invariants(world);
            Specs base = anySpecs();
            for (String database : List.of("a", "b", "c")) {
                for (String user : List.of("x", "y")) {
                    pools.add(world.pool(database, user, changing ? anySpecs() : base));
                }
            }
            for (int i = 0; i < 60; i++) {
                clients.add(new FakeClient(random.nextInt(3)));
            }
            for (int i = 0; i < 5; i++) {
                loners.add(new FakeClient(random.nextInt(3), Map.of("replication", "true")));
            }
        }

        private Specs anySpecs() {
            Specs specs = specs().host(HOSTS.get(random.nextInt(HOSTS.size())))
                    .size(random.nextInt(5))
                    .min(random.nextInt(3))
                    .reserve(random.nextInt(3), Duration.ofSeconds(random.nextInt(3)))
                    .maxServer(random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(10))
                    .cancelReserve(random.nextInt(3))
                    .maxDb(random.nextInt(2) == 0 ? 0 : 1 + random.nextInt(5))
                    .maxUser(random.nextInt(2) == 0 ? 0 : 1 + random.nextInt(6))
                    .minEvictAge(Duration.ofMillis(random.nextInt(1500)))
                    .waitTimeout(Duration.ofSeconds(random.nextInt(2) == 0 ? 0 : 60))
                    .waitNotify(Duration.ofSeconds(random.nextInt(4)))
                    .loginRetry(Duration.ofSeconds(random.nextInt(5)))
                    .idleTimeout(Duration.ofSeconds(random.nextInt(20)))
                    .lifetime(Duration.ofSeconds(random.nextInt(30)));
            if (random.nextInt(2) == 0) {
                specs.checkAfter(Duration.ofMillis(random.nextInt(3) * 700L));
            }
            if (random.nextInt(3) == 0) {
                specs.forcedUser();
            }
            if (random.nextInt(3) == 0) {
                specs.roundRobin();
            }
            return specs;
        }

        void step() {
            act(random.nextInt(100));
            settle();
        }

        private void settle() {
            order.check(clients, world);
            invariants.check();
            for (Ticket ticket : tickets) {
                ticket.check();
            }
        }

        private void act(int dice) {
            if (dice < 2) {
                lone();
            } else if (dice < 30) {
                ask();
            } else if (dice < 52) {
                any(
                        Stream.concat(clients.stream(), loners.stream())
                                .filter(FakeClient::hasServer)
                                .toList(),
                        this::release);
            } else if (dice < 56) {
                any(clients.stream().filter(FakeClient::waits).toList(), client -> {
                    order.left(client);
                    assertThat(client.leave()).isTrue();
                });
            } else if (dice < 68) {
                any(world.in(ServerState.LOGIN), this::endLogin);
            } else if (dice < 74) {
                any(world.in(ServerState.TESTED), this::endTask);
            } else if (dice < 82) {
                any(world.in(ServerState.CLOSING), FakeServer::socketCloses);
            } else if (dice < 84) {
                any(world.all(server -> !server.gone), FakeServer::socketCloses);
            } else if (dice < 91) {
                cancel();
            } else if (dice < 97) {
                tick(Duration.ofMillis(1 + random.nextInt(random.nextInt(8) == 0 ? 10_000 : 500)));
            } else if (dice == 97) {
                countClients();
            } else if (dice == 98 && changing) {
                world.pools.respec(key -> anySpecs().make());
            } else if (changing) {
                any(pools, this::order);
            }
        }

        /** What an administrator may order. */
        private void order(Pool pool) {
            String database = random.nextInt(4) == 0 ? null : pool.key().database();
            switch (random.nextInt(5)) {
                case 0 -> pauses.add(world.pools.pause(database).closed());
                case 1 -> world.pools.resume(database);
                case 2 -> world.pools.kill(database, DisconnectReason.ADMIN_KILL);
                case 3 -> pauses.add(world.pools.awaitRetired(database));
                default -> pool.retireServers(DisconnectReason.SERVER_CONFIG_CHANGED);
            }
        }

        private <T> void any(List<T> choices, Consumer<T> action) {
            if (!choices.isEmpty()) {
                action.accept(choices.get(random.nextInt(choices.size())));
            }
        }

        private void lone() {
            any(loners, client -> {
                if (client.waits()) {
                    assertThat(client.leave()).isTrue();
                } else if (!client.hasServer()) {
                    client.ask(pools.get(random.nextInt(pools.size())));
                    assertThat(client.hasServer()).isFalse();
                } else {
                    assertThat(client.held().ownParameters()).isNotNull();
                }
            });
        }

        private void ask() {
            List<FakeClient> free = clients.stream()
                    .filter(client -> !client.hasServer() && !client.waits())
                    .toList();
            any(free, client -> {
                Pool pool = pools.get(random.nextInt(pools.size()));
                boolean alone = order.nobodyWaits(pool);
                order.asks(pool, client);
                client.ask(pool);
                if (client.hasServer()) {
                    assertThat(alone).as("a newcomer passed those who wait").isTrue();
                    order.left(client);
                }
            });
        }

        private void release(FakeClient client) {
            if (client.held().client() != client.membership) {
                assertThat(client.held().state()).isIn(ServerState.CLOSED, ServerState.CLOSING);
            }
            int dice = random.nextInt(10);
            if (dice == 0) {
                client.close(DisconnectReason.SERVER_UNSYNC);
            } else {
                client.release(dice < 3 ? Release.RESET : Release.REUSE);
            }
        }

        private void endLogin(FakeServer server) {
            int dice = calm ? 9 : random.nextInt(10);
            switch (dice) {
                case 0 -> server.fail(LoginFailure.Kind.REFUSED);
                case 1 -> server.fail(LoginFailure.Kind.TOO_MANY_CONNECTIONS);
                case 2 -> server.fail(LoginFailure.Kind.UNREACHABLE);
                default -> {
                    server.loop = random.nextInt(3);
                    server.login();
                }
            }
        }

        private void endTask(FakeServer server) {
            if (!calm && random.nextInt(5) == 0) {
                server.socketCloses();
            } else {
                server.taskEnds();
            }
        }

        private void cancel() {
            int dice = random.nextInt(3);
            if (dice == 0) {
                any(world.all(server -> !server.gone && server.slot.connection() != null), server -> {
                    Ticket ticket = new Ticket(server.slot);
                    tickets.add(ticket);
                    ticket.ticket = world.pools.requestCancel(server.slot, ticket);
                });
            } else if (dice == 1) {
                any(tickets, Ticket::done);
            } else {
                any(tickets, Ticket::leave);
            }
            tickets.removeIf(ticket -> ticket.over);
        }

        private void tick(Duration after) {
            world.tickAfter(after);
            invariants.checkAfterTick();
        }

        private void countClients() {
            Pool pool = pools.get(random.nextInt(pools.size()));
            int connected = logins.getOrDefault(pool, 0);
            if (connected > 0 && random.nextBoolean()) {
                pool.clientDisconnected();
                logins.put(pool, connected - 1);
            } else {
                pool.clientConnected();
                logins.put(pool, connected + 1);
            }
        }

        /** Servers behave and clients release from here on: nobody may wait for ever. */
        void everybodyIsServedInTheEnd() {
            calm = true;
            world.pools.resume(null);
            List.of("a", "b", "c").forEach(world.pools::resume);
            List<FakeClient> everybody =
                    Stream.concat(clients.stream(), loners.stream()).toList();
            for (int round = 0; round < 400 && everybody.stream().anyMatch(FakeClient::waits); round++) {
                each(everybody.stream().filter(FakeClient::hasServer).toList(), FakeClient::release);
                each(List.copyOf(tickets), Ticket::done);
                tickets.removeIf(ticket -> ticket.over);
                each(world.in(ServerState.LOGIN), this::endLogin);
                each(world.in(ServerState.TESTED), this::endTask);
                each(world.in(ServerState.CLOSING), FakeServer::socketCloses);
                tick(Duration.ofMillis(400));
                settle();
            }
            assertThat(everybody.stream().filter(FakeClient::waits)).isEmpty();
            each(everybody.stream().filter(FakeClient::hasServer).toList(), FakeClient::release);
            each(world.in(ServerState.CLOSING), FakeServer::socketCloses);
            tick(Duration.ofSeconds(6));
            tick(Duration.ofSeconds(6));
            assertThat(pauses).allMatch(CompletableFuture::isDone);
        }

        private <T> void each(List<T> all, Consumer<T> action) {
            for (T one : all) {
                action.accept(one);
                settle();
            }
        }
    }

    /** A cancel request as its sender sees it. */
    private static final class Ticket implements CancelCallback {
        private final PooledServer target;
        private final long assignment;
        private boolean granted;
        private boolean over;

        @Nullable
        CancelTicket ticket;

        Ticket(PooledServer target) {
            this.target = target;
            this.assignment = target.assignment();
        }

        void check() {
            if (granted && target.state() != ServerState.CLOSED) {
                assertThat(target.assignment())
                        .as("%s went to the next client while a cancel was on its way", target)
                        .isEqualTo(assignment);
            }
        }

        void done() {
            CancelTicket mine = ticket;
            if (mine != null && granted) {
                granted = false;
                over = true;
                mine.done();
                mine.done();
            }
        }

        void leave() {
            CancelTicket mine = ticket;
            if (mine != null) {
                boolean left = mine.abandon();
                assertThat(left).isEqualTo(!granted && !over);
                over |= left;
            }
        }

        @Override
        public void onGranted() {
            assertThat(granted || over).isFalse();
            assertThat(target.state()).isEqualTo(ServerState.ACTIVE);
            granted = true;
        }

        @Override
        public void onGone() {
            assertThat(granted || over).isFalse();
            over = true;
        }
    }

    /** Who should be served when: the queue as a plain list. */
    private static final class Order {
        private final Map<Pool, List<FakeClient>> queues = new HashMap<>();
        private final Map<FakeClient, Integer> passes = new HashMap<>();

        boolean nobodyWaits(Pool pool) {
            return queues.getOrDefault(pool, List.of()).isEmpty();
        }

        void asks(Pool pool, FakeClient client) {
            queues.computeIfAbsent(pool, any -> new ArrayList<>()).add(client);
            passes.put(client, 0);
        }

        void left(FakeClient client) {
            queues.values().forEach(queue -> queue.remove(client));
        }

        /** After one step: those who do not wait any more were served in order, or failed. */
        void check(List<FakeClient> clients, World world) {
            for (FakeClient client : clients) {
                if (client.failure != null) {
                    left(client);
                }
            }
            queues.forEach((pool, queue) -> {
                List<FakeClient> served =
                        queue.stream().filter(client -> !client.waits()).toList();
                for (FakeClient client : served) {
                    int place = queue.indexOf(client);
                    assertThat(place).isLessThan(WaitQueue.REACH);
                    FakeClient head = queue.get(0);
                    if (place > 0 && !served.contains(head)) {
                        assertThat(world.of(client.held()).loop).isEqualTo(client.loop);
                        assertThat(passes.merge(head, 1, Integer::sum)).isLessThanOrEqualTo(WaitQueue.MOST_PASSES);
                    }
                    queue.remove(client);
                }
            });
        }
    }
}
