package dev.pgweir.proxy.tls;

import io.netty.handler.codec.DecoderException;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLException;

/** Tells what the TLS of a connection failed for. */
public final class TlsFailure {
    private TlsFailure() {}

    /**
     * Whether an exception of a channel is about its TLS, and no fault of PgWeir. Engines throw more than their own kind at
     * bytes that they do not expect, and the handler wraps whatever they throw; no other decoder's failures come by here.
     */
    public static boolean is(Throwable cause) {
        return cause instanceof SSLException
                || (cause instanceof DecoderException && !(cause.getCause() instanceof Error));
    }

    /** Whether the other end just closed the connection. */
    public static boolean isEnd(Throwable cause) {
        return cause instanceof ClosedChannelException || (cause.getCause() instanceof ClosedChannelException);
    }

    /** What it failed for, in one line that is safe to be logged. */
    public static String text(Throwable cause) {
        return Contexts.reason(cause);
    }
}
