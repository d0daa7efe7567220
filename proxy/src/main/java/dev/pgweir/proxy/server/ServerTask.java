package dev.pgweir.proxy.server;

import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.frontend.Query;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One query that PgWeir runs on its own account: check, reset or connect query. Used on the server's loop. */
final class ServerTask {
    private final String sql;
    private final DisconnectReason ifItFails;
    private final boolean mustSucceed;
    private @Nullable String failure;
    private @Nullable Runnable whenDone;

    /**
     * @param mustSucceed whether an error makes the server useless; the errors of a connect query do not
     */
    ServerTask(String sql, DisconnectReason ifItFails, boolean mustSucceed) {
        this.sql = sql;
        this.ifItFails = ifItFails;
        this.mustSucceed = mustSucceed;
    }

    void start(Channel channel, Runnable then) {
        whenDone = then;
        ByteBuf query = channel.alloc().buffer();
        new Query(sql).encode(query);
        channel.writeAndFlush(query, channel.voidPromise());
    }

    void failed(ErrorResponse error) {
        failure = error.code() + " " + error.message();
    }

    /** Whether the server may serve, given the status in which it is now. */
    boolean isGood(byte status) {
        if (status != TransactionStatus.IDLE.code()) {
            failure = "the query left a transaction open";
            return false;
        }
        return failure == null || !mustSucceed;
    }

    /** Whether settings made before are gone; judged by the query's text, since any text can be configured. */
    boolean resetsSession() {
        String upper = sql.toUpperCase(Locale.ROOT);
        return upper.contains("DISCARD ALL") || upper.contains("RESET ALL");
    }

    /** Whether prepared statements are gone. */
    boolean deallocates() {
        String upper = sql.toUpperCase(Locale.ROOT);
        return upper.contains("DISCARD ALL") || upper.contains("DEALLOCATE ALL");
    }

    void done() {
        if (whenDone != null) {
            whenDone.run();
        }
    }

    DisconnectReason ifItFails() {
        return ifItFails;
    }

    @Nullable
    String failure() {
        return failure;
    }
}
