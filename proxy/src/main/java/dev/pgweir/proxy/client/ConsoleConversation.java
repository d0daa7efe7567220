package dev.pgweir.proxy.client;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The console's side of a conversation with one client. On the client's event loop. */
public interface ConsoleConversation {
    /**
     * Answers a message.
     *
     * @param type of the frontend's messages, any but Terminate
     * @param body of Query, Parse, Bind, Describe, Execute and Close, valid during this call; null with the others, and
     *     where it is longer than anything that makes sense
     * @param out takes the answer, or its beginning
     * @return true if the answer is complete; if not, {@link ConsoleClient#answered} is called in the end, and no message
     *     is given before that
     */
    boolean onMessage(byte type, @Nullable ByteBuf body, ByteBuf out);

    /** What is not answered yet is to be given up, as far as that is possible; its answer is an error then. */
    void cancel();
}
