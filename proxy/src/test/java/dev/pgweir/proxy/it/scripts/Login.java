package dev.pgweir.proxy.it.scripts;

import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;

/** Gives clients that have logged in, all as the same user on the same database. */
@FunctionalInterface
public interface Login {

    /** Names and values of the startup packet in turn. */
    WireClient login(String... parameters) throws IOException;
}
