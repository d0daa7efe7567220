package dev.pgweir.proxy.client;

import dev.pgweir.proxy.count.EnumCounts;
import dev.pgweir.proxy.count.ErrorClasses;
import dev.pgweir.proxy.count.LoopPulse;
import dev.pgweir.proxy.server.DisconnectReason;
import java.util.concurrent.atomic.LongAdder;

/** What is counted of the clients of one event loop, whether they log in or not. Written there, read by anybody. */
public final class ClientCounts {
    private final LongAdder accepted = new LongAdder();
    private final EnumCounts<DisconnectReason> disconnects = new EnumCounts<>(DisconnectReason.class);
    private final ErrorClasses errors = new ErrorClasses();
    private final LoopPulse pulse = new LoopPulse(System.nanoTime());

    ClientCounts() {}

    /** Connections that were accepted. */
    public LongAdder accepted() {
        return accepted;
    }

    /** Why connections ended. */
    public EnumCounts<DisconnectReason> disconnects() {
        return disconnects;
    }

    /** Errors of PgWeir itself, at which the connection ended. */
    public ErrorClasses errors() {
        return errors;
    }

    /** How the event loop is doing. */
    public LoopPulse pulse() {
        return pulse;
    }
}
