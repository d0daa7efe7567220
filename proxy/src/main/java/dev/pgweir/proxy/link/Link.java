package dev.pgweir.proxy.link;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.frontend.EmptyFrontendMessage;
import dev.pgweir.proxy.log.LogSubject;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.prepare.StatementTable;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LinkedClient;
import dev.pgweir.proxy.server.ServerConnection;
import dev.pgweir.proxy.server.SessionParameters;
import dev.pgweir.proxy.server.Unasked;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's binding to servers, one after the other: takes them and gives them back, tells its owner what has come of what
 * was asked, and cleans up behind a client that has left.
 *
 * <p>What is said to the server, and what of that is open, is {@link ServerSide}'s; what comes from it goes through {@link
 * ClientSide} and is understood by {@link Answers}. Everything here runs on the client's loop.
 */
public final class Link implements LinkedClient {
    /** What the client's side has to react to. Called on the client's loop, never from within one of its own calls. */
    public interface Owner {
        /** Nothing is open: the server may be released, if the pool mode and the transaction status allow. */
        void onIdle();

        /**
         * The server is gone. The link is still bound, so what was open can be looked at.
         *
         * @param fatal what PostgreSQL said at the end, if it said something
         */
        void onServerLost(@Nullable ErrorResponse fatal);

        /** The settings that a request had to wait for are in force. */
        void onSettled();

        /** PostgreSQL refused the settings that the client brought along. */
        void onSettingsRefused(ErrorResponse error);

        /** Answers have come, for which {@link #awaitAnswers} was called. */
        void onAnswers();

        /** The number of the client's event loop, under which times are recorded. */
        int loopIndex();

        /**
         * PostgreSQL has done what was asked of it and is ready for the next.
         *
         * @param nanos how long it took
         */
        default void onQueryDone(long nanos) {}

        /** A request has left a transaction open where {@link #refuseTransactions} was called. Its answer is not passed on. */
        void onTransactionRefused();

        /**
         * PostgreSQL has refused a statement's name. Called from within: it only tells the log.
         *
         * @return whether the client is not to see that error, nor what follows, but {@link #onNameRefused} is to be called
         */
        default boolean refusesName(WrongName name) {
            return false;
        }

        /** What {@link #refusesName} has asked for. */
        default void onNameRefused() {}

        /** Whom lines of the log are about. */
        LogSubject subject();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Link.class);

    private final Owner owner;
    private final Channel client;
    private final EventLoop loop;
    private final SessionParameters wanted;
    private final FollowedSettings followed;
    private final RequestQueue requests;
    private final ServerSide server;
    private final SettingsTransfer settings;
    private final Drain drain;
    private final Answers answers;
    private final ClientSide clientSide;
    /** Which of the client's servers is bound: what comes for another is late. */
    private long number;

    /** A read buffer is being passed on; writing to the client may show that it is gone. */
    private boolean relaying;

    /** The client's side waits for answers. */
    private boolean awaited;
    /** What {@link RequestQueue#left} was then. */
    private long awaitedFrom;

    private @Nullable Preparer preparer;

    /**
     * @param clientGate stops the client while the server takes no more
     * @param wanted the client's own settings; changed when PostgreSQL reports a change
     * @param follows whether the client's statements or settings are to be followed: each of its messages of the extended protocol has
     *     to be announced then
     */
    public Link(Owner owner, Channel client, ReadGate clientGate, SessionParameters wanted, boolean follows) {
        this.owner = owner;
        this.client = client;
        this.loop = client.eventLoop();
        this.wanted = wanted;
        this.followed = new FollowedSettings(wanted);
        this.requests = new RequestQueue(follows);
        GroupCopy copy = new GroupCopy();
        this.server = new ServerSide(client, clientGate, requests, copy, follows);
        this.settings = new SettingsTransfer(owner, server, requests, followed, wanted);
        this.drain = new Drain(server, requests, settings);
        this.answers = new Answers(owner, server, requests, copy, followed, settings, drain);
        this.clientSide = new ClientSide(client, server, answers, drain);
    }

    /**
     * Follows the client's statements, or with a limit of 0 its settings alone.
     *
     * @param limit setting {@code max_prepared_statements}: how many a server may have
     */
    public Preparer follow(StatementTable table, int limit) {
        Preparer made = new Preparer(server, requests, followed, table, wanted, limit);
        preparer = made;
        answers.follow(made);
        server.follow(made.client());
        return made;
    }

    // ---- binding ----

