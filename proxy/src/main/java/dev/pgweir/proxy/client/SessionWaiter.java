package dev.pgweir.proxy.client;

import dev.pgweir.proxy.log.LogSubject;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.WaitFailure;
import dev.pgweir.proxy.pool.Waiter;
import dev.pgweir.proxy.server.DisconnectReason;

/** Waits for a server in the name of a client, whose loop is where it hears of what the pool tells on any thread. */
abstract class SessionWaiter implements Waiter {
    final ClientSession session;

    SessionWaiter(ClientSession session) {
        this.session = session;
    }

    /** A server is there, and has to be released in the end, even if nobody has use for it any more. */
    abstract void gotServer(PooledServer server);

    /** The wait is over, without a server. */
    abstract void gotNone(WaitFailure failure);

    /** Ends the client because no server can be had: in the server's own words, or in PgWeir's. */
    final void refuse(boolean ofServer, String sqlState, String text) {
        if (ofServer) {
            session.passOn(sqlState, text, DisconnectReason.CLIENT_LOGIN_FAILED);
        } else {
            session.fail(sqlState, text, DisconnectReason.CLIENT_LOGIN_FAILED);
        }
    }

    @Override
    public final int loopIndex() {
        return session.loopIndex();
    }

    @Override
    public final LogSubject subject() {
        return session;
    }

    @Override
    public final void onServerAssigned(PooledServer server) {
        session.channel().eventLoop().execute(() -> gotServer(server));
    }

    @Override
    public final void onWaitFailed(WaitFailure failure) {
        session.channel().eventLoop().execute(() -> gotNone(failure));
    }
}
