package dev.pgweir.proxy.link;

import dev.pgweir.protocol.message.backend.DataRow;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ParameterStatus;
import dev.pgweir.protocol.message.frontend.Query;
import dev.pgweir.proxy.server.ServerConnection;
import dev.pgweir.proxy.server.SessionParameters;
import dev.pgweir.proxy.server.SettingsTrace;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries a client's settings to each server that it gets, and back: PgWeir's own queries that set them, and ask for those
 * that the client may have changed, and what their answers mean. On the client's loop.
 */
final class SettingsTransfer {
    private static final Logger LOG = LoggerFactory.getLogger(SettingsTransfer.class);

    private final Link.Owner owner;
    private final ServerSide server;
    private final RequestQueue requests;
    private final FollowedSettings followed;
    private final SessionParameters wanted;

    /** The answer to the query that sets them has not come. */
    private boolean settling;
    /** The client's first request waits for that answer. */
    private boolean holdsClient;
    /** Why the client cannot have its settings, until it is told. */
    private @Nullable ErrorResponse refusal;

    /**
     * @param wanted the client's own; changed when PostgreSQL reports a change
     */
    SettingsTransfer(
            Link.Owner owner,
            ServerSide server,
            RequestQueue requests,
            FollowedSettings followed,
            SessionParameters wanted) {
        this.owner = owner;
        this.server = server;
        this.requests = requests;
        this.followed = followed;
        this.wanted = wanted;
    }

    // ---- to the server ----

    /** A server is bound: if it has other settings than the client wants, it is told them. */
    void bound(ServerConnection to) {
        refusal = null;
        settling = !to.parameters().suits(wanted);
        holdsClient = settling && wanted.mayBeRefused();
        if (settling) {
            tell(to);
        }
        if (holdsClient) {
            server.flush();
        }
    }

    /** The client's next message, which may be on its way already, is to meet its own settings. */
    void settle(ServerConnection on) {
        if (on.parameters().suits(wanted)) {
            on.parameters().shareExtra(wanted);
        } else {
            settling = true;
            tell(on);
            server.flush();
        }
    }

    private void tell(ServerConnection to) {
        SettingsTrace.applied(to, wanted);
        server.sendInternal(new Query(to.parameters().queryToSuit(wanted)));
    }

    /** Whether the client's first request has to wait: it may not run without settings that PostgreSQL may refuse. */
    boolean holdsClient() {
        return holdsClient;
    }

    /** Whether what the client's first request has waited for has happened; true once. */
    boolean takeSettled() {
        boolean settled = holdsClient && !settling;
        holdsClient &= !settled;
        return settled;
    }

    /** Whether the client will not get its settings. */
    boolean isRefused() {
        return refusal != null;
    }

    /** Why, once all of PgWeir's own is answered; null if they are not refused. */
    @Nullable
    ErrorResponse takeRefusal() {
        if (refusal == null || requests.headIsInternal()) {
            return null;
        }
        ErrorResponse why = refusal;
        refusal = null;
        return why;
    }

    // ---- back from it ----

    /**
     * Asks PostgreSQL what the settings are that the client may have changed; they follow it from then on. To be called
     * between transactions.
     *
     * @return false if there is nothing to ask
     */
    boolean read() {
        String question = followed.question();
        if (question != null) {
            server.sendInternal(new Query(question));
            server.watchRows();
            server.flush();
        }
        return followed.isAsking();
    }

    /** The server is another's. */
    void left() {
        followed.left();
    }

    // ---- answers ----

    /** Whether a row of this moment belongs to the question for settings. */
    boolean takesRows() {
        return followed.isAsking() && requests.headIsInternal();
    }

    /** A row of the answer to that question. */
    void onRow(ByteBuf body) {
        followed.onRow(DataRow.decode(body));
    }

    /** A row of it that is not kept. */
    void onLongRow() {
        LOG.warn("{}: a setting of the client is too long to follow it", server.server());
        lose();
    }

    /**
     * PostgreSQL reports the value of a setting.
     *
     * @return whether the client may see it
     */
    boolean onReport(ServerConnection from, ParameterStatus change) {
        from.parameters().reported(change.name(), change.value());
        if (followed.isOfReset(change.name(), requests.headEffect())) {
            return false;
        }
        if (!requests.headIsInternal()) {
            wanted.reported(change.name(), change.value());
        }
        return true;
    }

    /** A query of PgWeir's own is answered. */
    void onOwnDone(ServerConnection from) {
        if (settling && refusal == null) {
            SettingsTrace.canonical(owner.subject(), wanted, from.parameters());
            followed.onSuited(from.parameters());
        }
        settling = false;
        if (followed.isAsking()) {
            server.unwatchRows();
            followed.onAnswer(from.parameters());
            refusal = followed.excess();
            if (refusal == null) {
                settle(from);
            }
        }
    }

    /**
     * A query of PgWeir's own has failed.
     *
     * @return whether the client is not to see the error
     */
    boolean onOwnError(ErrorResponse error) {
        if (settling) {
            refusal = error;
            // If it was the settings of somebody else that could not be taken back, they would be in everybody's way.
            if (!server.server().parameters().extraNames().isEmpty()) {
                server.isUnreadable();
            }
            return true;
        }
        if (followed.isAsking()) {
            // What the client has changed is not known, so nobody else must meet it.
            LOG.warn("{}: asking for the settings failed: {} {}", server.server(), error.code(), error.message());
            lose();
        }
        return false;
    }

    private void lose() {
        followed.failed();
        server.isUnreadable();
    }
}
