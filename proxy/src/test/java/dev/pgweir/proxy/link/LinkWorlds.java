package dev.pgweir.proxy.link;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests of a link, each of which makes a {@link LinkWorld}: with the server on the client's event loop and on another
 * one. After each test not a byte of memory is left in use.
 */
@ParameterizedClass(name = "server on a loop of its own: {0}")
@ValueSource(booleans = {false, true})
abstract class LinkWorlds {
    @Parameter
    boolean ownLoop;

    private final List<LinkWorld> worlds = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        worlds.forEach(LinkWorld::finish);
    }

    /** A world where the server is released when a transaction ends. */
    final LinkWorld inTransactionMode() {
        return world(true);
    }

    /** A world where the client keeps its server. */
    final LinkWorld inSessionMode() {
        return world(false);
    }

    private LinkWorld world(boolean releases) {
        LinkWorld world = new LinkWorld(ownLoop, releases);
        worlds.add(world);
        return world;
    }
}
