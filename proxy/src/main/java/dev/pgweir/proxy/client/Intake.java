package dev.pgweir.proxy.client;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.frame.Interest;
import dev.pgweir.protocol.message.backend.BackendMessage;
import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.proxy.link.Link;
import dev.pgweir.proxy.link.Preparer;
import dev.pgweir.proxy.server.DisconnectReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of each message of a client: whether it is passed on, and from where, whether it waits, and what PgWeir itself
 * answers to it. On the client's loop.
 */
final class Intake {
    /** What becomes of a message. */
    enum Decision {
        /** It has been announced to the link, and is sent from {@link #keepFrom} on. */
        PASS,
        /** It is not sent. */
        DROP,
        /** It has to wait for answers; ask again. */
        WAIT,
        /** It has to wait for a server; go on with {@link #request} when one is bound. */
        NEEDS_SERVER
    }

    /** Of each message only the type matters. A password now is a breach of the protocol, as is any unknown type. */
    private static final Interest RELAY = Interest.builder()
            .header(FrontendMessageType.all())
            .reject(FrontendMessageType.PASSWORD)
            .build();

    /** Where prepared statements or settings are followed: of a Bind the names are read, the others are read whole. */
    private static final Interest RELAY_STATEMENTS = RELAY.toBuilder()
            .whole(
                    FrontendMessageType.QUERY,
                    FrontendMessageType.PARSE,
                    FrontendMessageType.BIND,
                    FrontendMessageType.DESCRIBE,
                    FrontendMessageType.EXECUTE,
                    FrontendMessageType.CLOSE)
            .build();

    /**
     * How long a message may be that is read whole, in bytes. Beyond the longest statements that programs make (a list of
     * 65,535 parameters takes about 500 kB), and no more than a client may make PgWeir keep.
     */
    private static final int MAX_WHOLE = 1024 * 1024;

    private final ClientSession session;
    private final Channel channel;
    private final FrameScanner scanner;
    private final Link link;
    /** Null in session mode, where statements and settings are on the client's own server. */
    private final @Nullable Preparer preparer;

    private final SlowQueryLog queries;
    private final TimeLimits limits;
    private final boolean simpleIsRefused;

    private final LongBind longBind = new LongBind();
    /** A Parse that is too long to be read whole: only an unnamed statement may be. */
    private boolean longParse;
    /** What of the message at hand is sent begins here. */
    private int keepFrom;
    /** The body of the message that is being read is dropped. */
    private boolean dropBody;
    /** An error was sent within a group of the extended protocol: everything up to its Sync is dropped. */
    private boolean skipToSync;
    /** Told with the next request: what was lost while the client was not asking for anything. */
    private @Nullable ErrorResponse owed;
    /**
     * The message at hand, of which there may be the header only, is being looked at, and nothing of it was sent. So it
     * stays where the message is refused.
     */
    private boolean undecided;
    /** The client has said that it leaves, so what it asked for before is meant to be done. */
    private boolean terminated;

    private long requestTime = System.nanoTime();

    /**
     * @param simpleIsRefused setting {@code disable_pqexec}
     */
    Intake(
            ClientSession session,
            FrameScanner scanner,
            Link link,
            @Nullable Preparer preparer,
            SlowQueryLog queries,
            TimeLimits limits,
            boolean simpleIsRefused) {
        this.session = session;
        this.channel = session.channel();
        this.scanner = scanner;
        this.link = link;
        this.preparer = preparer;
        this.queries = queries;
        this.limits = limits;
        this.simpleIsRefused = simpleIsRefused;
        scanner.maxWholeLength(MAX_WHOLE);
        chooseInterest();
    }

    /** Looks at statements, or not: those of a session are read only while queries that take long are logged. */
    void chooseInterest() {
        scanner.interest(preparer != null || queries.isOn() ? RELAY_STATEMENTS : RELAY);
    }

    /** When its last request came: {@link System#nanoTime}. */
    long requestTime() {
        return requestTime;
    }

    /** Whether the client has said that it leaves. */
    boolean isTerminated() {
        return terminated;
    }

