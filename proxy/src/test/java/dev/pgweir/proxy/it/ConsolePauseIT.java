package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.it.Answers.PATIENCE;
import static dev.pgweir.proxy.it.Answers.awaitRow;
import static dev.pgweir.proxy.it.Answers.error;
import static dev.pgweir.proxy.it.Answers.row;
import static dev.pgweir.proxy.it.Answers.state;
import static dev.pgweir.proxy.it.Answers.types;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** PAUSE and SUSPEND, what waits for them, and RESUME. */
@ExtendWith(RealPostgres.class)
final class ConsolePauseIT {
    private static @Nullable Administered running;

    @BeforeAll
    static void start(TestDatabase database) {
        running = Administered.start(database);
    }

    @AfterAll
    static void stop() {
        if (running != null) {
            running.close();
        }
    }

    private static Administered weir() {
        return Objects.requireNonNull(running);
    }

    // ---- PAUSE ----

    @Test
    void pauseWaitsForTransactionsAndQueriesWaitForResume() throws IOException {
        try (WireClient busy = weir().client("app");
                WireClient other = weir().client("app");
                WireClient first = weir().admin();
                WireClient second = weir().admin()) {
            busy.query("BEGIN");
            first.send(query("PAUSE app"));
            awaitRow(second, "DATABASES", "name", "app", Map.of("paused", "1"));
            other.send(query("SELECT 'served'"));
            awaitRow(second, "POOLS", "database", "app", Map.of("cl_waiting", "1", "sv_active", "1"));
            assertThat(row(second, "CLIENTS", "state", "waiting")).isNotEmpty();
            assertThat(state(second)).containsEntry("paused_databases", "app");
            assertThat(state(second).get("pause_waits_for")).contains("app: 1 active");

            assertThat(busy.value("SELECT 'inside'")).isEqualTo("inside");
            busy.query("COMMIT");
            assertThat(types(first.readUntil('Z')).replace("N", "")).isEqualTo("CZ");
            assertThat(state(second)).containsEntry("pause_waits_for", "");
            assertThat(row(second, "SERVERS", "database", "app")).isEmpty();

            second.query("RESUME app");
            assertThat(other.readUntil('Z').get(1).values()).containsExactly("served");
            assertThat(error(second.query("RESUME app")).message()).isEqualTo("database app is not paused");
        }
    }

    @Test
    void resumeOfAnotherConsoleEndsAPauseThatWaits() throws IOException {
        try (WireClient holder = weir().client("kept");
                WireClient first = weir().admin();
                WireClient second = weir().admin()) {
            holder.query("SELECT 1");
            first.send(query("PAUSE"));
            WireMessage notice = first.readUntil('N').get(0);
            assertThat(notice.message())
                    .startsWith("PAUSE waits for server connections: kept: 1 active (held by client id ")
                    .contains("in session pooling a client holds its server until it disconnects");
            assertThat(error(second.query("PAUSE")).message()).isEqualTo("already suspended/paused");
            assertThat(state(second)).containsEntry("paused", "yes").containsEntry("active", "no");

            second.query("RESUME");

            WireMessage error = error(first.readUntil('Z'));
            assertThat(error.message()).startsWith("PAUSE was ended by RESUME");
            assertThat(state(second)).containsEntry("paused", "no").containsEntry("active", "yes");
            assertThat(holder.value("SELECT 'still here'")).isEqualTo("still here");
            assertThat(error(second.query("RESUME")).message()).isEqualTo("pooler is not paused/suspended");
        }
    }

    @Test
    void pauseInSessionModeIsGivenUpAfterItsTimeout() throws IOException {
        try (WireClient holder = weir().client("kept");
                WireClient admin = weir().admin();
                WireClient next = weir().client("kept")) {
            holder.query("SELECT 1");
            WireMessage error = error(admin.query("PAUSE kept TIMEOUT 0.1"));
            assertThat(error.message()).startsWith("PAUSE was given up after 0.1 s, it waits for server connections");
            assertThat(state(admin)).containsEntry("paused_databases", "");
            assertThat(next.value("SELECT 'served'")).isEqualTo("served");
            holder.terminate();
            next.terminate();
            holder.awaitEnd();
            next.awaitEnd();
            assertThat(types(admin.query("PAUSE kept TIMEOUT 30")).replace("N", ""))
                    .isEqualTo("CZ");
            admin.query("RESUME kept");
        }
    }

