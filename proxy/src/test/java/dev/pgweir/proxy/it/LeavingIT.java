package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static dev.pgweir.proxy.testing.WireBytes.terminate;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A client leaves, or breaks the protocol, at a bad moment: the only server is free and clean for the next one. */
@ExtendWith(RealPostgres.class)
final class LeavingIT {

    private static Fronted weir;

    @BeforeAll
    static void start(TestDatabase database) {
        database.execute("CREATE TABLE kept (n int)", "CREATE SCHEMA evil");
        weir = Fronted.start(database);
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @AfterEach
    void theNextClientIsServed() throws IOException {
        try (WireClient next = weir.login()) {
            assertThat(next.value("SHOW search_path")).isEqualTo("\"$user\", public");
        }
    }

    @Test
    void afterAQueryWithAnIllegalMessageBehindIt() throws IOException {
        try (WireClient client = weir.login()) {
            client.send(concat(query("SELECT 1"), new byte[] {(byte) 0xff, 0, 0, 0, 4}));
            client.awaitEnd();
        }
    }

    @Test
    void afterAskingForACopyWithoutWaiting() throws IOException {
        try (WireClient client = weir.login()) {
            client.send(concat(query("COPY kept FROM STDIN"), terminate()));
            client.shutdownOutput();
            client.awaitEnd();
        }
    }

    @Test
    void afterAQueryWithinAGroupThatFailed() throws IOException {
        try (WireClient client = weir.login()) {
            client.send(parse("", "no such syntax"), query("SELECT 1"), sync());
            List<WireMessage> answer = client.readUntil('Z');
            assertThat(answer.get(0).type()).isEqualTo('E');
        }
    }

    @Test
    void afterBringingSettingsAlongAndNotWaiting() throws IOException {
        for (int i = 0; i < 3; i++) {
            try (WireClient client = weir.login("options", "-c search_path=evil")) {
                client.send(concat(query("SELECT 1"), terminate()));
                client.shutdownOutput();
                client.awaitEnd();
            }
        }
    }

    @Test
    void nothingRunsBehindRefusedSettings(TestDatabase database) throws IOException {
        try (WireClient client = weir.login("options", "-c statement_timeout=abc")) {
            client.send(query("INSERT INTO kept VALUES (1)"));
            assertThat(client.read().message()).contains("statement_timeout");
            client.awaitEnd();
        }
        assertThat(database.value("SELECT count(*) FROM kept")).isEqualTo("0");
    }

    @Test
    void afterResettingTheConnectionWithinALargeResult() throws IOException {
        for (int i = 0; i < 5; i++) {
            try (WireClient client = weir.login()) {
                client.send(query("SELECT repeat('x', 100000) FROM generate_series(1, 500)"));
                assertThat(client.read().type()).isEqualTo('T');
                client.reset();
            }
        }
    }

    @Test
    void afterAQueryThatIsRefusedByItsHeader(TestDatabase database) throws IOException {
        try (Fronted strict = Fronted.start(database, "disable_pqexec = true", "pool_mode = \"session\"");
                WireClient refused = strict.login()) {
            String pid = backend(refused);
            refused.send(parse("", "SELECT 1"), bind("", ""), execute("", 0), sync(), query("SELECT 2"));
            List<WireMessage> told = refused.readUntil('E');
            assertThat(told.get(told.size() - 1).message()).isEqualTo("PQexec disallowed");

            try (WireClient next = strict.login()) {
                assertThat(backend(next)).isEqualTo(pid);
            }
        }
    }

    private static String backend(WireClient client) throws IOException {
        client.send(parse("", "SELECT pg_backend_pid()"), bind("", ""), execute("", 0), sync());
        return client.readUntil('Z').stream()
                .filter(message -> message.type() == 'D')
                .map(message -> String.valueOf(message.values().get(0)))
                .collect(Collectors.joining());
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
