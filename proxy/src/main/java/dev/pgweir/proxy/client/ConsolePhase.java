package dev.pgweir.proxy.client;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.frame.Interest;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.protocol.message.frontend.Query;
import dev.pgweir.proxy.server.DisconnectReason;
import io.netty.buffer.ByteBuf;

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
        ByteBuf out = session.channel().alloc().buffer();
        try {
            int event;
            while ((event = scanner.next(data)) != FrameScanner.END) {
                if (event == FrameScanner.MESSAGE && !skipToSync) {
                    console.execute(Query.decode(scanner.body()).sql(), user, admin, out);
                } else if (event == FrameScanner.HEADER && onOther(scanner.type(), out)) {
                    return;
                }
            }
            if (out.isReadable()) {
                session.channel().writeAndFlush(out.retain(), session.channel().voidPromise());
            }
        } finally {
            out.release();
            data.release();
        }
    }

    /** Whether the client has left. */
    private boolean onOther(byte type, ByteBuf out) {
        switch (type) {
            case FrontendMessageType.TERMINATE -> {
                session.close(DisconnectReason.CLIENT_CLOSE_REQUEST);
                return true;
            }
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
        return false;
    }

    @Override
    public void onClosed() {
        scanner.release();
    }

    @Override
    public ClientState state() {
        return ClientState.ACTIVE;
    }
}
