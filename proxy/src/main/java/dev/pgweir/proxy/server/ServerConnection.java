package dev.pgweir.proxy.server;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.frame.Interest;
import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ParameterStatus;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.protocol.message.frontend.EmptyFrontendMessage;
import dev.pgweir.proxy.log.ConnectionLog;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.net.UnixSockets;
import dev.pgweir.proxy.prepare.ServerStatements;
import dev.pgweir.proxy.tls.TlsPeer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to PostgreSQL that has logged in.
 *
 * <p><b>Who may touch it.</b> While linked, its bytes, its {@link #scanner} and its {@link #parameters} belong to the
 * client's loop; else to its own. The hand-over to the client is {@link #link} (the volatile write of {@code client}), the
 * hand-over back is {@link #unlink}; both are called on the client's loop, between messages. What the server's loop read
 * before it saw the change travels as tasks, and is refused there by the link's number.
 *
 * <p><b>Closing.</b> PostgreSQL counts a connection until its process is gone, and that process notices the end only when
 * its query is over. So closing means: say Terminate, shut the sending side and wait until PostgreSQL closes the other;
 * only that is {@link ServerOwner#onClosed}.
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

    /**
     * How long PostgreSQL may take to close its side. That is milliseconds where nothing runs, else the rest of the query,
     * for which the connection has to count. A server that hangs, or a host that is gone without a word, never does;
     * Linux tries 924 s to reach a peer that does not answer (tcp_retries2 = 15), and after that long its place is lent out.
     */
    private static final long CLOSE_LIMIT_SECONDS = 924;

    /**
     * What PostgreSQL may send after that, in bytes. More than the buffers of both sockets hold (10 MB by Linux's defaults), so
     * that whoever sends more is writing now, and is ended by its next write to a socket that is closed.
     */
    private static final int CLOSE_LIMIT_BYTES = 16 << 20;

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
    private final ConnectionLog log;
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

    /** On the client's loop: the last buffer written since the last flush, for one task instead of two. */
    private @Nullable ByteBuf unflushed;

    /** On the server's loop: what PgWeir itself runs. */
    private @Nullable ServerTask task;

    private @Nullable Future<?> taskLimit;

    /** On the server's loop: until when it is waited for the other side. */
    private @Nullable Future<?> closeLimit;

    private int thrownAway;

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
            ConnectionLog log,
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
            start(new ServerTask(sql == null ? "" : sql, ifItFails, true), owner::onTaskDone);
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
            start(new ServerTask(connectQuery, DisconnectReason.SERVER_LOGIN_FAILED, false), () -> owner.onReady(this));
        }
    }

    private void start(ServerTask next, Runnable whenDone) {
        if (closed || closing != null) {
            return;
        }
        task = next;
        // A simple query ends the unnamed statement.
        statements.forgetUnnamed();
        next.start(channel, whenDone);
        Duration limit = profile.connectTimeout();
        if (!limit.isZero()) {
            taskLimit = loop.schedule(() -> abort(next), limit.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void endTask() {
        task = null;
        if (taskLimit != null) {
            taskLimit.cancel(false);
            taskLimit = null;
        }
    }

    /** PostgreSQL did not answer in time; it will not answer a polite end either. */
    private void abort(ServerTask late) {
        if (task == late) {
            abort(late.ifItFails());
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
            throwAway(data);
        } else if (to == null) {
            onUnlinkedRead(data);
        } else if (to.loop() == loop) {
            to.onServerRead(this, linkNumber, data);
        } else {
            handOver.add(data, to, linkNumber);
        }
    }

    private void throwAway(ByteBuf data) {
        thrownAway += data.readableBytes();
        data.release();
        if (thrownAway > CLOSE_LIMIT_BYTES) {
            channel.close();
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

    /** An idle server may report and notify; a running task takes its answers. Anything else is out of order. */
    private void onUnlinkedRead(ByteBuf data) {
        try {
            int rest = scanner.bodyRemaining();
            int event;
            while ((event = scanner.next(data)) != FrameScanner.END) {
                if (event == FrameScanner.MESSAGE) {
                    onUnlinkedMessage();
                } else if (task == null) {
                    onUnaskedBytes(rest);
                }
                rest = scanner.bodyRemaining();
            }
        } catch (RuntimeException e) {
            log.warning("unexpected data from the server while no client used it: " + e.getMessage());
            startClosing(DisconnectReason.SERVER_UNSYNC);
        } finally {
            data.release();
        }
    }

    /**
     * Notices and notifications may come at any time; nothing else comes unasked.
     *
     * @param rest how many bytes at the beginning belong to a message whose header was seen before
     */
    private void onUnaskedBytes(int rest) {
        ByteBuf bytes = scanner.buffer();
        long next = (long) scanner.from() + rest;
        while (next < scanner.to()) {
            int at = (int) next;
            byte type = bytes.getByte(at);
            if (type != BackendMessageType.NOTICE_RESPONSE && type != BackendMessageType.NOTIFICATION_RESPONSE) {
                throw ProtocolException.violation("unexpected message " + BackendMessageType.name(type));
            }
            next += bytes.getInt(at + 1) + 1L;
        }
    }

    private void onUnlinkedMessage() {
        byte type = scanner.type();
        if (type == 'S') {
            ParameterStatus status = ParameterStatus.decode(scanner.body());
            parameters.reported(status.name(), status.value());
        } else if (task != null) {
            onTaskMessage(task, type);
        } else if (type == 'E') {
            ErrorResponse error = ErrorResponse.decode(scanner.body());
            log.log("the server ends an idle connection: " + error.code() + " " + error.message());
            // Whoever is given it in the meantime sees that it ends.
            startClosing(DisconnectReason.SERVER_CRASHED);
        } else {
            throw ProtocolException.violation("unexpected message " + BackendMessageType.name(type));
        }
    }

    private void onTaskMessage(ServerTask current, byte type) {
        if (type == 'E') {
            current.failed(ErrorResponse.decode(scanner.body()));
        } else if (type == 'Z') {
            endTask();
            if (current.isGood(ReadyForQuery.decode(scanner.body()).status().code())) {
                if (current.resetsSession()) {
                    parameters.forgetExtra();
                }
                if (current.deallocates()) {
                    statements.clear();
                }
                current.done();
            } else {
                log.warning(current.ifItFails().text() + ": " + current.failure());
                startClosing(current.ifItFails());
            }
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
        if (client == null && !torn) {
            ByteBuf terminate = channel.alloc().buffer(FrameScanner.HEADER_LENGTH);
            EmptyFrontendMessage.TERMINATE.encode(terminate);
            channel.write(terminate, channel.voidPromise());
            channel.flush();
        }
        SslHandler encryption = tls == null ? null : channel.pipeline().get(SslHandler.class);
        if (encryption != null) {
            // close_notify, so that PostgreSQL does not take the end for one that somebody in between has made.
            encryption.closeOutbound();
        }
        ((DuplexChannel) channel).shutdownOutput().addListener(done -> {
            if (!done.isSuccess()) {
                channel.close();
            }
        });
        if (!closed) {
            closeLimit = loop.schedule(this::giveUpClosing, CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void giveUpClosing() {
        log.warning("the server has not closed its side in " + CLOSE_LIMIT_SECONDS + " s, it is given up");
        channel.close();
    }

    void onClosed(DisconnectReason reason) {
        closed = true;
        Future<?> limit = closeLimit;
        if (limit != null) {
            limit.cancel(false);
        }
        endTask();
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
