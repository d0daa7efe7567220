package dev.pgweir.proxy.log;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A log for lines that somebody outside can bring about as often as he likes: of each kind a part is written and the rest
 * counted, see {@link RateLimitedLog}. Any thread.
 */
public final class LimitedLog {
    /**
     * Lines of one kind per second. More than clients bring about that mean well, and with 200 bytes each some hundred kB
     * a second for a flood of one kind.
     */
    private static final int LINES = 500;

    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final Logger logger;
    private final RateLimitedLog limit = new RateLimitedLog(LINES, PERIOD);

    public LimitedLog(Logger logger) {
        this.logger = logger;
    }

    /**
     * A line of the usual detail.
     *
     * @param kind what makes lines the same; nothing that a peer has made up
     */
    public void info(String kind, String text) {
        if (logger.isInfoEnabled()) {
            String line = limit.admit(kind, text, System.nanoTime());
            if (line != null) {
                logger.info("{}", line);
            }
        }
    }

    /** A line that an operator should look at; see {@link #info}. */
    public void warn(String kind, String text) {
        String line = limit.admit(kind, text, System.nanoTime());
        if (line != null) {
            logger.warn("{}", line);
        }
    }

    /**
     * The same for a line about somebody.
     *
     * @param text without its beginning, which the subject gives
     */
    public void info(String kind, LogSubject subject, String text) {
        if (logger.isInfoEnabled()) {
            String line = limit.admit(kind, text, System.nanoTime());
            if (line != null) {
                logger.info("{} {}", subject, line);
            }
        }
    }

    /** A line about somebody that an operator should look at; see {@link #info(String, LogSubject, String)}. */
    public void warn(String kind, LogSubject subject, String text) {
        String line = limit.admit(kind, text, System.nanoTime());
        if (line != null) {
            logger.warn("{} {}", subject, line);
        }
    }

    /** A line about something that somebody has done wrong; see {@link #info(String, LogSubject, String)}. */
    public void error(String kind, LogSubject subject, String text) {
        String line = limit.admit(kind, text, System.nanoTime());
        if (line != null) {
            logger.error("{} {}", subject, line);
        }
    }

    /**
     * The line to write, for somebody who has more to say with it; null if it is only counted.
     *
     * @param kind what makes lines the same
     */
    public @Nullable String admit(String kind, String text) {
        return limit.admit(kind, text, System.nanoTime());
    }

    /** Writes how much was left out of floods that are over; to be called about once a second. */
    public void sweep() {
        limit.sweep(System.nanoTime()).forEach(line -> logger.warn("{}", line));
    }
}
