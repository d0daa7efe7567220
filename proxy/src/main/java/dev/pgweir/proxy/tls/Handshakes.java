package dev.pgweir.proxy.tls;

import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.atomic.LongAdder;

/** How many TLS handshakes of one side have ended, and how. For any thread. */
public final class Handshakes {
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();

    Handshakes() {}

    /** Counts the one that this handler makes. */
    void count(SslHandler handler) {
        handler.handshakeFuture().addListener(done -> (done.isSuccess() ? succeeded : failed).increment());
    }

    /** Those after which the connection was encrypted. */
    public long succeeded() {
        return succeeded.sum();
    }

    /** Those that failed, or that the other end or a timeout has cut short. */
    public long failed() {
        return failed.sum();
    }
}
