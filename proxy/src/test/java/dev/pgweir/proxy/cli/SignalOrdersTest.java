package dev.pgweir.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.Shutdown;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SignalOrdersTest {

    private final List<Shutdown> orders = new ArrayList<>();
    private final List<String> pauses = new ArrayList<>();
    private int reloads;
    private final SignalOrders signals = new SignalOrders(new SignalOrders.Target() {
        @Override
        public void shutdown(Shutdown how) {
            orders.add(how);
        }

        @Override
        public void reload() {
            reloads++;
        }

        @Override
        public void pause() {
            pauses.add("pause");
        }

        @Override
        public void resume() {
            pauses.add("resume");
        }
    });

    @Test
    void termWaitsForClients() {
        signals.onTerm();

        assertThat(orders).containsExactly(Shutdown.GRACEFUL);
    }

    @Test
    void intWaitsForServers() {
        signals.onInt();

        assertThat(orders).containsExactly(Shutdown.WAIT_FOR_SERVERS);
    }

    @Test
    void secondSignalEndsAtOnceWhicheverItIs() {
        signals.onTerm();
        signals.onInt();
        signals.onTerm();

        assertThat(orders).containsExactly(Shutdown.GRACEFUL, Shutdown.IMMEDIATE, Shutdown.IMMEDIATE);
    }

    @Test
    void hupReloadsUntilTheEndHasBegun() {
        signals.onHup();
        signals.onHup();
        assertThat(reloads).isEqualTo(2);

        signals.onTerm();
        signals.onHup();
        assertThat(reloads).isEqualTo(2);
    }

    @Test
    void usr1PausesAndUsr2ResumesUntilTheEndHasBegun() {
        signals.onUsr1();
        signals.onUsr2();
        assertThat(pauses).containsExactly("pause", "resume");
        assertThat(orders).isEmpty();

        signals.onInt();
        signals.onUsr1();
        signals.onUsr2();
        assertThat(pauses).hasSize(2);
    }
}
