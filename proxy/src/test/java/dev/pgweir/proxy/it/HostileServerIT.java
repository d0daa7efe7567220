package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.message;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.PgWeirProcess;
import dev.pgweir.proxy.testing.WireClient;
import dev.pgweir.proxy.testing.WireMessage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a server sends, its connection ends and the client is told; the process lives and serves its next client. */
final class HostileServerIT {

    private static final byte[] COLUMNS = message('T', (short) 1, "one", 0, (short) 0, 25, (short) -1, -1, (short) 0);
    private static final byte[] ROW = message('D', (short) 1, 1, (Object) new byte[] {'1'});
    private static final byte[] DONE = message('C', "SELECT 1");
    private static final byte[] BARE_ERROR = message('E', (byte) 0);

    /** What comes instead of a login. */
    static Stream<Named> logins() {
        Map<String, ScriptedServer.Script> scripts = new LinkedHashMap<>();
        scripts.put("closes at once", peer -> {});
        scripts.put(
                "garbage", peer -> peer.send("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        scripts.put("fatal", peer -> peer.send(error("FATAL", "53300", "sorry, too many clients already")));
        scripts.put(
                "fatal after AuthenticationOk", peer -> peer.send(message('R', 0), error("FATAL", "57P03", "not yet")));
        scripts.put("error without fields", peer -> peer.send(BARE_ERROR));
        scripts.put("error without its end", peer -> peer.send(message('E', (Object) new byte[] {'S', 'F'})));
        scripts.put("error of an empty body", peer -> peer.send(message('E')));
        scripts.put("ReadyForQuery before AuthenticationOk", peer -> peer.send(ScriptedServer.ready()));
        scripts.put("row", peer -> peer.send(ROW));
        scripts.put("unknown authentication", peer -> peer.send(message('R', 99)));
        scripts.put("Authentication of an empty body", peer -> peer.send(message('R')));
        scripts.put("md5 without salt", peer -> peer.send(message('R', 5)));
        scripts.put("SCRAM without mechanism", peer -> peer.send(message('R', 10, (byte) 0)));
        scripts.put("SCRAM of too many iterations", peer -> {
            peer.send(message('R', 10, "SCRAM-SHA-256", (byte) 0));
            peer.await('p');
            peer.send(message('R', 11, (Object) "r=x,s=c2FsdA==,i=2147483647".getBytes(StandardCharsets.US_ASCII)));
            peer.awaitEnd();
        });
        scripts.put("SCRAM proof not asked for", peer -> peer.send(message('R', 12, (Object) new byte[] {'v', '='})));
        scripts.put("negative length", peer -> peer.send(bytes((byte) 'R', -1, 0)));
        scripts.put("length of 2 GB", peer -> peer.send(bytes((byte) 'R', Integer.MAX_VALUE, 0)));
        scripts.put("key of 300 bytes", peer -> peer.send(message('R', 0), message('K', 1, (Object) new byte[300])));
        negotiations().forEach((name, body) -> scripts.put("negotiation " + name, peer -> peer.send(body)));
        scripts.put("notices and parameters without end", peer -> {
            peer.send(message('R', 0));
            for (long i = 0; true; i++) {
                peer.send(error('N', "NOTICE", "00000", "x".repeat(8_000)), message('S', "p" + i, "x".repeat(1_000)));
            }
        });
        scramFirsts()
                .forEach((name, text) -> scripts.put("SCRAM with " + name, peer -> {
                    peer.send(message('R', 10, "SCRAM-SHA-256", (byte) 0));
                    String own = new String(peer.receive('p'), StandardCharsets.US_ASCII).replaceFirst("(?s).*,r=", "");
                    peer.send(message('R', 11, (Object) text.replace("OWN", own).getBytes(StandardCharsets.US_ASCII)));
                    peer.await('p');
                    // A proof that is sent all the same is answered with what a server says that does not know the
                    // password.
                    peer.send(message('R', 12, (Object) "v=AAAA".getBytes(StandardCharsets.US_ASCII)), message('R', 0));
                    peer.send(ScriptedServer.ready());
                    peer.awaitEnd();
                }));
        errors().forEach((name, body) -> {
            scripts.put("first thing: " + name, peer -> peer.send(body));
            scripts.put("after AuthenticationOk: " + name, peer -> peer.send(message('R', 0), body));
            scripts.put("in place of the SCRAM challenge: " + name, peer -> {
                peer.send(message('R', 10, "SCRAM-SHA-256", (byte) 0));
                peer.await('p');
                peer.send(body);
            });
        });
        scripts.put("ParameterStatus without value", peer -> peer.send(message('R', 0), message('S', "name")));
        scripts.put(
                "key of one byte", peer -> peer.send(message('R', 0), message('K', (byte) 1), ScriptedServer.ready()));
        return scripts.entrySet().stream().map(entry -> new Named(entry.getKey(), entry.getValue()));
    }

    /** Answers to a version and options that nobody asked for. */
    private static Map<String, byte[]> negotiations() {
        Map<String, byte[]> bodies = new LinkedHashMap<>();
        bodies.put("of a newer version", message('v', 3 << 16 | 9, 0));
        bodies.put("of version 2", message('v', 2 << 16, 0));
        bodies.put("of version 4", message('v', 4 << 16, 0));
        bodies.put("with an option", message('v', 3 << 16, 1, "_pq_.x"));
        bodies.put("with a count that lies", message('v', 3 << 16, Integer.MAX_VALUE));
        bodies.put("with a negative count", message('v', 3 << 16, -1));
        bodies.put("of an empty body", message('v'));
        bodies.put("after AuthenticationOk", bytes(message('R', 0), message('v', 3 << 16, 0)));
        return bodies;
    }

    /** First messages of a SCRAM server, with OWN for the client's nonce. */
    private static Map<String, String> scramFirsts() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("a nonce that is not ours", "r=abcdefgh,s=c2FsdA==,i=4096");
        texts.put("our nonce alone", "r=OWN,s=c2FsdA==,i=4096");
        texts.put("a nonce of 60 kB", "r=OWN" + "n".repeat(60_000) + ",s=c2FsdA==,i=4096");
        texts.put("a nonce of 70 kB", "r=OWN" + "n".repeat(70_000) + ",s=c2FsdA==,i=4096");
        texts.put("a salt of 40 kB", "r=OWNx,s=" + "c2Fs".repeat(10_000) + ",i=4096");
        texts.put("an empty salt", "r=OWNx,s=,i=4096");
        texts.put("a salt that is no base64", "r=OWNx,s=***,i=4096");
        texts.put("no salt", "r=OWNx,i=4096");
        texts.put("no iterations", "r=OWNx,s=c2FsdA==");
        texts.put("0 iterations", "r=OWNx,s=c2FsdA==,i=0");
        texts.put("minus one iteration", "r=OWNx,s=c2FsdA==,i=-1");
        texts.put("iterations beyond any number", "r=OWNx,s=c2FsdA==,i=99999999999999999999");
        texts.put("2 to the 31 iterations", "r=OWNx,s=c2FsdA==,i=2147483648");
        texts.put("a mandatory extension", "m=x,r=OWNx,s=c2FsdA==,i=4096");
        texts.put("nothing", "");
        texts.put("a wrong signature", "r=OWNx,s=c2FsdA==,i=4096");
        return texts;
    }

    /** Errors that lack what others rely on, or have too much of it. */
    private static Map<String, byte[]> errors() {
        Map<String, byte[]> bodies = new LinkedHashMap<>();
        bodies.put("error without SQLSTATE", message('E', (byte) 'S', "FATAL", (byte) 'M', "no code", (byte) 0));
        bodies.put(
                "error of doubled fields",
                message('E', (byte) 'C', "XX000", (byte) 'C', "28000", (byte) 'M', "a", (byte) 'M', "b", (byte) 0));
        bodies.put(
                "error of unknown fields",
                message('E', (byte) 'M', "m", (byte) 0xff, "x", (byte) '?', "y", (byte) 1, "", (byte) 0));
        bodies.put(
                "error of impossible code",
                message('E', (byte) 'S', "", (byte) 'C', "no code\n", (byte) 'M', "x\n\u001b[2J", (byte) 0));
        bodies.put("error of 60 kB", message('E', (byte) 'M', "e".repeat(60_000), (byte) 0));
        return bodies;
    }

    /** What comes as the answer to a query. */
    static Stream<Named> answers() {
        Map<String, ScriptedServer.Script> scripts = new LinkedHashMap<>();
        scripts.put("nothing", peer -> {});
        scripts.put("end within a row", peer -> peer.send(COLUMNS, bytes((byte) 'D', 1000, (short) 1)));
        scripts.put("end within a header", peer -> peer.send(COLUMNS, new byte[] {'D', 0}));
        scripts.put("end after a row", peer -> peer.send(COLUMNS, ROW));
        scripts.put("fatal", peer -> peer.send(error("FATAL", "57P01", "terminating connection")));
        scripts.put(
                "fatal after a row",
                peer -> peer.send(COLUMNS, ROW, error("FATAL", "57P01", "terminating connection")));
        scripts.put("panic", peer -> peer.send(error("PANIC", "XX000", "the disk is on fire")));
        scripts.put("negative length", peer -> peer.send(COLUMNS, bytes((byte) 'D', -5, 0)));
        scripts.put("length 0", peer -> peer.send(bytes((byte) 'Z', 0, 0)));
        scripts.put("ReadyForQuery of 2 GB", peer -> peer.send(bytes((byte) 'Z', Integer.MAX_VALUE, 0)));
        scripts.put("unknown transaction status", peer -> peer.send(COLUMNS, ROW, DONE, message('Z', (byte) '?')));
        scripts.put("ReadyForQuery without status", peer -> peer.send(COLUMNS, ROW, DONE, message('Z')));
        errors().forEach((name, body) -> {
            scripts.put(name, peer -> peer.send(body));
            scripts.put("after a row " + name, peer -> peer.send(COLUMNS, ROW, body));
        });
        scripts.put("ParameterStatus cut short", peer -> peer.send(message('S', (Object) new byte[] {'a'})));
        return scripts.entrySet().stream()
                .map(entry -> new Named("answer: " + entry.getKey(), peer -> {
                    peer.welcome();
                    peer.await('Q');
                    entry.getValue().run(peer);
                }));
    }

    private static final Map<String, ScriptedServer> SERVERS = new LinkedHashMap<>();

    private static PgWeirProcess weir;

    /** One PgWeir with a database for each script. */
    @BeforeAll
    static void start() {
        Stream.concat(logins(), Stream.concat(answers(), Stream.of(chatty(), endless())))
                .forEach(named -> SERVERS.put(named.database(), ScriptedServer.start(first(named.script(), GOOD))));
        StringBuilder config = new StringBuilder();
        SERVERS.forEach((database, server) -> config.append("""
                [databases."%s"]
                host = "127.0.0.1"
                port = %d
                """.formatted(database, server.port())));
        weir = PgWeirProcess.builder().config(config + """
                [users.app]
                password = "secret"
                [pgweir]
                auth_type = "trust"
                pool_mode = "transaction"
                default_pool_size = 1
                server_login_retry = 1
                server_connect_timeout = 4
                server_check_query = ""
                """).start();
    }

    @AfterAll
    static void stop() {
        weir.close();
        SERVERS.values().forEach(ScriptedServer::close);
        SERVERS.clear();
    }

    @AfterEach
    void noFaultIsLogged() {
        assertThat(weir.isAlive()).isTrue();
        assertThat(weir.lines())
                .filteredOn(line -> line.contains("a fault of PgWeir")
                        || line.contains("Exception")
                        || line.length() > 5_000
                        || line.indexOf('\u001b') >= 0)
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("logins")
    void badLoginRefusesTheClientOrIsTriedAgain(Named script) throws IOException {
        try (WireClient client = WireClient.connect(weir.port())) {
            List<WireMessage> login = client.tryLogin("app", script.database(), "");
            WireMessage refusal = login.get(login.size() - 1);
            if (refusal.type() == 'E') {
                assertThat(refusal.field('S')).isEqualTo("FATAL");
                assertThat(refusal.message()).isNotBlank();
                client.awaitEnd();
            } else {
                // A server that went away, or is full, is tried again while the client waits.
                assertThat(server(script).runs()).isEqualTo(2);
                assertThat(client.value("SELECT 1")).isEqualTo("1");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("answers")
    void badAnswerEndsInAnErrorOrTheEndAndTheNextClientGetsAnotherServer(Named script) throws IOException {
        try (WireClient client = login(script);
                WireClient next = login(script)) {
            client.send(query("SELECT 1"));
            assertThat(errorOrEnd(client)).isTrue();
            assertThat(next.value("SELECT 1")).isEqualTo("1");
            assertThat(server(script).runs()).isEqualTo(2);
        }
    }

    @Test
    void answersThatNobodyAskedForDoNotReachTheNextClient() throws IOException {
        try (WireClient client = login(chatty());
                WireClient next = login(chatty())) {
            client.send(query("SELECT 1"));
            assertThat(client.read().type()).isIn('T', 'E');
            assertThat(next.query("SELECT 1")).extracting(WireMessage::type).containsExactly('T', 'D', 'C', 'Z');
        }
    }

    @Test
    void rowWithoutEndToAClientThatIsGoneIsNotReadForEver() throws IOException {
        try (WireClient next = login(endless())) {
            try (WireClient client = login(endless())) {
                client.send(query("SELECT 1"));
                assertThat(client.read().type()).isEqualTo('T');
                client.reset();
            }
            assertThat(next.value("SELECT 1")).isEqualTo("1");
            assertThat(server(endless()).runs()).isEqualTo(2);
        }
    }

    /** Its only answer is a row that never ends, whatever the other side says and whether it is still there. */
    private static Named endless() {
        return new Named("endless", peer -> {
            peer.welcome();
            peer.await('Q');
            peer.send(COLUMNS, bytes((byte) 'D', Integer.MAX_VALUE, (short) 1, Integer.MAX_VALUE - 10));
            byte[] piece = new byte[64 * 1024];
            while (true) {
                peer.send(piece);
            }
        });
    }

    private static Named chatty() {
        return new Named("chatty", peer -> {
            peer.welcome();
            peer.await('Q');
            peer.send(COLUMNS, ROW, DONE, ScriptedServer.ready(), COLUMNS, ROW, DONE, ScriptedServer.ready());
            peer.awaitEnd();
        });
    }

    private static WireClient login(Named script) throws IOException {
        return WireClient.connect(weir.port()).login("app", script.database(), "");
    }

    private static final ScriptedServer.Script GOOD = peer -> {
        peer.welcome();
        while (true) {
            peer.await('Q');
            peer.send(COLUMNS, ROW, DONE, ScriptedServer.ready());
        }
    };

    /** The bad one on the first connection, the good one from then on. */
    private static ScriptedServer.Script first(ScriptedServer.Script bad, ScriptedServer.Script good) {
        AtomicBoolean used = new AtomicBoolean();
        return peer -> (used.getAndSet(true) ? good : bad).run(peer);
    }

    private static boolean errorOrEnd(WireClient client) throws IOException {
        try {
            List<WireMessage> answers = client.readUntil('E');
            return answers.stream().noneMatch(message -> message.type() == 'Z');
        } catch (EOFException e) {
            return true;
        }
    }

    private static byte[] error(String severity, String code, String text) {
        return error('E', severity, code, text);
    }

    private static byte[] error(char type, String severity, String code, String text) {
        return message(type, (byte) 'S', severity, (byte) 'V', severity, (byte) 'C', code, (byte) 'M', text, (byte) 0);
    }

    /** A script and what it does. */
    record Named(String name, ScriptedServer.Script script) {
        String database() {
            return name.replaceAll("[^A-Za-z0-9]+", "_");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static ScriptedServer server(Named script) {
        return Objects.requireNonNull(SERVERS.get(script.database()));
    }
}
