package dev.pgweir.proxy.link;

import static dev.pgweir.proxy.link.ServerBytes.COLUMNS;
import static dev.pgweir.proxy.link.ServerBytes.COPY_IN;
import static dev.pgweir.proxy.link.ServerBytes.DONE;
import static dev.pgweir.proxy.link.ServerBytes.FAILED;
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
import static dev.pgweir.proxy.testing.WireBytes.copyDone;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.message;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.EmbeddedServer;
import dev.pgweir.proxy.server.ServerState;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a link makes of the answers of a server that does as PostgreSQL does, and how it holds both sides back. */
final class LinkTest extends LinkWorlds {
    // ---- answers ----

    @Test
    void passesAReadBufferOnAsItIs() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("SELECT 1"));
        assertThat(world.server().heard()).isEqualTo(query("SELECT 1"));

        world.answers(COLUMNS, ROW, DONE, READY);

        ByteBuf only = world.client.readOutbound();
        assertThat(ByteBufUtil.getBytes(only)).isEqualTo(bytes(COLUMNS, ROW, DONE, READY));
        assertThat(only.release()).as("handed over, not copied").isTrue();
        assertThat(world.got()).isEmpty();
    }

    @Test
    void writesWithoutAFlushUntilTheReadIsComplete() {
        LinkWorld world = inTransactionMode();
        EmbeddedServer server = world.bind();
        world.asks(query("SELECT 1"));

        server.reads(COLUMNS, ROW);
        world.run();
        server.reads(ROW);
        world.run();
        assertThat(world.got()).isEmpty();
        server.readsAreComplete();
        world.run();

        assertThat(world.got()).isEqualTo(bytes(COLUMNS, ROW, ROW));
        assertThat(world.news()).containsExactly("bound");
    }

    @Test
    void releasesTheServerWhenTheTransactionEnds() {
        LinkWorld world = inTransactionMode();
        world.bind();
        for (byte[] status : List.of(IN_TRANSACTION, FAILED)) {
            world.asks(query("x"));
            world.answers(DONE, status);
            assertThat(world.link.isBound()).isTrue();
            assertThat(world.link.status().code()).isEqualTo(status[5]);
        }
        world.asks(query("ROLLBACK"));
        world.answers(DONE, READY);

        assertThat(world.link.isBound()).isFalse();
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
        assertThat(world.news()).containsExactly("bound", "idle T", "idle E", "idle I");
    }

    @Test
    void keepsTheServerUntilEverythingIsAnswered() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("a"), parse("", "b"), bind("", ""), execute("", 0), sync(), query("c"));
        world.answers(DONE, READY);
        world.answers(message('1'), message('2'));
        world.answers(DONE, READY, DONE);
        assertThat(world.link.isBound()).isTrue();
        assertThat(world.link.answersOwed()).isEqualTo(1);
        world.answers(READY);

        assertThat(world.news()).containsExactly("bound", "idle I");
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
    }

    @Test
    void keepsTheServerUntilTheMessageBehindTheAnswerIsThere() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("a"));
        int cut = 9;
        world.answers(DONE, READY, first(cut, NOTICE));
        assertThat(world.link.isBound()).isTrue();
        assertThat(world.link.isClientTorn()).isTrue();
        world.answers(rest(cut, NOTICE));

        assertThat(world.got()).isEqualTo(bytes(DONE, READY, NOTICE));
        assertThat(world.link.isClientTorn()).isFalse();
        assertThat(world.news()).containsExactly("bound", "idle I");
    }

    @Test
    void passesOnWhatComesUnaskedWithAnAnswer() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("a"));
        world.answers(NOTICE, NOTIFICATION, DONE, READY, NOTIFICATION, NOTICE);

        assertThat(world.got()).isEqualTo(bytes(NOTICE, NOTIFICATION, DONE, READY, NOTIFICATION, NOTICE));
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
    }

    @Test
    void givesTheSameServerToTheNextTransaction() {
        LinkWorld world = inTransactionMode();
        for (int i = 0; i < 3; i++) {
            world.bind();
            world.asks(query("a"));
            world.answers(DONE, READY);
        }

        assertThat(world.opened()).isEqualTo(1);
        assertThat(world.got()).isEqualTo(bytes(DONE, READY, DONE, READY, DONE, READY));
    }

    // ---- COPY ----

    @Test
    void followsACopyToItsEnd() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("COPY t FROM STDIN"));
        world.answers(COPY_IN);
        assertThat(world.link.takesCopyData()).isTrue();
        world.asks(message('d', new byte[] {'1', '\n'}), copyDone());
        assertThat(world.link.isBound()).isTrue();
        world.answers(message('C', "COPY 1"), READY);

        assertThat(world.got()).isEqualTo(bytes(COPY_IN, message('C', "COPY 1"), READY));
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
    }

    @Test
    void closesAServerOfWhichItIsNotCertain() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("COPY t FROM STDIN"));
        world.answers(COPY_IN);
        // PostgreSQL answers the Sync only if the COPY has failed before it is read.
        world.asks(message('d', new byte[] {'x', '\n'}), sync());
        world.answers(error("ERROR", "22P02", "invalid input"), READY);

        assertThat(world.link.isBound()).isFalse();
        assertThat(world.state()).isEqualTo(ServerState.CLOSING);
        assertThat(world.server().isToldToEnd()).isTrue();
        world.answers(READY);
        assertThat(world.got()).isEqualTo(bytes(COPY_IN, error("ERROR", "22P02", "invalid input"), READY));
    }

    // ---- a server that ends ----

    @Test
    void keepsAFatalErrorFromTheClientAndTellsItWithTheEnd() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("a"), query("b"));
        world.answers(DONE, READY, COLUMNS, error("FATAL", "57P01", "terminating connection"));
        assertThat(world.news()).containsExactly("bound");
        assertThat(world.got()).isEqualTo(bytes(DONE, READY, COLUMNS));
        world.serverCloses();

        assertThat(world.news()).containsExactly("lost: 57P01 terminating connection, owed 1");
        assertThat(world.got()).isEmpty();
        assertThat(world.state()).isEqualTo(ServerState.CLOSED);
    }

    @Test
    void doesNotBindAServerThatIsEnding() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("a"));
        world.answers(DONE, READY);
        world.server().connection().close(DisconnectReason.SERVER_LIFETIME);
        world.news();

        world.bind();

        assertThat(world.news()).containsExactly("not bound");
        assertThat(world.link.isBound()).isFalse();
    }

    @Test
    void saysNothingOfTheServerBeforeToTheNextOne() {
        LinkWorld world = inTransactionMode();
        EmbeddedServer first = world.bind();
        world.asks(query("a"));
        world.answers(error("FATAL", "57P01", "terminating connection"));
        world.serverCloses();
        world.bind();
        assertThat(world.server()).isNotSameAs(first);
        world.news();
        world.asks(query("b"));
        world.serverCloses();

        assertThat(world.news()).containsExactly("lost: no word, owed 1");
    }

    // ---- back-pressure ----

    @Test
    void stopsReadingTheServerWhileTheClientTakesNoMore() {
        LinkWorld world = inTransactionMode();
        EmbeddedServer server = world.bind();
        world.asks(query("a"));
        world.clientTakesBytes(false);
        world.answers(COLUMNS, ROW);
        assertThat(server.isRead()).isFalse();

        // What was read before still comes.
        world.answers(ROW);
        world.link.resumeServer();
        assertThat(server.isRead())
                .as("nothing has been asked for the client yet")
                .isTrue();
        world.answers(ROW);
        assertThat(server.isRead()).isFalse();
        world.clientTakesBytes(true);
        world.link.resumeServer();
        assertThat(server.isRead()).isTrue();
        world.answers(DONE, READY);

        assertThat(world.got()).isEqualTo(bytes(COLUMNS, ROW, ROW, ROW, DONE, READY));
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
    }

    @Test
    void readsAServerAgainWhoseClientIsReleasedOrGone() {
        LinkWorld world = inTransactionMode();
        EmbeddedServer server = world.bind();
        world.asks(query("a"));
        world.clientTakesBytes(false);
        world.answers(DONE, READY);
        assertThat(world.link.isBound()).isFalse();
        assertThat(server.isRead()).isTrue();

        world.bind();
        world.asks(query("b"));
        world.answers(COLUMNS);
        assertThat(server.isRead()).isFalse();
        world.link.drain(true, Release.REUSE);
        assertThat(server.isRead()).isTrue();
        world.answers(ROW, DONE, READY);
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
    }

    @Test
    void stopsReadingTheClientWhileTheServerTakesNoMore() {
        LinkWorld world = inTransactionMode();
        EmbeddedServer server = world.bind();
        server.takesBytes(false);
        world.run();
        world.asks(query("a"));
        assertThat(world.client.config().isAutoRead()).isFalse();

        server.takesBytes(true);
        world.run();
        assertThat(world.client.config().isAutoRead()).isTrue();
        assertThat(server.heard()).isEqualTo(query("a"));
        world.answers(READY);
    }

    @Test
    void readsTheClientAgainWhenItsFullServerIsLost() {
        LinkWorld world = inTransactionMode();
        EmbeddedServer server = world.bind();
        server.takesBytes(false);
        world.run();
        world.asks(query("a"));
        world.serverCloses();

        assertThat(world.client.config().isAutoRead()).isTrue();
        assertThat(world.news()).containsExactly("bound", "lost: no word, owed 1");
    }
}
