package dev.pgweir.proxy.link;

import static dev.pgweir.proxy.link.ServerBytes.COLUMNS;
import static dev.pgweir.proxy.link.ServerBytes.DONE;
import static dev.pgweir.proxy.link.ServerBytes.NOTICE;
import static dev.pgweir.proxy.link.ServerBytes.READY;
import static dev.pgweir.proxy.link.ServerBytes.ROW;
import static dev.pgweir.proxy.link.ServerBytes.error;
import static dev.pgweir.proxy.link.ServerBytes.first;
import static dev.pgweir.proxy.link.ServerBytes.rest;
import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.message;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.EmbeddedServer;
import dev.pgweir.proxy.server.ServerState;
import org.junit.jupiter.api.Test;

/** The settings of a client are in force on the server before anything of it runs there. */
final class LinkSettingsTest extends LinkWorlds {
    @Test
    void setsWhatTheClientWantsInTheFlightOfItsFirstRequest() {
        LinkWorld world = inTransactionMode();
        world.wanted.request("TimeZone", "Asia/Tokyo");
        world.bind();
        assertThat(world.link.isSettling()).isFalse();
        assertThat(world.server().heard()).as("nothing before the request").isEmpty();
        world.asks(query("SELECT 1"));
        byte[] setting = query("SELECT pg_catalog.set_config(E'TimeZone', E'Asia/Tokyo', false)");
        assertThat(world.server().heard()).isEqualTo(bytes(setting, query("SELECT 1")));

        world.answers(COLUMNS, ROW, message('S', "TimeZone", "Asia/Tokyo"), NOTICE, DONE, READY, COLUMNS, ROW, DONE);
        assertThat(world.got()).isEqualTo(bytes(COLUMNS, ROW, DONE));
        assertThat(world.link.isBound()).isTrue();
        world.answers(READY);
        assertThat(world.got()).isEqualTo(READY);
        assertThat(world.link.isBound()).isFalse();

        world.bind();
        world.asks(query("SELECT 2"));
        assertThat(world.server().heard()).as("they are in force").isEqualTo(query("SELECT 2"));
        world.answers(DONE, READY);
    }

    @Test
    void followsWhatTheClientChanges() {
        LinkWorld world = inTransactionMode();
        world.wanted.request("TimeZone", "UTC");
        EmbeddedServer server = world.bind();
        world.asks(query("SET TimeZone = 'Asia/Tokyo'"));
        byte[] report = message('S', "TimeZone", "Asia/Tokyo");
        world.answers(message('C', "SET"), report, READY);

        assertThat(world.got()).isEqualTo(bytes(message('C', "SET"), report, READY));
        assertThat(world.wanted.get("TimeZone")).isEqualTo("Asia/Tokyo");
        assertThat(server.connection().parameters().get("TimeZone")).isEqualTo("Asia/Tokyo");
    }

    @Test
    void holdsTheClientUntilSettingsThatMayBeRefusedAreInForce() {
        LinkWorld world = inTransactionMode();
        world.wanted.request("search_path", "a, b");
        world.bind();
        assertThat(world.link.isSettling()).isTrue();
        assertThat(world.server().heard())
                .isEqualTo(query("SELECT pg_catalog.set_config(E'search_path', E'a, b', false)"));

        world.answers(COLUMNS, ROW);
        world.answers(DONE);
        assertThat(world.news()).containsExactly("bound");
        world.answers(READY);

        assertThat(world.news()).containsExactly("settled");
        assertThat(world.link.isSettling()).isFalse();
        assertThat(world.link.isBound()).isTrue();
        assertThat(world.got()).isEmpty();
        world.asks(query("SELECT 1"));
        world.answers(DONE, READY);
        assertThat(world.got()).isEqualTo(bytes(DONE, READY));
    }

    @Test
    void tellsThatSettingsWereRefused() {
        LinkWorld world = inTransactionMode();
        world.wanted.request("search_path", "a");
        world.bind();
        world.answers(error("ERROR", "22023", "invalid value"), READY);

        assertThat(world.news()).containsExactly("bound", "settings refused: 22023 invalid value");
        assertThat(world.got()).isEmpty();
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
    }

    @Test
    void showsNothingOfTheAnswerBehindRefusedSettings() {
        LinkWorld world = inTransactionMode();
        world.wanted.request("TimeZone", "Nowhere");
        world.bind();
        world.asks(query("SELECT 1"));
        world.answers(error("ERROR", "22023", "no such zone"), READY, COLUMNS, first(7, ROW));

        assertThat(world.news()).containsExactly("bound", "settings refused: 22023 no such zone");
        assertThat(world.got()).isEmpty();
        // The client has been ended; the rest of the answer is awaited.
        world.answers(rest(7, ROW), DONE, READY);
        assertThat(world.got()).isEmpty();
        assertThat(world.state()).isEqualTo(ServerState.IDLE);
        assertThat(world.server().connection().parameters().get("TimeZone")).isEqualTo("UTC");
    }

    @Test
    void keepsACancelForTheRequestBehindTheSettings() {
        LinkWorld world = inTransactionMode();
        world.wanted.request("TimeZone", "Asia/Tokyo");
        world.bind();
        world.asks(query("SELECT 1"));
        world.link.afterInternal(() -> world.told.add("cancel"));
        world.answers(DONE);
        assertThat(world.news()).containsExactly("bound");
        world.answers(READY);
        assertThat(world.news()).containsExactly("cancel");

        world.link.afterInternal(() -> world.told.add("at once"));
        assertThat(world.news()).containsExactly("at once");
        world.answers(READY);
    }

    @Test
    void runsACancelEvenIfTheServerIsLostBefore() {
        LinkWorld world = inTransactionMode();
        world.wanted.request("TimeZone", "Asia/Tokyo");
        world.bind();
        world.asks(query("SELECT 1"));
        world.link.afterInternal(() -> world.told.add("cancel"));
        world.serverCloses();

        assertThat(world.news()).containsExactly("bound", "lost: no word, owed 1", "cancel");
    }
}
