package dev.pgweir.proxy.link;

import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.message.frontend.Query;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.server.DisconnectReason;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the server of a client that has left in the middle of something: it is brought back to a clean state,
 * instead of the connection being thrown away. On the client's loop.
 */
final class Drain {
    private final ServerSide server;
    private final RequestQueue requests;
    private final SettingsTransfer settings;

    /** Answers are awaited but not passed on. */
    private boolean clientGone;
    /** It has begun, which it does not before the buffer at hand is read. */
    private boolean begun;
    /** A request of the client was being worked on then. */
    private boolean busy;
    /** The client left in the middle of a message. */
    private boolean leftInMessage;
    /** How the server is released when it is clean again. */
    private Release whenClean = Release.REUSE;

    Drain(ServerSide server, RequestQueue requests, SettingsTransfer settings) {
        this.server = server;
        this.requests = requests;
        this.settings = settings;
    }

    /**
     * The client is gone.
     *
     * @param atBoundary whether its last message had been passed on completely
     * @param how the server is released in the end
     */
    void clientLeft(boolean atBoundary, Release how) {
        clientGone = true;
        leftInMessage = !atBoundary;
        whenClean = how;
    }

    /** Whether the client is gone. */
    boolean isClientGone() {
        return clientGone;
    }

    /** Whether the client's side stands between messages. */
    boolean isClean() {
        return !leftInMessage;
    }

    /** Whether it has begun: what only the client could end is ended for it as soon as it begins. */
    boolean hasBegun() {
        return begun;
    }

    /** Whether a request of the client was being worked on when it began. */
    boolean isBusy() {
        return busy;
    }

    /**
     * Begins.
     *
     * @return how the server is released at once; null if answers have to be awaited
     */
    @Nullable
    Release begin() {
        begun = true;
        if (leftInMessage || requests.isDoubtful()) {
            return Release.close(DisconnectReason.CLIENT_LEFT_IN_TRANSACTION);
        }
        server.endGroup();
        busy = !requests.isIdle();
        return busy ? null : next();
    }

    /**
     * All that was asked is answered; more may have to be.
     *
     * @return how the server is released now; null if answers have to be awaited
     */
    @Nullable
    Release next() {
        if (server.status() != TransactionStatus.IDLE) {
            server.sendInternal(new Query("ROLLBACK"));
            server.flush();
            return null;
        }
        return settings.read() ? null : whenClean;
    }
}
