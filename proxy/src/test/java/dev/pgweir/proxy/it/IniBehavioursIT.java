package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.it.FromIni.SECRET;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What scripts around a pgbouncer.ini rely on: words of refusals, reloads in a row, orders of the console under load. */
@ExtendWith(RealPostgres.class)
final class IniBehavioursIT {
    @TempDir
    private static Path directory;

    private static TestDatabase postgres;
    private static FromIni weir;
    private static String role;

    @BeforeAll
    static void start(TestDatabase database) throws IOException {
        postgres = database;
        role = database.createRole("plain", SECRET);
        weir = FromIni.start(directory, userlist(), ini());
    }

    private static List<String> userlist() {
        return List.of(role, SECRET, postgres.user(), postgres.password());
    }

    private static String server() {
        return " = host=" + postgres.host() + " port=" + postgres.port() + " dbname=";
    }

    private static String[] ini(String... databases) {
        List<String> lines = new ArrayList<>(List.of(
                "auth_type = md5",
                "pool_mode = transaction",
                "pkt_buf = 75",
                "default_pool_size = 3",
                "ignore_startup_parameters = search_path",
                "[databases]",
                "app" + server() + postgres.name(),
                "session" + server() + postgres.name() + " pool_mode=session",
                "forced" + server() + postgres.name() + " user=" + postgres.user() + " password=" + postgres.password(),
                "missing" + server() + "no_such_database"));
        lines.addAll(List.of(databases));
        return lines.toArray(String[]::new);
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @BeforeEach
    void asAtTheStart() throws IOException {
        weir.rewrite(ini());
        weir.orders("RELOAD");
    }

    private static WireClient login(String database, String... parameters) throws IOException {
        return weir.login(role, database, SECRET, parameters);
    }

    // ---- who is let in ----

    @ParameterizedTest
    @CsvSource({
        "plain, app, password authentication failed",
        "plain, forced, password authentication failed",
        "md5, app, password authentication failed",
        "md5, forced, password authentication failed",
        "scram-sha-256, app, SASL authentication failed",
        "scram-sha-256, forced, SASL authentication failed",
        "trust, app, '\"trust\" authentication failed'",
        "trust, forced, '\"trust\" authentication failed'"
    })
    void unknownUserIsAskedForAPasswordAndRefusedAsAKnownOneIs(String method, String database, String text)
            throws IOException {
        weir.orders("SET auth_type = '" + method + "'");
        assertThat(weir.refusal("nobody", database, "wrong")).isEqualTo("FATAL 08P01 " + text);
        // Nor is it told which databases there are.
        assertThat(weir.refusal("nobody", "nosuchdb", "wrong")).isEqualTo("FATAL 08P01 " + text);
        if (!method.equals("trust")) {
            assertThat(weir.refusal(role, "nosuchdb", "wrong")).isEqualTo("FATAL 08P01 " + text);
            weir.process().awaitLine("closing because: " + text + " (age=");
        }
        assertThat(weir.refusal(role, "nosuchdb", SECRET)).isEqualTo("FATAL 08P01 no such database: nosuchdb");
    }

    @Test
    void databaseThatPostgresDoesNotHaveIsToldInItsWordsAndLoggedTwice() throws IOException {
        long before = weir.count("server login failed: FATAL database \"no_such_database\" does not exist");
        assertThat(weir.refusal(role, "missing", SECRET))
                .isEqualTo("FATAL 3D000 database \"no_such_database\" does not exist");
        weir.awaitCount("server login failed: FATAL database \"no_such_database\" does not exist", before + 1);
        assertThat(weir.process().awaitLine("closing because: database \"no_such_database\" does not exist"))
                .contains("missing/" + role + "@");
    }

    @ParameterizedTest
    @CsvSource({
        "-d 3, unsupported options startup parameter: only '-c config=val' and '--config=val' are allowed",
        "-c, unsupported options startup parameter: only '-c config=val' and '--config=val' are allowed",
        "-c work_mem, unsupported options startup parameter: only '-c config=val' and '--config=val' are allowed",
        "-c enable_seqscan=off, unsupported startup parameter in options: enable_seqscan",
        "--enable_seqscan=off, unsupported startup parameter in options: enable_seqscan"
    })
    void optionsThatAreNoneAreRefused(String options, String text) throws IOException {
        assertThat(weir.refusal(role, "app", SECRET, "options", options)).isEqualTo("FATAL 08P01 " + text);
        weir.orders("SET ignore_startup_parameters = 'options'");
        try (WireClient client = login("app", "options", options)) {
            assertThat(client.value("SHOW enable_seqscan")).isEqualTo("on");
        }
    }

    @Test
    void optionsThatAreFollowedAreReadInEachSpelling() throws IOException {
        try (WireClient client = login(
                "app",
                "options",
                "-c IntervalStyle=iso_8601 --timezone=Asia/Tokyo -capplication_name=two\\ words\\\\ -c search_path=x")) {
            assertThat(client.value("SHOW IntervalStyle")).isEqualTo("iso_8601");
            assertThat(client.value("SHOW timezone")).isEqualTo("Asia/Tokyo");
            assertThat(client.value("SHOW application_name")).isEqualTo("two words\\");
            assertThat(client.value("SHOW search_path")).isNotEqualTo("x");
        }
    }

    @Test
    void emptyApplicationNameIsItsOwn() throws IOException {
        weir.orders("SET default_pool_size = 1");
        try (WireClient named = login("app", "application_name", "named");
                WireClient empty = login("app", "application_name", "");
                WireClient without = login("app")) {
            for (int i = 0; i < 2; i++) {
                assertThat(named.value("SHOW application_name")).isEqualTo("named");
                assertThat(empty.value("SHOW application_name")).isEmpty();
                assertThat(named.value("SHOW application_name")).isEqualTo("named");
                assertThat(without.value("SHOW application_name")).isNotEqualTo("named");
            }
        }
    }

    // ---- reloads and orders ----

    /** Half of them while clients of all are connected. */
    @Test
    void manyReloadsInARowWithMoreDatabasesOfForcedUsersEachTime() throws IOException {
        List<String> databases = new ArrayList<>();
        List<WireClient> clients = new ArrayList<>();
        try {
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 14; i++) {
                    String name = "more" + round + "_" + i;
                    databases.add(name + server() + postgres.name() + " user=" + postgres.user() + " password="
                            + postgres.password());
                    weir.rewrite(ini(databases.toArray(String[]::new)));
                    weir.orders("RELOAD");
                    if (i % 7 == round) {
                        WireClient client = login(name);
                        clients.add(client);
                        assertThat(client.value("SELECT current_user")).isEqualTo(postgres.user());
                    }
                }
                databases.subList(0, 7).clear();
            }
            assertThat(weir.show("DATABASES"))
                    .extracting(row -> row.get("name"))
                    .contains("more1_13")
                    .doesNotContain("more0_0");
        } finally {
            for (WireClient client : clients) {
                client.close();
            }
        }
        assertThat(weir.process().isAlive()).isTrue();
        assertThat(weir.process().lines()).noneMatch(line -> line.contains("Exception"));
    }

    @Test
    void fileWithABadValueLeavesEverythingAsItWas() throws IOException {
        String[] lines = ini();
        lines[2] = "server_lifetime = invalid";
        weir.rewrite(lines);
        assertThat(FromIni.told(weir.order("RELOAD")))
                .isEqualTo("ERROR F0000 RELOAD failed, see logs for additional details");
        weir.process().awaitLine("server_lifetime");
        assertThat(weir.show("CONFIG"))
                .anyMatch(row -> "server_lifetime".equals(row.get("key")) && "3600".equals(row.get("value")));
        login("app").close();
    }

    /** From one console or from one for each order; no client sees an error, and none stands still. */
    @ParameterizedTest
    @ValueSource(strings = {"PAUSE", "SUSPEND"})
    void ordersInARowDisturbNoQuery(String order) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger served = new AtomicInteger();
        List<CompletableFuture<Void>> load = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            load.add(CompletableFuture.runAsync(() -> {
                try (WireClient client = login("app")) {
                    while (!over.get()) {
                        assertThat(client.value("SELECT 'served'")).isEqualTo("served");
                        served.incrementAndGet();
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
        }
        try (WireClient console = weir.console()) {
            for (int i = 0; i < 5; i++) {
                awaitMore(served);
                if (order.equals("PAUSE")) {
                    weir.orders("PAUSE");
                    int before = served.get();
                    assertThat(weir.row("POOLS", "app")).containsEntry("sv_active", "0");
                    assertThat(served.get() - before).isLessThanOrEqualTo(3);
                    weir.orders("RESUME");
                } else {
                    console.query("SUSPEND");
                    assertThat(console.query("RESUME"))
                            .extracting(WireMessage::type)
                            .containsExactly('C', 'Z');
                }
            }
            awaitMore(served);
        } finally {
            over.set(true);
        }
        for (CompletableFuture<Void> client : load) {
            client.get();
        }
    }

    private static void awaitMore(AtomicInteger served) {
        int before = served.get();
        await().atMost(FromIni.PATIENCE).until(() -> served.get() > before + 50);
    }

    @Test
    void killedDatabaseLosesItsClientsAndTheConsoleIsLeft() throws IOException {
        try (WireClient one = login("app");
                WireClient two = login("app")) {
            one.query("SELECT 1");
            awaitClients(3);
            weir.orders("KILL app");
            for (WireClient client : List.of(one, two)) {
                client.awaitEnd();
            }
            awaitClients(1);
            weir.orders("RESUME app");
        }
    }

    /** The console that asks included. Those that have asked before are gone a moment after they have hung up. */
    private static void awaitClients(int count) {
        await().atMost(FromIni.PATIENCE)
                .untilAsserted(() -> assertThat(weir.show("CLIENTS")).hasSize(count));
    }

    @Test
    void orderThatComesDuringTheShutdownIsRefused() throws IOException {
        try (FromIni own = FromIni.start(directory, userlist(), ini());
                WireClient client = own.login(role, "app", SECRET);
                WireClient console = own.console()) {
            client.send(query("SELECT 1"));
            client.readUntil('Z');
            own.process().signal("TERM");
            own.process().awaitLine("got SIGTERM, shutting down");
            // The line comes before what it announces.
            await().atMost(FromIni.PATIENCE)
                    .untilAsserted(() -> assertThat(console.query("SHOW STATE"))
                            .filteredOn(message -> message.type() == 'D')
                            .extracting(WireMessage::values)
                            .contains(List.of("shutting_down", "yes")));
            assertThat(FromIni.told(console.query("RESUME"))).isEqualTo("ERROR 08P01 pooler is shutting down");
            own.process().signal("USR2");
            own.process().awaitLine("got SIGUSR2 while shutting down, ignoring");
            assertThat(client.value("SELECT 'still here'")).isEqualTo("still here");
            console.terminate();
            client.terminate();
            assertThat(own.process().awaitExit()).isZero();
        }
    }
}