    /** Part of a message was sent to the server, or dropped; of one that is being collected, or refused, nothing was. */
    boolean isInMessage() {
        return scanner.bodyRemaining() > 0 && !scanner.isCollecting() && !undecided;
    }

    /** Where in its buffer begins what of the message at hand is sent. */
    int keepFrom() {
        return keepFrom;
    }

    /** What has to be sent before the message at hand, or null. It is the caller's. */
    @Nullable
    ByteBuf takeBefore() {
        return preparer == null ? null : preparer.takeBefore();
    }

    // ---- messages ----

    /**
     * What becomes of a message.
     *
     * @param event whether the whole message stands at from…to, or its header
     */
    Decision decide(int event, byte type, ByteBuf buffer, int from, int to) {
        keepFrom = from;
        undecided = true;
        return decided(judge(event, type, buffer, from, to));
    }

    /** What becomes of a message that needs a server, now that one is bound. */
    Decision request(int event, byte type, ByteBuf buffer, int from, int to) {
        undecided = true;
        return decided(forServer(type, buffer, from, to, event == FrameScanner.MESSAGE));
    }

    private Decision decided(Decision decision) {
        undecided = false;
        if (decision == Decision.PASS || decision == Decision.DROP) {
            dropBody = decision == Decision.DROP && !longBind.isOpen();
        }
        return decision;
    }

    private Decision judge(int event, byte type, ByteBuf buffer, int from, int to) {
        if (type == FrontendMessageType.TERMINATE) {
            terminated = true;
            session.close(DisconnectReason.CLIENT_CLOSE_REQUEST);
            return Decision.DROP;
        }
        if (simpleIsRefused && type == FrontendMessageType.QUERY) {
            throw ProtocolException.violation("PQexec disallowed");
        }
        if (skipToSync) {
            if (type == FrontendMessageType.SYNC) {
                skipToSync = false;
                answer(new ReadyForQuery(TransactionStatus.IDLE));
            }
            return Decision.DROP;
        }
        if (link.isSkipping() && type != FrontendMessageType.SYNC) {
            // PostgreSQL would drop it.
            return Decision.DROP;
        }
        if (preparer != null && link.isBound() && preparer.isBlocked()) {
            return Decision.WAIT;
        }
        switch (type) {
            case FrontendMessageType.COPY_DATA, FrontendMessageType.COPY_DONE, FrontendMessageType.COPY_FAIL -> {
                // Late data of a COPY that failed: PostgreSQL would drop them as well.
                return link.isBound() && link.takesCopyData() ? pass(type) : Decision.DROP;
            }
            case FrontendMessageType.FLUSH -> {
                return link.isBound() ? pass(type) : Decision.DROP;
            }
            case FrontendMessageType.SYNC -> {
                if (link.isBound()) {
                    queries.asked(type, Unpooled.EMPTY_BUFFER, 0, 0, false);
                    return pass(type);
                }
                answerOwed();
                answer(new ReadyForQuery(TransactionStatus.IDLE));
                return Decision.DROP;
            }
            default -> {
                return judgeRequest(event, type, buffer, from, to);
            }
        }
    }

    private Decision pass(byte type) {
        link.sent(type);
        return Decision.PASS;
    }

    /** A request, as far as it needs no server. */
    private Decision judgeRequest(int event, byte type, ByteBuf buffer, int from, int to) {
        requestTime = System.nanoTime();
        boolean whole = event == FrameScanner.MESSAGE;
        if (answerOwed()) {
            if (type == FrontendMessageType.QUERY || type == FrontendMessageType.FUNCTION_CALL) {
                answer(new ReadyForQuery(TransactionStatus.IDLE));
            } else {
                skipToSync = true;
            }
            return Decision.DROP;
        }
        if (link.isBound()) {
            return forServer(type, buffer, from, to, whole);
        }
        if (preparer != null && type == FrontendMessageType.QUERY && whole) {
            CommandComplete alone = preparer.answerAlone(buffer, from, to);
            if (alone != null) {
                answer(alone);
                ByteBuf settingsNow = channel.alloc().buffer();
                link.tellReset(settingsNow);
                channel.write(settingsNow, channel.voidPromise());
                answer(new ReadyForQuery(TransactionStatus.IDLE));
                return Decision.DROP;
            }
        }
        return Decision.NEEDS_SERVER;
    }

