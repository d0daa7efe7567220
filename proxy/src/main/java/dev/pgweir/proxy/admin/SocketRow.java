package dev.pgweir.proxy.admin;

import java.net.InetSocketAddress;
import java.time.Instant;

/**
 * One line of SHOW CLIENTS or SHOW SERVERS.
 *
 * @param type {@code C} or {@code S}
 * @param replication {@code none}, {@code logical} or {@code physical}
 * @param remote the other end
 * @param local our end
 * @param requestTime when the last request came
 * @param waitMicros how long a client has waited for its server
 * @param closeNeeded whether a server is closed when it is released
 * @param ptr names this connection among all
 * @param link {@code ptr} of the other side, empty if there is none
 * @param remotePid process of PostgreSQL, 0 for a client
 * @param tls protocol and cipher; empty in the clear
 * @param preparedStatements how many a client has names for, or a server knows
 */
public record SocketRow(
        String type,
        String user,
        String database,
        String replication,
        String state,
        InetSocketAddress remote,
        InetSocketAddress local,
        Instant connectTime,
        Instant requestTime,
        long waitMicros,
        boolean closeNeeded,
        String ptr,
        String link,
        int remotePid,
        String tls,
        String applicationName,
        int preparedStatements,
        long id) {}
