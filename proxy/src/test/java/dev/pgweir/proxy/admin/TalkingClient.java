package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.frontend.FrontendMessage;
import dev.pgweir.protocol.message.frontend.Query;
import dev.pgweir.proxy.client.ConsoleClient;
import dev.pgweir.proxy.client.ConsoleConversation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client of the console whose event loop runs when the test says so. */
final class TalkingClient implements ConsoleClient {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final ConsoleConversation conversation;
    private ByteBuf out = Unpooled.buffer();

    /** Whether the last message is not answered yet. */
    boolean waits;

    TalkingClient(ConsoleData data, boolean admin) {
        this(new Console(data, new RecordingControl(), new ConsoleActivity()), admin);
    }

    TalkingClient(Console console, boolean admin) {
        this.conversation = console.converse(new ConsoleUser("me", admin), this);
    }

    /** Sends a simple query and gives all that was answered so far. */
    ByteBuf query(String sql) {
        say(new Query(sql));
        return heard();
    }

    TalkingClient say(FrontendMessage message) {
        ByteBuf bytes = Unpooled.buffer();
        message.encode(bytes);
        byte type = bytes.readByte();
        bytes.readInt();
        return say(type, bytes);
    }

    /** Sends a message that has no body, or one that is too long. */
    TalkingClient say(byte type, @Nullable ByteBuf body) {
        if (waits) {
            throw new IllegalStateException("the console is not asked anything while it works");
        }
        waits = !conversation.onMessage(type, body, out);
        return this;
    }

    TalkingClient sync() {
        return say(FrontendMessageType.SYNC, null);
    }

    void cancel() {
        conversation.cancel();
    }

    /** Runs what waits for the event loop, and gives all that was answered since the last time. */
    ByteBuf heard() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        ByteBuf all = out;
        out = Unpooled.buffer();
        return all;
    }

    @Override
    public Executor loop() {
        return tasks::add;
    }

    @Override
    public void send(Consumer<ByteBuf> part) {
        part.accept(out);
    }

    @Override
    public void answered() {
        waits = false;
    }
}
