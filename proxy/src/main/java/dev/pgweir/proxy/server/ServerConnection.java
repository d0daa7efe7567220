package dev.pgweir.proxy.server;

import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.frame.Interest;
import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.proxy.log.ServerLog;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.net.UnixSockets;
import dev.pgweir.proxy.prepare.ServerStatements;
import dev.pgweir.proxy.tls.TlsPeer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection to PostgreSQL that has logged in.
 *
 * <p><b>Who may touch it.</b> While linked, its bytes, its {@link #scanner} and its {@link #parameters} belong to the
 * client's loop; else to its own. The hand-over to the client is {@link #link} (the volatile write of {@code client}), the
 * hand-over back is {@link #unlink}; both are called on the client's loop, between messages. What the server's loop read
 * before it saw the change travels as tasks, and is refused there by the link's number.
 *
 * <p>What PgWeir itself runs on it is {@link UnlinkedServer}'s, and how it ends {@link Farewell}'s.
 */
@SuppressWarnings("ReferenceEquality") // Two event loops are the same one or not; loops have no other equality.
public final class ServerConnection implements ServerControl {
    /** What has to be seen of a server that serves a client. */
    public static final Interest RELAY = Interest.builder()
            .none(bytes("DdTCc123InstNAHV"))
            .header((byte) 'G')
            .whole(bytes("ZSE"))
            .build();

    /** In addition, what ends the answer to each message of the extended protocol. */
    public static final Interest RELAY_EACH =
            RELAY.toBuilder().header(bytes("T123Inst")).whole((byte) 'C').build();

    /** In addition, rows: of a query of PgWeir's own. */
    public static final Interest RELAY_ROWS =
            RELAY_EACH.toBuilder().whole((byte) 'D').build();

    /** Bounds an error or a parameter's value that is looked at; longer ones pass through unseen. */
    public static final int MAX_WHOLE = 64 * 1024;

    private final Channel channel;
    private final EventLoop loop;
    private final int loopIndex;
    private final ServerOwner owner;
    private final ServerProfile profile;
    private final FrameScanner scanner;
    private final SessionParameters parameters;
    private final ServerStatements statements = new ServerStatements();
    private final ReadGate gate;
    private final Map<String, String> welcome;
    private final long id;
    private final ServerLog log;
    private final @Nullable TlsPeer tls;
    private final long connectedAt = System.nanoTime();
    private @Nullable BackendKeyData key;

    /** Written before {@link #client}, read after it. */
    private long linkNumber;

    private volatile @Nullable LinkedClient client;
    private volatile boolean closed;
    /** A client left it in the middle of a message, so nothing more can be said on it. */
    private volatile boolean torn;

    private volatile @Nullable DisconnectReason closing;

    private final HandOver handOver;
    private final UnlinkedServer unlinked;
    private final Farewell farewell;

    /** On the client's loop: the last buffer written since the last flush, for one task instead of two. */
    private @Nullable ByteBuf unflushed;

    ServerConnection(
            long id,
            Channel channel,
            int loopIndex,
            ServerOwner owner,
            ServerProfile profile,
            FrameScanner scanner,
            SessionParameters parameters,
            ReadGate gate,
            Map<String, String> welcome,
            ServerLog log,
            @Nullable TlsPeer tls) {
        this.id = id;
        this.log = log;
        this.tls = tls;
        this.channel = channel;
        this.loop = channel.eventLoop();
        this.loopIndex = loopIndex;
        this.owner = owner;
        this.profile = profile;
        this.scanner = scanner;
        this.parameters = parameters;
        this.gate = gate;
        this.handOver = new HandOver(this, loop, gate);
        this.welcome = welcome;
        this.unlinked = new UnlinkedServer(this, channel, log);
        this.farewell = new Farewell(channel, log);
    }

    private static byte[] bytes(String types) {
        return types.getBytes(StandardCharsets.US_ASCII);
    }

    // ---- for whoever has it linked, on the client's loop ----

    /**
     * Gives its bytes to a client. Check {@link #isClosed} afterwards: a server that died just before will not tell.
     *
     * @param number which of the client's links this is; comes back with every call
     */
    public void link(LinkedClient to, long number) {
        linkNumber = number;
        client = to;
    }

    /**
     * Takes its bytes back.
     *
     * @param clean whether both directions stand between messages; if not, the server can only be closed
     */
    public void unlink(boolean clean) {
        if (!clean) {
            torn = true;
        }
        flush();
        client = null;
    }

    /** Sends bytes to PostgreSQL with the next {@link #flush}. Takes over the buffer. */
    public void write(ByteBuf data, EventLoop from) {
        if (from == loop) {
            channel.write(data, channel.voidPromise());
            return;
        }
        ByteBuf earlier = unflushed;
        unflushed = data;
        if (earlier != null) {
            channel.write(earlier, channel.voidPromise());
        }
    }

    /** Sends what was written. */
    public void flush() {
        ByteBuf last = unflushed;
        if (last != null) {
            unflushed = null;
            channel.writeAndFlush(last, channel.voidPromise());
        } else if (loop.inEventLoop()) {
            channel.flush();
        }
    }

    /** Whether PostgreSQL takes more bytes without the proxy having to keep them. */
    public boolean isWritable() {
        return channel.isWritable();
    }

    /** Stops or resumes reading, while the client cannot take more. */
    public void setReadable(boolean readable) {
        if (loop.inEventLoop()) {
            applyReadable(readable);
        } else {
            loop.execute(() -> applyReadable(readable));
        }
    }

    private void applyReadable(boolean readable) {
        if (readable || closing != null) {
            gate.open(ReadGate.PEER_FULL);
        } else {
            gate.close(ReadGate.PEER_FULL);
        }
    }

    /** Stops or resumes reading, for SUSPEND. Any thread. */
    public void suspend(boolean suspended) {
        if (!loop.inEventLoop()) {
            loop.execute(() -> suspend(suspended));
        } else if (suspended && !closed && closing == null) {
            gate.close(ReadGate.SUSPENDED);
        } else {
            gate.open(ReadGate.SUSPENDED);
        }
    }

    /** Whether something was written to it that PostgreSQL has not taken. Any thread. */
    public boolean hasUnsent() {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        return !closed && out != null && out.totalPendingWriteBytes() > 0;
    }

    /** The scanner of what PostgreSQL sends. */
    public FrameScanner scanner() {
        return scanner;
    }

    /** What clients prepared on it. */
    public ServerStatements statements() {
        return statements;
    }

    /** The values that the session at PostgreSQL has. */
    public SessionParameters parameters() {
        return parameters;
    }

    // ---- for everybody ----

    /** What a cancel request has to name; null if PostgreSQL gave none. */
    public @Nullable BackendKeyData key() {
        return key;
    }

    /** Where it is connected to; a cancel request has to go to the same place. */
    SocketAddress connectedTo() {
        return channel.remoteAddress();
    }

    /** Where it is connected to, for a reader: the name {@code unix} and a port if it is a Unix socket. */
    public InetSocketAddress address() {
        return shown(channel.remoteAddress());
    }

    /** The address it is connected from, for a reader. */
    public InetSocketAddress localAddress() {
        return shown(channel.localAddress());
    }

    private InetSocketAddress shown(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet : UnixSockets.shown(profile.port());
    }

    /** All that PostgreSQL reported at the login, by name: what a client is told at its own. */
    public Map<String, String> welcome() {
        return welcome;
    }

    /** What its TLS handshake has shown; null if it is not encrypted. */
    public @Nullable TlsPeer tls() {
        return tls;
    }

    /** How it was opened. */
    public ServerProfile profile() {
        return profile;
    }

    /** The number that log lines show. */
    public long id() {
        return id;
    }

    /** Whether it is neither closed nor about to be. */
    public boolean isUsable() {
        return !closed && closing == null;
    }

    /** Whether its socket is closed. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public int loopIndex() {
        return loopIndex;
    }

    @Override
    public void close(DisconnectReason reason) {
        if (loop.inEventLoop()) {
            startClosing(reason);
        } else {
            loop.execute(() -> startClosing(reason));
        }
    }

    @Override
    public void runCheck() {
        run(profile.queries().check(), DisconnectReason.SERVER_CHECK_FAILED);
    }

    @Override
    public void runReset() {
        run(profile.queries().reset(), DisconnectReason.SERVER_RESET_FAILED);
    }

    private void run(@Nullable String sql, DisconnectReason ifItFails) {
        if (loop.inEventLoop()) {
            unlinked.start(new ServerTask(sql == null ? "" : sql, ifItFails, true), owner::onTaskDone);
        } else {
            loop.execute(() -> run(sql, ifItFails));
        }
    }

    // ---- on the server's loop ----

    /** The login is complete. The connect query runs first, where there is one. */
    void loggedIn(@Nullable BackendKeyData backendKey) {
        key = backendKey;
        scanner.interest(RELAY);
        String connectQuery = profile.queries().connect();
        if (connectQuery == null) {
            owner.onReady(this);
        } else {
            unlinked.start(
                    new ServerTask(connectQuery, DisconnectReason.SERVER_LOGIN_FAILED, false),
                    () -> owner.onReady(this));
        }
    }

    /** Closes without a word and without waiting for PostgreSQL to close its side. Any thread. */
    @Override
    public void abort(DisconnectReason reason) {
        if (!loop.inEventLoop()) {
            loop.execute(() -> abort(reason));
        } else if (!closed) {
            closing = reason;
            channel.close();
        }
    }

    void onRead(ByteBuf data) {
        LinkedClient to = client;
        if (closing != null) {
            farewell.onRead(data);
        } else if (to == null) {
            unlinked.onRead(data);
        } else if (to.loop() == loop) {
            to.onServerRead(this, linkNumber, data);
        } else {
            handOver.add(data, to, linkNumber);
        }
    }

    void onReadComplete() {
        if (handOver.isPending()) {
            handOver.send(true);
            return;
        }
        LinkedClient to = client;
        if (to != null && to.loop() == loop) {
            to.onServerReadComplete(this, linkNumber);
        }
    }

    void onWritabilityChanged() {
        LinkedClient to = client;
        if (to == null) {
            return;
        }
        long number = linkNumber;
        if (to.loop() == loop) {
            to.onServerWritabilityChanged(this, number);
        } else {
            to.loop().execute(() -> to.onServerWritabilityChanged(this, number));
        }
    }

    private void startClosing(DisconnectReason reason) {
        if (closed || closing != null) {
            return;
        }
        closing = reason;
        gate.openAll();
        farewell.begin(client == null && !torn, tls != null);
    }

    void onClosed(DisconnectReason reason) {
        closed = true;
        farewell.isOver();
        unlinked.endTask();
        DisconnectReason asked = closing;
        DisconnectReason why = asked == null ? reason : asked;
        log.closing(why.text(), (System.nanoTime() - connectedAt) / 1_000_000_000L);
        owner.onClosed(why);
        handOver.send(true);
        LinkedClient to = client;
        if (to == null) {
            scanner.release();
        } else if (to.loop() == loop) {
            to.onServerClosed(this, linkNumber);
        } else {
            long number = linkNumber;
            to.loop().execute(() -> to.onServerClosed(this, number));
        }
    }

    @Override
    public String toString() {
        return log.prefix().toString();
    }
}
