package dev.pgweir.proxy.link;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.message.frontend.CopyFail;
import dev.pgweir.protocol.message.frontend.EmptyFrontendMessage;
import dev.pgweir.protocol.message.frontend.FrontendMessage;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.pool.PoolStats;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.prepare.ClientStatements;
import dev.pgweir.proxy.prepare.Effect;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of a link: the server that is bound, what is said to it, the client's messages and PgWeir's own, and
 * how the conversation stands. On the client's loop.
 */
final class ServerSide {
    private final ByteBufAllocator alloc;
    private final EventLoop loop;
    private final ReadGate clientGate;
    private final RequestQueue requests;
    private final GroupCopy copy;
    /** Whether each message of the extended protocol is followed, for the sake of the client's statements and settings. */
    private final boolean follows;
    /** The client's own, where statements are prepared for it. */
    private @Nullable ClientStatements statements;

    private @Nullable PooledServer slot;
    private @Nullable ServerConnection server;
    private TransactionStatus status = TransactionStatus.IDLE;
    /** The scanner looks at each answer. */
    private boolean watching;
    /** It is not known what the client has left on the server. */
    private boolean unreadable;
    /** What waits for PgWeir's own query to be answered; null as long as nothing ever did, which is nearly always. */
    private @Nullable ArrayDeque<Runnable> afterInternal;

    private long transactionStart;
    private long queryStart;

    /**
     * @param clientGate stops the client while the server takes no more
     */
    ServerSide(Channel client, ReadGate clientGate, RequestQueue requests, GroupCopy copy, boolean follows) {
        this.alloc = client.alloc();
        this.loop = client.eventLoop();
        this.clientGate = clientGate;
        this.requests = requests;
        this.copy = copy;
        this.follows = follows;
    }

    /** Groups that need one of these may have to be sent once more. */
    void follow(ClientStatements of) {
        statements = of;
    }

    // ---- binding ----

    /** Takes a server over, of which nothing is asked yet. */
    ServerConnection bind(PooledServer assigned) {
        // All servers of these pools come from the one connector.
        ServerConnection to =
                (ServerConnection) Objects.requireNonNull(assigned.connection(), "a server that is ready");
        slot = assigned;
        server = to;
        requests.clear();
        status = TransactionStatus.IDLE;
        unreadable = false;
        long now = System.nanoTime();
        transactionStart = now;
        queryStart = now;
        return to;
    }

    /** Whether a server is bound. */
    boolean isBound() {
        return server != null;
    }

    /** Whether it is this one that is bound. */
    boolean isBoundTo(ServerConnection to) {
        return server == to;
    }

    @Nullable
    PooledServer slot() {
        return slot;
    }

    /** The one that is bound. */
    ServerConnection server() {
        return Objects.requireNonNull(server);
    }

    PoolStats stats() {
        return Objects.requireNonNull(slot).pool().stats();
    }

    /** It must not serve another client. */
    void isUnreadable() {
        unreadable = true;
    }

    /**
     * Gives the server back.
     *
     * @param clean whether the client's side stands between messages
     */
    void release(Release how, boolean clean) {
        PooledServer from = Objects.requireNonNull(slot);
        ServerConnection to = server();
        boolean bothClean = clean && (!to.isUsable() || to.scanner().atBoundary());
        boolean reusable = bothClean && !unreadable && !requests.isDoubtful();
        Release safe =
                reusable || how.kind() == Release.Kind.CLOSE ? how : Release.close(DisconnectReason.SERVER_UNSYNC);
        clientGate.open(ReadGate.PEER_FULL);
        slot = null;
        server = null;
        requests.clear();
        copy.end();
        if (watching) {
            watching = false;
            to.scanner().interest(ServerConnection.RELAY);
        }
        to.unlink(bothClean);
        from.pool().release(from, safe);
        runAfterInternal();
    }

    // ---- what is said ----

    ByteBufAllocator alloc() {
        return alloc;
    }

    /** Sends the client's bytes on with the next {@link #flush}. Takes over the buffer. */
    void write(ByteBuf data) {
        ServerConnection to = server();
        stats().bytesReceived().add(data.readableBytes());
        if (copy.isActive()) {
            copy.add(data);
        }
        to.write(data, loop);
        if (!to.isWritable()) {
            to.flush();
            if (!to.isWritable()) {
                clientGate.close(ReadGate.PEER_FULL);
            }
        }
    }

    /** The server takes more again. */
    void onWritable() {
        clientGate.open(ReadGate.PEER_FULL);
    }

    /** Sends what was written. */
    void flush() {
        if (server != null) {
            server.flush();
        }
    }

    /** Sends bytes of PgWeir's own, which are entered in the queue already. Takes over the buffer. */
    void sendOwn(ByteBuf data) {
        server().write(data, loop);
        server().flush();
    }

