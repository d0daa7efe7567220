package dev.pgweir.proxy.metrics;

import dev.pgweir.proxy.client.ClientSession;
import dev.pgweir.proxy.client.Clients;
import dev.pgweir.proxy.pool.Pools;
import dev.pgweir.proxy.pool.ServerSnapshot;
import dev.pgweir.proxy.server.ServerConnection;
import dev.pgweir.proxy.tls.Handshakes;
import dev.pgweir.proxy.tls.Tls;
import dev.pgweir.proxy.tls.TlsPeer;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which connections are encrypted, and how. There are as many kinds as versions and ciphers of TLS. One thread. */
final class TlsMetrics {
    private static final String CLEAR = "";

    private final Tls tls;
    private final Clients clients;
    private final Pools pools;

    TlsMetrics(Tls tls, Clients clients, Pools pools) {
        this.tls = tls;
        this.clients = clients;
        this.pools = pools;
    }

    void collect(Batch to) {
        Map<String, Integer> ofClients = none();
        for (ClientSession session : clients.sessions()) {
            count(ofClients, session.tls());
        }
        Map<String, Integer> ofServers = none();
        for (ServerSnapshot snapshot : pools.servers()) {
            // One that is still connecting is neither.
            if (snapshot.server().connection() instanceof ServerConnection server) {
                count(ofServers, server.tls());
            }
        }
        add(to, Family.TLS_CLIENT_CONNECTIONS, ofClients);
        add(to, Family.TLS_SERVER_CONNECTIONS, ofServers);
        handshakes(to, "client", tls.clientHandshakes());
        handshakes(to, "server", tls.serverHandshakes());
    }

    /** Connections in the clear are always told, so that a share can be taken of something. */
    private static Map<String, Integer> none() {
        return new TreeMap<>(Map.of(CLEAR, 0));
    }

    private static void count(Map<String, Integer> kinds, @Nullable TlsPeer peer) {
        kinds.merge(peer == null ? CLEAR : peer.info(), 1, Integer::sum);
    }

    private static void add(Batch to, Family family, Map<String, Integer> kinds) {
        kinds.forEach((kind, count) -> {
            int slash = kind.indexOf('/');
            to.add(family, count, kind.substring(0, Math.max(0, slash)), kind.substring(slash + 1));
        });
    }

    private static void handshakes(Batch to, String side, Handshakes handshakes) {
        to.add(Family.TLS_HANDSHAKES_TOTAL, handshakes.succeeded(), side, "succeeded");
        to.add(Family.TLS_HANDSHAKES_TOTAL, handshakes.failed(), side, "failed");
    }
}