    @Test
    void aPauseThatIsCancelledIsNone() throws IOException {
        try (WireClient holder = weir().client("kept");
                WireClient admin = weir().admin()) {
            holder.query("SELECT 1");
            admin.send(query("PAUSE kept"));
            admin.readUntil('N');
            admin.cancel();
            assertThat(error(admin.readUntil('Z')).field('C')).isEqualTo("57014");
            assertThat(state(admin)).containsEntry("paused_databases", "");
        }
    }

    @Test
    void theFirstClientOfAPausedDatabaseWaitsForItsLogin(TestDatabase database) throws IOException {
        try (WireClient admin = weir().admin();
                WireClient late = weir().connect()) {
            admin.query("RECONNECT counted; PAUSE counted");
            late.send(startup("user", database.user(), "database", "counted"));
            awaitRow(admin, "CLIENTS", "database", "counted", Map.of());
            admin.query("RESUME counted");
            assertThat(late.authenticate(database.user(), database.password()))
                    .last()
                    .satisfies(message -> assertThat(message.type()).isEqualTo('Z'));
        }
    }

    // ---- SUSPEND ----

    @Test
    void suspendHoldsClientsUpAndLosesNothing() throws IOException {
        try (WireClient client = weir().client("app");
                WireClient admin = weir().admin()) {
            for (int i = 0; i < 5; i++) {
                assertThat(types(admin.query("SUSPEND"))).isEqualTo("CZ");
                assertThat(state(admin)).containsEntry("suspended", "yes").containsEntry("active", "no");
                client.send(query("SELECT 'served'"));
                assertThat(error(admin.query("PAUSE")).message()).isEqualTo("already suspended/paused");
                assertThat(awaitRow(admin, "CLIENTS", "database", "app", Map.of()))
                        .containsEntry("state", "idle");
                admin.query("RESUME");
                assertThat(client.readUntil('Z').get(1).values()).containsExactly("served");
            }
            admin.query("PAUSE app");
            assertThat(error(admin.query("SUSPEND")).message()).isEqualTo("cannot suspend with paused databases");
            admin.query("RESUME app");
        }
    }

    @Test
    void suspendStopsServersAndResumeGoesOnWithTheirAnswers(TestDatabase database) throws IOException {
        try (WireClient client = weir().client("app");
                WireClient admin = weir().admin()) {
            client.query("BEGIN");
            String pid = Objects.requireNonNull(client.value("SELECT pg_backend_pid()"));
            client.send(query("SELECT pg_advisory_xact_lock(815)"), query("SELECT pg_sleep(0.2), 'served'"));
            assertThat(types(client.readUntil('Z'))).isEqualTo("TDCZ");

            assertThat(types(admin.query("SUSPEND"))).isEqualTo("CZ");
            // PostgreSQL has answered, and nobody has read it.
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> "idle in transaction"
                            .equals(database.value("SELECT state FROM pg_stat_activity WHERE pid = " + pid)));
            assertThat(awaitRow(admin, "SERVERS", "remote_pid", pid, Map.of())).containsEntry("state", "active");
            client.patience(200);
            assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(client::read);

            admin.query("RESUME");
            client.patience((int) PATIENCE.toMillis());
            assertThat(client.readUntil('Z').get(1).values()).contains("served");
            client.query("COMMIT");
        }
    }

    @Test
    void suspendEndsWithTheLastConsole() throws IOException {
        try (WireClient client = weir().client("app")) {
            try (WireClient admin = weir().admin()) {
                admin.query("SUSPEND");
                client.send(query("SELECT 'served'"));
                admin.terminate();
            }
            assertThat(client.readUntil('Z').get(1).values()).containsExactly("served");
            assertThat(weir().process().awaitLine("admin disappeared when suspended"))
                    .contains("doing RESUME");
        }
    }
}
