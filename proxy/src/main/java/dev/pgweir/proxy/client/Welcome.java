package dev.pgweir.proxy.client;

import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.message.backend.AuthenticationOk;
import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.backend.NoticeResponse;
import dev.pgweir.protocol.message.backend.ParameterStatus;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.Map;

/**
 * The end of a login that went well.
 *
 * @param parameters what the client is told of its session, by name
 * @param key what it has to name in a cancel request
 */
record Welcome(Map<String, String> parameters, BackendKeyData key) {
    /**
     * Sends it.
     *
     * @param notice what it is told besides; empty for nothing
     */
    void send(Channel to, String notice) {
        ByteBuf out = to.alloc().buffer(512);
        new AuthenticationOk().encode(out);
        parameters.forEach((name, value) -> new ParameterStatus(name, value).encode(out));
        key.encode(out);
        if (!notice.isEmpty()) {
            NoticeResponse.of(Severity.NOTICE, SqlState.SUCCESSFUL_COMPLETION, notice)
                    .encode(out);
        }
        new ReadyForQuery(TransactionStatus.IDLE).encode(out);
        to.writeAndFlush(out, to.voidPromise());
    }
}
