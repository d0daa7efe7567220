package dev.pgweir.proxy.client;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** What the console needs of a client whose answer takes its time. Called on the client's event loop. */
public interface ConsoleClient {
    /** The client's event loop, to come back to from any thread. */
    Executor loop();

    /** Sends a part of an answer at once. Nothing happens if the client has left. */
    void send(Consumer<ByteBuf> part);

    /** The answer that was not complete is complete now. */
    void answered();
}
