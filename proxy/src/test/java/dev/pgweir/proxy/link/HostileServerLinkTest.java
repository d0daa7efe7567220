package dev.pgweir.proxy.link;

import static dev.pgweir.proxy.link.ServerBytes.COLUMNS;
import static dev.pgweir.proxy.link.ServerBytes.COPY_IN;
import static dev.pgweir.proxy.link.ServerBytes.DONE;
import static dev.pgweir.proxy.link.ServerBytes.IN_TRANSACTION;
import static dev.pgweir.proxy.link.ServerBytes.NOTICE;
import static dev.pgweir.proxy.link.ServerBytes.NOTIFICATION;
import static dev.pgweir.proxy.link.ServerBytes.READY;
import static dev.pgweir.proxy.link.ServerBytes.ROW;
import static dev.pgweir.proxy.link.ServerBytes.error;
import static dev.pgweir.proxy.link.ServerBytes.first;
import static dev.pgweir.proxy.link.ServerBytes.rest;
import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.message;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.server.EmbeddedServer;
import dev.pgweir.proxy.server.ServerState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that says what nobody asked for, or what nobody can understand: it never serves another client. */
final class HostileServerLinkTest extends LinkWorlds {
    static Stream<Arguments> unasked() {
        Map<String, byte[]> what = new LinkedHashMap<>();
        what.put("ReadyForQuery", READY);
        what.put("ReadyForQuery in a transaction", IN_TRANSACTION);
        what.put("row", ROW);
        what.put("columns", COLUMNS);
        what.put("CommandComplete", DONE);
        what.put("CopyInResponse", COPY_IN);
        what.put("error", error("ERROR", "XX000", "surprise"));
        what.put("fatal error", error("FATAL", "57P01", "terminating connection"));
        what.put("notice, then a row", bytes(NOTICE, ROW));
        what.put("unknown type", message('y'));
        what.put("length below 4", bytes((byte) 'N', 3));
        what.put("negative length", bytes((byte) 'A', -1));
        return what.entrySet().stream().map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unasked")
    void isClosedWhenItSaysSomethingUnaskedAfterItsRelease(String what, byte[] unasked) {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("a"));
        world.answers(DONE, READY);
        assertThat(world.state()).isEqualTo(ServerState.IDLE);

        world.answers(unasked);

        assertThat(world.server().isToldToEnd()).isTrue();
        assertThat(world.got()).as("nothing of it").isEqualTo(bytes(DONE, READY));
        EmbeddedServer liar = world.server();
        world.serverCloses();
        world.bind();
        assertThat(world.server()).isNotSameAs(liar);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unasked")
    void isClosedWhenItSaysSomethingUnaskedBeforeItsReleaseIsKnown(String what, byte[] unasked) {
        if (!ownLoop) {
            isClosedWhenItSaysSomethingUnaskedAfterItsRelease(what, unasked);
            return;
        }
        LinkWorld world = inTransactionMode();
        EmbeddedServer liar = world.bind();
        world.asks(query("a"));
        // Both are on their way to the client's loop when the first one releases the server.
        liar.says(DONE, READY);
        liar.says(unasked);
        world.run();

        assertThat(liar.isToldToEnd()).isTrue();
        assertThat(world.got()).isEqualTo(bytes(DONE, READY));
        assertThat(world.news()).containsExactly("bound", "idle I");
    }

    @Test
    void mayNotifyWhileNobodyUsesIt() {
        LinkWorld world = inTransactionMode();
        EmbeddedServer server = world.bind();
        world.asks(query("a"));
        server.says(DONE, READY);
        server.says(NOTICE, NOTIFICATION);
        world.run();
        world.answers(NOTICE, first(3, NOTIFICATION));
        world.answers(rest(3, NOTIFICATION), message('S', "TimeZone", "Asia/Tokyo"));
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
        assertThat(world.got()).isEqualTo(bytes(DONE, READY));

        world.wanted.request("TimeZone", "Asia/Tokyo");
        world.bind();
        server.heard();
        world.asks(query("b"));
        assertThat(server.heard()).as("the report was heard").isEqualTo(query("b"));
        world.answers(DONE, READY);
        assertThat(world.opened()).isEqualTo(1);
    }

    @Test
    void isClosedWhenItsSecondAnswerComesWithTheFirst() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("a"));
        world.answers(DONE, READY, ROW, DONE, READY);

