package dev.pgweir.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.Shutdown;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SignalOrdersTest {

    private final List<Shutdown> orders = new ArrayList<>();
    private final List<String> pauses = new ArrayList<>();
    private int reloads;
    /** What the console has ordered; null if nothing. */
    private @Nullable Shutdown console;

    private final SignalOrders signals = new SignalOrders(new SignalOrders.Target() {
        @Override
        public boolean isEnding() {
            return console != null;
        }

        @Override
        public boolean hastens(Shutdown how) {
            return console == null || how.compareTo(console) > 0;
        }

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
    void firstSignalAfterTheConsolesShutdownHastensTheEndOrMakesIt() {
        console = Shutdown.WAIT_FOR_CLIENTS;
        signals.onHup();
        signals.onUsr1();
        signals.onInt();
        assertThat(reloads).isZero();
        assertThat(pauses).isEmpty();
        assertThat(orders).containsExactly(Shutdown.WAIT_FOR_SERVERS);
    }

    @Test
    void firstSignalThatWouldNotHastenTheEndMakesIt() {
        console = Shutdown.WAIT_FOR_SERVERS;
        signals.onInt();
        assertThat(orders).containsExactly(Shutdown.IMMEDIATE);
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
