package dev.pgweir.proxy.client;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.frame.Interest;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.protocol.message.frontend.Query;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.server.DisconnectReason;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;

/** A client that talks to PgWeir itself. */
final class ConsolePhase implements ClientPhase {
    /** PostgreSQL's messages; a query is seen whole, the others are answered by an error without being looked at. */
    static final Interest CONSOLE = Interest.builder()
            .header(FrontendMessageType.all())
            .whole(FrontendMessageType.QUERY)
            .build();

    private final ClientSession session;
    private final FrameScanner scanner;
    private final ConsoleAccess console;
    private final String user;
    private final boolean admin;
    private boolean skipToSync;
    /** What was read and not looked at yet; more than one buffer only while the client does not take its answers. */
    private final ArrayDeque<ByteBuf> unread = new ArrayDeque<>(2);

    /** The end of the session, which an answer may bring about, waits until the buffer at hand is not needed any more. */
    private boolean working;

    ConsolePhase(ClientSession session, FrameScanner scanner, ConsoleAccess console, String user, boolean admin) {
        this.session = session;
        this.scanner = scanner;
        this.console = console;
        this.user = user;
        this.admin = admin;
        scanner.interest(CONSOLE);
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
            while (!session.isEnded() && !unread.isEmpty() && session.channel().isWritable()) {
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
        if (unread.isEmpty()) {
            session.gate().open(ReadGate.PEER_FULL);
        } else {
            session.gate().close(ReadGate.PEER_FULL);
        }
    }

    /** Whether there was a message to answer. */
    private boolean step(ByteBuf data) {
        int event = scanner.next(data);
        if (event == FrameScanner.END) {
            return false;
        }
        ByteBuf out = session.channel().alloc().buffer();
        if (event == FrameScanner.MESSAGE && !skipToSync) {
            console.execute(Query.decode(scanner.body()).sql(), user, admin, out);
        } else if (event == FrameScanner.HEADER) {
            onOther(scanner.type(), out);
        }
        if (out.isReadable()) {
            session.channel().write(out, session.channel().voidPromise());
        } else {
            out.release();
        }
        return true;
    }

    @Override
    public void onWritabilityChanged() {
        try {
            work();
        } catch (ProtocolException e) {
            session.onProtocolError(e);
        }
    }

    private void onOther(byte type, ByteBuf out) {
        switch (type) {
            case FrontendMessageType.TERMINATE -> session.close(DisconnectReason.CLIENT_CLOSE_REQUEST);
            case FrontendMessageType.SYNC -> {
                skipToSync = false;
                new ReadyForQuery(TransactionStatus.IDLE).encode(out);
            }
            case FrontendMessageType.COPY_DATA,
                    FrontendMessageType.COPY_DONE,
                    FrontendMessageType.COPY_FAIL,
                    FrontendMessageType.FLUSH -> {}
            default -> {
                if (!skipToSync) {
                    ErrorResponse.of(
                                    Severity.ERROR,
                                    SqlState.FEATURE_NOT_SUPPORTED,
                                    "the console takes queries of the simple protocol only, not "
                                            + FrontendMessageType.name(type))
                            .encode(out);
                    if (type == FrontendMessageType.QUERY || type == FrontendMessageType.FUNCTION_CALL) {
                        new ReadyForQuery(TransactionStatus.IDLE).encode(out);
                    } else {
                        skipToSync = true;
                    }
                }
            }
        }
    }

    @Override
    public void onClosed() {
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
