package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What passes through is larger than all the memory that the process has. */
@ExtendWith(RealPostgres.class)
final class ProtocolMemoryIT {

    private static final int MIB = 1024 * 1024;

    /** More than heap and direct memory together. */
    private static final int HUGE = 96 * MIB;

    private static Fronted weir;

    @BeforeAll
    static void start(TestDatabase database) {
        weir = Fronted.start(
                database,
                PgWeirProcess.builder().jvmOption("-Xmx40m").jvmOption("-XX:MaxDirectMemorySize=32m"),
                "default_pool_size = 2");
    }

    @AfterEach
    void nothingWasWrong() {
        assertThat(weir.process().isAlive()).isTrue();
        assertThat(weir.process().lines())
                .noneMatch(line -> line.contains("OutOfMemory") || line.contains("a fault of PgWeir"));
    }

    @AfterAll
    static void stop() {
        weir.close();
    }

    @Test
    void rowLargerThanTheMemoryPassesThrough() throws IOException {
        try (WireClient client = weir.login()) {
            List<WireMessage> answers = client.query("SELECT repeat('x', " + HUGE + ")");
            assertThat(answers).extracting(WireMessage::type).containsExactly('T', 'D', 'C', 'Z');
            assertThat(answers.get(1).body()).hasSize(2 + 4 + HUGE);
            assertThat(client.value("SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void parameterLargerThanTheMemoryPassesThrough() throws IOException {
        byte[] value = new byte[HUGE];
        Arrays.fill(value, (byte) 'x');
        byte[] head = bytes("", "", (short) 0, (short) 1, HUGE);
        byte[] tail = bytes((short) 0);
        try (WireClient client = weir.login()) {
            client.send(parse("", "SELECT length($1::text)"));
            client.send(bytes((byte) 'B', 4 + head.length + HUGE + tail.length, head));
            client.send(value);
            client.send(tail, execute("", 0), sync());
            assertThat(client.readUntil('Z').get(2).values()).containsExactly(Integer.toString(HUGE));
        }
    }

    @Test
    void parametersOfANamedStatementThatAllClientsSendAtOncePassThrough() throws Exception {
        int length = 3 * MIB;
        String value = "x".repeat(length);
        Together.run(16, number -> {
            try (PreparingClient client = new PreparingClient(weir)) {
                client.prepare("s", "SELECT length($1) + $2::int");
                for (int i = 0; i < 3; i++) {
                    assertThat(client.value("s", value, "" + number)).isEqualTo("" + (length + number));
                }
            }
        });
    }

    @Test
    void unnamedStatementsOfAnyLengthThatAllClientsSendAtOncePassThrough() throws Exception {
        String comment = " /* " + "x".repeat(3 * MIB) + " */";
        Together.run(16, number -> {
            try (PreparingClient client = new PreparingClient(weir)) {
                for (int i = 0; i < 3; i++) {
                    List<WireMessage> answers = client.request(
                            parse("", "SELECT " + number + comment), bind("", ""), execute("", 0), sync());
                    assertThat(answers.get(2).values()).containsExactly("" + number);
                }
            }
        });
    }

    @Test
    void namedStatementThatIsTooLongIsRefusedAndTheServerFreed() throws Exception {
        try (PreparingClient client = new PreparingClient(weir)) {
            client.wire().send(parse("s", "SELECT 1 /* " + "x".repeat(3 * MIB) + " */"), sync());
            List<WireMessage> answers = client.wire().readUntil('E');
            WireMessage error = answers.get(answers.size() - 1);
            assertThat(error.field('S')).isEqualTo("FATAL");
            assertThat(error.sqlState()).isEqualTo("08P01");
            assertThat(error.message()).contains("too long to be prepared under a name");
            client.wire().awaitEnd();
        }
        // One for each server.
        Together.run(2, number -> {
            try (PreparingClient client = new PreparingClient(weir)) {
                assertThat(client.ask("SELECT 1")).isEqualTo("1");
            }
        });
    }

    @Test
    void resultOfAClientThatDoesNotReadWaitsAtTheServer() throws IOException {
        try (WireClient slow = weir.login();
                WireClient other = weir.login()) {
            slow.send(query("SELECT repeat('x', 1000000) FROM generate_series(1, 200)"));
            assertThat(slow.read().type()).isEqualTo('T');
            for (int i = 0; i < 200; i++) {
                // Each of these is a chance for the process to read ahead, were it to.
                assertThat(other.value("SELECT 1")).isEqualTo("1");
            }
            for (int i = 0; i < 200; i++) {
                assertThat(slow.read().body()).hasSize(1_000_006);
            }
            assertThat(slow.readUntil('Z')).extracting(WireMessage::type).containsExactly('C', 'Z');
        }
    }

    @Test
    void requestsOfAClientThatWaitsStayAtTheClient() throws IOException {
        try (WireClient one = weir.login();
                WireClient two = weir.login();
                WireClient waiting = weir.login()) {
            one.query("BEGIN");
            two.query("BEGIN");
            byte[] comment = query("SELECT 1 --" + "x".repeat(MIB));
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < 96; i++) {
                        waiting.send(comment);
                    }
                } catch (IOException e) {
                    // The answers will be missing.
                    return;
                }
            });
            sender.start();
            for (int i = 0; i < 200; i++) {
                assertThat(one.value("SELECT 1")).isEqualTo("1");
            }
            one.query("COMMIT");
            two.query("COMMIT");
            for (int i = 0; i < 96; i++) {
                assertThat(waiting.readUntil('Z').get(1).values()).containsExactly("1");
            }
        }
    }
}
