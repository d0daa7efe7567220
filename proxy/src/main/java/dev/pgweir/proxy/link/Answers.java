package dev.pgweir.proxy.link;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ParameterStatus;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.protocol.message.frontend.EmptyFrontendMessage;
import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.server.ServerConnection;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What PostgreSQL's answers mean: to what is open, to the client's settings and statements, and whether the client may see
 * them. On the client's loop.
 */
final class Answers {
    private final Link.Owner owner;
    private final ServerSide server;
    private final RequestQueue requests;
    private final GroupCopy copy;
    private final FollowedSettings followed;
    private final SettingsTransfer settings;
    private final Drain drain;
    /** These two are null unless statements or settings are followed. */
    private @Nullable Preparer preparer;

    private @Nullable StatementRepair repair;

    /** What PostgreSQL said before it ended the connection. */
    private @Nullable ErrorResponse fatal;
    /** Takes the place of the message that was just read. */
    private @Nullable ByteBuf replacement;
    /** Statement mode: each request ends what it began. */
    private boolean refusesTransactions;
    /** One did not; nothing more is passed on. */
    private boolean transactionRefused;
    /** The client has used a name that it should not have; nothing more is passed on. */
    private boolean nameRefused;

    Answers(
            Link.Owner owner,
            ServerSide server,
            RequestQueue requests,
            GroupCopy copy,
            FollowedSettings followed,
            SettingsTransfer settings,
            Drain drain) {
        this.owner = owner;
        this.server = server;
        this.requests = requests;
        this.copy = copy;
        this.followed = followed;
        this.settings = settings;
        this.drain = drain;
    }

    /** The client's statements and settings are followed. */
    void follow(Preparer by) {
        preparer = by;
        repair = new StatementRepair(server, requests, copy, by);
    }

    /** Another server is bound. */
    void bound() {
        fatal = null;
    }

    /** What PostgreSQL said at the end, if it said something. */
    @Nullable
    ErrorResponse fatal() {
        return fatal;
    }

    /** From now on a transaction that is still open at the end of a request is one too many. */
    void refuseTransactions() {
        refusesTransactions = true;
    }

    /** Whether there was one. */
    boolean isTransactionRefused() {
        return transactionRefused;
    }

    /** Whether the client has to leave for a statement's name. */
    boolean isNameRefused() {
        return nameRefused;
    }

    /**
     * Whether the client may see what comes next, as far as that does not depend on it. Of the answer behind refused settings
     * not a byte: it may end within a message, where no error can follow.
     */
    boolean reachClient() {
        return !drain.isClientGone()
                && !settings.isRefused()
                && !transactionRefused
                && !nameRefused
                && !requests.headIsInternal();
    }

    /** What the client gets in the place of the message that was just read, as a whole message; null for nothing. */
    @Nullable
    ByteBuf takeReplacement() {
        ByteBuf other = replacement;
        replacement = null;
        if (other != null && nameRefused) {
            // It stands behind what was refused.
            other.release();
            return null;
        }
        return other;
    }

    /** Whether the client may see it. */
    boolean onHeader(byte type) {
        if (type == BackendMessageType.COPY_IN_RESPONSE) {
            copy.end();
            requests.onCopyIn();
            if (drain.hasBegun()) {
                server.endGroup();
            }
            return true;
        }
        if (type == BackendMessageType.ERROR_RESPONSE) {
            // Too long to be read, but an error all the same.
            return onError(ErrorResponse.of(
                    Severity.ERROR, SqlState.INTERNAL_ERROR, "the server answered with a very long error"));
        }
        if (type == BackendMessageType.DATA_ROW && settings.takesRows()) {
            settings.onLongRow();
        }
        return !server.isWatching() || !onAnswer(type);
    }