    /** A request that goes to the server that is bound. */
    private Decision forServer(byte type, ByteBuf buffer, int from, int to, boolean whole) {
        if (preparer == null) {
            queries.asked(type, buffer, from, to, whole);
            return pass(type);
        }
        if (type == FrontendMessageType.FUNCTION_CALL) {
            if (preparer.isHeld()) {
                return Decision.WAIT;
            }
            queries.asked(type, buffer, from, to, whole);
            return pass(type);
        }
        if (type == FrontendMessageType.BIND && !whole) {
            longBind.begin(channel.alloc(), buffer, from);
            queries.asked(type, buffer, from, to, false);
            return Decision.DROP;
        }
        if (preparer.onMessage(type, buffer, from, to, whole) == Preparer.Outcome.WAIT) {
            return Decision.WAIT;
        }
        queries.asked(type, buffer, from, to, whole);
        longParse = type == FrontendMessageType.PARSE && !whole;
        keepFrom = preparer.keepFrom();
        return Decision.PASS;
    }

    // ---- bodies ----

    /**
     * The body of a message goes on, as the scanner tells.
     *
     * @return whether it is sent, from {@link #keepFrom} on
     */
    boolean onBody() {
        keepFrom = scanner.from();
        if (dropBody || (longBind.isOpen() && !onLongBind())) {
            return false;
        }
        if (longParse) {
            longParse = false;
            refuseName(Objects.requireNonNull(preparer));
        }
        return true;
    }

    /** Whether the names are complete, so that the rest can be sent. */
    private boolean onLongBind() {
        int end = longBind.add(scanner.buffer(), scanner.from(), scanner.to());
        if (end < 0) {
            return false;
        }
        ByteBuf names = longBind.take();
        try {
            Objects.requireNonNull(preparer).onLongBind(names);
        } finally {
            names.release();
        }
        keepFrom = end;
        return true;
    }

    /** Of a Parse that is not kept the name is looked at. */
    private void refuseName(Preparer statements) {
        if (!statements.passes() && scanner.buffer().getByte(scanner.from()) != 0) {
            throw ProtocolException.violation("the statement is too long to be prepared under a name: accepted are "
                    + MAX_WHOLE + " bytes; without a name there is no limit");
        }
    }

    // ---- PgWeir's own answers ----

    /** The next request is answered with this error; null takes back what was to be told. */
    void owe(@Nullable ErrorResponse error) {
        owed = error;
    }

    /** The next request is answered as cancelled. */
    void cancelNext() {
        owed = ErrorResponse.of(Severity.ERROR, SqlState.QUERY_CANCELED, "canceling statement due to user request");
    }

    private boolean answerOwed() {
        ErrorResponse error = owed;
        if (error != null) {
            answer(error);
            owed = null;
        }
        return error != null;
    }

    private void answer(BackendMessage message) {
        limits.answered();
        ByteBuf out = channel.alloc().buffer();
        message.encode(out);
        channel.writeAndFlush(out, channel.voidPromise());
    }

    /** The server is lost in the middle of a message: nobody takes the rest. */
    void dropRest() {
        if (isInMessage()) {
            dropBody = true;
            longBind.drop();
        }
    }

    /**
     * The server is lost that was asked for something.
     *
     * @param answers how many ReadyForQuery the client expects
     * @param group whether it has not ended its group of the extended protocol
     */
    void answerAll(ErrorResponse error, int answers, boolean group) {
        ByteBuf out = channel.alloc().buffer();
        for (int i = 0; i < answers; i++) {
            error.encode(out);
            new ReadyForQuery(TransactionStatus.IDLE).encode(out);
        }
        if (group) {
            error.encode(out);
            skipToSync = true;
        }
        channel.writeAndFlush(out, channel.voidPromise());
    }

    /** The client is gone. */
    void release() {
        if (preparer != null) {
            preparer.release();
        }
        longBind.drop();
    }
}
