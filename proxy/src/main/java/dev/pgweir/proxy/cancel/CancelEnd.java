package dev.pgweir.proxy.cancel;

/** Told once how a cancel request has ended. Called from any thread. */
@FunctionalInterface
public interface CancelEnd {
    /** It has reached PostgreSQL, or there is nothing to be cancelled, or it could not be sent. */
    void run();

    /** It was given up after {@code cancel_wait_timeout}. */
    default void tooLate() {
        run();
    }
}
