package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import org.jspecify.annotations.Nullable;

/**
 * What is to become of a server whose client needs it no more.
 *
 * @param kind what to do first
 * @param reason why it is closed; set for {@link Kind#CLOSE} only
 */
public record Release(Kind kind, @Nullable DisconnectReason reason) {
    /** What to do with a released server first. */
    public enum Kind {
        /** The next client may have it as it is. */
        REUSE,
        /** The reset query has to run first. */
        RESET,
        /** It cannot serve any more. */
        CLOSE
    }

    /** The next client may have the server as it is. */
    public static final Release REUSE = new Release(Kind.REUSE, null);

    /** The reset query has to run before the next client gets the server. */
    public static final Release RESET = new Release(Kind.RESET, null);

    public Release {
        if ((kind == Kind.CLOSE) != (reason != null)) {
            throw new IllegalArgumentException("a reason belongs to CLOSE, and to CLOSE only");
        }
    }

    /** The server cannot serve any more. */
    public static Release close(DisconnectReason reason) {
        return new Release(Kind.CLOSE, reason);
    }
}
