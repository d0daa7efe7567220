package dev.pgweir.proxy.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.proxy.log.LimitedLog;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.helpers.NOPLogger;

/** The clock of all clients on an event loop. */
final class LoopClientsTest {
    private static final ProxyConfig ANY = ProxyConfig.of(SettingValues.none(), Map.of(), Map.of(), Map.of());

    private final EmbeddedChannel loop = new EmbeddedChannel();
    private final LoopClients clients = clientsOf(loop);
    private final List<Client> made = new ArrayList<>();

    private static LoopClients clientsOf(EmbeddedChannel channel) {
        channel.freezeTime();
        return new LoopClients(channel.eventLoop());
    }

    @AfterEach
    void close() {
        made.forEach(client -> client.channel.finishAndReleaseAll());
        loop.finishAndReleaseAll();
    }

    @Test
    void ticksForEveryClientTenTimesASecond() {
        Client first = client();
        Client second = client();
        pass(99);
        assertThat(first.ticks).isZero();
        pass(1);
        assertThat(first.ticks).isEqualTo(1);
        Client third = client();
        for (int i = 0; i < 9; i++) {
            pass(100);
        }

        assertThat(first.ticks).isEqualTo(10);
        assertThat(second.ticks).isEqualTo(10);
        assertThat(third.ticks).isEqualTo(9);
    }

    @Test
    void showsWhoIsThere() {
        Client first = client();
        Client second = client();
        Client third = client();
        List<ClientSession> before = clients.snapshot();

        second.session.onDisconnected();

        assertThat(before).containsExactlyInAnyOrder(first.session, second.session, third.session);
        assertThat(clients.snapshot()).containsExactlyInAnyOrder(first.session, third.session);
        third.session.onDisconnected();
        first.session.onDisconnected();
        assertThat(clients.snapshot()).isEmpty();
    }

    @Test
    void ticksNoMoreForAClientThatHasLeft() {
        Client stays = client();
        Client leaves = client();
        pass(100);
        leaves.session.onDisconnected();
        pass(100);

        assertThat(leaves.ticks).isEqualTo(1);
        assertThat(stays.ticks).isEqualTo(2);
    }

    @Test
    void endsTheOneClientWhoseTickFails() {
        Client before = client();
        Client fails = client();
        Client after = client();
        fails.onTick = () -> {
            throw ProtocolException.violation("a fault, made for the test");
        };
        pass(100);
        pass(100);

        assertThat(fails.ticks).as("its phase is over with the first").isEqualTo(1);
        assertThat(fails.session.isEnded()).isTrue();
        assertThat(fails.channel.isOpen()).isFalse();
        assertThat(before.ticks).isEqualTo(2);
        assertThat(after.ticks).isEqualTo(2);
    }

    @Test
    void forgetsNobodyWhenAClientEndsInItsTick() {
        for (int i = 0; i < 10; i++) {
            Client client = client();
            client.onTick = client.session::onDisconnected;
            client();
        }
        pass(100);

        assertThat(made).allSatisfy(client -> assertThat(client.ticks).isEqualTo(1));
        assertThat(clients.snapshot()).hasSize(10);
        pass(100);
        assertThat(made.stream().mapToInt(client -> client.ticks).sum()).isEqualTo(30);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void forgetsNobodyWhoeverComesAndGoes(long seed) {
        Random random = new Random(seed);
        Set<Client> there = new HashSet<>();
        for (int round = 0; round < 200; round++) {
            for (int i = random.nextInt(4); i > 0; i--) {
                Client client = client();
                there.add(client);
                client.onTick = () -> {
                    // A tick may end any client, not only its own.
                    Client leaver = random.nextInt(5) == 0 ? any(there, random) : null;
                    if (leaver != null && there.remove(leaver)) {
                        leaver.session.onDisconnected();
                    }
                };
            }
            Set<Client> atFirst = new HashSet<>(there);
            made.forEach(client -> client.ticks = 0);
            pass(100);

            Set<ClientSession> shown = new HashSet<>(clients.snapshot());
            assertThat(shown).hasSize(there.size());
            assertThat(there).allSatisfy(client -> {
                assertThat(shown).contains(client.session);
                assertThat(client.ticks).isPositive();
            });
            assertThat(made).allSatisfy(client -> {
                if (!atFirst.contains(client)) {
                    assertThat(client.ticks).isZero();
                }
            });
        }
    }

    private static @Nullable Client any(Set<Client> clients, Random random) {
        return clients.isEmpty() ? null : List.copyOf(clients).get(random.nextInt(clients.size()));
    }

    private Client client() {
        Client client = new Client(made.size(), clients);
        made.add(client);
        return client;
    }

    private void pass(long millis) {
        loop.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        loop.runScheduledPendingTasks();
    }

    /** A client in a phase that does nothing but count. */
    private static final class Client implements ClientPhase {
        private final EmbeddedChannel channel = new EmbeddedChannel();
        private final ClientSession session;
        private Runnable onTick = () -> {};
        private int ticks;

        Client(long id, LoopClients registry) {
            session =
                    new ClientSession(id, channel, null, 0, registry, () -> ANY, new LimitedLog(NOPLogger.NOP_LOGGER));
            session.beginWith(this);
            session.onConnected();
        }

        @Override
        public void onRead(ByteBuf data) {
            data.release();
        }

        @Override
        public void onTick(long now) {
            ticks++;
            onTick.run();
        }

        @Override
        public ClientState state() {
            return ClientState.IDLE;
        }
    }
}
