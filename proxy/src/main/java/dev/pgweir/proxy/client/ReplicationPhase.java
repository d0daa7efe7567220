package dev.pgweir.proxy.client;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.frame.Interest;
import dev.pgweir.protocol.message.backend.AuthenticationOk;
import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.backend.ParameterStatus;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.protocol.message.frontend.EmptyFrontendMessage;
import dev.pgweir.proxy.cancel.CancelTarget;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LinkedClient;
import dev.pgweir.proxy.server.ServerConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

/**
 * A replication connection: the client and the one server that was opened for it, whose bytes are passed on as they are
 * until either leaves. Then the other is closed as well, for nobody else could use it.
 */
final class ReplicationPhase implements ClientPhase, LinkedClient, CancelTarget {
    private static final Interest TERMINATE = Interest.builder()
            .none(FrontendMessageType.all())
            .header(FrontendMessageType.TERMINATE)
            .reject(FrontendMessageType.PASSWORD)
            .build();

    /** There is one link in the life of this connection. */
    private static final long LINK = 1;

    private final ClientSession session;
    private final Channel channel;
    private final FrameScanner scanner;
    private final Clients clients;
    private final PooledServer slot;
    private final ServerConnection server;
    private final BackendKeyData key;
    private boolean gone;
    private boolean terminated;

    /**
     * @param slot linked to this client in its pool, and alive a moment ago
     */
    ReplicationPhase(
            ClientSession session, FrameScanner scanner, Clients clients, PooledServer slot, ServerConnection server) {
        this.session = session;
        this.channel = session.channel();
        this.scanner = scanner;
        this.clients = clients;
        this.slot = slot;
        this.server = server;
        this.key = clients.keys().register(this, session.version());
        scanner.interest(TERMINATE);
    }

    /** Links the server and answers the login. */
    void begin() {
        slot.pool().clientConnected();
        slot.pool().stats().clientLoginCount().increment();
        server.link(this, LINK);
        if (server.isClosed()) {
            serverIsGone();
            return;
        }
        ByteBuf out = channel.alloc().buffer(512);
        new AuthenticationOk().encode(out);
        server.welcome().forEach((name, value) -> new ParameterStatus(name, value).encode(out));
        key.encode(out);
        new ReadyForQuery(TransactionStatus.IDLE).encode(out);
        channel.writeAndFlush(out, channel.voidPromise());
    }

    // ---- from the client ----

    @Override
    public void onRead(ByteBuf data) {
        if (gone) {
            data.release();
            return;
        }
        int start = data.readerIndex();
        try {
            for (int event = scanner.next(data); event != FrameScanner.END; event = scanner.next(data)) {
                terminated |= event == FrameScanner.HEADER && scanner.type() == FrontendMessageType.TERMINATE;
            }
        } catch (RuntimeException e) {
            data.release();
            throw e;
        }
        data.readerIndex(start);
        slot.pool().stats().bytesReceived().add(data.readableBytes());
        server.write(data, channel.eventLoop());
        if (!server.isWritable()) {
            server.flush();
            if (!server.isWritable()) {
                session.gate().close(ReadGate.PEER_FULL);
            }
        }
        if (terminated) {
            session.close(DisconnectReason.CLIENT_CLOSE_REQUEST);
        }
    }

    @Override
    public void onReadComplete() {
        if (!gone) {
            server.flush();
        }
    }

    @Override
    public void onWritabilityChanged() {
        if (!gone && channel.isWritable()) {
            server.setReadable(true);
        }
    }

    // ---- from the server ----

    @Override
    public EventLoop loop() {
        return channel.eventLoop();
    }

    @Override
    public void onServerRead(ServerConnection from, long link, ByteBuf data) {
        if (gone) {
            data.release();
            return;
        }
        slot.pool().stats().bytesSent().add(data.readableBytes());
        channel.write(data, channel.voidPromise());
        if (!channel.isWritable()) {
            channel.flush();
            if (!channel.isWritable()) {
                server.setReadable(false);
            }
        }
    }

    @Override
    public void onServerReadComplete(ServerConnection from, long link) {
        if (!gone) {
            channel.flush();
        }
    }

    @Override
    public void onServerWritabilityChanged(ServerConnection from, long link) {
        if (!gone && server.isWritable()) {
            session.gate().open(ReadGate.PEER_FULL);
        }
    }

    @Override
    public void onServerClosed(ServerConnection from, long link) {
        serverIsGone();
        from.scanner().release();
    }

    /** The client gets what PostgreSQL has said before, then its end. */
    private void serverIsGone() {
        if (!gone) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(done -> session.close(DisconnectReason.SERVER_CRASHED));
        }
    }

    // ---- cancel, and the end ----

    @Override
    public void onCancelRequest(Runnable whenOver) {
        channel.eventLoop().execute(() -> {
            if (gone) {
                whenOver.run();
            } else {
                clients.forwarder().forward(slot, whenOver);
            }
        });
    }

    @Override
    public void onClosed() {
        gone = true;
        clients.keys().remove(key);
        if (!terminated && scanner.atBoundary()) {
            // The client has left without a word.
            ByteBuf terminate = channel.alloc().buffer(FrameScanner.HEADER_LENGTH);
            EmptyFrontendMessage.TERMINATE.encode(terminate);
            server.write(terminate, channel.eventLoop());
        }
        server.flush();
        // Reading goes on, so that PostgreSQL can end what it is sending.
        server.setReadable(true);
        scanner.release();
        slot.pool().release(slot, Release.close(DisconnectReason.CLIENT_CLOSE_REQUEST));
        slot.pool().clientDisconnected();
    }

    @Override
    public ClientState state() {
        return ClientState.ACTIVE;
    }
}
