package dev.pgweir.proxy;

import dev.pgweir.config.ProxyConfig;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import dev.pgweir.proxy.client.Clients;
import dev.pgweir.proxy.client.ConsoleAccess;
import dev.pgweir.proxy.link.DatabasePools;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

@SuppressWarnings("UnusedVariable")
final class ConsoleSource implements ConsoleAccess {
    private @Nullable Clients clients;

    ConsoleSource(ProxyConfig config, DatabasePools pools, String version) {}

    void show(Clients all) {
        clients = all;
    }

    @Override
    public void execute(String sql, String user, boolean admin, ByteBuf out) {
        new ReadyForQuery(TransactionStatus.IDLE).encode(out);
    }
}
