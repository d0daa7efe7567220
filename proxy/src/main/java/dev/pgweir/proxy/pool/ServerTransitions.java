package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.server.ServerState.ACTIVE;
import static dev.pgweir.proxy.server.ServerState.BEING_CANCELED;
import static dev.pgweir.proxy.server.ServerState.CLOSED;
import static dev.pgweir.proxy.server.ServerState.CLOSING;
import static dev.pgweir.proxy.server.ServerState.IDLE;
import static dev.pgweir.proxy.server.ServerState.LOGIN;
import static dev.pgweir.proxy.server.ServerState.TESTED;
import static dev.pgweir.proxy.server.ServerState.USED;

import dev.pgweir.proxy.server.ServerState;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The table of legal steps of a server from list to list.
 *
 * <pre>
 *            ready                 acquire               release, cancel under way
 *   LOGIN ----------&gt; IDLE ---------------------&gt; ACTIVE --------------------------&gt; BEING_CANCELED
 *     |                | ^ \____ release _________/ |  ^                                  |
 *     |     check delay| |                          |  | next client        last cancel done: as if released now
 *     |                v | check passed       reset |  |
 *     |              USED -------------&gt; TESTED &lt;---/  |
 *     |                     check          |___________|
 *     v
 *   CLOSING (told to close, or its login failed; from every state) ----&gt; CLOSED (the socket is; from every state)
 * </pre>
 */
final class ServerTransitions {
    private static final Map<ServerState, Set<ServerState>> ALLOWED = new EnumMap<>(ServerState.class);

    static {
        allow(LOGIN, IDLE, ACTIVE, CLOSING, CLOSED);
        allow(IDLE, ACTIVE, USED, CLOSING, CLOSED);
        allow(ACTIVE, IDLE, USED, TESTED, BEING_CANCELED, CLOSING, CLOSED);
        // Not through a check when a reload has switched checks off.
        allow(USED, TESTED, IDLE, ACTIVE, CLOSING, CLOSED);
        allow(TESTED, IDLE, ACTIVE, USED, CLOSING, CLOSED);
        allow(BEING_CANCELED, IDLE, ACTIVE, USED, TESTED, CLOSING, CLOSED);
        allow(CLOSING, CLOSED);
    }

    private ServerTransitions() {}

    private static void allow(ServerState from, ServerState... to) {
        ALLOWED.put(from, EnumSet.copyOf(List.of(to)));
    }

    static boolean allows(ServerState from, ServerState to) {
        Set<ServerState> steps = ALLOWED.get(from);
        return steps != null && steps.contains(to);
    }
}
