package dev.pgweir.proxy.client;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.frame.Interest;
import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.frontend.EmptyFrontendMessage;
import dev.pgweir.proxy.cancel.CancelEnd;
import dev.pgweir.proxy.cancel.CancelTarget;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.pool.PoolClient;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LinkedClient;
import dev.pgweir.proxy.server.ServerConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A replication connection: the client and the one server that was opened for it, whose bytes are passed on as they are
 * until either leaves. Then the other is closed as well, for nobody else could use it.
 *
 * <p>It may last forever, so a server that is to be replaced (RECONNECT, or a reload that has changed its database) is not
 * waited for: the client is told and has to come again. As with PgBouncer, of the limits of time {@code query_timeout}
 * alone holds here, counted from the client's last message, which comes every few seconds while it follows a stream.
 */
final class ReplicationPhase implements ClientPhase, LinkedClient, CancelTarget {
    private static final Interest TERMINATE = Interest.builder()
            .none(FrontendMessageType.all())
            .header(FrontendMessageType.TERMINATE)
            .reject(FrontendMessageType.PASSWORD)
            .build();

    /** Where messages begin, and when an answer is complete. */
    private static final Interest READY = Interest.builder()
            .none(BackendMessageType.all())
            .header(BackendMessageType.READY_FOR_QUERY, BackendMessageType.COPY_BOTH_RESPONSE)
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
    /** It has asked for something that is not answered completely. */
    private boolean busy;
    /** What it gets is a stream, during which PostgreSQL listens as well. */
    private boolean streaming;

    private long lastAsked;

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
        server.scanner().interest(READY);
        server.link(this, LINK);
        if (server.isClosed()) {
            serverIsGone();
            return;
        }
        new Welcome(server.welcome(), key).send(channel, "");
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
        busy = true;
        lastAsked = System.nanoTime();
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
        if (!follow(data)) {
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

    /** False if it cannot be understood, which ends both. */
    private boolean follow(ByteBuf data) {
        int start = data.readerIndex();
        FrameScanner answers = server.scanner();
        try {
            for (int event = answers.next(data); event != FrameScanner.END; event = answers.next(data)) {
                if (event == FrameScanner.HEADER) {
                    streaming = answers.type() == BackendMessageType.COPY_BOTH_RESPONSE;
                    busy = streaming;
                }
            }
        } catch (ProtocolException e) {
            data.release();
            server.close(DisconnectReason.SERVER_PROTOCOL_ERROR);
            session.close(DisconnectReason.SERVER_PROTOCOL_ERROR);
            return false;
        }
        data.readerIndex(start);
        return true;
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

    // ---- time, cancel, and the end ----

    /** Its membership in the pool; null once it is over. */
    @Nullable
    PoolClient place() {
        return slot.client();
    }

    @Override
    public void onTick(long now) {
        DisconnectReason retired = slot.retired();
        if (retired != null) {
            session.fail(retired == DisconnectReason.DATABASE_REMOVED ? "57P04" : "57P01", retired.text(), retired);
            return;
        }
        ProxyConfig config = clients.configuration();
        String database = slot.pool().key().database();
        if (!busy || config.database(database).isEmpty()) {
            return;
        }
        Duration limit = config.clientSettings(database, Objects.requireNonNull(session.user()))
                .query();
        if (!limit.isZero() && now - lastAsked > limit.toNanos()) {
            session.fail(
                    "57014",
                    "query timeout: query_timeout is " + limit.toMillis() + " ms",
                    DisconnectReason.QUERY_TIMEOUT);
        }
    }

    @Override
    public boolean isTorn() {
        return !server.scanner().atBoundary();
    }

    @Override
    public @Nullable String database() {
        return session.database();
    }

    @Override
    public void onCancelRequest(CancelEnd whenOver) {
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
        boolean atBoundary = scanner.atBoundary();
        scanner.release();
        slot.pool().clientDisconnected();
        // Reading goes on, so that PostgreSQL can end what it is sending.
        server.setReadable(true);
        if (busy && !streaming && !terminated) {
            // PostgreSQL does not notice before the end of the query that nobody waits for it.
            clients.forwarder().forward(slot, () -> channel.eventLoop().execute(() -> leave(atBoundary)));
        } else {
            leave(atBoundary);
        }
    }

    private void leave(boolean atBoundary) {
        if (!terminated && atBoundary) {
            // The client has left without a word.
            ByteBuf terminate = channel.alloc().buffer(FrameScanner.HEADER_LENGTH);
            EmptyFrontendMessage.TERMINATE.encode(terminate);
            server.write(terminate, channel.eventLoop());
        }
        server.flush();
        slot.pool().release(slot, Release.close(DisconnectReason.CLIENT_CLOSE_REQUEST));
    }

    @Override
    public ClientState state() {
        return ClientState.ACTIVE;
    }
}
