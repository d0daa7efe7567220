package dev.pgweir.proxy.link;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.frontend.EmptyFrontendMessage;
import dev.pgweir.protocol.message.frontend.PreparedKind;
import dev.pgweir.proxy.prepare.ClientStatements;
import dev.pgweir.proxy.prepare.Effect;
import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.prepare.PreparedStatement;
import dev.pgweir.proxy.prepare.Reference;
import dev.pgweir.proxy.prepare.ServerStatements;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an error says about prepared statements. One that the server has lost, or whose result has other columns since a
 * table was altered, is prepared anew; outside of a transaction, where nothing was executed yet, the client's messages are
 * sent once more. Else the client is told in its own words. On its loop.
 */
final class StatementRepair {
    private final ServerSide server;
    private final RequestQueue requests;
    private final GroupCopy copy;
    private final Preparer preparer;

    StatementRepair(ServerSide server, RequestQueue requests, GroupCopy copy, Preparer preparer) {
        this.server = server;
        this.requests = requests;
        this.copy = copy;
        this.preparer = preparer;
    }

    /**
     * An error has come.
     *
     * @param mayRepeat whether there is somebody for whom a message may be sent once more
     * @return whether the client need not see the error, because what failed was sent again
     */
    boolean mends(ErrorResponse error, boolean mayRepeat) {
        Effect failed = requests.headEffect();
        if (failed instanceof ClientStatements.Name name) {
            return repair(error, name, mayRepeat);
        }
        if (failed instanceof Effects effects) {
            if (executeAgain(error, effects, mayRepeat)) {
                return true;
            }
            if (isLost(error) || ExecuteRepair.isChanged(error)) {
                effects.executed().forEach(prepared()::lost);
            }
        }
        return false;
    }

    /**
     * The error as the client knows it, as a whole message; null if it is to be passed on as it is.
     *
     * @param body of the ErrorResponse
     */
    @Nullable
    ByteBuf retold(ErrorResponse error, ByteBuf body) {
        Effect failed = requests.headEffect();
        ByteBuf told = failed instanceof ClientStatements.Name && !copy.isDescribed()
                ? OldColumns.asCachedPlan(error, server.alloc())
                : null;
        return told == null && failed instanceof Reference reference
                ? ErrorNames.inWordsOfClient(body, reference, server.alloc())
                : told;
    }

    private static boolean isLost(ErrorResponse error) {
        return error.code().equals(SqlState.INVALID_SQL_STATEMENT_NAME.code());
    }

    private boolean executeAgain(ErrorResponse error, Effects effects, boolean mayRepeat) {
        if (!mayRepeat || !requests.isOnlyQuery() || !preparer.executeAgain(error, effects, requests::hideQuery)) {
            return false;
        }
        server.sendOwn(Objects.requireNonNull(preparer.takeBefore()));
        return true;
    }

    /** A client that relies on an old description of the columns has to know that there are others. */
    private boolean repair(ErrorResponse error, ClientStatements.Name name, boolean mayRepeat) {
        boolean lost = isLost(error);
        boolean changed = error.code().equals(SqlState.FEATURE_NOT_SUPPORTED.code());
        PreparedStatement statement = name.statement();
        if (!(lost || changed) || statement == null) {
            return false;
        }
        prepared().lost(statement);
        if (changed) {
            preparer.reading().retire(statement);
        }
        boolean again = mayRepeat
                && copy.isRepeatable()
                && (lost || copy.isDescribed())
                && !requests.isHeadHidden()
                && statement.kind() == PreparedStatement.Kind.PARSE
                && requests.isLastGroup()
                && preparer.reading().isAlike(statement);
        if (again) {
            sendAgain(statement);
        }
        return again;
    }

    private void sendAgain(PreparedStatement statement) {
        List<RequestQueue.Entry> group = new ArrayList<>();
        boolean synced = requests.takeGroup(group);
        ByteBuf out = server.alloc().buffer();
        if (!synced) {
            EmptyFrontendMessage.SYNC.encode(out);
        }
        StatementMessages.close(out, PreparedKind.STATEMENT, statement.name());
        requests.sentHidden(FrontendMessageType.CLOSE, Effects.NONE);
        StatementMessages.parse(out, statement);
        requests.sentHidden(FrontendMessageType.PARSE, prepared().preparing(statement, requests.group()));
        server.stats().serverParseCount().increment();
        group.forEach(requests::sentAgain);
        if (synced) {
            requests.sent(FrontendMessageType.SYNC, null);
        }
        out.writeBytes(copy.last(group.size() + (synced ? 1 : 0)));
        server.sendOwn(out);
    }

    private ServerStatements prepared() {
        return server.server().statements();
    }
}