        assertThat(world.got())
                .as("what was asked for, and nothing that ends another request")
                .isEqualTo(bytes(DONE, READY, ROW, DONE));
        assertThat(world.news())
                .containsExactly(
                        "bound", "lost: 08P01 bad packet from server: unexpected message ReadyForQuery, owed 0");
        assertThat(world.state()).isEqualTo(ServerState.CLOSING);
    }

    @Test
    void isClosedWhenItIsReadyBeforeTheSync() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(parse("", "x"), bind("", ""));
        world.answers(message('1'), READY);

        assertThat(world.news())
                .containsExactly(
                        "bound", "lost: 08P01 bad packet from server: unexpected message ReadyForQuery, owed 0");
        assertThat(world.got()).isEqualTo(message('1'));
        assertThat(world.state()).isEqualTo(ServerState.CLOSING);
    }

    @Test
    void neverAnswersForTheLinkBefore() {
        LinkWorld world = inSessionMode();
        EmbeddedServer late = world.bind();
        world.asks(query("a"));
        late.says(NOTICE);
        late.says(DONE, READY);
        if (!ownLoop) {
            // On one loop nothing can be late.
            assertThat(world.got()).isEqualTo(bytes(NOTICE, DONE, READY));
            return;
        }
        world.link.release(Release.REUSE, true);
        world.bind();
        assertThat(world.server()).isSameAs(late);
        world.asks(query("b"));
        world.run();

        assertThat(world.got()).isEmpty();
        assertThat(late.isToldToEnd()).isTrue();
        world.serverCloses();
        assertThat(world.news()).containsExactly("bound", "bound", "lost: no word, owed 1");
    }

    static Stream<Arguments> broken() {
        Map<String, byte[]> what = new LinkedHashMap<>();
        what.put("unexpected message type 0x79 ('y')", message('y'));
        what.put(
                "invalid length 3 of message 0x44 ('D'): accepted are 4 to 2147483647 bytes (max_packet_size)",
                bytes((byte) 'D', 3));
        what.put("unknown transaction status 0x3f ('?')", message('Z', (byte) '?'));
        return what.entrySet().stream().map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void endsAtAMessageThatNobodyUnderstands(String text, byte[] broken) {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("a"), query("b"));
        world.answers(DONE, READY, COLUMNS, ROW, broken, DONE, READY);

        assertThat(world.got()).isEqualTo(bytes(DONE, READY, COLUMNS, ROW));
        assertThat(world.news()).containsExactly("bound", "lost: 08P01 bad packet from server: " + text + ", owed 1");
        assertThat(world.state()).isEqualTo(ServerState.CLOSING);
        world.answers(ROW, DONE, READY);
        assertThat(world.got()).isEmpty();
    }

    @Test
    void endsWithinAMessageOfWhichTheClientHasAPart() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("a"));
        world.answers(COLUMNS, first(9, ROW));
        world.serverCloses();

        assertThat(world.got()).isEqualTo(bytes(COLUMNS, first(9, ROW)));
        assertThat(world.news()).containsExactly("bound", "lost: no word, within a message, owed 1");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void endsWithinAHeaderOfWhichTheClientHasNothing(int count) {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("a"));
        world.answers(COLUMNS, first(count, ROW));
        world.serverCloses();

        assertThat(world.got()).isEqualTo(COLUMNS);
        assertThat(world.news()).containsExactly("bound", "lost: no word, owed 1");
    }

    @Test
    void endsWithinAnErrorOfWhichTheClientHasNothing() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("a"));
        world.answers(COLUMNS, first(20, error("ERROR", "XX000", "it is")));
        world.serverCloses();

        assertThat(world.got()).isEqualTo(COLUMNS);
        assertThat(world.news()).containsExactly("bound", "lost: no word, owed 1");
    }

    @Test
    void endsWithinAMessageToAClientThatHasLeft() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("a"));
        world.link.drain(true, Release.REUSE);
        world.answers(COLUMNS, first(9, ROW));
        world.serverCloses();

        assertThat(world.state()).isEqualTo(ServerState.CLOSED);
        assertThat(world.news()).containsExactly("bound");
    }

    @Test
    void isClosedWhenItsAnswerToAClientThatHasLeftIsBroken() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("a"));
        world.link.drain(true, Release.REUSE);
        world.answers(COLUMNS, message('y'));

        assertThat(world.link.isBound()).isFalse();
        assertThat(world.state()).isEqualTo(ServerState.CLOSING);
        assertThat(world.news()).containsExactly("bound");
    }

    @Test
    void countsAnErrorThatIsTooLongToBeLookedAt() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("COPY t FROM STDIN"));
        world.answers(COPY_IN);
        byte[] data = message('d', new byte[] {'x', '\n'});
        world.asks(data, sync());
        byte[] error = error("ERROR", "22P02", "invalid input: " + "x".repeat(70_000));
        world.answers(error, READY);

        assertThat(world.got()).isEqualTo(bytes(COPY_IN, error, READY));
        assertThat(world.state()).as("the Sync may still be answered").isEqualTo(ServerState.CLOSING);
    }

    @Test
    void refusesSettingsWithAnErrorThatIsTooLongToBeLookedAt() {
        LinkWorld world = inTransactionMode();
        world.wanted.request("TimeZone", "Nowhere");
        world.bind();
        world.asks(query("a"));
        world.answers(error("ERROR", "22023", "x".repeat(70_000)), READY, COLUMNS);

        assertThat(world.got()).isEmpty();
        assertThat(world.news()).hasSize(2).last().asString().startsWith("settings refused: ");
        world.answers(ROW, DONE, READY);
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
        assertThat(world.server().connection().parameters().get("TimeZone")).isEqualTo("UTC");
    }
}