    /**
     * Binds a server and, if it has other settings than the client wants, sends the query that changes them; the client's
     * first request follows in the same flight.
     *
     * @return false if the server died before it could be bound; it is released then
     */
    public boolean bind(PooledServer assigned) {
        ServerConnection to = server.bind(assigned);
        number++;
        answers.bound();
        clientSide.bound();
        to.link(this, number);
        if (!to.isUsable() || !to.scanner().atBoundary()) {
            // It is ending, or part of a message that nobody asked for is still to come.
            release(Release.close(DisconnectReason.SERVER_CRASHED), true);
            return false;
        }
        if (preparer == null || preparer.passes()) {
            // What the client prepares and deallocates will not be known.
            to.statements().doubt();
            to.statements().forgetUnnamed();
        }
        settings.bound(to);
        return true;
    }

    /**
     * Whether the client's first request has to wait for {@link Owner#onSettled}: it asked for settings by name that
     * PostgreSQL may refuse, and no statement may run without them.
     */
    public boolean isSettling() {
        return settings.holdsClient();
    }

    /** Whether a server is bound. */
    public boolean isBound() {
        return server.isBound();
    }

    /** The bound server. */
    public @Nullable PooledServer slot() {
        return server.slot();
    }

    /**
     * Gives the server back.
     *
     * @param clean whether the client's side stands between messages
     */
    public void release(Release how, boolean clean) {
        if (!server.isBound()) {
            return;
        }
        resumeServer();
        settings.left();
        if (preparer != null) {
            preparer.left();
        }
        awaited = false;
        server.release(how, clean);
    }

    // ---- from the client to the server ----

    /** Sends the client's bytes on with the next {@link #flush}. Takes over the buffer. */
    public void write(ByteBuf data) {
        server.write(data);
    }

    /** Sends what was written. */
    public void flush() {
        server.flush();
    }

    /** A message of the client of which nothing is followed was passed on, or its first bytes. */
    public void sent(byte type) {
        if (type == FrontendMessageType.COPY_DATA && preparer != null && !requests.isCopyIn()) {
            beforeCopyData(preparer);
        }
        server.sent(type, null);
    }

    /**
     * Copy data of which PostgreSQL has not said that it takes them: what PgWeir itself has to say to the server while they are
     * being sent would come to lie in the middle of a message, and what follows be read as something else.
     */
    private void beforeCopyData(Preparer of) {
        of.answered();
        if (of.isHeld()) {
            server.isUnreadable();
        }
    }

    /** From now on a transaction that is still open at the end of a request is one too many. */
    public void refuseTransactions() {
        answers.refuseTransactions();
    }

    /** The client's next message depends on answers to earlier ones, which PostgreSQL is asked to give now. */
    public void awaitAnswers() {
        awaited = true;
        awaitedFrom = requests.left();
        server.send(EmptyFrontendMessage.FLUSH, FrontendMessageType.FLUSH);
        server.flush();
    }

    /**
     * Asks PostgreSQL what the settings are that the client may have changed; they follow it from then on. To be called
     * between transactions.
     *
     * @return false if there is nothing to ask
     */
    public boolean readSettings() {
        return settings.read();
    }

    /** Before ReadyForQuery: the client is told what a reset has come to. */
    public void tellReset(ByteBuf out) {
        followed.tellReset(out);
    }

    /** Whether PostgreSQL drops what the client sends before its next Sync. */
    public boolean isSkipping() {
        return requests.isSkipping();
    }

    /**
     * Runs an action, for instance a cancel request, at once or, while PostgreSQL works on a query of PgWeir's own, after
     * that; a cancel would hit that query and leave the client's to run. It runs in every case, even if the server is
     * released before.
     */
    public void afterInternal(Runnable action) {
        server.afterInternal(action);
    }

    // ---- what the client's side wants to know ----

    /** Whether nothing is open. */
    public boolean isIdle() {
        return requests.isIdle();
    }

    /** Whether copy data are for the server, and not late ones of a COPY that has failed. */
    public boolean takesCopyData() {
        return requests.takesCopyData();
    }

    /** How many ReadyForQuery the client still expects. */
    public int answersOwed() {
        return requests.answersOwed();
    }

    /** Whether the client has sent messages of the extended protocol, or copy data, that only a Sync ends. */
    public boolean awaitsSync() {
        return requests.isUnsynced();
    }

    /** Whether the client has part of a message. */
    public boolean isClientTorn() {
        return clientSide.isTorn();
    }

    /** The transaction status of the last answer. */
    public TransactionStatus status() {
        return server.status();
    }

    /** When the transaction began, or would have: {@link System#nanoTime}. */
    public long transactionStart() {
        return server.transactionStart();
    }

    /** When the request that is being answered came, or when the last answer was complete: {@link System#nanoTime}. */
    public long queryStart() {
        return server.queryStart();
    }

