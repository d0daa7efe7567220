package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.message;
import static dev.pgweir.proxy.testing.WireBytes.startup;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whatever a client sends, at worst its own connection ends: the process lives and others are not disturbed. */
@ExtendWith(RealPostgres.class)
final class HostileClientIT {

    /** Everything that a client may send after its login. */
    private static final char[] LATER_TYPES = "QPBDEHSCFXdcf".toCharArray();

    private static final char[] TYPES = "QPBDEHSCFXdcfp".toCharArray();

    private static final int[] LENGTHS = {0, 3, -1, Integer.MIN_VALUE, Integer.MAX_VALUE};

    private static Fronted weir;
    private WireClient bystander;

    @BeforeAll
    static void start(TestDatabase database) {
        weir = Fronted.start(database, "auth_type = \"scram-sha-256\"");
    }

    @BeforeEach
    void logInABystander() throws IOException {
        bystander = weir.login();
    }

    @AfterEach
    void bystanderIsNotDisturbed() throws IOException {
        assertThat(bystander.value("SELECT 'undisturbed'")).isEqualTo("undisturbed");
        bystander.close();
        assertThat(weir.process().isAlive()).isTrue();
        assertThat(weir.process().lines()).noneMatch(line -> line.contains("a fault of PgWeir"));
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @Test
    void everyMessageAsTheFirstPacketEndsTheConnection() throws IOException {
        for (char type : TYPES) {
            try (WireClient client = weir.connect()) {
                client.send(message(type, "text"));
                client.shutdownOutput();
                client.awaitEnd();
            }
        }
    }

    @Test
    void everyMessageAsTheSecondPacketEndsTheConnection(TestDatabase database) throws IOException {
        for (char type : TYPES) {
            try (WireClient client = weir.connect()) {
                client.send(startup("user", database.user(), "database", Fronted.NAME));
                assertThat(client.read().type()).isEqualTo('R');
                client.send(message(type, "text"));
                client.awaitEnd();
            }
        }
    }

    @Test
    void everyMessageInPlaceOfTheScramProofEndsTheConnection(TestDatabase database) throws IOException {
        for (char type : TYPES) {
            try (WireClient client = weir.connect()) {
                client.send(startup("user", database.user(), "database", Fronted.NAME));
                assertThat(client.read().type()).isEqualTo('R');
                byte[] first = "n,,n=,r=abcdefgh".getBytes(StandardCharsets.US_ASCII);
                client.send(message('p', "SCRAM-SHA-256", first.length, first));
                assertThat(client.read().int32(0)).isEqualTo(11);
                client.send(message(type, "text"));
                client.awaitEnd();
            }
        }
    }

    @Test
    void firstPacketOfAnImpossibleLengthOrVersionEndsTheConnection() throws IOException {
        List<byte[]> packets = new ArrayList<>();
        for (int length : LENGTHS) {
            packets.add(bytes(length, 3 << 16));
        }
        packets.add(bytes(4));
        packets.add(bytes(7, 0));
        packets.add(bytes(10_001, 3 << 16));
        packets.add(startup(2 << 16, "user", "x"));
        packets.add(startup(4 << 16, "user", "x"));
        packets.add(startup(0));
        packets.add(startup("user"));
        packets.add(startup("database", "x"));
        packets.add(startup("", "", "", ""));
        packets.add(bytes(12, 3 << 16, new byte[] {'u', 's', 'e', 'r'}));
        packets.add(startup("user", "u".repeat(60_000)));
        packets.add(startup("user", "u", "database", "d".repeat(9_000)));
        packets.add(startup("user", "u", "o".repeat(9_000), "x"));
        packets.add(startup("user", "u", "bad name; DROP TABLE x", "x"));
        packets.add(startup("user", "u", "options", "-W everything"));
        packets.add(bytes(16, 80877102, 1));
        packets.add(bytes(12, 80877102, 1));
        packets.add(bytes(9, 80877103, (byte) 1));
        for (byte[] packet : packets) {
            try (WireClient client = weir.connect()) {
                client.send(packet);
                client.shutdownOutput();
                client.awaitEnd();
            }
        }
    }

    @Test
    void passwordOfAnImpossibleLengthEndsTheConnection(TestDatabase database) throws IOException {
        for (int length : new int[] {0, 3, 4, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 70_000}) {
            try (WireClient client = weir.connect()) {
                client.send(startup("user", database.user(), "database", Fronted.NAME));
                client.read();
                client.send(bytes((byte) 'p', length, new byte[64]));
                client.shutdownOutput();
                client.awaitEnd();
            }
        }
    }

    @Test
    void saslMessagesWithImpossibleFieldsEndTheConnection(TestDatabase database) throws IOException {
        List<byte[]> bodies = new ArrayList<>();
        for (int length : LENGTHS) {
            bodies.add(bytes("SCRAM-SHA-256", length, new byte[] {'n', ',', ',', 'n'}));
        }
        bodies.add(new byte[0]);
        bodies.add(bytes("NO-SUCH-MECHANISM", -1));
        bodies.add(new byte[] {'S', 'C', 'R', 'A', 'M'});
        bodies.add(bytes("SCRAM-SHA-256"));
        for (String first :
                List.of("", "n", "n,,", "n,,n=,", "n,,n=,r=", "y,,n=,r=x,m=y", "p=tls-unique,,n=,r=x", "n,,=,=,=")) {
            byte[] text = first.getBytes(StandardCharsets.US_ASCII);
            bodies.add(bytes("SCRAM-SHA-256", text.length, text));
        }
        for (byte[] body : bodies) {
            try (WireClient client = weir.connect()) {
                client.send(startup("user", database.user(), "database", Fronted.NAME));
                client.read();
                client.send(message('p', (Object) body));
                client.shutdownOutput();
                client.awaitEnd();
            }
        }
    }

    @Test
    void messageOfAnImpossibleLengthEndsTheConnection() throws IOException {
        for (char type : TYPES) {
            for (int length : LENGTHS) {
                try (WireClient client = weir.login()) {
                    client.send(bytes((byte) type, length, new byte[16]));
                    client.shutdownOutput();
                    client.awaitEnd();
                }
            }
        }
    }

    @Test
    void unknownMessagesEndTheConnection() throws IOException {
        for (byte type : new byte[] {0, 'Z', 'R', 'p', ' ', (byte) 0xff}) {
            try (WireClient client = weir.login()) {
                client.send(bytes(type, 8, 0));
                client.awaitEnd();
            }
        }
    }

    @Test
    void everyMessageThatPromisesMoreThanItBringsLeavesTheServerToTheNext() throws IOException {
        for (char type : LATER_TYPES) {
            try (WireClient client = weir.login()) {
                client.send(bytes((byte) type, 1000, new byte[16]));
            }
            assertThat(bystander.value("SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void garbageBeforeAndAfterTheLoginEndsTheConnection() throws IOException {
        Random random = new Random(20_261_121);
        for (int i = 0; i < 100; i++) {
            byte[] garbage = new byte[1 + random.nextInt(200)];
            random.nextBytes(garbage);
            try (WireClient client = i % 2 == 0 ? weir.connect() : weir.login()) {
                client.send(garbage);
                client.shutdownOutput();
                client.awaitEnd();
            }
        }
    }
}
