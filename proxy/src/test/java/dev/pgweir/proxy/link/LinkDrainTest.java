package dev.pgweir.proxy.link;

import static dev.pgweir.proxy.link.ServerBytes.COLUMNS;
import static dev.pgweir.proxy.link.ServerBytes.COPY_IN;
import static dev.pgweir.proxy.link.ServerBytes.DONE;
import static dev.pgweir.proxy.link.ServerBytes.IN_TRANSACTION;
import static dev.pgweir.proxy.link.ServerBytes.READY;
import static dev.pgweir.proxy.link.ServerBytes.ROW;
import static dev.pgweir.proxy.link.ServerBytes.error;
import static dev.pgweir.proxy.link.ServerBytes.first;
import static dev.pgweir.proxy.link.ServerBytes.rest;
import static dev.pgweir.proxy.testing.WireBytes.bind;
import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.copyFail;
import static dev.pgweir.proxy.testing.WireBytes.execute;
import static dev.pgweir.proxy.testing.WireBytes.message;
import static dev.pgweir.proxy.testing.WireBytes.parse;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static dev.pgweir.proxy.testing.WireBytes.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.server.ServerState;
import org.junit.jupiter.api.Test;

/** A server whose client has left is brought to an end of what it does, and is released or closed. */
final class LinkDrainTest extends LinkWorlds {
    @Test
    void waitsForTheAnswerToAClientThatHasLeft() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("a"), query("b"));
        world.answers(COLUMNS, first(8, ROW));
        world.got();

        assertThat(world.link.drain(true, Release.REUSE)).as("worth to cancel").isTrue();
        world.answers(rest(8, ROW), DONE, READY);
        assertThat(world.state()).isEqualTo(ServerState.ACTIVE);
        world.answers(error("ERROR", "57014", "canceled"), READY);

        assertThat(world.got()).isEmpty();
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
        assertThat(world.news()).containsExactly("bound");
    }

    @Test
    void releasesTheServerWhenItsSettingsAreInForceAndTheirClientHasLeft() {
        LinkWorld world = inTransactionMode();
        world.wanted.request("search_path", "a");
        world.bind();
        assertThat(world.link.isSettling()).isTrue();
        world.link.drain(true, Release.REUSE);
        assertThat(world.state()).isEqualTo(ServerState.ACTIVE);
        world.answers(COLUMNS, ROW, DONE, READY);

        assertThat(world.got()).isEmpty();
        assertThat(world.news()).containsExactly("bound");
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
    }

    @Test
    void rollsBackTheTransactionOfAClientThatHasLeft() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("BEGIN"));
        world.answers(DONE, IN_TRANSACTION);
        world.server().heard();

        assertThat(world.link.drain(true, Release.RESET)).isFalse();
        assertThat(world.server().heard()).isEqualTo(query("ROLLBACK"));
        assertThat(world.state()).isEqualTo(ServerState.ACTIVE);
        world.answers(message('C', "ROLLBACK"), READY);

        assertThat(world.state()).isEqualTo(ServerState.TESTED);
        assertThat(world.server().heard()).isEqualTo(query("DISCARD ALL"));
        world.answers(message('C', "DISCARD ALL"), READY);
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
    }

    @Test
    void rollsBackWhatTheLastRequestOfAClientThatHasLeftBegins() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("BEGIN"));
        world.server().heard();
        world.link.drain(true, Release.REUSE);
        world.answers(DONE, IN_TRANSACTION);

        assertThat(world.server().heard()).isEqualTo(query("ROLLBACK"));
        world.answers(message('C', "ROLLBACK"), READY);
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
    }

    @Test
    void endsTheGroupOfAClientThatHasLeft() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(parse("", "x"), bind("", ""));
        world.server().heard();

        assertThat(world.link.drain(true, Release.REUSE)).isTrue();
        assertThat(world.server().heard()).isEqualTo(sync());
        world.answers(message('1'), message('2'), READY);
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
    }

    @Test
    void endsTheCopyOfAClientThatHasLeft() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("COPY t FROM STDIN"));
        world.answers(COPY_IN);
        world.server().heard();

        assertThat(world.link.drain(true, Release.REUSE)).isTrue();
        assertThat(world.server().heard()).isEqualTo(copyFail("the client has left"));
        world.answers(error("ERROR", "57014", "COPY from stdin failed"), READY);
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
    }

    @Test
    void endsACopyThatBeginsAfterItsClientHasLeft() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(parse("", "COPY t FROM STDIN"), bind("", ""), execute("", 0));
        world.server().heard();
        world.link.drain(true, Release.REUSE);
        assertThat(world.server().heard()).isEqualTo(sync());

        world.answers(message('1'), message('2'), COPY_IN);
        assertThat(world.server().heard()).isEqualTo(bytes(copyFail("the client has left"), sync()));
        world.answers(error("ERROR", "57014", "COPY from stdin failed"), READY);
        assertThat(world.link.isBound()).isFalse();
        assertThat(world.state()).as("the first Sync may still be answered").isEqualTo(ServerState.CLOSING);
    }

    @Test
    void closesTheServerOfAClientThatHasLeftWithinAMessage() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.link.sent((byte) 'Q');
        world.link.write(world.buffer(first(7, query("SELECT 1"))));

        assertThat(world.link.drain(false, Release.REUSE)).isFalse();

        assertThat(world.state()).isEqualTo(ServerState.CLOSING);
        assertThat(world.server().heard())
                .as("no Terminate can follow half a message")
                .isEqualTo(first(7, query("SELECT 1")));
    }

    @Test
    void letsAServerGoThatDiesWhileItIsBroughtToAnEnd() {
        LinkWorld world = inTransactionMode();
        world.bind();
        world.asks(query("SELECT 1"));
        world.link.drain(true, Release.REUSE);
        world.serverCloses();

        assertThat(world.state()).isEqualTo(ServerState.CLOSED);
        assertThat(world.link.isBound()).isFalse();
        assertThat(world.news()).containsExactly("bound");
    }
}
