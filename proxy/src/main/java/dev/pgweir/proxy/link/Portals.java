package dev.pgweir.proxy.link;

import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.proxy.prepare.Behaviour;
import dev.pgweir.proxy.prepare.SqlCommand;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client executes beyond queries: commands about statements, and changes of settings. On its loop. */
final class Portals {
    private final ServerSide server;
    private final RequestQueue requests;
    private final FollowedSettings settings;
    private final Reading reading;
    /** What portals of the transaction execute, by name, if that is more than a query. Most clients never have one. */
    private Map<String, SqlCommand> commands = Map.of();

    Portals(ServerSide server, RequestQueue requests, FollowedSettings settings, Reading reading) {
        this.server = server;
        this.requests = requests;
        this.settings = settings;
        this.reading = reading;
    }

    /** Whether none executes a command. */
    boolean isEmpty() {
        return commands.isEmpty();
    }

    /** The command that it executes; null for a query. */
    @Nullable
    SqlCommand command(String portal) {
        return commands.get(portal);
    }

    /** A portal executes this from now on. */
    void bound(String portal, Behaviour behaviour) {
        if (!commands.isEmpty() && requests.isIdle() && server.status() == TransactionStatus.IDLE) {
            // Portals end with their transaction.
            commands = Map.of();
        }
        SqlCommand command = behaviour.command();
        if (command != null) {
            if (commands.isEmpty()) {
                commands = new HashMap<>(2);
            }
            commands.put(portal, command);
        } else if (!commands.isEmpty()) {
            commands.remove(portal);
        }
        executed(behaviour);
        if (command == null && !behaviour.touches().isEmpty()) {
            settings.changedSinceReset(behaviour.touches());
        }
    }

    /** It is about to be executed. */
    void executed(Behaviour behaviour) {
        touched(behaviour.touches());
        if (behaviour.reads()) {
            reading.changes();
        }
    }

    /** These settings are about to be changed; the empty name stands for any. */
    void touched(List<String> names) {
        if (!names.isEmpty()) {
            settings.touched(names);
            reading.touched(names);
        }
    }
}