    // ---- from the server to the client ----

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public void onServerRead(ServerConnection from, long link, ByteBuf data) {
        if (!server.isBoundTo(from) || link != number) {
            onLateData(from, data);
            return;
        }
        try {
            relaying = true;
            clientSide.relay(from, data);
            relaying = false;
        } catch (ProtocolException e) {
            breakOff(
                    from,
                    DisconnectReason.SERVER_PROTOCOL_ERROR,
                    ErrorResponse.of(Severity.ERROR, e.sqlState(), "bad packet from server: " + e.getMessage()));
            return;
        } catch (RuntimeException e) {
            LOG.error("{}: relaying an answer failed: a fault of PgWeir", from, e);
            breakOff(
                    from,
                    DisconnectReason.INTERNAL_ERROR,
                    ErrorResponse.of(Severity.ERROR, SqlState.INTERNAL_ERROR, "internal error of PgWeir"));
            return;
        }
        if (!drain.isClientGone()) {
            tellOwner(from);
        } else if (!drain.hasBegun()) {
            beginDrain();
        } else if (isAllAnswered(from)) {
            releaseDrained(drain.next());
        }
    }

    /**
     * The server was released before these bytes, read on another loop, arrived here. What comes unasked may be dropped,
     * since nobody waits for it; anything else means that the server cannot be trusted any more.
     */
    private static void onLateData(ServerConnection from, ByteBuf data) {
        if (!Unasked.isAll(data)) {
            from.close(DisconnectReason.SERVER_UNSYNC);
        }
        data.release();
    }

    private void tellOwner(ServerConnection from) {
        if (answers.isTransactionRefused()) {
            owner.onTransactionRefused();
            return;
        }
        if (answers.isNameRefused()) {
            owner.onNameRefused();
            return;
        }
        ErrorResponse refusal = settings.takeRefusal();
        if (refusal != null) {
            owner.onSettingsRefused(refusal);
            return;
        }
        if (settings.takeSettled()) {
            owner.onSettled();
            return;
        }
        if (isAllAnswered(from)) {
            owner.onIdle();
        }
        if (server.isBoundTo(from) && awaited && !drain.isClientGone() && requests.left() != awaitedFrom) {
            awaited = false;
            owner.onAnswers();
        }
    }

    private boolean isAllAnswered(ServerConnection from) {
        return server.isBoundTo(from) && requests.isIdle() && from.scanner().atBoundary();
    }

    /** The server cannot be understood any more. */
    private void breakOff(ServerConnection from, DisconnectReason reason, ErrorResponse why) {
        relaying = false;
        from.close(reason);
        if (drain.isClientGone()) {
            release(Release.close(reason), false);
        } else {
            owner.onServerLost(why);
        }
    }

    /** The client takes more again, or has gone. */
    public void resumeServer() {
        clientSide.resumeServer();
    }

    @Override
    public void onServerReadComplete(ServerConnection from, long link) {
        client.flush();
    }

    @Override
    public void onServerWritabilityChanged(ServerConnection from, long link) {
        if (server.isBoundTo(from) && link == number && from.isWritable()) {
            server.onWritable();
        }
    }

    @Override
    public void onServerClosed(ServerConnection from, long link) {
        if (server.isBoundTo(from) && link == number) {
            if (drain.isClientGone()) {
                release(Release.close(DisconnectReason.SERVER_CRASHED), true);
            } else {
                owner.onServerLost(answers.fatal());
            }
        }
        // Nobody scans a closed server: a link that comes too late sees that it is closed before anything else.
        from.scanner().release();
    }

    // ---- when the client is gone ----

    /**
     * The client has left in the middle of something: brings the server back to a clean state and releases it then,
     * instead of throwing the connection away.
     *
     * @param atBoundary whether the client's last message had been passed on completely
     * @param whenClean how the server is released in the end
     * @return whether a request is being worked on, which it may be worth to cancel
     */
    public boolean drain(boolean atBoundary, Release whenClean) {
        drain.clientLeft(atBoundary, whenClean);
        resumeServer();
        if (relaying) {
            // It was a write to the client that failed; the buffer that is being read is finished first.
            return atBoundary && !requests.isIdle();
        }
        return beginDrain();
    }

    /**
     * Gives PostgreSQL as long as for a login (server_connect_timeout) to bring the server to a clean state: after that the
     * network is taken to be dead, and what is only closed politely there would keep its place until TCP notices.
     */
    public void limitDrain() {
        if (!server.isBound()) {
            return;
        }
        ServerConnection on = server.server();
        if (on.profile().connectTimeout().isZero()) {
            return;
        }
        long mine = number;
        loop.schedule(
                () -> {
                    if (server.isBoundTo(on) && number == mine) {
                        on.abort(DisconnectReason.CLIENT_LEFT_IN_TRANSACTION);
                    }
                },
                on.profile().connectTimeout().toNanos(),
                TimeUnit.NANOSECONDS);
    }

    private boolean beginDrain() {
        releaseDrained(drain.begin());
        return drain.isBusy();
    }

    private void releaseDrained(@Nullable Release how) {
        if (how != null) {
            release(how, drain.isClean());
        }
    }
}
