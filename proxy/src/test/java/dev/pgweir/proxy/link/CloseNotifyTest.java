package dev.pgweir.proxy.link;

import static dev.pgweir.proxy.link.ServerBytes.DONE;
import static dev.pgweir.proxy.link.ServerBytes.READY;
import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static dev.pgweir.proxy.testing.WireBytes.query;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.EmbeddedServer;
import org.junit.jupiter.api.Test;

/** A server that has ended its side of TLS serves nobody any more, though its socket stays open for a while. */
final class CloseNotifyTest extends LinkWorlds {
    @Test
    void whileItIsIdle() {
        LinkWorld world = inTransactionMode();
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
        LinkWorld world = inSessionMode();
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
}
