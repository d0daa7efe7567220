package dev.pgweir.proxy.tls;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees that a certificate was renewed, by looking at the six files at most every second: no notification of the
 * operating system tells of a network file system, or of a Kubernetes secret behind its two symbolic links. A change
 * counts when it has rested for a second, because a key and its certificate are not written at once.
 */
public final class CertificateWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);
    private static final long PERIOD_MILLIS = 1000;

    private final Tls tls;
    private final ScheduledExecutorService thread;
    /** Used by that thread alone. */
    private @Nullable FileStamps last;

    /** Begins to watch. */
    public CertificateWatch(Tls tls) {
        this.tls = tls;
        thread = Executors.newSingleThreadScheduledExecutor(new DefaultThreadFactory("pgweir-certificates", true));
        // Nobody asks for the future: it ends when this is closed.
        var unused = thread.scheduleWithFixedDelay(this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            FileStamps now = tls.stamps();
            if (now.equals(last)) {
                tls.rereadChanged(now);
            }
            last = now;
        } catch (RuntimeException e) {
            LOG.error("certificates could not be looked at: a fault of PgWeir", e);
        }
    }

    /** Ends the watch, and what it watches over. */
    @Override
    public void close() {
        thread.shutdownNow();
        tls.close();
    }
}