    /**
     * A message of the client was passed on, or its first bytes.
     *
     * @param effect what its answer means to the books of prepared statements
     */
    void sent(byte type, @Nullable Effect effect) {
        if (requests.isIdle()) {
            queryStart = System.nanoTime();
            if (status == TransactionStatus.IDLE) {
                transactionStart = queryStart;
            }
        }
        if (follows) {
            beginCopy(type);
            copy.sent(type);
        }
        requests.sent(type, effect);
        if (follows && (requests.isUnsynced() || effect != null)) {
            watch();
        }
    }

    /** A group that begins outside of a transaction, of a client that has statements to lose. */
    private void beginCopy(byte type) {
        if (copy.isActive() || !requests.hasOnlyInternal()) {
            return;
        }
        boolean extended = type == FrontendMessageType.PARSE
                || type == FrontendMessageType.BIND
                || type == FrontendMessageType.DESCRIBE
                || type == FrontendMessageType.CLOSE;
        if (extended && status == TransactionStatus.IDLE && statements != null && statements.size() > 0) {
            copy.begin();
        }
    }

    /** A message of PgWeir's own that belongs before one of the client is among what will be written. */
    void sentHidden(byte type, Effect effect) {
        beginCopy(type);
        requests.sentHidden(type, effect);
        watch();
    }

    /** The same for a simple query. */
    void sentHiddenQuery(Effect effect) {
        requests.sentInternal(effect);
    }

    /** Sends a query of PgWeir's own with the next {@link #flush}. */
    void sendInternal(FrontendMessage query) {
        ByteBuf out = alloc.buffer();
        query.encode(out);
        requests.sentInternal(null);
        server().statements().forgetUnnamed();
        server().write(out, loop);
    }

    /** Sends what a client might have sent, with the next {@link #flush}. */
    void send(FrontendMessage message, byte type) {
        ByteBuf out = alloc.buffer();
        message.encode(out);
        server().write(out, loop);
        requests.sent(type, null);
    }

    /** Ends what only the client could have ended. */
    void endGroup() {
        if (requests.isCopyIn()) {
            send(new CopyFail("the client has left"), FrontendMessageType.COPY_FAIL);
        }
        if (requests.isUnsynced()) {
            send(EmptyFrontendMessage.SYNC, FrontendMessageType.SYNC);
        }
        flush();
    }

    // ---- what is looked at in the answers ----

    private void watch() {
        if (!watching && server != null) {
            watching = true;
            server.scanner().interest(ServerConnection.RELAY_EACH);
        }
    }

    /** Whether each answer is looked at. */
    boolean isWatching() {
        return watching;
    }

    /** Rows are looked at, too. */
    void watchRows() {
        watching = true;
        server().scanner().interest(ServerConnection.RELAY_ROWS);
    }

    /** Rows are not looked at any more. */
    void unwatchRows() {
        server().scanner().interest(ServerConnection.RELAY_EACH);
    }

    // ---- how the conversation stands ----

    /** PostgreSQL is ready for the next. */
    void onReady(TransactionStatus now) {
        status = now;
    }

    /**
     * What the client has asked for is done.
     *
     * @param writer the number of the client's event loop, under which times are recorded
     * @return how long it took, in nanoseconds
     */
    long onDone(int writer) {
        long now = System.nanoTime();
        long taken = now - queryStart;
        stats().queryDone(writer, taken);
        queryStart = now;
        if (status == TransactionStatus.IDLE) {
            stats().transactionDone(writer, now - transactionStart);
            transactionStart = now;
        }
        return taken;
    }

    /** The transaction status of the last answer. */
    TransactionStatus status() {
        return status;
    }

    /** When the transaction began, or would have: {@link System#nanoTime}. */
    long transactionStart() {
        return transactionStart;
    }

    /** When the request that is being answered came, or when the last answer was complete: {@link System#nanoTime}. */
    long queryStart() {
        return queryStart;
    }

    /** Whether the client's next message is the first of what would be a transaction. */
    boolean isFirstOutsideTransaction() {
        return status == TransactionStatus.IDLE && requests.hasOnlyInternal();
    }

    /** Runs an action behind PgWeir's own queries, in every case; see {@link Link#afterInternal}. */
    void afterInternal(Runnable action) {
        if (!requests.headIsInternal()) {
            action.run();
            return;
        }
        if (afterInternal == null) {
            afterInternal = new ArrayDeque<>(1);
        }
        afterInternal.add(action);
    }

    /** A query of PgWeir's own is answered. */
    void runAfterInternal() {
        // Behind one query of PgWeir's own there may be another.
        ArrayDeque<Runnable> actions = afterInternal;
        while (actions != null && !actions.isEmpty() && !requests.headIsInternal()) {
            actions.remove().run();
        }
    }
}
