package dev.pgweir.proxy.admin;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the console changes; the composition root implements it. Called on an event loop, so nothing here blocks: what
 * takes its time returns a future, which fails with a {@link ConsoleException} and completes on any thread. Cancelling a
 * future gives up waiting.
 *
 * <p>A database that is null means all of them.
 */
public interface ConsoleControl {
    /** How PgWeir is asked to end. */
    enum ShutdownMode {
        /** Now. */
        IMMEDIATE,
        /** When every server connection has been released. */
        WAIT_FOR_SERVERS,
        /** When the last client has left. */
        WAIT_FOR_CLIENTS
    }

    /**
     * Withholds server connections and closes each when it is released. Completes when PostgreSQL has none left. Fails
     * upon RESUME; a pause that is given up is ended as well, if it was begun here.
     *
     * @param limit after which it is given up; null for never
     * @param progress told every few seconds what it waits for
     */
    CompletableFuture<Void> pause(@Nullable String database, @Nullable Duration limit, Consumer<String> progress)
            throws ConsoleException;

    /** Ends PAUSE, KILL and SUSPEND. */
    void resume(@Nullable String database) throws ConsoleException;

    /** Whether clients may log in to a database. */
    void enable(String database, boolean enabled) throws ConsoleException;

    /** Drops clients and servers at once; what is left is paused. */
    void kill(@Nullable String database) throws ConsoleException;

    /**
     * Drops a client and its server at once.
     *
     * @param id column {@code id} of SHOW CLIENTS
     */
    void killClient(long id) throws ConsoleException;

    /** Replaces server connections: each is closed when nobody uses it. */
    void reconnect(@Nullable String database) throws ConsoleException;

    /** Completes when no server connection is left that is to be replaced. */
    CompletableFuture<Void> waitClose(@Nullable String database) throws ConsoleException;

    /** Stops reading from clients. Completes when they have taken all that was written to them. */
    CompletableFuture<Void> suspend() throws ConsoleException;

    /** Reads the configuration anew and puts it in force. */
    CompletableFuture<Void> reload() throws ConsoleException;

    /**
     * Puts one setting in force until the next reload.
     *
     * @return completes with what the user should know about it; empty if there is nothing to say
     */
    CompletableFuture<String> set(String setting, String value) throws ConsoleException;

    /** Begins to end. */
    void shutdown(ShutdownMode mode) throws ConsoleException;
}
