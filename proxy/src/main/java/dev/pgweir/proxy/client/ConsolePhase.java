package dev.pgweir.proxy.client;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.frame.Interest;
import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.proxy.cancel.CancelEnd;
import dev.pgweir.proxy.cancel.CancelKeys;
import dev.pgweir.proxy.cancel.CancelTarget;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.server.DisconnectReason;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client that talks to PgWeir itself. What its messages mean is the console's affair; this is reading and writing. */
final class ConsolePhase implements ClientPhase, ConsoleClient, CancelTarget {
    /** PostgreSQL's messages; those with something to say are seen whole. */
    static final Interest CONSOLE = Interest.builder()
            .header(FrontendMessageType.all())
            .whole(
                    FrontendMessageType.QUERY,
                    FrontendMessageType.PARSE,
                    FrontendMessageType.BIND,
                    FrontendMessageType.DESCRIBE,
                    FrontendMessageType.EXECUTE,
                    FrontendMessageType.CLOSE)
            .build();

    /**
     * What a client may send while the answer before is not complete. Until then it is read, because NIO tells of a client
     * that has left only by reading.
     */
    private static final int MAX_UNREAD = 64 * 1024;

    private final ClientSession session;
    private final FrameScanner scanner;
    private final ConsoleConversation conversation;
    private final CancelKeys keys;
    private final BackendKeyData key;
    /** What was read and not looked at yet. */
    private final ArrayDeque<ByteBuf> unread = new ArrayDeque<>(2);

    /** The end of the session, which an answer may bring about, waits until the buffer at hand is not needed any more. */
    private boolean working;
    /** The console has not answered yet. */
    private boolean waiting;

    ConsolePhase(
            ClientSession session,
            FrameScanner scanner,
            ConsoleAccess console,
            CancelKeys keys,
            String user,
            boolean admin) {
        this.session = session;
        this.scanner = scanner;
        this.keys = keys;
        this.key = keys.register(this, session.version());
        this.conversation = console.converse(user, admin, this);
        scanner.interest(CONSOLE);
    }

    /** What the client has to name to cancel a command. */
    BackendKeyData key() {
        return key;
    }

    @Override
    public void onRead(ByteBuf data) {
        unread.add(data);
        work();
    }

    /** A client that does not take its answers gets no more of them, so that they need no memory. */
    private void work() {
        if (working) {
            // A write has changed whether there may be more of them: the loop that wrote sees to it.
            return;
        }
        working = true;
        try {
            while (!session.isEnded()
                    && !waiting
                    && !unread.isEmpty()
                    && session.channel().isWritable()) {
                if (!step(unread.element())) {
                    unread.remove().release();
                }
            }
        } finally {
            working = false;
        }
        if (session.isEnded()) {
            release();
            return;
        }
        session.channel().flush();
        if (unread.isEmpty() || (waiting && unreadBytes() <= MAX_UNREAD)) {
            session.gate().open(ReadGate.PEER_FULL);
        } else {
            session.gate().close(ReadGate.PEER_FULL);
        }
    }

    private int unreadBytes() {
        return unread.stream().mapToInt(ByteBuf::readableBytes).sum();
    }

    /** Whether there was a message to answer. */
    private boolean step(ByteBuf data) {
        int event = scanner.next(data);
        if (event == FrameScanner.END) {
            return false;
        }
        byte type = scanner.type();
        if (type == FrontendMessageType.TERMINATE) {
            session.close(DisconnectReason.CLIENT_CLOSE_REQUEST);
        } else if (event == FrameScanner.MESSAGE) {
            answer(type, scanner.body());
        } else if (event == FrameScanner.HEADER) {
            answer(type, null);
        }
        return true;
    }

    private void answer(byte type, @Nullable ByteBuf body) {
        ByteBuf out = session.channel().alloc().buffer();
        try {
            waiting = !conversation.onMessage(type, body, out);
        } finally {
            write(out);
        }
    }

    private void write(ByteBuf out) {
        if (out.isReadable()) {
            session.channel().write(out, session.channel().voidPromise());
        } else {
            out.release();
        }
    }

    @Override
    public Executor loop() {
        return session.channel().eventLoop();
    }

    @Override
    public void send(Consumer<ByteBuf> part) {
        if (!session.isEnded()) {
            ByteBuf out = session.channel().alloc().buffer();
            part.accept(out);
            write(out);
            session.channel().flush();
        }
    }

    @Override
    public void answered() {
        waiting = false;
        goOn();
    }

    @Override
    public void onWritabilityChanged() {
        goOn();
    }

    private void goOn() {
        if (session.isEnded()) {
            return;
        }
        try {
            work();
        } catch (ProtocolException e) {
            session.onProtocolError(e);
        }
    }

    @Override
    public @Nullable String database() {
        return session.database();
    }

    @Override
    public void onCancelRequest(CancelEnd whenOver) {
        session.channel().eventLoop().execute(() -> {
            if (waiting && !session.isEnded()) {
                conversation.cancel();
            }
            whenOver.run();
        });
    }

    @Override
    public void onClosed() {
        keys.remove(key);
        if (!working) {
            release();
        }
    }

    private void release() {
        scanner.release();
        unread.forEach(ByteBuf::release);
        unread.clear();
    }

    @Override
    public ClientState state() {
        return ClientState.ACTIVE;
    }
}