    /** Whether it is hidden from the client. */
    private boolean onAnswer(byte type) {
        return switch (type) {
            case BackendMessageType.PARSE_COMPLETE -> requests.onAnswer(type, FrontendMessageType.PARSE);
            case BackendMessageType.BIND_COMPLETE -> requests.onAnswer(type, FrontendMessageType.BIND);
            case BackendMessageType.CLOSE_COMPLETE -> requests.onAnswer(type, FrontendMessageType.CLOSE);
            case BackendMessageType.NO_DATA, BackendMessageType.ROW_DESCRIPTION -> {
                if (preparer != null && !requests.headIsInternal()) {
                    preparer.answered();
                }
                yield requests.onAnswer(type, FrontendMessageType.DESCRIBE);
            }
            case BackendMessageType.COMMAND_COMPLETE,
                    BackendMessageType.EMPTY_QUERY_RESPONSE,
                    BackendMessageType.PORTAL_SUSPENDED -> {
                if (!requests.headIsInternal() && !requests.isHeadHidden()) {
                    copy.executed();
                }
                yield requests.onAnswer(type, FrontendMessageType.EXECUTE);
            }
            default -> false;
        };
    }

    /** Whether the client may see it. */
    boolean onMessage(ServerConnection from, FrameScanner scanner) {
        byte type = scanner.type();
        switch (type) {
            case BackendMessageType.READY_FOR_QUERY -> {
                return onReady(from, ReadyForQuery.decode(scanner.body()).status());
            }
            case BackendMessageType.PARAMETER_STATUS -> {
                return settings.onReport(from, ParameterStatus.decode(scanner.body()));
            }
            case BackendMessageType.COMMAND_COMPLETE -> {
                if (requests.headType() == FrontendMessageType.QUERY
                        && requests.headEffect() instanceof Effects effects) {
                    effects.completed(CommandComplete.decode(scanner.body()).tag());
                }
                return !onAnswer(type);
            }
            case BackendMessageType.DATA_ROW -> {
                if (settings.takesRows()) {
                    settings.onRow(scanner.body());
                }
                return true;
            }
            default -> {
                return onError(scanner.body());
            }
        }
    }

    private boolean onReady(ServerConnection from, TransactionStatus now) {
        server.onReady(now);
        if (!requests.headIsInternal()) {
            copy.end();
        }
        if (requests.onReady() == RequestQueue.INTERNAL) {
            settings.onOwnDone(from);
            server.runAfterInternal();
            return false;
        }
        if (refusesTransactions && now != TransactionStatus.IDLE && !drain.isClientGone()) {
            transactionRefused = true;
            return false;
        }
        if (followed.hasReset() && !drain.isClientGone()) {
            replacement = server.alloc().buffer();
            followed.tellReset(replacement);
            new ReadyForQuery(now).encode(replacement);
            if (now == TransactionStatus.IN_TRANSACTION) {
                settings.settle(from);
            }
        }
        owner.onQueryDone(server.onDone(owner.loopIndex()));
        return true;
    }

    private boolean onError(ByteBuf body) {
        ErrorResponse error = ErrorResponse.decode(body);
        server.stats().errors().add(error.code());
        if (repair != null) {
            if (repair.mends(error, !drain.isClientGone())) {
                return false;
            }
            if (requests.headEffect() instanceof WrongName wrong
                    && !drain.isClientGone()
                    && !nameRefused
                    && wrong.isWhy(error)) {
                nameRefused = owner.refusesName(wrong);
            }
            replacement = drain.isClientGone() || nameRefused ? null : repair.retold(error, body);
        }
        return onError(error) && !nameRefused;
    }

    /** Whether the client may see it. */
    private boolean onError(ErrorResponse error) {
        if (error.severity() == Severity.FATAL || error.severity() == Severity.PANIC) {
            // The connection ends, which is the pooler's business: the client keeps its own and is told what it lost.
            fatal = error;
            return false;
        }
        if (requests.headIsInternal() && settings.onOwnError(error)) {
            return false;
        }
        followed.onError();
        if (requests.onError()) {
            server.send(EmptyFrontendMessage.SYNC, FrontendMessageType.SYNC);
            server.flush();
        }
        return true;
    }
}
