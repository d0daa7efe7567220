package dev.pgweir.proxy;

import dev.pgweir.config.DatabaseConfig;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.proxy.admin.ConsoleControl;
import dev.pgweir.proxy.admin.ConsoleException;
import dev.pgweir.proxy.client.ClientSession;
import dev.pgweir.proxy.client.Clients;
import dev.pgweir.proxy.pool.CloseOutcome;
import dev.pgweir.proxy.pool.PauseSnapshot;
import dev.pgweir.proxy.pool.PauseWait;
import dev.pgweir.proxy.pool.PoolClient;
import dev.pgweir.proxy.pool.Pools;
import dev.pgweir.proxy.server.DisconnectReason;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the console and signals may do to a running PgWeir. For any thread. */
final class ConsoleOperations implements ConsoleControl {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleOperations.class);

    // A pause that is over within a second needs no word; a longer one is worth a line now and then.
    private static final long FIRST_PROGRESS_SECONDS = 1;
    private static final long PROGRESS_SECONDS = 10;

    private final Lifecycle lifecycle;
    private final Pools pools;
    private final Clients clients;
    private final PauseProgress progress;
    private final ScheduledExecutorService clock;
    private final SettingChange settings;
    private final Suspension suspension;
    /** Databases that a KILL of all has paused, each by its name. */
    private final Set<String> killed = ConcurrentHashMap.newKeySet();

    /**
     * @param clock any event loop
     */
    ConsoleOperations(Lifecycle lifecycle, Pools pools, Clients clients, ScheduledExecutorService clock) {
        this.lifecycle = lifecycle;
        this.pools = pools;
        this.clients = clients;
        this.progress = new PauseProgress(pools, clients);
        this.clock = clock;
        this.settings = new SettingChange(lifecycle);
        this.suspension = new Suspension(pools, clients, clock);
    }

    /** Whether clients are suspended. */
    boolean isSuspended() {
        return suspension.isOn();
    }

    /** Who ends must not wait for what is not read: whatever clients have asked for is done first. */
    void shuttingDown() {
        if (suspension.end()) {
            LOG.info("shutting down when suspended, doing RESUME");
        }
    }

    // ---- PAUSE and what ends it ----

    @Override
    public CompletableFuture<Void> pause(@Nullable String database, @Nullable Duration limit, Consumer<String> listener)
            throws ConsoleException {
        log("PAUSE", database);
        refuseWhileEnding();
        refuseWhilePaused();
        existing(database, "pause");
        PauseWait wait = pools.pause(database);
        CompletableFuture<Void> result = new CompletableFuture<>();
        wait.closed().thenAccept(outcome -> {
            if (outcome == CloseOutcome.CLOSED) {
                result.complete(null);
            } else {
                result.completeExceptionally(new ConsoleException(
                        SqlState.QUERY_CANCELED,
                        "PAUSE was ended by RESUME, before all server connections were closed"));
            }
        });
        if (!result.isDone()) {
            report(database, result, listener);
            limit(database, limit, wait, result);
        }
        return result;
    }

    private void report(@Nullable String database, CompletableFuture<Void> result, Consumer<String> listener) {
        Future<?> reports = clock.scheduleAtFixedRate(
                () -> {
                    if (!result.isDone()) {
                        listener.accept("PAUSE " + progress.describe(database));
                    }
                },
                FIRST_PROGRESS_SECONDS,
                PROGRESS_SECONDS,
                TimeUnit.SECONDS);
        result.whenComplete((done, failure) -> reports.cancel(false));
    }

    private void limit(
            @Nullable String database, @Nullable Duration limit, PauseWait wait, CompletableFuture<Void> result) {
        result.whenComplete((done, failure) -> {
            if (result.isCancelled()) {
                giveUp(database, wait);
            }
        });
        if (limit == null) {
            return;
        }
        Future<?> alarm = clock.schedule(
                () -> {
                    String rest = progress.describe(database);
                    if (giveUp(database, wait)) {
                        result.completeExceptionally(new ConsoleException(
                                SqlState.QUERY_CANCELED,
                                "PAUSE was given up after " + seconds(limit) + " s, it " + rest,
                                wait.begun()
                                        ? "Everything goes on as before."
                                        : "The pause that was there before goes on."));
                    }
                },
                limit.toMillis(),
                TimeUnit.MILLISECONDS);
        result.whenComplete((done, failure) -> alarm.cancel(false));
    }

    /** As the command gave it. */
    private static String seconds(Duration limit) {
        return BigDecimal.valueOf(limit.toMillis(), 3).stripTrailingZeros().toPlainString();
    }

    /** False if it was decided before, by the last server or by RESUME. */
    private boolean giveUp(@Nullable String database, PauseWait wait) {
        if (!wait.closed().cancel(false)) {
            return false;
        }
        if (wait.begun()) {
            LOG.info("PAUSE is given up{}", database == null ? "" : " for '" + database + "'");
            pools.resume(database);
        }
        return true;
    }

    @Override
    public void resume(@Nullable String database) throws ConsoleException {
        log("RESUME", database);
        refuseWhileEnding();
        if (database != null) {
            killed.remove(database);
            // A database that is configured no more can be resumed still.
            if (!pools.resume(database)) {
                existing(database, "resume");
                throw new ConsoleException("database " + database + " is not paused");
            }
        } else if (!suspension.end() && !resumeAll()) {
            PauseSnapshot paused = pools.paused();
            throw new ConsoleException(
                    SqlState.PROTOCOL_VIOLATION,
                    "pooler is not paused/suspended",
                    paused.databases().isEmpty()
                            ? ""
                            : "Paused by name: " + String.join(", ", paused.databases()) + ". Use RESUME <db>.");
        }
    }

    /** Ends the pause of all, and those that a KILL of all has made. False if there were none. */
    private boolean resumeAll() {
        boolean any = pools.resume(null);
        for (String database : List.copyOf(killed)) {
            killed.remove(database);
            any |= pools.resume(database);
        }
        return any;
    }

    /** While PgWeir ends nobody could resume it. */
    private void refuseWhileEnding() throws ConsoleException {
        if (lifecycle.isEnding()) {
            throw new ConsoleException("pooler is shutting down");
        }
    }

    private void refuseWhilePaused() throws ConsoleException {
        if (suspension.isOn() || pools.paused().all()) {
            throw new ConsoleException("already suspended/paused");
        }
    }

    @Override
    public void kill(@Nullable String database) throws ConsoleException {
        log("KILL", database);
        refuseWhilePaused();
        existing(database, "kill");
        // PgBouncer takes the pools for removed.
        DisconnectReason reason =
                lifecycle.config().compatible() ? DisconnectReason.DATABASE_REMOVED : DisconnectReason.ADMIN_KILL;
        if (database != null) {
            pauseForKill(database, reason);
        } else {
            // By name as PgBouncer does, so that they can be resumed one by one.
            Set<String> names =
                    pools.pools().stream().map(pool -> pool.key().database()).collect(Collectors.toSet());
            names.forEach(name -> pauseForKill(name, reason));
            killed.addAll(names);
        }
        // Clients first, else each would be told that its server is lost.
        clients.kill(database, reason);
        pools.kill(database, reason);
    }

    /** Nobody waits for it: what is to be closed is closed at once, and for the kill's reason rather than the pause's. */
    private void pauseForKill(String database, DisconnectReason reason) {
        pools.retire(database, reason);
        pools.pause(database).closed().cancel(false);
    }

    @Override
    public void killClient(long id) throws ConsoleException {
        ClientSession session = clients.sessions().stream()
                .filter(candidate -> candidate.id() == id)
                .findAny()
                .orElseThrow(() -> new ConsoleException("client not found"));
        LOG.info("KILL_CLIENT {} command issued: {}", id, session);
        PoolClient member = session.member();
        clients.kill(session);
        if (member != null) {
            pools.kill(member, DisconnectReason.ADMIN_KILL);
        }
    }

    @Override
    public CompletableFuture<Void> suspend() throws ConsoleException {
        log("SUSPEND", null);
        refuseWhileEnding();
        refuseWhilePaused();
        if (!pools.paused().databases().isEmpty()) {
            throw new ConsoleException("cannot suspend with paused databases");
        }
        CompletableFuture<Void> flushed =
                suspension.begin(lifecycle.config().admin().suspendTimeout());
        if (flushed == null) {
            throw new ConsoleException("already suspended/paused");
        }
        return flushed.exceptionallyCompose(failure -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            return CompletableFuture.failedFuture(
                    cause instanceof CancellationException
                            ? new ConsoleException(SqlState.QUERY_CANCELED, "SUSPEND was ended by RESUME")
                            : failure);
        });
    }

    // ---- servers and logins ----

    @Override
    public void reconnect(@Nullable String database) throws ConsoleException {
        log("RECONNECT", database);
        existing(database, "reconnect");
        pools.retire(database, DisconnectReason.SERVER_CONFIG_CHANGED);
    }

    @Override
    public CompletableFuture<Void> waitClose(@Nullable String database) throws ConsoleException {
        log("WAIT_CLOSE", database);
        existing(database, "wait in");
        CompletableFuture<CloseOutcome> closed = pools.awaitRetired(database);
        CompletableFuture<Void> result = closed.thenAccept(outcome -> {});
        result.whenComplete((done, failure) -> {
            if (result.isCancelled()) {
                closed.cancel(false);
            }
        });
        return result;
    }

    @Override
    public void enable(String database, boolean enabled) throws ConsoleException {
        log(enabled ? "ENABLE" : "DISABLE", database);
        existing(database, enabled ? "enable" : "disable");
        clients.enable(database, enabled);
    }

    /** An error if there is no such database, or if it is the console's own. */
    private void existing(@Nullable String database, String verb) throws ConsoleException {
        if (database == null) {
            return;
        }
        if (DatabaseConfig.isConsole(database)) {
            throw new ConsoleException("cannot " + verb + " admin db: " + database);
        }
        if (lifecycle.config().database(database).isEmpty()) {
            throw new ConsoleException("no such database: " + database);
        }
    }

    // ---- the whole ----

    @Override
    public CompletableFuture<Void> reload() {
        log("RELOAD", null);
        return lifecycle
                .reload()
                .thenCompose(result -> result.isDone()
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(
                                new ConsoleException(SqlState.CONFIG_FILE_ERROR, ReloadResult.FAILED)));
    }

    @Override
    public CompletableFuture<String> set(String setting, String value) throws ConsoleException {
        return settings.set(setting, value);
    }

    @Override
    public void shutdown(ShutdownMode mode) {
        LOG.info("SHUTDOWN{} command issued", mode == ShutdownMode.IMMEDIATE ? "" : " " + mode);
        lifecycle.shutdown(
                switch (mode) {
                    case IMMEDIATE -> Shutdown.IMMEDIATE;
                    case WAIT_FOR_SERVERS -> Shutdown.WAIT_FOR_SERVERS;
                    case WAIT_FOR_CLIENTS -> Shutdown.WAIT_FOR_CLIENTS;
                });
    }

    private static void log(String command, @Nullable String database) {
        LOG.info("{}{} command issued", command, database == null ? "" : " '" + database + "'");
    }
}
