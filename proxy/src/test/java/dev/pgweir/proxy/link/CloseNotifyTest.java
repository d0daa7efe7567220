package dev.pgweir.proxy.link;

import static dev.pgweir.proxy.link.ServerBytes.DONE;
import static dev.pgweir.proxy.link.ServerBytes.READY;
import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.EmbeddedServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that has ended its side of TLS serves nobody any more, though its socket stays open for a while. */
@ParameterizedClass(name = "server on a loop of its own: {0}")
@ValueSource(booleans = {false, true})
final class CloseNotifyTest {
    @Parameter
    boolean ownLoop;

    private final List<LinkWorld> worlds = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        worlds.forEach(LinkWorld::finish);
    }

    @Test
    void whileItIsIdle() {
        LinkWorld world = world(true);
        EmbeddedServer server = world.bind();
        world.asks(query("a"));
        world.answers(DONE, READY);

        server.sendsCloseNotify();

        assertThat(server.connection().isUsable()).isFalse();
        assertThat(server.isToldToEnd()).isTrue();
        world.news();
        world.bind();
        assertThat(world.news()).containsExactly("not bound");
        world.serverCloses();
        assertThat(world.bind()).isNotSameAs(server);
    }

    @Test
    void whileAClientHasIt() {
        LinkWorld world = world(false);
        EmbeddedServer server = world.bind();
        world.asks(query("a"));
        server.says(DONE, READY);
        server.sendsCloseNotify();
        world.run();

        assertThat(server.connection().isUsable()).isFalse();
        assertThat(server.isToldToEnd()).isTrue();
        assertThat(world.got()).as("what came before it").isEqualTo(bytes(DONE, READY));
        world.serverCloses();
        assertThat(world.news()).contains("lost: no word, owed 0");
        assertThat(world.bind()).isNotSameAs(server);
    }

    private LinkWorld world(boolean releases) {
        LinkWorld world = new LinkWorld(ownLoop, releases);
        worlds.add(world);
        return world;
    }
}
