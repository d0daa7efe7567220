package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.gssEncRequest;
import static dev.pgweir.proxy.testing.WireBytes.message;
import static dev.pgweir.proxy.testing.WireBytes.sslRequest;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What strangers write into their first packets, where any database's name is taken and passwords are asked for in the
 * clear or by md5: they are refused, cannot write into the log, and disturb nobody.
 */
@ExtendWith(RealPostgres.class)
final class HostileLoginIT {
    private static final String TYPES = "QPBDEHSCFXdcfp";

    /** Lengths around those at which names are cut, buffers grow, and packets end. */
    private static final int[] LENGTHS = {1, 63, 64, 127, 128, 255, 256, 1023, 4096, 9_900, 9_990, 16_384, 65_536};

    private static final String LOG_LINE = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} UTC \\[\\d+] [A-Z]+ .*";

    private static PgWeirProcess weir;
    private static TestDatabase database;
    private Bystander bystander;

    @BeforeAll
    static void start(TestDatabase shared) {
        database = shared;
        weir = PgWeirProcess.builder().config(config("plain")).start();
    }

    private static String config(String method) {
        return """
                [databases.app]
                host = "%1$s"
                port = %2$d
                dbname = "%3$s"
                [databases."*"]
                host = "%1$s"
                port = %2$d
                [users.%4$s]
                password = "%5$s"
                [pgweir]
                auth_type = "%6$s"
                pool_mode = "transaction"
                default_pool_size = 2
                # Hundreds of logins fail here, from one address.
                login_failure_delay = 0
                """.formatted(
                database.host(), database.port(), database.name(), database.user(), database.password(), method);
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @BeforeEach
    void beginToQuery() {
        bystander = Bystander.start(HostileLoginIT::login);
    }

    @AfterEach
    void nobodyIsDisturbedAndTheLogHasLinesOfPgWeirOnly() {
        bystander.assertUndisturbed();
        assertThat(weir.isAlive()).isTrue();
        assertThat(weir.lines()).allMatch(line -> line.matches(LOG_LINE)).allMatch(line -> line.length() < 5_000);
        assertThat(weir.lines()).noneMatch(line -> line.contains("a fault of PgWeir"));
    }

    @Test
    void namesOfAnyLengthAreRefused() throws IOException {
        for (int length : LENGTHS) {
            String text = "x".repeat(length);
            for (byte[] packet : List.of(
                    startup("user", text),
                    startup("user", database.user(), "database", text),
                    startup("user", text, "database", text),
                    startup("user", "nobody", text, "1"),
                    startup("user", "nobody", "application_name", text),
                    startup("user", "nobody", "options", "-c " + text + "=1"),
                    startup("user", "nobody", "_pq_." + text, "1"))) {
                sendAll(packet);
            }
        }
    }

    @Test
    void aDatabaseWithALongNameIsAskedOfPostgresAndNothingElseHappens() throws IOException {
        for (String name : List.of("d".repeat(64), "d".repeat(5_000), "d\nd", "\u001b[2J")) {
            try (WireClient client = connect()) {
                List<WireMessage> answers = client.tryLogin(database.user(), name, database.password());
                assertThat(answers.get(answers.size() - 1).type()).isEqualTo('E');
            }
        }
    }

    @Test
    void nobodyWritesALineOfTheLogOrSteersATerminal() throws IOException {
        List<byte[]> texts = new ArrayList<>();
        for (String text : List.of(
                "x\n2026-01-01 00:00:00.000 UTC [1] FATAL forged",
                "x\r\nforged",
                "\u001b[2J\u001b]0;forged\u0007",
                "\u009b2Jforged",
                "\u202egrof",
                "a\u0085b\u2028c\u2029d",
                "%n%s{}${jndi:ldap://localhost/forged}")) {
            texts.add(text.getBytes(StandardCharsets.UTF_8));
        }
        texts.add(new byte[] {(byte) 0xff, (byte) 0xfe, (byte) 0xc0, (byte) 0x80, 'x'});
        texts.add(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80});
        for (byte[] text : texts) {
            for (String key : List.of("user", "database", "application_name", "replication", "options")) {
                byte[] first = key.equals("user") ? new byte[0] : bytes("user", "nobody");
                byte[] parameters = bytes(first, key, text, (byte) 0, (byte) 0);
                try (WireClient client = connect()) {
                    client.send(bytes(parameters.length + 8, 3 << 16, parameters));
                    if (client.read().type() == 'R') {
                        client.send(message('p', text, (byte) 0));
                    }
                    client.awaitEnd();
                }
            }
        }
        assertThat(weir.lines())
                .anyMatch(line -> line.contains("x\\n2026-01-01"))
                .noneMatch(line -> line.matches(".*[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028-\\u202e].*"));
    }

    @Test
    void thousandParametersAreTakenAndReachPostgres() throws IOException {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            many.add("w.p" + i);
            many.add("v");
        }
        try (WireClient client = connect()) {
            client.login(database.user(), "app", database.password(), many.toArray(String[]::new));
            assertThat(client.value("SHOW w.p999")).isEqualTo("v");
        }
    }

    @Test
    void everyMessageInPlaceOfAPasswordEndsTheConnection() throws IOException {
        for (String method : List.of("md5", "plain")) {
            weir.rewriteConfig(config(method));
            long before = weir.lines().size();
            weir.signal("HUP");
            await().until(() ->
                    weir.lines().stream().skip(before).anyMatch(line -> line.contains("configuration reloaded")));
            for (int i = 0; i < TYPES.length(); i++) {
                char type = TYPES.charAt(i);
                for (int length : new int[] {0, 3, 4, 5, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 9}) {
                    try (WireClient client = connect()) {
                        client.send(startup("user", database.user(), "database", "app"));
                        assertThat(client.read().int32(0)).isEqualTo(method.equals("md5") ? 5 : 3);
                        client.send(bytes((byte) type, length, new byte[] {'m', 'd', '5', 'x', 0}));
                        client.shutdownOutput();
                        client.awaitEnd();
                    }
                }
            }
        }
    }

    @Test
    void whatFollowsARequestForEncryptionInOneSegmentIsNotTaken() throws IOException {
        byte[] startup = startup("user", database.user(), "database", "app");
        for (byte[] request : List.of(sslRequest(), gssEncRequest())) {
            try (WireClient client = connect()) {
                client.send(request, startup);
                assertThat(client.read().message()).contains("unencrypted bytes");
                client.awaitEnd();
            }
            try (WireClient client = connect()) {
                client.send(request);
                assertThat(client.readByte()).isEqualTo('N');
                client.send(request);
                assertThat(client.read().message()).contains("a second");
            }
        }
        try (WireClient client = connect()) {
            client.send(startup, message('p', database.password()));
            assertThat(client.read().message()).contains("unexpected bytes behind the startup packet");
        }
    }

    @Test
    void impossibleCountsAndLengthsWithinMessagesEndTheConnectionOrAreAnsweredByPostgres() throws IOException {
        List<byte[]> bodies = new ArrayList<>();
        for (int length : new int[] {-2, -1, 0, 3, 4, Integer.MAX_VALUE, Integer.MIN_VALUE, 0xffff}) {
            bodies.add(message('P', "s", "SELECT 1", (short) length));
            bodies.add(message('P', "s", "SELECT 1", (short) length, 25));
            bodies.add(message('B', "", "s", (short) length));
            bodies.add(message('B', "", "s", (short) 0, (short) length));
            bodies.add(message('B', "", "s", (short) 0, (short) 1, length, (short) 0));
            bodies.add(message('B', "", "s", (short) 0, (short) 0, (short) length));
            bodies.add(message('E', "", length));
            bodies.add(message('F', length, (short) length, (short) length, length));
        }
        String types = "PBDCEQf";
        for (int i = 0; i < types.length(); i++) {
            char type = types.charAt(i);
            bodies.add(message(type));
            bodies.add(message(type, (Object) new byte[] {'S', 's'}));
            bodies.add(message(type, (byte) 'S', "s", (byte) 0, (byte) 0));
        }
        for (byte[] body : bodies) {
            try (WireClient client = login()) {
                client.send(body, sync());
                client.shutdownOutput();
                client.awaitEnd();
            }
        }
    }

    /** Sends it, or what of it is taken, and waits for the end. */
    private static void sendAll(byte[] packet) throws IOException {
        try (WireClient client = connect()) {
            client.send(packet);
            client.shutdownOutput();
            client.awaitEnd();
        } catch (SocketException e) {
            assertThat(packet.length).as(e.getMessage()).isGreaterThan(10_000);
        }
    }

    private static WireClient connect() throws IOException {
        return WireClient.connect(weir.port());
    }

    private static WireClient login() throws IOException {
        return connect().login(database.user(), "app", database.password());
    }
}
