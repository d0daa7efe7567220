package dev.pgweir.proxy.link;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.proxy.prepare.Behaviour;
import dev.pgweir.proxy.prepare.sql.SqlScan;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages about prepared statements where these are the client's own affair (max_prepared_statements is 0): all pass as they
 * are. Of the statements only those are noted that change settings, so that these follow the client. On its loop.
 */
final class PassedStatements {
    /** More than a program has reason to prepare; the settings of others are not followed. */
    private static final int MOST = 1000;

    private final ServerSide server;
    private final ParseRewriter sql;
    private final Portals portals;
    /** What the client's statements that change settings do. A name that is closed stays until it is used again. */
    private final Map<String, Behaviour> behaviours = new HashMap<>(2);

    PassedStatements(ServerSide server, ParseRewriter sql, Portals portals) {
        this.server = server;
        this.sql = sql;
        this.portals = portals;
    }

    /** A whole Parse. */
    void onParse(ByteBuf buffer, String name, SqlScan scan, int from, int to) {
        Behaviour behaviour = scan.statements().isEmpty()
                ? null
                : sql.rewrite(buffer, scan, from, to).behaviour();
        note(name, behaviour);
        server.sent(FrontendMessageType.PARSE, null);
    }

    private void note(String name, @Nullable Behaviour behaviour) {
        boolean follows = behaviour != null
                && (behaviour.command() != null || !behaviour.touches().isEmpty());
        if (behaviour != null && follows && (behaviours.size() < MOST || behaviours.containsKey(name))) {
            behaviours.put(name, behaviour);
        } else if (!behaviours.isEmpty()) {
            behaviours.remove(name);
        }
    }

    /** A Bind, of which at least the two names are there. */
    void onBind(ByteBuf buffer, int from, int to) {
        if (!behaviours.isEmpty()) {
            int portalFrom = from + FrameScanner.HEADER_LENGTH;
            int portalTo = StatementFields.terminator(buffer, portalFrom, to);
            int nameTo = StatementFields.terminator(buffer, portalTo + 1, to);
            Behaviour behaviour =
                    nameTo < 0 ? null : behaviours.get(StatementFields.portal(buffer, portalTo + 1, nameTo));
            if (nameTo >= 0) {
                portals.bound(
                        StatementFields.portal(buffer, portalFrom, portalTo),
                        behaviour == null ? Behaviour.NONE : behaviour);
            }
        }
        server.sent(FrontendMessageType.BIND, null);
    }
}
