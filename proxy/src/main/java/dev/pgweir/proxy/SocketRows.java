package dev.pgweir.proxy;

import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.proxy.admin.SocketRow;
import dev.pgweir.proxy.client.ActivePhase;
import dev.pgweir.proxy.client.ClientSession;
import dev.pgweir.proxy.client.ClientState;
import dev.pgweir.proxy.net.UnixSockets;
import dev.pgweir.proxy.pool.PoolClient;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.ServerSnapshot;
import dev.pgweir.proxy.server.ServerConnection;
import dev.pgweir.proxy.server.ServerState;
import dev.pgweir.proxy.tls.TlsPeer;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The lines of SHOW CLIENTS and SHOW SERVERS. For any thread; every answer is a snapshot. */
final class SocketRows {
    /** The address of an end that is not known yet. */
    private static final InetSocketAddress NOWHERE = InetSocketAddress.createUnresolved("", 0);

    private SocketRows() {}

    static List<SocketRow> ofClients(List<ClientSession> sessions) {
        List<SocketRow> rows = new ArrayList<>();
        for (ClientSession session : sessions) {
            ActivePhase active = session.active();
            PoolClient member = session.member();
            PooledServer server = member == null ? null : member.server();
            long waited = active != null && session.state() == ClientState.WAITING
                    ? System.nanoTime() - active.place().waitingSinceNanos()
                    : 0;
            rows.add(new SocketRow(
                    "C",
                    session.user() == null ? "(nouser)" : session.user(),
                    session.database() == null ? "(nodb)" : session.database(),
                    session.replication(),
                    session.state().label(),
                    session.remoteAddress(),
                    session.localAddress(),
                    session.connectTime(),
                    active == null ? session.connectTime() : instant(System.nanoTime() - active.requestTime()),
                    waited / 1000,
                    false,
                    ptr(session),
                    server == null ? "" : ptr(server),
                    0,
                    shown(session.tls()),
                    active == null ? session.applicationName() : orEmpty(active.applicationName()),
                    active == null ? 0 : active.preparedStatements(),
                    session.id()));
        }
        return rows;
    }

    static List<SocketRow> ofServers(List<ServerSnapshot> servers, List<ClientSession> sessions) {
        IdentityHashMap<PoolClient, ClientSession> byPlace = new IdentityHashMap<>();
        for (ClientSession session : sessions) {
            PoolClient member = session.member();
            if (member != null) {
                byPlace.put(member, session);
            }
        }
        List<SocketRow> rows = new ArrayList<>();
        for (ServerSnapshot snapshot : servers) {
            ServerConnection server =
                    snapshot.server().connection() instanceof ServerConnection connection ? connection : null;
            ClientSession session = snapshot.client() == null ? null : byPlace.get(snapshot.client());
            if (server != null) {
                rows.add(row(snapshot, server, session));
            } else if (snapshot.state() == ServerState.LOGIN) {
                rows.add(newcomer(snapshot));
            }
        }
        return rows;
    }

    private static SocketRow row(ServerSnapshot snapshot, ServerConnection server, @Nullable ClientSession session) {
        PooledServer slot = snapshot.server();
        BackendKeyData cancelKey = server.key();
        return new SocketRow(
                "S",
                slot.pool().key().user(),
                slot.pool().key().database(),
                kind(slot.ownParameters()),
                snapshot.state().label(),
                server.address(),
                server.localAddress(),
                instant(snapshot.connectedNanos()),
                session != null && session.active() != null
                        ? instant(System.nanoTime() - session.active().requestTime())
                        : instant(snapshot.unusedNanos()),
                0,
                snapshot.closeNeeded(),
                ptr(slot),
                session == null ? "" : ptr(session),
                cancelKey == null ? 0 : cancelKey.processId(),
                shown(server.tls()),
                orEmpty(session == null ? null : session.applicationName()),
                server.statements().size(),
                slot.id());
    }

    /** One that connects or logs in: of its connection nothing is known but where it goes. */
    private static SocketRow newcomer(ServerSnapshot snapshot) {
        PooledServer slot = snapshot.server();
        return new SocketRow(
                "S",
                slot.pool().key().user(),
                slot.pool().key().database(),
                kind(slot.ownParameters()),
                snapshot.state().label(),
                destination(slot.hostPort()),
                NOWHERE,
                instant(snapshot.connectedNanos()),
                instant(snapshot.connectedNanos()),
                0,
                snapshot.closeNeeded(),
                ptr(slot),
                "",
                0,
                "",
                "",
                0,
                slot.id());
    }

    private static InetSocketAddress destination(String hostPort) {
        int colon = hostPort.lastIndexOf(':');
        String host = hostPort.substring(0, colon);
        int port = Integer.parseInt(hostPort.substring(colon + 1));
        return UnixSockets.isUnix(host) ? UnixSockets.shown(port) : InetSocketAddress.createUnresolved(host, port);
    }

    private static String shown(@Nullable TlsPeer tls) {
        return tls == null ? "" : tls.info();
    }

    private static String kind(@Nullable Map<String, String> ownParameters) {
        return ClientSession.replication(ownParameters == null ? "" : ownParameters.getOrDefault("replication", ""));
    }

    /** Even numbers for clients, odd ones for servers: no two connections have the same. */
    private static String ptr(ClientSession session) {
        return "0x" + Long.toHexString(session.id() << 1);
    }

    private static String ptr(PooledServer server) {
        return "0x" + Long.toHexString(server.id() << 1 | 1);
    }

    private static Instant instant(long nanosAgo) {
        return Instant.now().minusNanos(nanosAgo);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
